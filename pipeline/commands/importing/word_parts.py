"""The parts of a Word document: relations, images, notes, comments, and its styles."""

from __future__ import annotations

import io
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipeline.commands.importing.appearance import usual
from pipeline.commands.importing.files import BrokenArchiveError, parse_xml
from pipeline.model.late import late
from pipeline.parser.frontmatter.registered import BadValueError, language
from pipeline.verify.word import W, value_of

# --- word styles -----------------------------------------------------------------------------
# The styles of a Word document, which identify kinds of paragraphs and runs, and its numbering,
# which identifies lists.

WORDS_OWN = 10.0
"""The size of text for which a document gives none, in points."""

VAL = f"{W}val"

_KINDS = {
    name: kind
    for kind, names in {
        "title": ("title",),
        "subtitle": ("subtitle",),
        "author": ("author",),
        "date": ("date",),
        "quote": ("quote", "intense quote", "block text", "block quotation", "quotations"),
        "caption": (
            *"caption drawing figure illustration table tabelle abbildung".split(),
            "image caption",
            "table caption",
        ),
        "code": ("code", "html preformatted", "preformatted text", "source code", "macro text"),
        "term": ("definition term", "list heading"),
        "definition": ("definition", "list contents"),
        "contents": ("toc heading", "table of figures", "contents heading"),
        "continued": ("list paragraph",),
    }.items()
    for name in names
}
"""The kinds of paragraphs by the names of styles, which Word stores in English."""

_NUMBERED = (
    (late(r"heading ([1-9])"), "heading"),
    (late(r"(?:toc|contents|index) ([1-9])"), "contents"),
    (late(r"list continue(?: [2-5])?()"), "continued"),
)
_CODE = frozenset({"code", "html code", "verbatim char", "source text", "html typewriter"})
_EMPHATIC = {"strong emphasis": "strong", "strong": "strong", "emphasis": "em", "citation": "em"}


class Level(NamedTuple):
    """A level of a list: its ``format`` is Word's, ``text`` the punctuation around numbers."""

    format: str
    text: str
    start: int
    number: int
    """The number of this paragraph."""


def is_set(element: Element | None) -> bool:
    """Return whether a property is present and not switched off."""
    return element is not None and element.get(VAL) not in ("0", "false", "none", "off")


def first_of(holders: Iterable[Element], path: str) -> Element | None:
    """The first of some elements at a path in these holders."""
    steps = "/".join(f"{W}{step}" for step in path.split("/"))
    found = (holder.find(steps) for holder in holders)
    return next((element for element in found if element is not None), None)


def kind_of(name: str) -> tuple[str, int]:
    """The kind of paragraphs with a style, by its name, and their level if they are headings."""
    for pattern, kind in _NUMBERED:
        if match := pattern.fullmatch(name):
            return kind, int(match[1] or 0)
    return _KINDS.get(name, ""), 0


class Styles:
    """The styles by their ids."""

    def __init__(self, root: Element | None) -> None:
        self._by_id: dict[str, Element] = {}
        self._normal = ""
        self.default: Element | None = None
        if root is None:
            return
        self.default = root.find(f"{W}docDefaults/{W}rPrDefault")
        for style in root.iter(f"{W}style"):
            name = style.get(f"{W}styleId") or ""
            self._by_id[name] = style
            if style.get(f"{W}default") in ("1", "true") and style.get(f"{W}type") == "paragraph":
                self._normal = name

    def chain(self, name: str) -> Iterator[Element]:
        """A style, and its parent styles."""
        seen: set[str] = set()
        while name in self._by_id and name not in seen:
            seen.add(name)
            style = self._by_id[name]
            yield style
            name = value_of(style, "basedOn")

    def style_of(self, paragraph: Element) -> str:
        """The id of a paragraph's style."""
        return value_of(paragraph, "pPr/pStyle") or self._normal

    def property(self, paragraph: Element, path: str) -> Element | None:
        """A property of a paragraph, its own or that of its style."""
        return first_of((paragraph, *self.chain(self.style_of(paragraph))), f"pPr/{path}")

    def kind(self, paragraph: Element) -> tuple[str, int]:
        """The kind of a paragraph, and its level if it is a heading."""
        for style in self.chain(self.style_of(paragraph)):
            kind = kind_of(_name(style))
            if kind[0]:
                return kind
        level = self.property(paragraph, "outlineLvl")
        value = level.get(VAL, "9") if level is not None else "9"
        return ("heading", int(value) + 1) if value.isdecimal() and int(value) < 9 else ("", 0)

    def run_property(self, run: Element, name: str) -> Element | None:
        """A property of a run, its own or that of its character style."""
        return first_of((run, *self._run_styles(run)), f"rPr/{name}")

    def run_or_paragraph(
        self, run: Element, paragraph: Element | None, name: str
    ) -> Element | None:
        """A property of a run: its own, or that of its style, its paragraph's style or all text."""
        return first_of(self._holders(run, paragraph), f"rPr/{name}")

    def _holders(self, run: Element, paragraph: Element | None) -> Iterator[Element]:
        """A run, and all that it has properties from, the nearest first."""
        yield run
        yield from self._run_styles(run)
        yield from () if paragraph is None else self.chain(self.style_of(paragraph))
        yield from () if self.default is None else (self.default,)

    def is_hidden(self, run: Element, paragraph: Element | None) -> bool:
        """Return whether a run is hidden."""
        value = self.run_or_paragraph(run, paragraph, "vanish")
        return is_set(value) or is_set(run.find(f"{W}rPr/{W}webHidden"))

    def letters(self, paragraph: Element) -> tuple[float, bool]:
        """The size of most of a paragraph's letters, in points, and whether all are bold."""
        runs = [run for run in paragraph.iter(f"{W}r") if _text_in(run).strip()]
        sizes = (self.run_or_paragraph(run, paragraph, "sz") for run in runs)
        values = ("" if size is None else size.get(VAL, "") for size in sizes)
        points = (int(size) / 2 if size.isdecimal() else WORDS_OWN for size in values)
        bold = [is_set(self.run_or_paragraph(run, paragraph, "b")) for run in runs]
        return usual(zip(points, map(_text_in, runs), strict=True)), bool(runs) and all(bold)

    def _run_styles(self, run: Element) -> Iterator[Element]:
        return self.chain(value_of(run, "rPr/rStyle"))

    def run_kind(self, run: Element) -> str:
        """The effect of a run's style: code, strong, em, or none."""
        for style in self._run_styles(run):
            name = _name(style)
            if name in _CODE:
                return "code"
            if name in _EMPHATIC:
                return _EMPHATIC[name]
        return ""

    def language(self, run: Element, paragraph: Element | None) -> str:
        """The language that a run is marked as."""
        key = "bidi" if is_set(self.run_property(run, "rtl")) else "val"
        holders = self._holders(run, paragraph)
        return next(filter(None, (value_of(holder, "rPr/lang", key) for holder in holders)), "")


def _text_in(run: Element) -> str:
    return "".join(text.text or "" for text in run.iter(f"{W}t"))


def _name(style: Element) -> str:
    return value_of(style, "name").lower().replace("_20_", " ")


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, Element] = {}
        self._nums: dict[str, Element] = {}
        self._counted: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for element in () if root is None else root.iter(f"{W}abstractNum"):
            self._abstract[element.get(f"{W}abstractNumId") or ""] = element
        for element in () if root is None else root.iter(f"{W}num"):
            self._nums[element.get(f"{W}numId") or ""] = element

    def place_of(self, paragraph: Element) -> tuple[int, Level] | None:
        """The depth of a paragraph in a list, and the kind of list; the item is counted."""
        number = self._styles.property(paragraph, "numPr/numId")
        name = "" if number is None else number.get(VAL, "")
        if name not in self._nums:
            return None
        level = self._styles.property(paragraph, "numPr/ilvl")
        digits = level.get(VAL, "0") if level is not None else ""
        depth = int(digits) if digits.isdecimal() else self._depth_of(name, paragraph)
        abstract, definition, start = self._level(name, depth)
        if definition is None:
            return None
        form = value_of(definition, "numFmt") or "decimal"
        if form == "none":
            return None
        counted = self._counted.setdefault(abstract, {})
        for deeper in [counted_depth for counted_depth in counted if counted_depth > depth]:
            del counted[deeper]
        is_begun = (name, depth) in self._begun
        self._begun.add((name, depth))
        again = start is not None and not is_begun
        first = start if start is not None else int(value_of(definition, "start") or "1")
        counted[depth] = first if again or depth not in counted else counted[depth] + 1
        text = value_of(definition, "lvlText")
        return depth, Level(form, text, first, counted[depth])

    def _level(self, name: str, depth: int) -> tuple[str, Element | None, int | None]:
        """The list and level of a numbering, and the number from which it restarts."""
        number = self._nums[name]
        abstract = value_of(number, "abstractNumId")
        for style in self._styles.chain(value_of(self._abstract.get(abstract), "numStyleLink")):
            if (other := self._nums.get(value_of(style, "pPr/numPr/numId"))) is not None:
                abstract = value_of(other, "abstractNumId")
        start: int | None = None
        definition: Element | None = None
        for override in number.iter(f"{W}lvlOverride"):
            if override.get(f"{W}ilvl") == str(depth):
                digits = value_of(override, "startOverride")
                start = int(digits) if digits.isdecimal() else start
                override_level = override.find(f"{W}lvl")
                definition = definition if override_level is None else override_level
        root = self._abstract.get(abstract)
        if definition is None and root is not None:
            levels = {level.get(f"{W}ilvl"): level for level in root.iter(f"{W}lvl")}
            definition = levels.get(str(depth))
        return abstract, definition, start

    def _depth_of(self, name: str, paragraph: Element) -> int:
        """The level that belongs to a paragraph's style."""
        root = self._abstract.get(value_of(self._nums[name], "abstractNumId"))
        style = self._styles.style_of(paragraph)
        for level in () if root is None else root.iter(f"{W}lvl"):
            if value_of(level, "pStyle") == style:
                return int(level.get(f"{W}ilvl") or 0)
        return 0


# --- word parts ------------------------------------------------------------------------------
# The parts of a Word document: relations, images, notes, comments, and languages.

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
        for strict, transitional in _STRICT:
            data = data.replace(strict, transitional)
        return parse_xml(data)

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
        related = self._relations_of(part).values()
        return next((relation.target for relation in related if relation.kind == kind), "")

    def _relations_of(self, part: str) -> dict[str, _Relation]:
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
        relation = self._relations_of(self.part).get(name or "", _Relation())
        return relation.target if relation.is_outside else None

    def image(self, name: str) -> str:
        """The name of the file that an image is in; PNG for kinds that no edition shows."""
        target, is_outside, _ = self._relations_of(self.part).get(name, _Relation())
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

    from pipeline.system.pictures import Image, open_image

    output = io.BytesIO()
    try:
        open_image(data).save(output, "PNG")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return b""
    return output.getvalue()
