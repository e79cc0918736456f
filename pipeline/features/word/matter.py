"""The parts around the text: title, contents, bibliography, index, notes, head and foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline import model
from pipeline.features.word.draft import (
    Spot,
    TextLook,
    WordFile,
    date_field,
    field,
    index_entries,
    page_reference,
    put_in_field,
    quote_argument,
    silent,
    text_field,
)
from pipeline.features.word.draft import entry as entry_text
from pipeline.features.word.inlines import inlines, paragraph, text_run
from pipeline.features.word.pictures import inline_picture
from pipeline.features.word.xml import Element, element, properties_of, root, tag
from pipeline.model import Document, Node
from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.paper import NameField
from pipeline.model.sheet import options_for
from pipeline.model.tree import find, plain_text
from pipeline.render.imprint import logo, total
from pipeline.render.pdf import byline, imprint, name_line
from pipeline.render.plan import prints_contents

FIELDS: dict[NameField, int] = {"name": 34, "class": 14, "date": 14, "grade": 14}
"""The characters of the fields in the title block: room to write on paper, too."""

ON_ONE_LINE = 3
"""The fields that have room beside each other; of more, the first has a line of its own."""


def title_block(draft: WordFile, place: Spot) -> list[Element]:
    """Fields for name, class, date and grade; logo, title, subtitle, authors and date."""
    document, metadata = draft.document, draft.document.metadata
    edition = EDITIONS[document.edition]
    result: list[Element] = []
    if names := name_line(edition, options_for(edition, metadata)):
        result.append(_name_fields(draft, names, place))
    if (image := logo(document)) and (picture := inline_picture(draft, image, place, width="30mm")):
        result.append(paragraph(draft, picture, place))
    if metadata.part_of:
        result.append(paragraph(draft, [text_run(" · ".join(metadata.part_of))], place, "Subtitle"))
    result.append(paragraph(draft, [text_run(metadata.title)], place, "Title"))
    if metadata.subtitle:
        result.append(paragraph(draft, [text_run(metadata.subtitle)], place, "Subtitle"))
    facts = (*byline(metadata), total(document) if not draft.is_for_pupils else "")
    if text := " · ".join(filter(None, facts)):
        result.append(paragraph(draft, [text_run(text)], place, "Byline"))
    for text in filter(None, metadata.abstract.split("\n\n")):
        result.append(paragraph(draft, [text_run(text)], place, "Quote"))
    return result


def _name_fields(draft: WordFile, names: Sequence[NameField], place: Spot) -> Element:
    content: list[Element] = []
    for name in names:
        word, length = draft.words[name], round(FIELDS[name] / draft.scale)
        if name in names[1:2] and len(names) > ON_ONE_LINE:
            content.append(element("r", element("br")))
        elif content:
            content.append(text_run("   "))
        content.append(text_run(f"{word}\u00a0", TextLook(style="Label")))
        number = draft.next_id()
        if name == "date":
            lang = draft.document.metadata.lang
            content.append(date_field(number, word, length, lang))
        else:
            content.append(text_field(number, word, length, None))
    return paragraph(draft, content, place, "Name Line")


# --- contents -----------------------------------------------------------------------------


def contents(draft: WordFile, place: Spot) -> list[Element]:
    """The table of contents, and lists of figures, tables and listings, as fields."""
    document = draft.document
    result: list[Element] = []
    if prints_contents(document):
        depth = document.metadata.contents.depth
        instruction = f'TOC \\o "1-{depth}" \\f \\h \\z \\u'
        lines = [*_lines(draft, document.contents, 1, place, "{number}")]
        result += _contents_list(draft, draft.words["contents"], instruction, lines, place)
    for listed in document.lists:
        sequence = {"figures": "Figure", "tables": "Table", "listings": "Listing"}[listed.kind]
        pattern = draft.words[f"caption_{sequence.lower()}"]
        lines = [*_lines(draft, listed.entries, 0, place, pattern)]
        heading = draft.words[f"list_of_{listed.kind}"]
        result += _contents_list(draft, heading, f'TOC \\h \\z \\c "{sequence}"', lines, place)
    return result


def _contents_list(
    draft: WordFile, heading: str, instruction: str, lines: list[Element], place: Spot
) -> list[Element]:
    if not lines:
        return []
    title = paragraph(draft, [text_run(heading)], place, "Contents Heading")
    return [title, *put_in_field(lines, instruction)]


def _lines(
    draft: WordFile,
    entries: Iterable[model.ContentsEntry],
    level: int,
    place: Spot,
    before: str,
) -> Iterable[Element]:
    """The lines of contents, with the pages as fields, which Word computes when it opens the file;
    ``before`` is the pattern of what stands before a title."""
    for entry in entries:
        name = draft.bookmark_name(entry.target)
        number = [text_run(before.format(number=entry.number) + " ")] if entry.number else []
        page = page_reference(name, [])
        text = inlines(draft, entry.title, place._replace(is_note=True), TextLook())
        link = element("hyperlink", *number, *text, text_run("\t"), *page, anchor=name)
        style = f"toc {min(level, 6)}" if level else "table of figures"
        yield paragraph(draft, [link], place, style)
        yield from _lines(draft, entry.children, level + 1 if level else 0, place, before)


def begin_page(content: list[Element]) -> None:
    """Let the text begin on a new page, after the contents."""
    first = content[0] if content else None
    if first is None or first.tag != tag("p"):
        content.insert(0, element("p", element("r", element("br", type="page"))))
        return
    properties = properties_of(first)
    kept = [p for p in properties if p.tag in (tag("pStyle"), tag("keepNext"), tag("keepLines"))]
    if properties.find(tag("pageBreakBefore")) is None:
        properties.insert(len(kept), element("pageBreakBefore"))


def contents_mark(draft: WordFile, node: Node) -> list[Element]:
    """A field with which something besides a heading stands in the contents."""
    entry = draft.listed.get(node.attributes.id)
    if entry is None:
        return []
    level, title = entry
    return silent(f"TC {quote_argument(title)} \\l {level}")


# --- bibliography, index ------------------------------------------------------------------


def bibliography(draft: WordFile, node: model.Bibliography, place: Spot) -> list[Element]:
    result = []
    for entry in node.entries:
        content = [text_run(f"{entry.label}\t")] if entry.label else []
        content += inlines(draft, entry.children, place, place.look)
        result.append(paragraph(draft, draft.anchor(entry, content), place, "Bibliography"))
    return result


def index(draft: WordFile, node: model.Index, place: Spot) -> list[Element]:
    """The index as a field. Until Word computes it, it names the sections instead of pages."""
    lines: list[Element] = []
    for group in node.groups:
        if group.letter:
            lines.append(paragraph(draft, [text_run(group.letter)], place, "index heading"))
        for entry in group.entries:
            lines += _index_lines(draft, entry, 1, place)
    if not lines:
        return []
    has_letters = any(group.letter for group in node.groups)
    instruction = 'INDEX \\h "A" \\c "1"' if has_letters else 'INDEX \\c "1"'
    return put_in_field(lines, instruction)


def _index_lines(
    draft: WordFile, entry: model.IndexEntry, level: int, place: Spot
) -> list[Element]:
    separator = draft.words["list_separator"]
    content = inlines(draft, entry.term, place._replace(is_note=True), place.look)
    for reference in entry.places:
        name = draft.bookmark_name(reference.target)
        content += [
            text_run(separator),
            element("hyperlink", text_run(reference.section), anchor=name),
        ]
    if entry.see:
        word, terms = _see(draft, entry)
        between = "; " if entry.places else separator
        content += [
            text_run(between), text_run(word, TextLook(italic=True)),
            text_run(f" {terms}"),
        ]  # fmt: skip
    line = paragraph(draft, draft.anchor(entry, content), place, f"index {min(level, 3)}")
    rest = [
        part for child in entry.children for part in _index_lines(draft, child, level + 1, place)
    ]
    return [line, *rest]


def _see(draft: WordFile, entry: model.IndexEntry) -> tuple[str, str]:
    """The words for “see” or “see also”, and the entries to look at."""
    word = "see_also" if entry.places or entry.children else "see"
    return draft.words[word], "; ".join(plain_text(reference.term) for reference in entry.see)


def see_marks(draft: WordFile) -> list[Element]:
    """Fields for the entries that say where else to look."""
    marks: list[Element] = []
    for listed in index_entries(draft.document):
        if listed.see:
            term, also = entry_text([plain_text(listed.term)]), " ".join(_see(draft, listed))
            marks += silent(f"XE {term} \\t {quote_argument(also)}")
    return marks


# --- notes, head and foot -----------------------------------------------------------------


def notes_part(kind: str, notes: list[Element]) -> Element:
    """The part with all notes, after the lines that separate them from the text."""
    separators = (
        element(
            kind,
            element("p", element("r", element(sign))),
            type=sign if number == 0 else "continuationSeparator",
            id=number - 1,
        )
        for number, sign in enumerate(("separator", "continuationSeparator"))
    )
    return root(f"{kind}s", *separators, *notes)


def note(draft: WordFile, number: int, content: list[Element]) -> Element:
    """A note, whose first paragraph begins with its number."""
    kind = draft.note_kind
    style = element("rPr", element("rStyle", val=draft.note_style))
    is_counted = number <= draft.counted_notes
    sign = element("r", style, element(f"{kind}Ref") if is_counted else element("t", str(number)))
    first = next((part for part in content if part.tag.endswith("}p")), None)
    if first is None or first is not content[0]:
        first = paragraph(draft, [], Spot(draft.width), f"{kind} text")
        content = [first, *content]
    start = 0 if first.find(tag("pPr")) is None else 1
    first[start:start] = [sign, text_run(" ")]
    return element(kind, *content, id=number)


def foot(draft: WordFile) -> Element:
    """The foot of pages: the title, and the page's number and how many there are."""
    metadata = draft.document.metadata
    before, _, rest = draft.words["page_of"].partition("{page}")
    between, _, after = rest.partition("{pages}")
    content = [
        text_run(metadata.short_title or metadata.title),
        text_run(f"\t{before}"),
        *field("PAGE", [text_run("1")]),
        text_run(between),
        *field("NUMPAGES", [text_run("1")]),
        *([text_run(after)] if after else []),
    ]
    lines = [paragraph(draft, content, Spot(draft.width), "footer")]
    if metadata.brand.footer:
        line = [text_run(metadata.brand.footer)]
        lines.append(paragraph(draft, line, Spot(draft.width), "footer"))
    return root("ftr", *lines)


def head(draft: WordFile, edition: Edition) -> Element:
    """The head of pages: for teachers, which edition it is, and for pupils, of which level."""
    levels = {level.lower(): shown for level, shown in draft.document.metadata.levels}
    text = (
        levels.get(edition.level, "")
        if draft.is_for_pupils
        else EDITIONS["teacher"].in_words(draft.words)
    )
    content = [text_run(text)] if text else []
    return root("hdr", paragraph(draft, content, Spot(draft.width), "header"))


def imprint_lines(draft: WordFile, place: Spot) -> list[Element]:
    content: list[Element] = []
    for line in imprint(draft.document.metadata):
        if content:
            content.append(text_run(" · "))
        run = text_run(line.text, TextLook(style="Hyperlink") if line.href else TextLook())
        content.append(element("hyperlink", run, r__id=line.href) if line.href else run)
    return [paragraph(draft, content, place, "Imprint")] if content else []


def listed_titles(document: Document) -> dict[str, tuple[int, str]]:
    """The level and title of all lines of the contents that are not for sections, by their ids."""
    sections = {node.attributes.id for _, node, _ in find(document, model.Section)}
    result: dict[str, tuple[int, str]] = {}
    waiting = [(entry, 1) for entry in document.contents]
    while waiting:
        entry, level = waiting.pop()
        if entry.target not in sections:
            result[entry.target] = level, plain_text(entry.title)
        waiting += [(child, level + 1) for child in entry.children]
    return result
