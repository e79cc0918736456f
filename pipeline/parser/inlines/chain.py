"""The pieces of a leaf read so far: a linked list, so that matches are joined in constant time,
whatever the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from pipeline.parser.inlines.patterns import InlineSpan


@dataclass(slots=True, eq=False)
class Delimiter:
    """A run of ``count`` characters that may open or close emphasis. ``previous`` and ``next`` are
    the neighbouring delimiters."""

    char: str
    count: int
    opens: bool
    closes: bool
    original: int = field(init=False)
    previous: Piece | None = None
    next: Piece | None = None

    def __post_init__(self) -> None:
        self.original = self.count


@dataclass(slots=True, eq=False)
class Piece:
    """Text, an element, or a delimiter's text."""

    text: str = ""
    element: InlineSpan | None = None
    delimiter: Delimiter | None = None
    before: Piece | None = None
    after: Piece | None = None


@dataclass(slots=True, eq=False)
class Bracket:
    """An open ``[``, ``![`` or ``^[``: its position and that of its content, and the last delimiter
    before it. ``nested`` is set once another bracket was opened inside; ``inactive`` is the number
    of brackets that could not hold a link before a note was opened."""

    piece: Piece
    start: int
    content: int
    delimiter: Piece | None
    image: bool = False
    note: bool = False
    inactive: int = 0
    active: bool = True
    nested: bool = False


class Chain:
    def __init__(self) -> None:
        self.first: Piece | None = None
        self.last: Piece | None = None
        self.last_delimiter: Piece | None = None

    def _append(self, piece: Piece) -> Piece:
        piece.before = self.last
        if self.last:
            self.last.after = piece
        else:
            self.first = piece
        self.last = piece
        return piece

    def add_text(self, text: str) -> Piece:
        return self._append(Piece(text))

    def add(self, element: InlineSpan) -> Piece:
        return self._append(Piece(element=element))

    def add_delimiter(self, delimiter: Delimiter, text: str) -> None:
        piece = self._append(Piece(text))
        if not (delimiter.opens or delimiter.closes):
            return
        piece.delimiter = delimiter
        delimiter.previous = self.last_delimiter
        if self.last_delimiter and self.last_delimiter.delimiter:
            self.last_delimiter.delimiter.next = piece
        self.last_delimiter = piece

    def first_delimiter(self, bottom: Piece | None) -> Piece | None:
        """The first delimiter after ``bottom``, or of all."""
        if bottom is not None:
            return bottom.delimiter.next if bottom.delimiter else None
        piece, found = self.last_delimiter, None
        while piece is not None:
            assert piece.delimiter is not None
            piece, found = piece.delimiter.previous, piece
        return found

    def forget(self, piece: Piece) -> None:
        """Make a delimiter plain text."""
        mark = piece.delimiter
        assert mark is not None
        if mark.previous and mark.previous.delimiter:
            mark.previous.delimiter.next = mark.next
        if mark.next and mark.next.delimiter:
            mark.next.delimiter.previous = mark.previous
        if self.last_delimiter is piece:
            self.last_delimiter = mark.previous
        piece.delimiter = None

    def forget_after(self, bottom: Piece | None) -> None:
        """Make all delimiters after ``bottom`` plain text."""
        while self.last_delimiter is not None and self.last_delimiter is not bottom:
            self.forget(self.last_delimiter)

    def remove(self, piece: Piece) -> None:
        if piece.delimiter:
            self.forget(piece)
        if piece.before:
            piece.before.after = piece.after
        else:
            self.first = piece.after
        if piece.after:
            piece.after.before = piece.before
        else:
            self.last = piece.before

    def wrap(self, opener: Piece, closer: Piece, element: InlineSpan) -> None:
        """Put all between two pieces into ``element``, which takes its place."""
        while opener.delimiter and opener.delimiter.next not in (None, closer):
            inner = opener.delimiter.next
            assert inner is not None
            self.forget(inner)
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
