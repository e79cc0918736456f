"""The parts of a Word document: relations, images, notes, comments, and languages."""

from __future__ import annotations

import io
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipeline.commands.importing.archive import BrokenArchiveError, parsed_xml
from pipeline.commands.importing.word.word_styles import Numbering, Styles, W
from pipeline.parser.frontmatter.languages import language
from pipeline.parser.frontmatter.standard_numbers import BadValueError

_STRICT = (
    (b"http://purl.oclc.org/ooxml/officeDocument/math",
     b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships",
     b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main",
     b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)  # fmt: skip
"""Namespaces of the standard's strict form, and the transitional ones."""

_CONVERTED = (".tif", ".tiff", ".bmp")


class _Relation(NamedTuple):
    """A relation of a part: its target, which may be outside the document, and its kind."""

    target: str = ""
    is_outside: bool = False
    kind: str = ""


class WordParts:
    """The files of a document by their names; ``part`` is the current one."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self._relations: dict[str, dict[str, _Relation]] = {}
        self._main = self._target_of("", "officeDocument") or "word/document.xml"
        self.part = self._main
        main = self.xml(self.part)
        if main is None:
            raise BrokenArchiveError("This is not a Word document.")
        self.main = main
        self.styles = Styles(self.part_of_kind("styles"))
        self.numbering = Numbering(self.part_of_kind("numbering"), self.styles)
        self.comments = _comments(self.part_of_kind("comments"))
        self.notes: dict[tuple[str, str], str] = {}
        self.note_texts = {
            kind: {e.get(f"{W}id") or "": e for e in self._notes(kind)}
            for kind in ("footnote", "endnote")
        }
        self.language = self._main_language()

    def xml(self, name: str) -> Element | None:
        """A file as XML, if it is there and not empty."""
        data = self.files.get(name)
        if not data:
            return None
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        return parsed_xml(data)

    def part_of_kind(self, kind: str) -> Element | None:
        """A file of a kind, in addition to the document's text."""
        return self.xml(self.name_of_kind(kind))

    def name_of_kind(self, kind: str) -> str:
        """The name of such a file: programs give them numbers, or names of their own."""
        usual = posixpath.join(posixpath.dirname(self._main), f"{kind}.xml")
        return self._target_of(self._main, kind) or usual

    def sources(self) -> Iterator[Element]:
        """The works that citations name by their tags."""
        for name in sorted(self.files):
            root = self.xml(name) if re.fullmatch(r"customXml/item\d+\.xml", name) else None
            if root is not None and str(root.tag).endswith("bibliography}Sources"):
                yield from root

    # --- relations ---

    def _target_of(self, part: str, kind: str) -> str:
        """The target of a part's relation of a kind, if there is one."""
        related = self._related(part).values()
        return next((relation.target for relation in related if relation.kind == kind), "")

    def _related(self, part: str) -> dict[str, _Relation]:
        """The relations of a part, by their ids."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
            relations: dict[str, _Relation] = {}
            for element in () if root is None else root:
                target = element.get("Target") or ""
                is_outside = element.get("TargetMode") == "External"
                if not is_outside:
                    target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = (element.get("Type") or "").rpartition("/")[2]
                relations[element.get("Id") or ""] = _Relation(target, is_outside, kind)
            self._relations[part] = relations
        return self._relations[part]

    def target(self, name: str | None) -> str | None:
        """The address that a relation leads to."""
        relation = self._related(self.part).get(name or "", _Relation())
        return relation.target if relation.is_outside else None

    def image(self, name: str) -> str:
        """The name of the file that an image is in; PNG for kinds that no edition shows."""
        target, is_outside, _ = self._related(self.part).get(name, _Relation())
        if is_outside or target not in self.files:
            return target if is_outside else ""
        stem, suffix = posixpath.splitext(target)
        if suffix.lower() in _CONVERTED and (data := _as_png(self.files[target])):
            target = f"{stem}.png"
            self.files[target] = data
        return target

    # --- notes ---

    def _notes(self, kind: str) -> list[Element]:
        root = self.part_of_kind(f"{kind}s")
        return [] if root is None else [*root.iter(f"{W}{kind}")]

    def note(self, reference: str, name: str) -> str:
        """The label of a note that is referred to, if there is such."""
        kind = reference.removesuffix("Reference")
        if name not in self.note_texts[kind]:
            return ""
        return self.notes.setdefault((kind, name), str(len(self.notes) + 1))

    # --- languages ---

    def _main_language(self) -> str:
        """The language of most of the text."""
        lengths: Counter[str] = Counter()
        for paragraph in self.main.iter(f"{W}p"):
            for run in paragraph.iter(f"{W}r"):
                length = sum(len(t.text or "") for t in run.iter(f"{W}t"))
                if length:
                    lengths[self.styles.language(run, paragraph)] += length
        del lengths[""]
        for code, _ in lengths.most_common():
            if tag := _tag(code):
                return tag
        return "en"

    def other_language(self, run: Element, paragraph: Element | None) -> str:
        """The language of a run, if it differs from the document's."""
        code = self.styles.language(run, paragraph)
        if not code or code[:2].lower() == self.language[:2]:
            return ""
        text = "".join(t.text or "" for t in run.iter(f"{W}t"))
        return _tag(code) if re.search(r"[^\W\d_]", text) else ""


def _tag(value: str) -> str:
    try:
        tag = language(value)
    except BadValueError:
        return ""
    return "" if tag.startswith(("x-", "zxx", "und")) else tag


def _comments(root: Element | None) -> dict[str, str]:
    """The texts of comments, by their ids, with who made them."""
    texts: dict[str, str] = {}
    for element in () if root is None else root.iter(f"{W}comment"):
        paragraphs = ("".join(t.text or "" for t in p.iter(f"{W}t")) for p in element.iter(f"{W}p"))
        text = " ".join(" ".join(paragraphs).split())
        author = element.get(f"{W}author") or ""
        texts[element.get(f"{W}id") or ""] = f"{author}: {text}" if author else text
    return texts


def _as_png(data: bytes) -> bytes:
    from PIL import UnidentifiedImageError

    from pipeline.system.pictures import Image, opened

    output = io.BytesIO()
    try:
        opened(data).save(output, "PNG")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return b""
    return output.getvalue()
