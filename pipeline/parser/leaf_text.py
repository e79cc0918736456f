"""The reading of a leaf's text: its state, and emphasis, scripts and the parts of links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote
from xml.etree.ElementTree import Element

import msgspec
from markdown.inlinepatterns import InlineProcessor

from pipeline.model import Attributes
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.removal import TEXT
from pipeline.model.variables import NAME, WRITTEN
from pipeline.parser.attributes import (
    meant_class,
    mistaken_attributes,
    read_attributes,
    tell_invalid,
)
from pipeline.parser.lines import (
    ENTITY,
    PUNCTUATION,
    REPLACEMENT,
    Line,
    LinePlaces,
    decode_entity,
    is_wide,
    unescape,
)
from pipeline.parser.markup import CLOSING_TAG, OPENING_TAG

# --- links -----------------------------------------------------------------------------------
# Destinations, titles, labels and definitions of links (CommonMark 0.31.2, 6.3 and 4.7).

_BRACKETED = late(r"<((?:[^<>\n\\]++|\\.)*+)>")
_TITLES = {
    '"': late(r'"((?:[^"\\]++|\\.)*+)"', re.S),
    "'": late(r"'((?:[^'\\]++|\\.)*+)'", re.S),
    "(": late(r"\(((?:[^()\\]++|\\.)*+)\)", re.S),
}
_VARIABLE = late(WRITTEN)
_LABEL = late(r"\[((?:[^\[\]\\]|\\.){0,999})\]", re.S)
_SPACED_LINK = late(
    r"((?![\w+.-]+:)[^()<>\"'\n]*\.[A-Za-z0-9]{2,5}(?:#[^\s()<>\"'#]*)?)(?=[ \t]*\)|[ \t]+[\"'(])"
)
"""A path to a file, with spaces in it."""
_SPACE = late(r"[ \t]*(?:\n[ \t]*)?")
_LINE_SPACE = late(r"[ \t]*")
_SAFE = "!#$&'()*+,-./:;=?@_~%"
MAX_PARENTHESES = 32


def normalise(label: str) -> str:
    """The normalised form of a label, for matching."""
    return " ".join(label.split()).casefold().upper()


def encode(destination: str) -> str:
    """An address with everything percent-encoded that must be; ids stay as written."""
    address = unescape(destination)
    return address if address.startswith("#") else quote(address, safe=_SAFE)


def read_destination(text: str, pos: int) -> tuple[str, int] | None:
    """The (raw) destination at ``pos``, and its end."""
    if text.startswith("<", pos):
        match = _BRACKETED.match(text, pos)
        return (match[1], match.end()) if match else None
    depth, at = 0, pos
    while at < len(text):
        char = text[at]
        if char == "{" and (variable := _VARIABLE.match(text, at)):
            at = variable.end()
            continue
        if char == "\\" and at + 1 < len(text) and not text[at + 1].isspace():
            at += 2
            continue
        if char == "(":
            depth += 1
            if depth > MAX_PARENTHESES:
                return None
        elif char == ")":
            if not depth:
                break
            depth -= 1
        elif char <= " " or char == "\x7f":
            break
        at += 1
    return (text[pos:at], at) if not depth else None


def read_title(text: str, pos: int) -> tuple[str, int] | None:
    """The (raw) title at ``pos``, and its end."""
    pattern = _TITLES.get(text[pos : pos + 1])
    match = pattern.match(text, pos) if pattern else None
    if not match or "\n\n" in match[1]:
        return None
    return match[1], match.end()


def read_label(text: str, pos: int) -> tuple[str, int] | None:
    """The label ``[…]`` at ``pos`` (which may be empty), and its end."""
    match = _LABEL.match(text, pos)
    return (match[1], match.end()) if match else None


def skip_space(text: str, pos: int) -> int:
    """White space with at most one line end."""
    match = _SPACE.match(text, pos)
    assert match is not None
    return match.end()


def read_inline(text: str, pos: int) -> tuple[str, str, int] | None:
    """``(destination "title")`` at ``pos``: both parts, and the end."""
    at = skip_space(text, pos + 1)
    if text.startswith(")", at):
        return "", "", at + 1
    destination = read_destination(text, at)
    if destination is None:
        return None
    after = skip_space(text, destination[1])
    if not text.startswith((")", *_TITLES), after) and (path := _SPACED_LINK.match(text, at)):
        destination = path[1], path.end()  # not CommonMark, but people write it
        after = skip_space(text, path.end())
    title = read_title(text, after) if after > destination[1] else None
    if title:
        after = skip_space(text, title[1])
    if not text.startswith(")", after):
        return None
    return destination[0], title[0] if title else "", after + 1


def read_definition(
    lines: Sequence[str],
    start: int,
    references: MutableMapping[str, tuple[str, str]],
    rebase: Callable[[str], str],
) -> int:
    """Read the definition at the beginning of ``lines`` into ``references`` (the first of a label
    counts), with its address as ``rebase`` makes it; returns its number of lines, 0 for none."""
    count = 8
    while True:
        text = "\n".join(lines[start : start + count])
        definition = _definition(text)
        if start + count >= len(lines) or (definition and definition[3] < len(text)):
            break
        count *= 4
    if not definition:
        return 0
    label, destination, title, end = definition
    references.setdefault(normalise(label), (rebase(encode(destination)), unescape(title)))
    return text.count("\n", 0, end) + 1


def _definition(text: str) -> tuple[str, str, str, int] | None:
    label = read_label(text, 0)
    if not label or not label[0].strip() or not text.startswith(":", label[1]):
        return None
    start = skip_space(text, label[1] + 1)
    destination = read_destination(text, start)
    if destination is None or (destination[1] == start):
        return None
    at = skip_space(text, destination[1])
    title = read_title(text, at) if at > destination[1] else None
    if title:
        end = _end_of_line(text, title[1])
        if end is not None:
            return label[0], destination[0], title[0], end
    end = _end_of_line(text, destination[1])
    return None if end is None else (label[0], destination[0], "", end)


def _end_of_line(text: str, pos: int) -> int | None:
    match = _LINE_SPACE.match(text, pos)
    assert match is not None
    return match.end() if match.end() == len(text) or text[match.end()] == "\n" else None


# --- patterns --------------------------------------------------------------------------------
# The inline constructs that a single pattern recognises: Python-Markdown inline processors.
#
# Each names its possible first characters (``triggers``), so that the scanner only tries those
# that can match. If several have the same trigger, the first match counts.

RAW_HTML = (
    rf"{OPENING_TAG}|{CLOSING_TAG}|<!-->|<!--->|<!--.*?-->|<\?.*?\?>|<![A-Za-z][^>]*>"
    r"|<!\[CDATA\[.*?\]\]>"
)

# A variable with spaces in an address: without them it is like any other characters.
_SPACED_MARK = rf"\{{\{{(?:[ \t]+{NAME}[ \t]*|{NAME}[ \t]+)\}}\}}"


class InlineSpan(Element):
    """An inline element. ``attributes`` come from a list after it. ``offset`` is the position of an
    element that a pattern creates inside another."""

    def __init__(self, tag: str, text: str | None = None, **attrib: str) -> None:
        super().__init__(tag, attrib)
        self.text = text
        self.span: Span | None = None
        self.offset = 0
        self.attributes: Any = None


Result: TypeAlias = "str | InlineSpan | tuple[str | InlineSpan, int] | None"
"""The result of a match, with its end if that is another; None if it is text after all."""


class Pattern(InlineProcessor):
    """``read`` is given a match, and the text that it is in."""

    def __init__(
        self, triggers: str, pattern: str, read: Callable[[re.Match[str], str], Result]
    ) -> None:
        super().__init__("")
        self.pattern = pattern
        self.compiled_re = late(pattern, re.DOTALL)
        self.triggers = triggers
        self._read = read

    def handleMatch(  # type: ignore[override] # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[str | InlineSpan | None, int, int]:
        result = self._read(m, data)
        element, end = result if isinstance(result, tuple) else (result, m.end())
        return element, m.start(), end


def _autolink(m: re.Match[str], data: str) -> Result:
    address = m[1] or f"mailto:{m[2]}"
    href = encode(address.replace("\\", "%5C").replace("&", "&amp;"))
    return InlineSpan("a", m[1] or m[2], href=href)


def _bare_address(m: re.Match[str], data: str) -> Result:
    """Addresses without brackets (GFM specification, section 6.9)."""
    if m.start() and (data[m.start() - 1].isalnum() or data[m.start() - 1] in "/@"):
        return None
    address = _trim(_up_to_bracket(m[0]))
    if not _ADDRESS.fullmatch(address):
        return None
    href = address if address.startswith("http") else f"https://{address}"
    return InlineSpan("a", address, href=encode(href)), m.start() + len(address)


def _trim(address: str) -> str:
    """Without the punctuation that belongs to the sentence around it."""
    extra = address.count(")") - address.count("(")
    end = len(address)
    while end:
        char = address[end - 1]
        if char == ")" and extra > 0:
            extra -= 1
            end -= 1
        elif char in "?!.,:*_~'\"":
            end -= 1
        elif entity := _ENTITY_END.search(address[max(0, end - 40) : end]):
            end -= len(entity[0])
        else:
            break
    return address[:end]


def _up_to_bracket(address: str) -> str:
    """Up to a ``]`` that was opened before the address: the end of a link's text."""
    depth = 0
    for match in _BRACKETS.finditer(address):
        depth += 1 if match[0] == "[" else -1
        if depth < 0:
            return address[: match.start()]
    return address


def _read_escape(m: re.Match[str], data: str) -> Result:
    """A character; a bracket of what would be the mark of a choice is a text by itself, which is
    not taken for one."""
    return InlineSpan("text", m[1]) if _CHOICE.match(data, m.start()) else m[1]


_CHOICE = late(r"\\[(\[](?:[ \t]{1,9}|[xXхХ✓✔☑✅]\ufe0f?)\\?[)\]]")
_BRACKETS = late(r"[\[\]]")

_ADDRESS = late(r"(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+.*", re.S)
_ENTITY_END = late(r"&[A-Za-z0-9]+;$")


def _entity(reference: str) -> Result:
    """The character of a reference; a finding for a number that is none."""
    character = decode_entity(reference)
    if character != REPLACEMENT or reference.lower() in ("&#xfffd;", "&#65533;"):
        return character
    message = f"`{reference}` is no character. `{REPLACEMENT}` is shown instead."
    return InlineSpan("slip", character, message=message, hint="Write another, or leave it out.")


_NOTE_REFERENCE = r"\[\^([^\]\s\[^]+)\]"
BEFORE_NOTE = late(rf"!(?={_NOTE_REFERENCE}(?!\(|\[[^\^]))")
"""An exclamation mark that ends a sentence, after which a note is referred to."""

PATTERNS = {
    "escape": Pattern("\\", rf"\\(?!#(?:eq|fig|tab):\w)([{re.escape(PUNCTUATION)}])", _read_escape),
    "hard-break": Pattern("\\", r"\\\n", lambda m, data: InlineSpan("br")),
    "entity": Pattern("&", ENTITY, lambda m, data: _entity(m[0])),
    "autolink": Pattern(
        "<",
        rf"<(?:([A-Za-z][A-Za-z0-9.+-]{{1,31}}:[^\s<>{{\x00-\x1f]*(?:(?:{_SPACED_MARK}|{{)[^\s<>{{\x00-\x1f]*)*)"
        r"|([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*))>",
        _autolink,
    ),
    "raw-html": Pattern("<", RAW_HTML, lambda m, data: InlineSpan("raw", m[0])),
    "note-reference": Pattern(
        "[", _NOTE_REFERENCE, lambda m, data: InlineSpan("note-reference", label=m[1])
    ),
    "bare-address": Pattern(
        "hw",
        rf"(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+[^\s<{{]*(?:(?:{_SPACED_MARK}|{{)[^\s<{{]*)*",
        _bare_address,
    ),
}


# --- leaf ------------------------------------------------------------------------------------
# The state of reading a leaf's text: the position, the pieces read so far, and the findings. The
# pieces are a linked list, so that matches are joined in constant time, whatever the text.


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
        if listed := read_attributes(self.data, self.pos):
            return listed
        if meant := meant_class(self.data, self.pos):
            message, hint = tell_invalid(self.data[self.pos : meant[1]])
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
        if self.at("{") and (written := mistaken_attributes(self.data, self.pos)):
            message, hint = tell_invalid(written)
            self.report(Code.BAD_ATTRIBUTE, message, self.pos, hint)

    def report(self, code: Code, message: str, pos: int, hint: str) -> None:
        span = self.places.at(pos)
        self.diagnostics.append(diagnostic(code, message, span=span, hint=hint))


# --- emphasis --------------------------------------------------------------------------------
# Emphasis (CommonMark 0.31.2, 6.2), strikethrough (GFM, 6.5), marked text ``==so==``.

_QUOTES = frozenset("\"'")
_EMPHASIS = {("*", 1): "em", ("*", 2): "strong", ("_", 1): "em", ("_", 2): "strong"}


def read_delimiter(data: str, start: int) -> Delimiter:
    """The run of one character that begins at ``start``."""
    char, end = data[start], start
    while end < len(data) and data[end] == char:
        end += 1
    before = data[start - 1] if start else "\n"
    after = data[end] if end < len(data) else "\n"
    left, right = touches(before, after), touches(after, before)
    opens, closes = left, right
    if char == "_":
        opens = left and (not right or is_punctuation(before))
        closes = right and (not left or is_punctuation(after))
    count = end - start
    if char == "~" and count > 2:
        opens = closes = False
    if char == "~" and count == 1:  # `5~10` is a span of numbers
        opens, closes = left and not _joins(before), right and not _joins(after)
    if char == "=":  # a comparison is no mark
        opens = left and count == 2 and not _joins(before) and after not in _QUOTES
        closes = right and count == 2 and not _joins(after) and before not in _QUOTES
    return Delimiter(data[start:end], char=char, original=count, opens=opens, closes=closes)


def emphasise(chain: Chain, bottom: Delimiter | None) -> None:
    """Turn matching delimiters after ``bottom`` into elements (appendix, phase 2)."""
    openers_bottom: dict[tuple[str, bool, int], Delimiter | None] = {}
    closer = chain.first_delimiter(bottom)
    while closer is not None:
        if not closer.closes:
            closer = closer.next
            continue
        is_struck = closer.char == "~"
        key = (closer.char, closer.opens, closer.count if is_struck else closer.original % 3)
        opener = closer.previous
        floor = openers_bottom.get(key, bottom)
        while opener is not None and opener is not floor and opener is not bottom:
            if _match(opener, closer):
                closer = _wrap(chain, opener, closer)
                break
            opener = opener.previous
        else:
            openers_bottom[key] = closer.previous
            following = closer.next
            if not closer.opens:
                chain.forget(closer)
            closer = following
    chain.forget_after(bottom)


def _wrap(chain: Chain, opener: Delimiter, closer: Delimiter) -> Delimiter | None:
    """Make an element of the text between two delimiters; returns the next closer to try."""
    if closer.char in "~=":
        used, tag = closer.count, "del" if closer.char == "~" else "mark"
    else:
        used = 2 if opener.count > 1 and closer.count > 1 else 1
        tag = _EMPHASIS[closer.char, used]
    chain.wrap(opener, closer, InlineSpan(tag))
    opener.text, closer.text = opener.text[used:], closer.text[used:]
    if not opener.text:
        chain.remove(opener)
    if closer.text:
        return closer
    following = closer.next
    chain.remove(closer)
    return following


def _match(a: Delimiter, b: Delimiter) -> bool:
    """Return whether two delimiters make a pair (rules 9 and 10 of section 6.2)."""
    if a.char != b.char or not a.opens:
        return False
    if a.char == "~":
        return a.count == b.count
    odd = (a.closes or b.opens) and b.original % 3 != 0 and (a.original + b.original) % 3 == 0
    return not odd


def _joins(char: str) -> bool:
    """Return whether a letter or digit joins the text after it, in scripts with spaces."""
    return char.isalnum() and unicodedata.category(char) != "Lo"


def touches(outside: str, inside: str) -> bool:
    """Return whether a delimiter run between two characters may mark the text on one of its sides.

    Punctuation needs a space or punctuation on the other side, as in CommonMark, except in Chinese,
    Japanese and Korean: they have no spaces there, and their punctuation counts as letters.
    """
    if inside.isspace():
        return False
    if not is_punctuation(inside) or _is_east_asian(inside):
        return True
    return outside.isspace() or is_punctuation(outside) or _is_east_asian(outside)


def _is_east_asian(char: str) -> bool:
    """Return whether a character is a letter or punctuation of these scripts, and no emoji."""
    return is_wide(char, "WFH") and unicodedata.category(char) != "So"


def is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS" or char == TEXT


# --- scripts ---------------------------------------------------------------------------------
# Subscripts and superscripts, raw code for a format, and unchanged text with a finding.

HTML_FORMATS = frozenset({"html", "html4", "html5", "markdown"})

_RAW = late(r"\{=(\w[\w-]*)\}")
_SCRIPT = late(
    r"~(?P<sub>[^\s~\\`\[\]<>]{1,200})~(?!~)"
    r"|\^(?P<sup>(?=[^\s^]*[^\W_])"
    r"(?:[+\-\N{MINUS SIGN}]?(?:\w|[*_.,/'’′°%+\-])+?|\([^\s^()\\`\[\]<>]*\)))\^(?!\^)"
)
_OPERATION = late(r"(?<=[\w)])(?:[+\-/=]|\*(?=[^\W_]))")


def shorten(text: str) -> str:
    return text if len(text) < 60 else f"{text[:50]}…"


def slip(text: str, problem: str, hint: str) -> InlineSpan:
    """Text that is unchanged, with a finding."""
    return InlineSpan("slip", text, message=f"{problem}. It stays as text.", hint=hint)


def script(data: str, pos: int) -> int:
    """The end of a subscript ``~2~`` or a superscript ``^nd^`` at ``pos``, 0 for none. It follows a
    letter, a digit or a closing bracket, because ``~text~`` is struck out, as on GitHub; a
    superscript of digits may follow anything. Sums and products, ``x^2+y^2``, are excluded."""
    before = data[pos - 1] if pos else " "
    word = before.isalnum() or before in ")]}"
    match = _SCRIPT.match(data, pos)
    if match is None:
        return 0
    if match["sub"] is not None:
        return match.end() if word else 0
    raised = match["sup"]
    if not raised.startswith("(") and _OPERATION.search(raised):
        return 0
    return match.end() if word or before in "*_\"'”’.,»" or raised.isdecimal() else 0


def raw(data: str, pos: int, text: str) -> tuple[list[InlineSpan | str], int] | None:
    """The pieces of the code span ``text`` with ``{=format}`` after it at ``pos``, and their end.
    HTML is used; other formats are left out and reported."""
    match = _RAW.match(data, pos)
    if match is None:
        return None
    if match[1].lower() not in HTML_FORMATS:
        return [tell_dropped(text, match[1])], match.end()
    pieces: list[InlineSpan | str] = []
    at = 0
    for tag in _TAGS.finditer(text):
        pieces += [unescape(text[at : tag.start()]), InlineSpan("raw", tag[0])]
        at = tag.end()
    return [*pieces, unescape(text[at:])], match.end()


_TAGS = late(RAW_HTML.replace(".*?", ".{0,500}?").replace("[^>]*", "[^>]{0,500}+"), re.DOTALL)
"""Tags within a code span; a longer comment is not one, so that many unclosed ones cost no more
than the same amount of text."""


def tell_dropped(text: str, name: str) -> InlineSpan:
    """A placeholder for raw code in an unsupported format."""
    message = f"`{shorten(' '.join(text.split()))}` is raw code for {name}, and left out."
    return InlineSpan("slip", "", message=message, hint=OTHER_FORMAT)


OTHER_FORMAT = "Write it in Markdown, or as raw `html`, which works in all formats."
