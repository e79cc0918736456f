"""Editions for Word: a document is written as the parts of a DOCX file, and these are packed."""

from __future__ import annotations

from pathlib import Path

from pipeline.features.word import draft as draft_module
from pipeline.features.word import matter
from pipeline.features.word.blocks import blocks
from pipeline.features.word.draft import HEADINGS, Spot, WordFile
from pipeline.features.word.packing import pack
from pipeline.features.word.styles import FONTS, TEXT, styles_part, template_of
from pipeline.features.word.xml import Element, build_element, element, root, write_part
from pipeline.model import Document
from pipeline.model.editions import Edition
from pipeline.model.paper import POINT
from pipeline.model.rendered import Inventory, Page, Pages, TextFile
from pipeline.model.sheet import TEXT_SIZE, options_for, usual_text
from pipeline.package.html import read_images
from pipeline.package.result import Package
from pipeline.verify.word import add_digests


def assemble_docx(document: Document, edition: Edition, stem: str, *_: object) -> Pages:
    """The parts of the file as markup, with the addresses and names of images in the place of
    relationships."""
    metadata, page = document.metadata, draft_module.page_of(document, edition)
    draft = WordFile(document, page, blocks)
    draft.listed = matter.listed_titles(document)
    text = _text_size(document, edition)
    draft.scale = text / TEXT
    width = page.width
    place = Spot(width, is_free=True)
    body, contents = matter.title_block(draft, place), matter.contents(draft, place)
    text_blocks = blocks(draft, document.blocks, place)
    if contents:
        matter.begin_page(text_blocks)
    body += [*contents, *text_blocks]
    body += matter.imprint_lines(draft, place)
    if marks := matter.see_marks(draft):
        body[-1].extend(marks)
    notes = _notes(draft)
    last = draft_module.properties(page, kind=draft.next_section)
    parts = {
        "styles.xml": styles_part(
            text,
            metadata.lang,
            is_rtl=draft.is_rtl,
            width=width,
            number=HEADINGS if draft.numbering.numbers_headings else 0,
            writing=draft.writing / POINT,
        ),
        "numbering.xml": draft.numbering.part(),
        "settings.xml": build_element(_SETTINGS, note=draft.note_kind, lang=metadata.lang),
        "fontTable.xml": root("fonts", *(element("font", name=name) for name in FONTS)),
        "header.xml": matter.head(draft, edition),
        "footer.xml": matter.foot(draft),
        f"{draft.note_kind}s.xml": matter.notes_part(draft.note_kind, notes),
    }
    main = root("document", element("body", *body, last))
    if page.has_first:
        draft_module.begin_with_first(main)
    for part in (main, *notes):
        add_digests(part)
    return Pages(
        edition=edition.name,
        stem=stem,
        metadata=metadata,
        pages=(Page("document.xml", metadata.title, write_part(main)),),
        inventory=Inventory(images=tuple(sorted(draft.images))),
        assets=document.assets,
        files=tuple(TextFile(name, write_part(part)) for name, part in parts.items()),
        spans=tuple(draft.spans),
        findings=draft.new_findings(),
    )


def _text_size(document: Document, edition: Edition) -> float:
    """The size of the text in points: the template's, or that of the front matter."""
    word = document.metadata.word
    if word and word.section:
        return word.text
    usual = TEXT * max(1, usual_text(document.metadata) / TEXT_SIZE)
    return options_for(edition, document.metadata).page.text or usual


def _notes(draft: WordFile) -> list[Element]:
    """The notes, in the order in which their signs stand."""
    result = []
    place = Spot(draft.width, style=f"{draft.note_kind} text", is_note=True)
    for label, number in draft.written_notes.items():
        content = blocks(draft, draft.notes[label].children, place)
        result.append(matter.note(draft, number, content))
    return result


_SETTINGS = """<w:settings>
  <w:zoom w:percent="100"/>
  <w:defaultTabStop w:val="720"/>
  <w:characterSpacingControl w:val="doNotCompress"/>
  <w:{note}Pr><w:{note} w:id="-1"/><w:{note} w:id="0"/></w:{note}Pr>
  <w:compat><w:compatSetting w:name="compatibilityMode"
    w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>
  <w:themeFontLang w:val="{lang}"/>
  <w:decimalSymbol w:val="."/>
  <w:listSeparator w:val=","/>
</w:settings>"""


def package_docx(pages: Pages, folder: Path) -> Package:
    """The file, with its images."""
    files, paths, problems = read_images(pages, folder)
    template = template_of(pages.metadata, folder)
    images = {name: file.data for name, file in files.items()}
    data, findings = pack(pages, images, folder, template)
    return Package(data, (*problems, *findings), tuple(map(str, paths)))
