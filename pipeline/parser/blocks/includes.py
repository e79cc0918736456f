"""Included files: ``{{ include part.md }}`` alone on a line, or as in Quarto, Obsidian and MkDocs.
Their blocks replace the line, in the same quotes, lists and containers, and end with their file."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.dialects import Dialect, table
from pipeline.parser.frontmatter import of_other_tool, yaml_nodes
from pipeline.parser.lines import Cursor

MAX_DEPTH = 16
MAX_INCLUDES = 1000
_OPTION = late(r"shift=([\"']?)([1-5])\1")
_HINT = "Write `{{ include part.md }}`, with a path that contains spaces in quotes."


class Directive(NamedTuple):
    """``path`` is at ``column`` of the text, counted from 0. An include that applies only
    ``if_there`` is text if the file does not exist."""

    path: str
    options: tuple[str, ...]
    column: int
    if_there: bool = False


class IncludeProcessor(LineProcessor):
    """``include`` is the keyword of the directive in double braces."""

    begins = "{!-"
    takes_in = True

    _count = 0

    def start(self, cursor: Cursor) -> bool:
        directive = read(cursor.rest, table(self.parser.files.dialects))
        if directive is None:
            return False
        if directive.if_there:
            path = self.parser.files.find(directive.path, cursor.line.at())
            if isinstance(path, Diagnostic):
                return False
        problem = self._include(directive, cursor)
        if problem:
            self.parser.diagnostics.append(problem)
            # a failed include stays visible, as typed
            element = BlockElement("missing", cursor.number, self)
            element.text = cursor.rest.rstrip(" \t")
            self.parser.add_leaf(element, cursor)
        return True

    def _include(self, directive: Directive, cursor: Cursor) -> Diagnostic | None:
        """Include the file, or report a problem."""
        span = cursor.line.at(directive.column)
        if not directive.path:
            message = "The include does not name a file."
            return diagnostic(Code.BAD_INCLUDE, message, span=span, hint=_HINT)
        shift = 0
        for option in directive.options:
            match = _OPTION.fullmatch(option)
            if match is None:
                message = f"`{option}` is not an option of an include."
                hint = "A path with spaces needs quotes; `shift=1` to `shift=5` lower the headings."
                return diagnostic(Code.BAD_INCLUDE, message, span=span, hint=hint)
            shift = int(match[2])
        name = self.parser.files.find(directive.path, span)
        if isinstance(name, Diagnostic):
            return name
        piece = self.parser.files.lines.place(cursor.number)[0]
        problem = self._too_much(name, piece.within, span)
        if problem:
            return problem
        text = self.parser.files.read(directive.path, span)
        if isinstance(text, Diagnostic):
            return text
        self._read(name, text, shift, cursor)
        return None

    def _too_much(self, name: str, within: tuple[str, ...], span: Span) -> Diagnostic | None:
        if name in within:
            chain = " → ".join((*within[within.index(name) :], name))
            message = f"“{name}” includes itself: {chain}."
            return diagnostic(Code.INCLUDE_CYCLE, message, span=span)
        self._count += 1
        if len(within) > MAX_DEPTH:
            message = f"Includes are nested more than {MAX_DEPTH} deep."
        elif self._count > MAX_INCLUDES:
            message = f"More than {MAX_INCLUDES:,} files are included."
        else:
            return None
        return diagnostic(Code.TOO_MANY_INCLUDES, message, span=span)

    def _read(self, name: str, text: str, shift: int, cursor: Cursor) -> None:
        parser, lines = self.parser, self.parser.files.lines
        parent, at = lines.place(cursor.number)
        front = yaml_nodes.find(text)
        other = of_other_tool(text) if front is None else None
        skipped = other.lines if other else front.lines if front and front.closed else 0
        lines.begin(cursor.number, name, skipped + 1, shift)
        if skipped:
            self._skipped_front_matter(cursor)
        parser.read_within(text.removesuffix("\n").split("\n")[skipped:])
        lines.resume(parser.number, parent, at + 1)

    def _skipped_front_matter(self, cursor: Cursor) -> None:
        """A position outside the lines that are parsed, so its file is resolved immediately."""
        file = self.parser.files.lines.place(cursor.number + 1)[0].file
        message = "The front matter of an included file is ignored."
        hint = "Move what you need of it to the front matter of the main source."
        span = Span(1, 1, file=file)
        self.parser.diagnostics.append(
            diagnostic(Code.INCLUDED_FRONT_MATTER, message, span=span, hint=hint)
        )


def read(text: str, dialect: Dialect | None = None) -> Directive | None:
    """The include directive in ``text``, if it is one."""
    text = text.rstrip(" \t")
    if other := _other(text, dialect or table()):
        return other
    if not (text.startswith("{{") and text.endswith("}}")):
        return None
    inner = text[2:-2]
    if not inner.strip() or "{{" in inner or "}}" in inner:
        return None
    word, *rests = inner.split(None, 1)
    if word != "include":
        return None
    rest = "".join(rests).rstrip()
    column = 2 + inner.rindex(rest) if rest else 0
    if rest[:1] in ("'", '"') and (end := rest.find(rest[0], 1)) > 0:
        return Directive(rest[1:end], tuple(rest[end + 1 :].split()), column)
    path, *options = rest.split() or [""]
    return Directive(path, tuple(options), column)


def _other(text: str, dialect: Dialect) -> Directive | None:
    """The directive that is equivalent to another tool's include."""
    for pattern, may_be in dialect.inclusions:
        if match := pattern.fullmatch(text):
            path = quote(match["path"].strip())
            if may_be and not PurePosixPath(match["path"]).suffix:
                path += ".md"
            return Directive(path, (), match.start("path"), may_be)
    return None
