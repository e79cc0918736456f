"""Markdown of other programs: Obsidian, Quarto, GitHub, Jekyll and Hugo, MkDocs, MyST, mdBook."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.dialects import metadata_of, place_in_file, translate
from pipeline.commands.importing.draft import (
    ALTERNATIVES,
    NO_FOLDER,
    Draft,
    InputFolder,
    comment,
    count,
    image_folder,
    tell_loss,
)
from pipeline.commands.importing.page_reader import SUFFIXES, has_alternative
from pipeline.commands.importing.tidying import figures_left, join_runs, paragraph_of
from pipeline.model import Block, Document, Image, Link, Node, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Severity, Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.names import slug
from pipeline.model.tree import SPAN, Changes, all_nodes, plain_text, rewrite, walk
from pipeline.model.variables import look_up, values
from pipeline.parser import parse, parse_file
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.dialects import comments_in
from pipeline.parser.files import normalise, read
from pipeline.parser.frontmatter import read_front_matter
from pipeline.parser.syntax import parse_tree
from pipeline.system.paths import Located, embedded_file, host, locate, locate_in_site, scheme

# --- mdbook ----------------------------------------------------------------------------------
# mdBook's directives in a chapter: included files, or parts of files, and hidden lines of Rust.

DEEPEST_INCLUDED, MOST_INCLUDED = 10, 1000
"""Files that include others, and files included by a chapter."""

_DIRECTIVE = late(
    r"(\\?)\{\{\s*+#(include|rustdoc_include|playground|playpen|title)\s++([^{}\n]{1,300}?)\s*+\}\}"
)
_ANCHOR = late(r"ANCHOR(_END)?:[ \t]*+([\w-]++)")
_RUST = late(r"[ \t]*+(`{3,}|~{3,})[ \t]*+rust\b")
_HIDDEN = late(r"[ \t]*+#(?:[ \t]|$)")


def expand_includes(text: str, path: Path, *, in_book: bool) -> tuple[str, int]:
    """The text of a chapter with its includes, and the number of hidden lines of Rust. A directive
    stays if its file is not in the folder of the book or of the chapter."""
    folder = path.parent
    above = [parent for parent in (folder, *folder.parents) if (parent / "book.toml").is_file()]
    root = (above[0] if in_book and above else folder).resolve()
    text = _with_files(text, folder, root, 0, iter(range(MOST_INCLUDED)))
    return _without_hidden(text) if in_book and above else (text, 0)


def _with_files(text: str, folder: Path, root: Path, depth: int, left: Iterator[int]) -> str:
    def replace_link(match: re.Match[str]) -> str:
        escape, kind, argument = match.groups()
        if escape:
            return match[0][1:]
        if kind == "title":
            return ""
        name, _, part = argument.partition(" ")[0].partition(":")
        file = (folder / name).resolve()
        is_there = file.is_relative_to(root) and file.is_file()
        if not is_there or depth >= DEEPEST_INCLUDED or next(left, None) is None:
            return match[0]
        try:
            lines = _part(file.read_text("utf-8-sig", "replace").splitlines(), part)
        except OSError:
            return match[0]
        included = "\n".join(lines)
        if kind == "include" or kind == "rustdoc_include":
            return _with_files(included, file.parent, root, depth + 1, left)
        return f"```rust\n{included}\n```"

    return _DIRECTIVE.sub(replace_link, text)


def _part(lines: list[str], part: str) -> list[str]:
    """The lines of a file between two numbers, or two anchors, without the lines of anchors."""
    first, _, last = part.partition(":")
    if part and (first or "1").isdecimal() and (last or "1").isdecimal():
        end = last if ":" in part else first
        lines = lines[max(0, int(first or 1) - 1) : int(end) if end else None]
        part = ""
    selected: list[str] = []
    is_in = not part
    for line in lines:
        anchor = _ANCHOR.search(line)
        if anchor and part and anchor[2] == part:
            is_in = not anchor[1]
        elif is_in and not anchor:
            selected.append(line)
    return selected


def _without_hidden(text: str) -> tuple[str, int]:
    """The text without the lines of Rust that begin with ``#``, and their number."""
    lines: list[str] = []
    fence = ""
    hidden = 0
    for line in text.split("\n"):
        if fence:
            if line.strip() == fence:
                fence = ""
            elif _HIDDEN.match(line):
                hidden += 1
                continue
            elif line.lstrip().startswith("##"):
                line = line.replace("##", "#", 1)
        elif opening := _RUST.match(line):
            fence = opening[1]
        lines.append(line)
    return "\n".join(lines), hidden


# --- markdown --------------------------------------------------------------------------------
# Markdown of other programs: Obsidian, Quarto, GitHub, Jekyll and Hugo, MkDocs, MyST. The parser
# already supports their notations; unsupported ones become text here, with a message.

LONGEST_ADDRESS = 80
"""Characters of an address that are shown."""

_QUIET = frozenset(
    {Code.MISSING_TITLE.slug, Code.UNKNOWN_KEY.slug, Code.EMPTY_FILE.slug, Code.MISSING_FILE.slug}
)


def read_markdown(path: Path, name: str, inside: InputFolder = NO_FOLDER) -> Draft:
    """A file, with those it includes; links to chapters of the same book stay."""
    text = normalise(read(path)[0])
    whole, hidden = expand_includes(text, path, in_book=bool(inside.chapters))
    findings: list[Diagnostic] = []

    def tell(line: int, message: str) -> None:
        findings.append(tell_loss(message, name, span=Span(line, 1)))

    whole = inside.link_text(translate(whole, tell), path.parent)
    document = parse_file(path, name) if whole == text else parse(whole, name, path.parent)
    draft = draft_of_markdown(whole, document, path.parent, name, inside)
    moved = place_in_file(draft.findings, whole.split("\n"), text.split("\n"), name)
    findings += moved
    if hidden:
        lines = "1 line" if hidden == 1 else f"{hidden} lines"
        findings.append(tell_loss(f"{lines} of Rust that mdBook hides: left out.", name))
    return replace(draft, findings=tuple(findings))


def draft_of_markdown(
    text: str, document: Document, folder: Path, name: str, inside: InputFolder = NO_FOLDER
) -> Draft:
    """A text, and its parsed document; its files are in a folder."""
    wrong = tuple(
        finding
        for finding in document.diagnostics
        if finding.is_error and finding.code != Code.BAD_YAML.slug
    )
    if wrong:
        return Draft(Metadata(), (), findings=wrong)
    document_metadata, front_lines, _ = read_front_matter(text, name)
    metadata, findings = metadata_of(document, document_metadata, text, name)
    findings += (
        replace(finding, severity=Severity.WARNING)  # of front matter, the rest is read
        for finding in document.diagnostics
        if finding.code not in _QUIET
    )
    is_untitled = any(finding.code == Code.MISSING_TITLE.slug for finding in document.diagnostics)
    if is_untitled and not metadata.title.strip():
        metadata = replace(metadata, title="")
    counts = count(document.blocks, document.notes)
    counts["words"] += len(metadata.title.split())
    comments, within = _comments(text, front_lines, name)
    counts["comments"] = len(comments) + len(within)
    blocks = _with_comments(document, comments)
    reader = _Files(document, folder, name, inside, id_of_title(text))
    blocks, notes = reader.settle_links(blocks), reader.settle_links(document.notes)
    counts[ALTERNATIVES] -= reader.nameless
    metadata = reader.with_works(metadata)
    findings += (*within, *reader.findings)
    return Draft(metadata, blocks, notes, reader.images, counts, tuple(findings))


_TITLE_ID = late(r"#[ \t][^\n{]*+\{:?[ \t]*+#([^\s{}]{1,100})[^{}\n]*+\}[ \t]*+#*+[ \t]*+(?:\n|$)")


def id_of_title(text: str) -> str:
    """The id of the heading that a text begins with, after its front matter; "" for none."""
    body = text.partition("\n---\n")[2] if text.startswith("---\n") else text
    match = _TITLE_ID.match(body.lstrip())
    return match[1] if match else ""


# --- comments ---------------------------------------------------------------------------


def _comments(text: str, front_lines: int, name: str) -> tuple[dict[int, str], list[Diagnostic]]:
    """The comments between blocks, by the line that they begin on; those within text are lost, with
    a message. The front matter has this number (``front_lines``) of lines."""
    lines = text.split("\n")
    tree = parse_tree("\n".join(lines[front_lines:]), front_lines + 1)
    code: set[int] = set()
    inside: set[int] = set()
    for element in tree.root.iter():
        if isinstance(element, BlockElement) and element.tag in ("pre", "math"):
            code.update(range(element.line, element.end + 1))
    for element in tree.root:
        if isinstance(element, BlockElement) and element.tag != "html":
            inside.update(range(element.line, element.end + 1))
    kept: dict[int, str] = {}
    findings: list[Diagnostic] = []
    line, last = 1, 0
    for at, content in comments_in(text):
        line, last = line + text.count("\n", last, at), at
        if line in code or line <= front_lines or not content:
            continue
        column = at - text.rfind("\n", 0, at)
        if line in inside or column > 4:
            message = f"The comment “{content[:60]}” is inside a block, and is left out."
            findings.append(tell_loss(message, name, span=Span(line, column)))
        else:
            kept[line] = content
    return kept, findings


def _with_comments(document: Document, comments: dict[int, str]) -> tuple[Block, ...]:
    """The blocks, with a placeholder for each comment before the block that follows it."""
    waiting = sorted(comments.items(), reverse=True)
    result: list[Block] = []
    for block in document.blocks:
        place = document.place(block.span)
        while waiting and place and not place.file and waiting[-1][0] < place.line:
            result.append(comment(waiting.pop()[1]))
        result.append(block)
    return (*result, *(comment(content) for _, content in reversed(waiting)))


def _alone(node: model.Paragraph, span: Span | None) -> Node:
    """A paragraph; of an image alone in it, what it is written as."""
    attributes = node.attributes
    if "image" not in attributes.classes:
        return node
    classes = tuple(name for name in attributes.classes if name != "image")
    return paragraph_of(node.children, replace(attributes, classes=classes))


def _container(node: model.Container, span: Span | None) -> Node | tuple[Node, ...]:
    """A block; Notion's boxes are elements `aside`, and tabs are labelled passages."""
    if node.name == "tab":
        return node.children
    if node.name != "aside":
        return node
    inner = (
        model.Paragraph(children=n.children) if isinstance(n, model.Plain) else n
        for n in node.children
    )
    return model.Container(name="sidebar", children=tuple(inner))


# --- files ------------------------------------------------------------------------------


class _Files:
    """Existing images, by their paths in the source; and those that are missing."""

    def __init__(
        self, document: Document, folder: Path, name: str, inside: InputFolder, title_id: str
    ) -> None:
        self.images: dict[str, bytes] = {}
        self.findings: list[Diagnostic] = []
        self._folder = folder
        self._around = inside
        self._name = name
        self._looked_at: set[str] = set()
        self.nameless = 0
        self._inside: dict[str, str] = {}
        self._files = frozenset(document.files)
        self._values = values(document.metadata)
        self._has_works = bool(document.metadata.bibliography)
        self._labels = {note.label for note in document.notes}
        nodes = [*all_nodes(document)]
        self._ids = {node.attributes.id for node in nodes} - {""}
        headings = (node for node in nodes if isinstance(node, model.Heading))
        title = {slug(document.metadata.title), "title", "top", title_id} - {""}
        self._title_id = "" if inside.chapters else title_id  # a chapter keeps its heading
        self._places_to_go = {slug(plain_text(node.children)) for node in headings} | title
        self._places_to_go |= self._ids
        self._document = document

    def settle_links(self, nodes: tuple[Any, ...]) -> tuple[Any, ...]:
        """The nodes, with text in place of broken links."""
        for node in walk(nodes):
            if isinstance(node, Image):
                self._look_at(node)
        for node in walk(nodes):  # those that are not there leave nothing to refer to
            if isinstance(node, model.FigureGroup) and not any(
                self._is_there(figure.image) for figure in node.figures
            ):
                self._ids.discard(node.attributes.id)
            image = node.image if isinstance(node, model.Figure) else node
            if isinstance(image, Image) and not self._is_there(image):
                self._ids.discard(node.attributes.id)
        changes: Changes = {
            Image: self._image,
            Link: self._link,
            model.Variable: self._variable,
            model.NoteReference: self._note,
            model.CrossReference: self._reference,
            model.Citation: self._citation,
            model.CodeBlock: self._code,
            model.Heading: self._heading,
            model.Paragraph: _alone,
            model.Container: _container,
            model.FigureGroup: lambda node, span: figures_left(node),
        }
        rewritten = rewrite(nodes, enter={model.Figure: self._figure}, leave=changes, context=SPAN)
        return rewrite(rewritten, leave=join_runs())

    def with_works(self, metadata: Metadata) -> Metadata:
        """The metadata with the files of works that are there, which are taken."""
        there = []
        for work in metadata.bibliography:
            file = locate(self._folder, work.text, Code.MISSING_FILE)
            if isinstance(file, Located):
                self.images[file.name] = file.read()
                there.append(work)
            else:
                self._tell(f"There is no bibliography file “{work.text}”; it is left out.", None)
        return replace(metadata, bibliography=tuple(there))

    def _look_at(self, node: Image) -> None:
        """Take an image that is there."""
        if scheme(node.source) == "data":
            kind = node.source.partition(",")[0].partition(";")[0].removeprefix("data:")
            content, suffix = embedded_file(node.source), SUFFIXES.get(kind.lower(), "")
            if content and suffix and node.source not in self._inside:
                name = f"{image_folder(self._name)}/image-{len(self._inside) + 1}{suffix}"
                self.images[name] = content
                self._inside[node.source] = name
            return
        if node.source.startswith("/") and not node.source.startswith("//"):
            if in_site := locate_in_site(self._folder, node.source):
                found, shared = in_site
                name = f"images/{found.name.replace('../', '')}" if shared else found.name
                self._inside[node.source], self.images[name] = name, found.read()
            else:
                self._look_elsewhere(node.source)
            return
        if scheme(node.source) or node.source in self._looked_at:
            return
        self._looked_at.add(node.source)
        file = locate(self._folder, node.source, Code.MISSING_IMAGE)
        if isinstance(file, Located):
            try:
                self.images[file.name] = file.read()
            except OSError:
                return
        else:
            self._look_elsewhere(node.source)

    def _look_elsewhere(self, source: str) -> None:
        """Take an image from elsewhere in the folder that is imported."""
        image_path = self._around.image(self._folder, unquote(source))
        there = image_path and locate(
            self._around.path or Path(), quote(image_path.as_posix()), Code.MISSING_IMAGE
        )
        if image_path and isinstance(there, Located):
            name = f"images/{image_path.as_posix()}"
            self._inside[source], self.images[name] = name, there.read()

    def _heading(self, node: model.Heading, span: Span | None) -> Node:
        """A heading, which needs no bold and no id that it has anyway."""
        children = node.children
        if len(children) == 1 and isinstance(children[0], model.Strong):
            children = children[0].children
        attributes = node.attributes
        if attributes.id == slug(plain_text(children)):
            attributes = replace(attributes, id="")
        return replace(node, children=children, attributes=attributes)

    def _code(self, node: model.CodeBlock, span: Span | None) -> Node:
        return replace(node, language="") if node.language == "mermaid" else node

    def _citation(self, node: model.Citation, span: Span | None) -> Node | tuple[Node, ...]:
        """A citation; without works, a cross-reference, or text."""
        targets = [item.key for item in node.items]
        is_there = all(t in self._ids or t in self._around.ids for t in targets)
        if self._has_works or not (is_there or node.source.startswith("[")):
            return node  # a name such as @ann is text without works
        if not is_there:
            self._tell(f"`{node.source}` is kept as text: there is no bibliography file.", span)
            return Text(text=node.source)
        references: list[Node] = []
        for target in targets:
            references += [Text(text=", ")] if references else []
            references.append(model.CrossReference(target=target))
        return tuple(references)

    def _is_there(self, node: Image) -> bool:
        name = unquote(node.source).removeprefix("./")
        return name in self.images or node.source in self._inside

    def _figure(self, node: model.Figure, span: Span | None) -> Node | tuple[Node, ...]:
        if self._is_there(node.image):
            return node
        image = self._image(node.image, node.image.span or span)
        if isinstance(image, Image):
            return replace(node, image=image)
        children = node.caption or (image if isinstance(image, tuple) else ())
        return model.Paragraph(children=children) if children else ()  # type: ignore[arg-type]

    def _image(self, node: Image, span: Span | None) -> Node | tuple[Node, ...]:
        node = replace(node, source=quote(self._inside.get(node.source, ""), "/") or node.source)
        if self._is_there(node):
            if not has_alternative(node.alt) or node.alt == "Untitled":  # Notion's name for none
                self.nameless += bool(node.alt)
                node = replace(node, alt="")
            if node.alt or "decorative" in node.attributes.classes:
                return node
            message = f"The image “{node.source}” has no alternative text."
            hint = "Describe it in the brackets, in place of {.decorative}."
            self._tell(message, span, hint)
            attributes = node.attributes
            return replace(
                node, attributes=replace(attributes, classes=(*attributes.classes, "decorative"))
            )
        if scheme(node.source) == "data":
            self._tell("The data of an image in the text are broken; it is left out.", span)
            return (Text(text=node.alt),) if node.alt else ()
        if scheme(node.source):
            address = node.source[:LONGEST_ADDRESS]
            message = f"The image “{address}” is on the web; it is replaced by a link."
            self._tell(message, span, "Save a copy beside the source.")
            href = f"https:{node.source}" if node.source.startswith("//") else node.source
            text = node.alt or (href if len(href) <= LONGEST_ADDRESS else host(href))
            return Link(children=(Text(text=text),), href=href) if text else ()
        self._tell(
            f"The image “{node.source[:LONGEST_ADDRESS]}” does not exist, and is left out.", span
        )
        return (Text(text=node.alt),) if node.alt else ()

    def _link(self, node: Link, span: Span | None) -> Node | tuple[Node, ...]:
        """A link; of one to a file that is not part of the source, only the text."""
        inner = ((n.children if isinstance(n, Link) else (n,)) for n in node.children)
        node = replace(node, children=tuple(child for nodes in inner for child in nodes))
        target = unquote(node.href.partition("#")[0])
        if node.href.startswith("#"):
            is_known = unquote(node.href[1:]).casefold() in {
                p.casefold() for p in self._places_to_go
            }
            if not is_known:
                text = plain_text(node.children).strip()[:60]
                message = f"The link “{text}” leads nowhere in the source; its text is kept."
                self._tell(message, span)
            if is_known and self._title_id and node.href == f"#{self._title_id}":
                return replace(node, href="#title")
            return node if is_known else node.children
        if scheme(node.href) or target in self._files:
            return node
        if chapter := self._around.chapter(self._folder, target):
            path = os.path.relpath(chapter.with_suffix(".md"), self._folder.resolve())
            _, mark, place = node.href.partition("#")
            return replace(node, href=f"{quote(Path(path).as_posix(), '/')}{mark}{place}")
        if "%7B%7B" in node.href:
            return node
        message = f"The link to “{target[:LONGEST_ADDRESS]}” is left out, and its text stays."
        hint = "Readers do not get the files beside the source: put it on the web, or include it."
        self._tell(message, span, hint)
        return node.children or (Text(text=plain_text((node,)) or quote(target)),)

    def _variable(self, node: model.Variable, span: Span | None) -> Node:
        """A variable that nothing gives a value is text, as it is for its own program."""
        return node if look_up(node.name, self._values) else Text(text=f"{{{{ {node.name} }}}}")

    def _note(self, node: model.NoteReference, span: Span | None) -> Node:
        return node if node.label in self._labels else Text(text=f"[^{node.label}]")

    def _reference(self, node: model.CrossReference, span: Span | None) -> Node:
        is_there = node.target in self._ids or node.target in self._around.ids
        return node if is_there else Text(text=f"@{node.target}")

    def _tell(self, message: str, span: Span | None, hint: str = "") -> None:
        span = self._document.place(span)
        source = (span.file if span else "") or self._name
        self.findings.append(tell_loss(message, source, hint, span))
