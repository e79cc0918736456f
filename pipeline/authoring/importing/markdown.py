"""Markdown of other programs: Obsidian, Quarto, GitHub, Jekyll and Hugo, MkDocs, MyST. The parser
already supports their notations; unsupported ones become text here, with a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml
from msgspec.structs import replace

from pipeline import model
from pipeline.authoring.importing.draft import Draft, comment, count
from pipeline.authoring.importing.mdbook import expanded
from pipeline.authoring.importing.tidying import joined_runs
from pipeline.model import Block, Document, Image, Link, Node, Text
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.metadata import Metadata
from pipeline.model.names import slug
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import SPAN, all_nodes, plain_text, walk
from pipeline.model.variables import look_up, values
from pipeline.parser import parse, parse_file
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.frontmatter import read_front_matter
from pipeline.parser.source import normalise, read
from pipeline.parser.syntax import parse_tree
from pipeline.system.paths import Located, locate, scheme

_COMMENTS = {"<!--": "-->", "%%": "%%"}
_TAGS = ("tags", "tag", "categories", "category", "topics")
_DESCRIPTIONS = ("summary", "abstract", "excerpt")
_QUIET = frozenset(
    {Code.MISSING_TITLE.slug, Code.UNKNOWN_KEY.slug, Code.EMPTY_FILE.slug, Code.MISSING_FILE.slug}
)


def read_markdown(path: Path, name: str, kept: frozenset[Path] = frozenset()) -> Draft:
    """A file, with those it includes; links to files that are ``kept`` stay."""
    text = normalise(read(path)[0])
    whole, hidden = expanded(text, path, in_book=bool(kept))
    document = parse_file(path, name) if whole == text else parse(whole, name, path.parent)
    draft = of_markdown(whole, document, path.parent, name, kept)
    if not hidden:
        return draft
    lines = "1 line" if hidden == 1 else f"{hidden} lines"
    message = f"{lines} of Rust that mdBook hides: left out."
    told = diagnostic(Code.NOT_IMPORTED, message, source=name)
    return replace(draft, found=(*draft.found, told))


def of_markdown(
    text: str, document: Document, folder: Path, name: str, kept: frozenset[Path] = frozenset()
) -> Draft:
    """A text, and its parsed document; its files are in a folder."""
    wrong = tuple(one for one in document.diagnostics if one.is_error)
    if wrong:
        return Draft(Metadata(), (), found=wrong)
    own, taken, _ = read_front_matter(text, name)
    metadata, found = _metadata(document, own, text, name)
    found += (one for one in document.diagnostics if one.code not in _QUIET)
    is_untitled = any(one.code == Code.MISSING_TITLE.slug for one in document.diagnostics)
    if is_untitled and not metadata.title.strip():
        metadata = replace(metadata, title="")
    counts = count(document.blocks, document.notes)
    counts["words"] += len(metadata.title.split())
    comments, lost = _comments(text, taken, name)
    counts["comments"] = len(comments) + len(lost)
    blocks = _with_comments(document, comments)
    reader = _Files(document, folder, name, kept)
    blocks, notes = reader.settled(blocks), reader.settled(document.notes)
    found += (*lost, *reader.found)
    return Draft(metadata, blocks, notes, reader.images, counts, tuple(found))


# --- front matter -----------------------------------------------------------------------


def _metadata(
    document: Document, own: Metadata, text: str, name: str
) -> tuple[Metadata, list[Diagnostic]]:
    """The metadata of the front matter (with its ``own`` identifier, not a derived one), including
    keywords and a description under other tools' names; other keys are reported."""
    found: list[Diagnostic] = []
    metadata = replace(document.metadata, identifier=own.identifier)
    unknown = [one for one in document.diagnostics if one.code == Code.UNKNOWN_KEY.slug]
    written = _written(text) if unknown else {}
    for one in unknown:
        match = re.search(r"`([^`]+)`", one.message)
        key = match[1] if match else ""
        value = written.get(key)
        if key.lower() in _TAGS and not metadata.keywords and (words := _words(value)):
            metadata = replace(metadata, keywords=words)
        elif key.lower() in _DESCRIPTIONS and not metadata.description and isinstance(value, str):
            metadata = replace(metadata, description=" ".join(value.split()))
        else:
            message = f"The key `{key}` has no counterpart here, and is left out."
            span = Span(one.line, one.column)
            found.append(diagnostic(Code.NOT_IMPORTED, message, span=span, source=name))
    return metadata, found


def _written(text: str) -> dict[str, Any]:
    body = text.split("---\n", 2)
    try:
        found = yaml.safe_load(body[1]) if len(body) > 2 else {}
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return tuple(dict.fromkeys(str(item).lstrip("#").strip() for item in items if item))


# --- comments ---------------------------------------------------------------------------


def _comments(text: str, taken: int, name: str) -> tuple[dict[int, str], list[Diagnostic]]:
    """The comments between blocks, by the line that they begin on; those within text are lost, with
    a message. The front matter has ``taken`` this number of lines."""
    lines = text.split("\n")
    tree = parse_tree("\n".join(lines[taken:]), taken + 1)
    code: set[int] = set()
    inside: set[int] = set()
    for element in tree.root.iter():
        if isinstance(element, BlockElement) and element.tag in ("pre", "math"):
            code.update(range(element.line, element.end + 1))
    for element in tree.root:
        if isinstance(element, BlockElement) and element.tag != "html":
            inside.update(range(element.line, element.end + 1))
    kept: dict[int, str] = {}
    lost: list[Diagnostic] = []
    line, last = 1, 0
    for at, said in _written_comments(text):
        line, last = line + text.count("\n", last, at), at
        if line in code or line <= taken or not said:
            continue
        column = at - text.rfind("\n", 0, at)
        if line in inside or column > 4:
            message = f"The comment “{said[:60]}” is inside a block, and is left out."
            lost.append(
                diagnostic(Code.NOT_IMPORTED, message, span=Span(line, column), source=name)
            )
        else:
            kept[line] = said
    return kept, lost


def _written_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a text, each with its position."""
    end = 0
    unclosed: set[str] = set()
    for opening in re.finditer("<!--|%%", text):
        if opening.start() < end or opening[0] in unclosed:
            continue
        close = text.find(_COMMENTS[opening[0]], opening.end())
        if close < 0:
            unclosed.add(opening[0])
            continue
        end = close + len(_COMMENTS[opening[0]])
        yield opening.start(), " ".join(text[opening.end() : close].split())


def _with_comments(document: Document, comments: dict[int, str]) -> tuple[Block, ...]:
    """The blocks, with a placeholder for each comment before the block that follows it."""
    waiting = sorted(comments.items(), reverse=True)
    found: list[Block] = []
    for block in document.blocks:
        place = document.place(block.span)
        while waiting and place and not place.file and waiting[-1][0] < place.line:
            found.append(comment(waiting.pop()[1]))
        found.append(block)
    return (*found, *(comment(said) for _, said in reversed(waiting)))


def _group(node: model.FigureGroup, span: Span | None) -> Node | tuple[Node, ...]:
    """A group of figures; the remaining ones if images are missing."""
    if all(isinstance(figure, model.Figure) for figure in node.figures):
        return node
    caption = (model.Paragraph(children=node.caption),) if node.caption else ()
    return (*node.figures, *caption)


# --- files ------------------------------------------------------------------------------


class _Files:
    """Existing images, by their paths in the source; and those that are missing."""

    def __init__(self, document: Document, folder: Path, name: str, kept: frozenset[Path]) -> None:
        self.images: dict[str, bytes] = {}
        self.found: list[Diagnostic] = []
        self._folder = folder
        self._kept = kept
        self._name = name
        self._looked_at: set[str] = set()
        self._files = frozenset(document.files)
        self._values = values(document.metadata)
        self._labels = {note.label for note in document.notes}
        nodes = [*all_nodes(document)]
        self._ids = {node.attributes.id for node in nodes} - {""}
        headings = (node for node in nodes if isinstance(node, model.Heading))
        self._places_to_go = self._ids | {slug(plain_text(node.children)) for node in headings}
        self._document = document

    def settled(self, nodes: tuple[Any, ...]) -> tuple[Any, ...]:
        """The nodes, with text in place of broken links."""
        for node in walk(nodes):
            if isinstance(node, Image):
                self._look_at(node)
        changes: Changes = {
            Image: self._image,
            Link: self._link,
            model.Variable: self._variable,
            model.NoteReference: self._note,
            model.CrossReference: self._reference,
            model.FigureGroup: _group,
        }
        made = rewrite(nodes, enter={model.Figure: self._figure}, leave=changes, context=SPAN)
        return rewrite(made, leave=joined_runs())

    def _look_at(self, node: Image) -> None:
        """Take an image that is there."""
        if scheme(node.source) or node.source in self._looked_at:
            return
        self._looked_at.add(node.source)
        found = locate(self._folder, node.source, Code.MISSING_IMAGE)
        if isinstance(found, Located):
            try:
                self.images[found.name] = found.read()
            except OSError:
                return

    def _is_there(self, node: Image) -> bool:
        return unquote(node.source).removeprefix("./") in self.images

    def _figure(self, node: model.Figure, span: Span | None) -> Node | tuple[Node, ...]:
        if self._is_there(node.image):
            return node
        made = self._image(node.image, node.image.span or span)
        children = node.caption or (made if isinstance(made, tuple) else ())
        return model.Paragraph(children=children) if children else ()  # type: ignore[arg-type]

    def _image(self, node: Image, span: Span | None) -> Node | tuple[Node, ...]:
        if self._is_there(node):
            if node.alt or "decorative" in node.attributes.classes:
                return node
            message = f"The image “{node.source}” has no alternative text."
            hint = "Describe it in the brackets, in place of {.decorative}."
            self._tell(message, span, hint)
            own = node.attributes
            return replace(node, attributes=replace(own, classes=(*own.classes, "decorative")))
        if scheme(node.source):
            message = f"The image “{node.source[:80]}” is on the web; it is replaced by a link."
            self._tell(message, span, "Save a copy beside the source.")
            href = f"https:{node.source}" if node.source.startswith("//") else node.source
            said = node.alt or href
            return Link(children=(Text(text=said),), href=href) if said else ()
        self._tell(f"The image “{node.source[:80]}” is not there, and is left out.", span)
        return (Text(text=node.alt),) if node.alt else ()

    def _link(self, node: Link, span: Span | None) -> Node | tuple[Node, ...]:
        """A link; of one to a file that is not part of the source, only the text."""
        target = unquote(node.href.partition("#")[0])
        if node.href.startswith("#"):
            found = unquote(node.href[1:]).casefold() in {p.casefold() for p in self._places_to_go}
            return node if found else node.children
        if scheme(node.href) or target in self._files or self._is_kept(target):
            return node
        if "%7B%7B" in node.href:
            return node
        message = f"The link to “{target[:80]}” is left out, and its text stays."
        hint = "Readers do not get the files beside the source: put it on the web, or include it."
        self._tell(message, span, hint)
        return node.children or (Text(text=plain_text((node,)) or quote(target)),)

    def _is_kept(self, target: str) -> bool:
        return bool(self._kept and target) and (self._folder / target).resolve() in self._kept

    def _variable(self, node: model.Variable, span: Span | None) -> Node:
        """A variable that nothing gives a value is text, as it is for its own program."""
        return node if look_up(node.name, self._values) else self._typed(f"{{{{ {node.name} }}}}")

    def _note(self, node: model.NoteReference, span: Span | None) -> Node:
        return node if node.label in self._labels else self._typed(f"[^{node.label}]")

    def _reference(self, node: model.CrossReference, span: Span | None) -> Node:
        return node if node.target in self._ids else self._typed(f"@{node.target}")

    def _typed(self, text: str) -> Text:
        return Text(text=text)

    def _tell(self, message: str, span: Span | None, hint: str = "") -> None:
        span = self._document.place(span)
        source = (span.file if span else "") or self._name
        self.found.append(
            diagnostic(Code.NOT_IMPORTED, message, span=span, source=source, hint=hint)
        )
