"""Texts to measure with, which are the same each time: they are made up by a fixed rule, of words
that are made up too."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import count

STARTS = (
    "al bar cor dun el far gar hol in jor kel lan mar nor ol par quen ros sal tor ul ver".split()
)
MIDDLES = "a e i o u an en in on un ar er or ab ed il".split()
ENDS = "d n s t ble ding ful ly ment ness ring sion tain ter ty ward".split()
COMMON = "the of and a to in that his it with as was for but on at by from not he all had".split()

CHAPTERS, WORDS_A_CHAPTER = 136, 1534
"""Those of Moby-Dick."""

WORDS_A_PARAGRAPH = 84


class Writer:
    """Writes sentences, and counts nothing but the words that were asked for."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        rare = (a + b + c for a in STARTS for b in MIDDLES for c in ENDS)
        self._rare = self._random.sample(list(rare), 5000)

    def words(self, number: int) -> list[str]:
        """So many words, half of them common ones, and of the others some much oftener."""
        chance = self._random.random
        return [
            COMMON[int(chance() * len(COMMON))]
            if chance() < 0.5
            else self._rare[int(chance() ** 3 * len(self._rare))]
            for _ in range(number)
        ]

    def sentences(self, number: int) -> str:
        """So many words, as sentences."""
        words, text = self.words(number), []
        while words:
            length = self._random.randint(6, 26)
            one, words = words[:length], words[length:]
            if len(one) > 12:
                one[8] += ","
            text.append(" ".join(one).capitalize() + ".")
        return " ".join(text)

    def lengths(self, total: int) -> Iterator[int]:
        """The numbers of words of paragraphs with so many in all."""
        while total > 0:
            yield (length := min(total, self._random.choice((4, 7, 12, 18, 25, 60, 110))))
            total -= length

    def title(self) -> str:
        return " ".join(self.words(3)).title()


def front_matter(title: str, *more: str, lang: str = "en") -> str:
    lines = (f"title: {title}", "author: Nobody", f"lang: {lang}", *more)
    return "\n".join(("---", *lines, "---", "", ""))


def novel() -> str:
    """A book of the length of Moby-Dick: 208,600 words in 136 chapters."""
    writer = Writer("novel")
    parts = [front_matter("A long novel")]
    for number in range(1, CHAPTERS + 1):
        parts.append(f"# Chapter {number}. {writer.title()}\n\n")
        left = WORDS_A_CHAPTER
        while left > 0:
            parts.append(writer.sentences(min(WORDS_A_PARAGRAPH, left)) + "\n\n")
            left -= WORDS_A_PARAGRAPH
    return "".join(parts)


def tale(chapters: int = 60) -> str:
    """A novel of chapters with 1,500 words each that are as long as German ones, with dashes, and
    with paragraphs of all lengths, most of them short, as in talk."""
    writer, parts = Writer("tale"), [front_matter("Ein langes Gespräch", lang="de")]
    for number in range(1, chapters + 1):
        parts.append(f"# {number}. {writer.title()}\n\n")
        for length in writer.lengths(1500):
            text = re.sub(r"(\w{5,}) (\w{4,})", r"\1\2", writer.sentences(length))
            text = text.replace(" that ", "\N{EM DASH}", 1) if length < 30 else text
            parts.append(f"„{text}“\n\n" if length < 30 else f"{text}\n\n")
    return "".join(parts)


def interview() -> str:
    """A talk of two printed pages, with a list, a table, a quotation and notes."""
    writer = Writer("interview")
    talk = "\n\n".join(
        f"**{who}:** {writer.sentences(60)}" for _ in range(4) for who in ("She", "He")
    )
    rows = "\n".join(f"| {' | '.join(writer.words(2))} | {n} |" for n in range(4))
    items = "\n".join(f"- {writer.sentences(8)}" for _ in range(3))
    return (
        f"{front_matter('An interview')}## Before\n\n{writer.sentences(60)}[^1]\n\n{items}\n\n"
        f"## The talk\n\n{talk}[^2]\n\n> {writer.sentences(30)}\n\n"
        f"| A | B | C |\n|---|---|--:|\n{rows}\n\n"
        f"[^1]: {writer.sentences(9)}\n\n[^2]: {writer.sentences(9)}\n"
    )


FOR_A_CLASS = ("levels: [core, support, extension]", "versions: 3", "class_list: pupils.csv")
"""Front matter of a worksheet for a class."""


def worksheet(*more: str) -> str:
    """Two printed pages of exercises, with help and a question for some, if there are levels."""
    writer, parts = Writer("worksheet"), [front_matter("A worksheet", "score: exercises", *more)]
    for number in range(4):
        choices = "\n".join(f"- ({' ' if at else 'x'}) {writer.title()}" for at in range(4))
        parts.append(
            f"::: exercise {writer.title()} {{points=2}}\n{writer.sentences(30)}\n\n{choices}\n:::"
        )
        level = ("support", "extension")[number % 2]
        if more:
            parts.append(f"::: level {level}\n::: tip\n{writer.sentences(12)}\n:::\n:::")
        parts.append(
            f"::: exercise {writer.title()} {{points=2}}\n{writer.sentences(12)} ____{{word}}\n:::"
        )
    return "\n\n".join((*parts, ""))


def pupils(count: int) -> str:
    """The list of a class, with three levels, and versions in turn."""
    levels = ("core", "core", "support", "extension")
    rows = (f"Pupil {number},{levels[number % 4]}" for number in range(count))
    return "\n".join(("name,level", *rows, ""))


def plain(writer: Writer) -> Iterator[str]:
    while True:
        yield writer.sentences(WORDS_A_PARAGRAPH)


def notes(writer: Writer) -> Iterator[str]:
    """Half as much text in the paragraphs, each of which has a note."""
    for number in count(1):
        text = writer.sentences(WORDS_A_PARAGRAPH // 2)
        yield f"{text}[^{number}]\n\n[^{number}]: {writer.sentences(16)}"


def definitions(writer: Writer) -> Iterator[str]:
    for number in count(1):
        yield f"{writer.title()} {number}\n: {writer.sentences(40)}"


def tables(writer: Writer) -> Iterator[str]:
    while True:
        rows = "\n".join(f"| {' | '.join(writer.words(4))} | {n} |" for n in range(12))
        yield f"{writer.sentences(20)}\n\n| A | B | C | D | E |\n|---|---|---|---|--:|\n{rows}"


def code(writer: Writer) -> Iterator[str]:
    while True:
        lines = "\n".join(
            f'    if {a} < len({b}):  # {c}\n        {b}.append("{a}", {n})'
            for n, (a, b, c) in enumerate(zip(*[iter(writer.words(18))] * 3, strict=True))
        )
        words = writer.words(20)
        yield (
            f"{' '.join(words[:9])} `{words[9]}_{words[10]}` {' '.join(words[11:])}.\n\n"
            f"```python\ndef {words[3]}({words[4]}: int) -> str:\n{lines}\n```"
        )


def formulas(writer: Writer) -> Iterator[str]:
    for number in count(1):
        yield (
            f"{writer.sentences(20)} Where $x_{{{number}}} > \\alpha^{{{number % 9}}}$ there is\n\n"
            f"$$\\sum_{{k=1}}^{{{number}}} \\frac{{x^k}}{{k!}} = \\sqrt{{{number} + \\beta}}$$"
        )


KINDS: dict[str, tuple[Callable[[Writer], Iterator[str]], float]] = {
    "plain text": (plain, 4.6),
    "notes": (notes, 6.5),
    "definitions": (definitions, 8.0),
    "tables": (tables, 2.2),
    "code": (code, 2.1),
    "formulas": (formulas, 4.5),
}
"""The kinds of books, with the number of pieces per page."""

PIECES_A_CHAPTER = 40


def book(kind: str, pages: int) -> str:
    """A book of one kind with about a number of pages."""
    pieces, a_page = KINDS[kind]
    writer = Writer(kind)
    made = pieces(writer)
    parts = [front_matter(f"A book of {kind}", "class: book")]
    for number in range(max(1, round(pages * a_page))):
        if number % PIECES_A_CHAPTER == 0:
            parts.append(f"# {writer.title()} {number}\n\n")
        parts.append(next(made) + "\n\n")
    return "".join(parts)


def edited(text: str, chapter: int) -> str:
    """The text with one word more in one chapter."""
    start = text.index(f"# Chapter {chapter}.")
    place = text.index(".\n\n", start + len(f"# Chapter {chapter}. "))
    return f"{text[:place]} anew{text[place:]}"
