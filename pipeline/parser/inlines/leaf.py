"""The state of reading a leaf's text: the position, the pieces read so far, and the findings. The
pieces are a linked list, so that matches are joined in constant time, whatever the text."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

import msgspec

from pipeline.model import Attributes
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.parser import attributes
from pipeline.parser.inlines.patterns import InlineSpan
from pipeline.parser.lines import Line, LinePlaces


class Piece(msgspec.Struct, eq=False):
    """Text, or an element."""

    text: str = ""
    element: InlineSpan | None = None
    before: Piece | None = None
    after: Piece | None = None


class Delimiter(Piece, eq=False):
    """A run of one character, at first ``original`` times, that may open or close emphasis.
    ``previous`` and ``next`` are the neighbouring delimiters."""

    char: str = ""
    original: int = 0
    opens: bool = False
    closes: bool = False
    previous: Delimiter | None = None
    next: Delimiter | None = None

    @property
    def count(self) -> int:
        return len(self.text)


class Bracket(msgspec.Struct, eq=False):
    """An open ``[``, ``![`` or ``^[``: its position and that of its content, and the last delimiter
    before it. ``nested`` is set once another bracket was opened inside; ``inactive`` is the number
    of brackets that could not hold a link before a note was opened."""

    piece: Piece
    start: int
    content: int
    delimiter: Delimiter | None
    image: bool = False
    note: bool = False
    inactive: int = 0
    active: bool = True
    nested: bool = False


class Chain:
    def __init__(self) -> None:
        self.first: Piece | None = None
        self.last: Piece | None = None
        self.last_delimiter: Delimiter | None = None

    def add(self, piece: Piece) -> Piece:
        piece.before = self.last
        if self.last:
            self.last.after = piece
        else:
            self.first = piece
        self.last = piece
        return piece

    def add_text(self, text: str) -> Piece:
        return self.add(Piece(text))

    def add_delimiter(self, mark: Delimiter) -> None:
        self.add(mark)
        if mark.opens or mark.closes:
            mark.previous = self.last_delimiter
            if mark.previous:
                mark.previous.next = mark
            self.last_delimiter = mark

    def first_delimiter(self, bottom: Delimiter | None) -> Delimiter | None:
        """The first delimiter after ``bottom``, or of all."""
        if bottom is not None:
            return bottom.next
        delimiter = self.last_delimiter
        while delimiter and delimiter.previous:
            delimiter = delimiter.previous
        return delimiter

    def forget(self, mark: Delimiter) -> None:
        """Make a delimiter plain text."""
        if mark.previous:
            mark.previous.next = mark.next
        if mark.next:
            mark.next.previous = mark.previous
        if self.last_delimiter is mark:
            self.last_delimiter = mark.previous
        mark.previous = mark.next = None

    def forget_after(self, bottom: Delimiter | None) -> None:
        """Make all delimiters after ``bottom`` plain text."""
        while self.last_delimiter is not None and self.last_delimiter is not bottom:
            self.forget(self.last_delimiter)

    def remove(self, mark: Delimiter) -> None:
        self.forget(mark)
        if mark.before:
            mark.before.after = mark.after
        else:
            self.first = mark.after
        if mark.after:
            mark.after.before = mark.before
        else:
            self.last = mark.before

    def wrap(self, opener: Delimiter, closer: Delimiter, element: InlineSpan) -> None:
        """Put all between two delimiters into ``element``, which takes its place."""
        while opener.next is not None and opener.next is not closer:
            self.forget(opener.next)
        _fill(element, opener.after, closer)
        piece = Piece(element=element)
        piece.before, piece.after = opener, closer
        opener.after = closer.before = piece

    def wrap_rest(self, opener: Piece, element: InlineSpan) -> None:
        """Put all after ``opener`` into ``element``, which takes the place of both."""
        _fill(element, opener.after, None)
        opener.text, opener.element, opener.after = "", element, None
        self.last = opener

    def fill(self, parent: Element) -> None:
        _fill(parent, self.first, None)


def _fill(parent: Element, piece: Piece | None, end: Piece | None) -> None:
    """Append the pieces up to ``end`` to ``parent``, text as text and tails."""
    texts: list[str] = []
    last: Element | None = parent[-1] if len(parent) else None

    def flush() -> None:
        if texts:
            text = "".join(texts)
            texts.clear()
            if last is None:
                parent.text = (parent.text or "") + text
            else:
                last.tail = (last.tail or "") + text

    while piece is not None and piece is not end:
        if piece.element is not None:
            flush()
            parent.append(piece.element)
            last = piece.element
        elif piece.text:
            texts.append(piece.text)
        piece = piece.after
    flush()


class Leaf:
    """``data`` is the text, of which everything before ``pos`` is in ``chain``. ``marked`` are the
    beginnings and ends of elements with attributes, ``verbatim`` those of code and comments."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.places = LinePlaces(lines)
        self.data = "\n".join(lines).rstrip(" \t")
        self.chain = Chain()
        self.pos = 0
        self.diagnostics: list[Diagnostic] = []
        self.marked: list[tuple[int, int, Attributes]] = []
        self.verbatim: list[tuple[int, int]] = []

    def at(self, text: str) -> bool:
        """Return whether ``text`` is at this position."""
        return self.data.startswith(text, self.pos)

    def skip_spaces(self) -> None:
        while self.pos < len(self.data) and self.data[self.pos] in " \t":
            self.pos += 1

    def attributes(self) -> tuple[Attributes, int] | None:
        """The attribute list at this position, and its end; of one that cannot be read, what it
        withholds."""
        if not self.at("{"):
            return None
        if listed := attributes.read(self.data, self.pos):
            return listed
        if meant := attributes.meant_class(self.data, self.pos):
            message, hint = attributes.invalid(self.data[self.pos : meant[1]])
            self.report(Code.BAD_ATTRIBUTE, message, self.pos, hint)
        return meant

    def take_attributes(self, element: InlineSpan, start: int) -> None:
        """Give ``element``, which begins at ``start``, the attribute list after it, if any."""
        listed = self.attributes()
        if listed:
            element.attributes, self.pos = listed
            self.marked.append((start, self.pos, listed[0]))
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
