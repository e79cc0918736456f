"""The state of reading a leaf's text: the position, the nodes and the problems found."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Attributes
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.parser import attributes
from pipeline.parser.inlines.chain import Chain
from pipeline.parser.inlines.patterns import InlineSpan
from pipeline.parser.lines import Line, LinePlaces


class Leaf:
    """``data`` is the text, of which everything before ``pos`` is in ``chain``."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.places = LinePlaces(lines)
        self.data = "\n".join(lines).rstrip(" \t")
        self.chain = Chain()
        self.pos = 0
        self.diagnostics: list[Diagnostic] = []

    def at(self, text: str) -> bool:
        """Return whether ``text`` is at this position."""
        return self.data.startswith(text, self.pos)

    def skip_spaces(self) -> None:
        while self.pos < len(self.data) and self.data[self.pos] in " \t":
            self.pos += 1

    def attributes(self) -> tuple[Attributes, int] | None:
        """The attribute list at this position, and its end."""
        return attributes.read(self.data, self.pos) if self.at("{") else None

    def take_attributes(self, element: InlineSpan) -> None:
        """Give ``element`` the attribute list after it, if there is one."""
        found = self.attributes()
        if found:
            element.attributes, self.pos = found
        else:
            self.check_attributes()

    def check_attributes(self) -> None:
        """Report an invalid attribute list at this position."""
        if self.at("{") and (written := attributes.mistaken(self.data, self.pos)):
            message, hint = attributes.invalid(written)
            self.report(Code.BAD_ATTRIBUTE, message, self.pos, hint)

    def report(self, code: Code, message: str, pos: int, hint: str) -> None:
        span = self.places.at(pos)
        self.diagnostics.append(diagnostic(code, message, span=span, hint=hint))
