"""Text that an edition must not have, and the search for it: the mirror of `passages`.

It is sought in pieces of whole words with enough letters not to be anywhere by chance. What also
stands in public text is no secret. Constructs do not matter: all that counts is which text of the
source is withheld, and which is not.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.model.late import late

LEAST = 8
"""Letters and digits of a piece. A file could have fewer by chance."""

MOST_PUBLIC_PHRASES = 3
"""Public phrases from which a text that nobody leaked could be put together: by titles, references
and labels, whose words follow each other in no source."""

BREAK = "\0"
"""Stands between texts that do not follow each other."""

_UNPARTED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"  # kana and ideographs
)
"""Letters of scripts that put no spaces between words."""

_BEYOND_ASCII = late("[^\\0-\\x7f]+")
_WORDS = late(f"[{_UNPARTED}]|[^\\W_{_UNPARTED}]+")
_LETTERS = late(f"[^\\W_]+|{BREAK}")
_LOWER = bytes(range(256)).lower()
_OTHERS = bytes(code for code in range(1, 128) if not chr(code).isalnum())
"""Of common characters. Replacing and removing these first takes a fraction of the time."""

_MARKS = late(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u00ad\u200b-\u200f"
    "\u2060\ufeff\ufffe\x02]"
)
"""Accents, vowel signs, and signs for breaks, also as PDFium gives them, which are within words."""


def folded(text: str) -> bytes:
    """A text without differences of form, as UTF-8: its letters and digits, without case, accents
    and ligatures."""
    letters = text.encode("utf-8", "replace").translate(_LOWER, _OTHERS)
    if letters.isascii():
        return letters
    return "".join(_LETTERS.findall(_plain(letters.decode()))).encode()


def words(text: str) -> list[bytes]:
    """The words of a text in the same form; of scripts without spaces, the letters."""
    return [word.encode() for word in _WORDS.findall(_plain(text))]


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else _BEYOND_ASCII.sub(_plain_part, text.lower())


def _plain_part(part: re.Match[str]) -> str:
    """Other letters than those of ASCII, which most texts have so few of that it would take longer
    to look at all."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", part[0]).casefold())
    return unicodedata.normalize("NFC", plain)  # Korean syllables


class FoundWords(NamedTuple):
    """Words of the withheld text with this ``number`` that follow each other elsewhere too."""

    number: int
    words: tuple[bytes, ...]


class WithheldPieces:
    """The pieces of ``texts`` that are not in ``public`` text, which is folded."""

    def __init__(self, texts: Iterable[str], public: bytes) -> None:
        self._texts = [words(text) for text in texts]
        pieces = {b"".join(piece) for text in self._texts for _, piece in _pieces(text)}
        self._by_start = _by_start(pieces)
        self._by_start = _by_start(pieces - self._found_in(public))

    def __bool__(self) -> bool:
        return bool(self._by_start)

    def runs(self, text: str) -> Iterator[FoundWords]:
        """The withheld words that a text has, as many at a time as follow each other there."""
        letters = folded(text)
        present = self._found_in(letters)
        for number, sought in enumerate(self._texts) if present else ():
            end = 0
            for start, piece in _pieces(sought):
                if start < end or b"".join(piece) not in present:
                    continue
                end = start + len(piece)
                while end < len(sought) and b"".join(sought[start : end + 1]) in letters:
                    end += 1
                yield FoundWords(number, tuple(sought[start:end]))

    def _found_in(self, letters: bytes) -> set[bytes]:
        """The pieces in a folded text. It is read once, in machine words of eight bytes that begin
        at each of them, however many pieces are sought."""
        starts: set[int] = set()
        for offset in range(WIDTH):
            end = offset + (len(letters) - offset) // WIDTH * WIDTH
            view = memoryview(letters)[offset:end].cast("Q")
            starts |= self._by_start.keys() & view
        return {piece for start in starts for piece in self._by_start[start] if piece in letters}


WIDTH = 8


def _by_start(pieces: Iterable[bytes]) -> dict[int, list[bytes]]:
    by_start: dict[int, list[bytes]] = {}
    for piece in sorted(pieces):
        by_start.setdefault(int.from_bytes(piece[:WIDTH], sys.byteorder), []).append(piece)
    return by_start


def _pieces(words: list[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """From the word with each number on, as many as have enough letters."""
    lengths = [len(word.decode()) for word in words]
    end = letters = 0
    for start, length in enumerate(lengths):
        while letters < LEAST and end < len(words):
            letters += lengths[end]
            end += 1
        if letters < LEAST:
            return
        yield start, words[start:end]
        letters -= length


def matches(letters: bytes, text: str) -> Iterator[re.Match[str]]:
    """The places where a text, without differences of form, has some letters."""
    return re.finditer(r"[\W_]*".join(map(re.escape, letters.decode())), _plain(text))


def whole_words(run: FoundWords, text: str) -> Iterator[list[bytes]]:
    """The words of a text at each place where it has the letters of a run: whole ones, though the
    run may begin or end within them, as `kilograms` does in “a kilogram. Sums”."""
    for match in matches(b"".join(run.words), text):
        plain = match.string
        start, end = match.span()
        while start and plain[start - 1].isalnum():
            start -= 1
        while end < len(plain) and plain[end].isalnum():
            end += 1
        yield words(plain[start:end])


def is_made_of(words: Iterable[bytes], known: Sequence[bytes]) -> bool:
    """Return whether words can be put together from few phrases of ``known`` texts, folded; numbers
    can be anywhere."""
    rest = [word for word in words if not word.isdigit()]
    for _ in range(MOST_PUBLIC_PHRASES):
        end = 0
        while end < len(rest) and any(b"".join(rest[: end + 1]) in text for text in known):
            end += 1
        rest = rest[end:]
    return not rest
