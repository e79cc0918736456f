"""Word documents: mammoth makes HTML of them, with lists, notes, tables and images; formulas and
comments, which it passes over, are marked for it beforehand, and what it cannot take is told."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.codes import Code, diagnostic
from pipeline.diagnostics import Diagnostic
from pipeline.importing.archive import BrokenArchiveError, open_archive
from pipeline.importing.draft import Draft, comment
from pipeline.importing.html import MATH_MARK, of_page
from pipeline.importing.omml import as_tex
from pipeline.importing.page_metadata import TITLE, language_of
from pipeline.metadata import Contributor, Metadata
from pipeline.model import Block, Node, Text
from pipeline.tree import rewrite, walk

COMMENT_MARK = "\ue003"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_MAIN = "word/document.xml"
_MARKED = re.compile(f"{COMMENT_MARK}([^{COMMENT_MARK}]*){COMMENT_MARK}")
_STYLES = f"""
p[style-name='Title'] => h1.{TITLE}:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='Caption'] => p:fresh
p[style-name='caption'] => p:fresh
r[style-name='Code'] => code
r[style-name='HTML Code'] => code
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
u => u
strike => s
"""


def read_docx(path: Path, name: str) -> Draft:
    """A Word document."""
    import mammoth

    try:
        parts = open_archive(path.read_bytes())
        main = _xml(parts[_MAIN]) if _MAIN in parts else None
        if main is None:
            raise BrokenArchiveError("This is no Word document.")
        metadata = _metadata(parts)
        comments = _comments(parts)
        counts, found = _counts(main, parts, name)
        _mark(main, comments)
        parts[_MAIN] = etree.tostring(main, xml_declaration=True, encoding="UTF-8")
        made = mammoth.convert_to_html(_zipped(parts), style_map=_STYLES)
    except (BrokenArchiveError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        return _broken(str(error), name)
    except (ExpatError, LookupError, ValueError, AttributeError, TypeError, RecursionError):
        # mammoth says in many ways that a document is not what it should be
        return _broken("The Word document is broken.", name)
    draft = of_page(made.value, name, lambda address: None, whole=True, title=metadata.title)
    title = draft.metadata.title
    blocks = tuple(_with_comments(draft.blocks))
    return Draft(
        replace(metadata, title=title),
        blocks,
        draft.notes,
        draft.images,
        dict(counts),
        (*found, *draft.found),
    )


def _broken(message: str, name: str) -> Draft:
    hint = "Open it in a word processor, and save it anew as .docx."
    wrong = diagnostic(Code.UNREADABLE_FILE, message, source=name, hint=hint)
    return Draft(Metadata(), (), found=(wrong,))


def _xml(data: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


def _zipped(parts: dict[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    made.seek(0)
    return made


def _metadata(parts: dict[str, bytes]) -> Metadata:
    """What the properties say; a title that is a file's name is none."""
    data = parts.get("docProps/core.xml")
    core = _xml(data) if data else etree.Element("none")

    def said(tag: str) -> str:
        return " ".join((core.findtext(tag) or "").split())

    creator, keywords = said(f"{_DC}creator"), said(f"{_CORE}keywords")
    title = said(f"{_DC}title")
    return Metadata(
        title=""
        if title.lower().endswith((".docx", ".doc")) or title == "Word Document"
        else title,
        authors=tuple(Contributor(name=n.strip()) for n in creator.split(";") if n.strip()),
        description=said(f"{_DC}description"),
        keywords=tuple(k.strip() for k in re.split(r"[,;]", keywords) if k.strip()),
        lang=_language(parts),
    )


def _language(parts: dict[str, bytes]) -> str:
    found = re.search(rb"<w:lang [^>]*w:val=\"([\w-]+)\"", parts.get("word/styles.xml", b""))
    return language_of(found[1].decode()) if found else "en"


def _comments(parts: dict[str, bytes]) -> dict[str, str]:
    """The texts of comments, by their ids, with who made them."""
    data = parts.get("word/comments.xml")
    found: dict[str, str] = {}
    for one in _xml(data).iter(f"{W}comment") if data else ():
        text = " ".join("".join(t.text or "" for t in one.iter(f"{W}t")).split())
        author = one.get(f"{W}author") or ""
        found[one.get(f"{W}id") or ""] = f"{author}: {text}" if author else text
    return found


def _counts(
    main: Element, parts: dict[str, bytes], name: str
) -> tuple[Counter[str], list[Diagnostic]]:
    """What the document holds, and what of it a source cannot have."""
    found: Counter[str] = Counter()
    found["tables"] = _number(main, f"{W}tbl")
    merged = sum(1 for cell in main.iter(f"{W}vMerge") if cell.get(f"{W}val") in (None, "continue"))
    found["cells"] = _number(main, f"{W}tc") - merged
    found["images"] = sum(1 for e in main.iter() if _local(e) in ("blip", "imagedata"))
    found["notes"] = _number(main, f"{W}footnoteReference") + _number(main, f"{W}endnoteReference")
    found["comments"] = _number(main, f"{W}commentReference")
    found["formulas"] = sum(1 for e in main.iter(f"{M}oMath"))
    notes = [_xml(parts[p]) for p in ("word/footnotes.xml", "word/endnotes.xml") if p in parts]
    found["words"] = sum(len(text.split()) for root in (main, *notes) for text in _texts(root))
    told = []
    if changed := _number(main, f"{W}ins") + _number(main, f"{W}del"):
        changes = "1 tracked change is" if changed == 1 else f"{changed} tracked changes are"
        told.append(f"{changes} taken as accepted.")
    for part in sorted(parts):
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", part):
            text = " ".join(" ".join(_texts(_xml(parts[part]))).split())
            if text:
                kind = "header" if "header" in part else "footer"
                told.append(f"The {kind} “{text[:60]}” is left out: editions have their own.")
    unique = dict.fromkeys(told)
    return found, [diagnostic(Code.NOT_IMPORTED, message, source=name) for message in unique]


def _number(root: Element, tag: str) -> int:
    return sum(1 for _ in root.iter(tag))


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _texts(root: Element) -> Iterator[str]:
    """The text of each paragraph."""
    for paragraph in root.iter(f"{W}p"):
        if _local(paragraph.getparent()) != "txbxContent":
            parts = (
                t.text or "" if t.tag == f"{W}t" else " "
                for t in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br")
            )
            yield "".join(parts)


def _mark(main: Element, comments: dict[str, str]) -> None:
    """Put marks in place of formulas and of references to comments, as text."""
    for formula in [*main.iter(f"{M}oMath")]:
        _put(formula, f"{MATH_MARK}{as_tex(formula)}{MATH_MARK}")
    for reference in [*main.iter(f"{W}commentReference")]:
        said = comments.get(reference.get(f"{W}id") or "", "")
        run = reference.getparent()
        if said and run is not None:
            _put(run, f"{COMMENT_MARK}{said}{COMMENT_MARK}")


def _put(element: Element, said: str) -> None:
    """A run of text in place of an element, which may be in a paragraph or a formula's."""
    run = etree.Element(f"{W}r")
    text = etree.SubElement(run, f"{W}t")
    text.text = said
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    parent = element.getparent()
    if parent is None:
        return
    if parent.tag == f"{M}oMathPara":  # which is passed over with all that is in it
        parent.addprevious(run)
        return
    parent.replace(element, run)


def _with_comments(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Each block, and after it the comments on it."""
    for block in blocks:
        said = [
            match[1]
            for node in walk(block)
            if isinstance(node, Text)
            for match in _MARKED.finditer(node.text)
        ]
        yield from rewrite((block,), leave={Text: _unmarked}) if said else (block,)
        yield from map(comment, said)


def _unmarked(node: Text) -> Node | tuple[Node, ...]:
    text = _MARKED.sub("", node.text)
    return replace(node, text=text) if text else ()
