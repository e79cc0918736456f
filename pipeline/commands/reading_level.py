"""The reading time of a text, and its reading level, from its sentences and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec

from pipeline.model import CodeBlock, Document, Image, MathBlock, Node, Paragraph, Table, tree
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import Writing, writing

# --- running text ----------------------------------------------------------------------------
# The text of a document as readers read it: its paragraphs, sentences and words; and the position
# in the source of text on a page.

WORD = late(r"[^\W\d_]+(?:['’\-\u2010\u2011][^\W\d_]+)*")
"""A word: letters, also with an apostrophe or a hyphen among them."""

HAN = late("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KANA = late("[\u3040-\u30ff]")

ENDS = late(r"(?<![.!?…؟])[.!?…؟]++[)\]”’“»\"']*+(?=\s)|[。！？]++[”’」』）]*+")
"""The pattern of a possible end of a sentence."""

ABBREVIATION = late(r"(?:^|[\s(])(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|vgl|bzw|usw|etc|cf|Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Sr|Sra|vol|pp|ed|eds|al|approx|ca)\.$")  # fmt: skip  # noqa: E501
"""Words with a full stop that does not end a sentence."""


def paragraphs(document: Document) -> Iterator[str]:
    """The running text: no headings, tables, captions or code."""

    def inherit(node: Node, within: bool) -> bool:
        return within or isinstance(node, Table | CodeBlock | MathBlock)

    for node, outside in tree.walk_with(tree.top_level(document), False, inherit):
        if isinstance(node, Paragraph) and not outside:
            text = (
                tree.plain_text(node.children).replace(tree.BLANK, "").replace("\u00ad", "").strip()
            )
            if text:
                yield text


def all_texts(document: Document) -> Iterator[str]:
    """All text that is read, including headings, tables and captions, without code and formulas."""
    yield document.metadata.title
    yield document.metadata.subtitle
    for node in tree.all_nodes(document):
        yield from (tree.plain_text(run).replace("\u00ad", "") for run in own_text(node))


def own_text(node: Node) -> tuple[tuple[Node, ...], ...]:
    """The runs of inlines in which a node's text begins: of a definition one for each term."""
    runs: tuple[Any, ...] | None = getattr(node, tree.INLINE_FIELDS.get(type(node), ""), None)
    if runs is None:
        return ()
    return runs if runs and isinstance(runs[0], tuple) else (runs,)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph; the last one may have no full stop."""
    start = 0
    for end in ENDS.finditer(text):
        rest = text[end.end() :].lstrip()
        if rest[:1].islower() or ABBREVIATION.search(text[start : end.end()]):
            continue
        yield text[start : end.end()]
        start = end.end()
    if text[start:].strip():
        yield text[start:]


def words(text: str) -> list[str]:
    return WORD.findall(text)


# --- places -------------------------------------------------------------------------------


SHORT_TEXT = 12
"""Letters below which a text must be a whole block, because it could occur in any."""


class BlockPlaces:
    """The blocks of a resolved document, by the letters and figures in them: spaces, hyphens
    and marks may be others on the page."""

    def __init__(self, document: Document) -> None:
        self._blocks: list[tuple[str, Span]] = []
        self._images: dict[str, Span] = {}
        for node, inherited in tree.all_spans(document):
            span = document.place(inherited)
            if isinstance(node, Image) and span:
                label = node.alt or f"{node.width} × {node.height}"
                self._images.setdefault(_letters(label), span)
            elif span:
                places = (
                    (_letters(text), document.place(place) or span)
                    for text, place in _texts(node, span)
                )
                self._blocks.extend(entry for entry in places if entry[0])

    def find(self, text: str) -> Span | None:
        """The position of a text, or of the image with it as its alternative text, or with so many
        pixels if it has none."""
        sought = _letters(text)
        if not sought:
            return None
        if sought in self._images:
            return self._images[sought]
        whole_block = next((span for letters, span in self._blocks if letters == sought), None)
        if whole_block or len(sought) < SHORT_TEXT:
            return whole_block
        return next((span for letters, span in self._blocks if sought in letters), None)


def _texts(node: Node, span: Span) -> Iterator[tuple[str, Span]]:
    if isinstance(node, CodeBlock):
        # the first line of a fence is not code
        for number, line in enumerate(node.text.splitlines(), start=1):
            yield line, Span(span.line + number, file=span.file)
    for run in own_text(node):
        first = next((inline.span for inline in run if inline.span), None)
        yield tree.plain_text(run), first or span


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


# --- reading level ---------------------------------------------------------------------------
# The reading time of a text, and its reading level: one published formula for each language, and
# the meaning of its result.
#
# Syllables are counted by Pyphen, with its patterns also at the ends of words: over a whole text,
# the result differs by at most one in a hundred from that of a pronouncing dictionary of English.

LEAST_WORDS = 100
"""The minimum number of words: the formulas were made for samples of that length."""

LAST_GRADE = 12
"""The last school year."""


class Counts(msgspec.Struct, frozen=True):
    """The counts that the formulas use. ``long`` words have more than six letters, ``many`` three
    or more syllables, ``single`` one."""

    words: int
    sentences: int
    syllables: int
    long: int
    many: int
    single: int

    @property
    def sentence_length(self) -> float:
        return self.words / self.sentences

    @property
    def word_length(self) -> float:
        """The average number of syllables of a word."""
        return self.syllables / self.words


class Formula(msgspec.Struct, frozen=True):
    """``score`` makes a number of the counts, ``grades`` years of school of the number: the
    first and the last that it is right for."""

    name: str
    score: Callable[[Counts], float]
    grades: Callable[[float], tuple[int, int]]


class ReadingLevel(msgspec.Struct, frozen=True, omit_defaults=True):
    """``text`` states it in words that teachers use: about grade 8, age 13 to 14; or the reason why
    there is no level, and then nothing else is set. ``grades`` are the first and last suitable
    school years; those above 12 are beyond school. ``sentence_length`` is in words, ``word_length``
    in syllables."""

    text: str
    formula: str = ""
    score: float | None = None
    grades: tuple[int, int] | None = None
    sentence_length: float | None = None
    word_length: float | None = None


def _kincaid(counts: Counts) -> float:
    # Kincaid, Fishburne, Rogers and Chissom: Derivation of New Readability Formulas (1975)
    return 0.39 * counts.sentence_length + 11.8 * counts.word_length - 15.59


def _vienna(counts: Counts) -> float:
    # Bamberger and Vanecek: Lesen – Verstehen – Lernen – Schreiben (1984), the first formula
    share = 100 / counts.words
    return (
        0.1935 * counts.many * share
        + 0.1672 * counts.sentence_length
        + 0.1297 * counts.long * share
        - 0.0327 * counts.single * share
        - 0.875
    )


def _flesch(base: float, sentence: float, word: float) -> Callable[[Counts], float]:
    """Flesch's reading ease, with the numbers of a language: 100 is easy, 0 is hard."""
    return lambda counts: base - sentence * counts.sentence_length - word * counts.word_length


def _grade(score: float) -> tuple[int, int]:
    """The grades of a formula whose result is the grade itself."""
    grade = max(1, round(score))
    return grade, grade


def _scale(*steps: tuple[float, int, int]) -> Callable[[float], tuple[int, int]]:
    """Grades by the least score that they begin at."""

    def grades(score: float) -> tuple[int, int]:
        beyond = (LAST_GRADE + 1, LAST_GRADE + 4)
        return next(((first, last) for least, first, last in steps if score >= least), beyond)

    return grades


# Flesch: The Art of Readable Writing (1949), the table of grades
_FLESCH_GRADES = _scale((90, 5, 5), (80, 6, 6), (70, 7, 7), (60, 8, 9), (50, 10, 12))

FORMULAS: dict[str, Formula] = {
    "en": Formula("Flesch–Kincaid grade", _kincaid, _grade),
    "de": Formula("Erste Wiener Sachtextformel", _vienna, _grade),
    # Fernández Huerta: Medidas sencillas de lecturabilidad (1959)
    "es": Formula("Fernández Huerta", _flesch(206.84, 1.02, 60), _FLESCH_GRADES),
    # Kandel and Moles: Application de l’indice de Flesch à la langue française (1958)
    "fr": Formula("Kandel–Moles", _flesch(207, 1.015, 73.6), _FLESCH_GRADES),
    # Martins, Ghiraldelo, Nunes and Oliveira: Readability Formulas Applied to Textbooks in
    # Brazilian Portuguese (1996), which has its own scale
    "pt": Formula(
        "Flesch, Martins et al.",
        _flesch(248.835, 1.015, 84.6),
        _scale((75, 1, 4), (50, 5, 8), (25, 9, 12)),
    ),
}
"""The formulas by language. For others, there is none that has been tested with school books."""

PATTERNS = {"en": "en_US"}
"""The variant whose hyphens are nearest to syllables, if there are several."""


def reading_level(texts: Iterable[str], lang: str) -> ReadingLevel:
    """The level of running text in ``lang`` (a BCP 47 tag)."""
    language = lang.lower().split("-")[0]
    formula = FORMULAS.get(language)
    if formula is None:
        return ReadingLevel(f"no formula for this language ({language})")
    counts = count(texts, language)
    if counts.words < LEAST_WORDS:
        much = "1 word" if counts.words == 1 else f"{counts.words} words"
        return ReadingLevel(f"too little for a level: {much} in sentences, of {LEAST_WORDS} needed")
    score = formula.score(counts)
    grades = formula.grades(score)
    return ReadingLevel(
        text=_range(*grades),
        formula=formula.name,
        score=round(score, 1),
        grades=grades,
        sentence_length=round(counts.sentence_length, 1),
        word_length=round(counts.word_length, 2),
    )


def _range(first: int, last: int) -> str:
    if first > LAST_GRADE:
        return "beyond school: university, age 18 and over"
    years = f"about grade {first}" if first == last else f"grades {first} to {last}"
    return f"{years}, age {first + 5} to {last + 6}"


def count(texts: Iterable[str], language: str) -> Counts:
    """The sentences, words and syllables of running text in a language that has a formula."""
    from pyphen import Pyphen

    hyphenation = Pyphen(lang=PATTERNS.get(language, language), left=1, right=1)
    lengths: dict[str, int] = {}

    def syllables(word: str) -> int:
        if word not in lengths:
            parts = [part for part in word.replace("'", "").replace("’", "").split("-") if part]
            lengths[word] = sum(len(hyphenation.positions(part)) + 1 for part in parts)
        return lengths[word]

    ended = 0
    lowered: list[str] = []
    for text in texts:
        for sentence in sentences(text):
            inside = words(sentence)
            ended += bool(inside)
            lowered += [word.lower() for word in inside]
    spoken = [syllables(word) for word in lowered]
    return Counts(
        words=len(lowered),
        sentences=max(1, ended),
        syllables=sum(spoken),
        long=sum(len(word) > 6 for word in lowered),
        many=sum(number >= 3 for number in spoken),
        single=sum(number == 1 for number in spoken),
    )


# --- the time -----------------------------------------------------------------------------


OTHERS = Writing().words_a_minute
"""Words of other languages in a text of characters."""


class ReadingTime(msgspec.Struct, frozen=True):
    """The ``amount`` of words, or of characters if ``unit`` says so; ``minutes`` is None if the
    speed is unknown; ``text`` states it in words: about 9 minutes."""

    amount: int
    unit: Literal["words", "characters"]
    minutes: float | None
    text: str


def reading_time(texts: Iterable[str], lang: str) -> ReadingTime:
    """The time that adults take for these texts in ``lang`` (a BCP 47 tag)."""
    known = writing(lang)
    text = "\n".join(texts)
    if known.characters_a_minute:
        characters = len(HAN.findall(text)) + len(KANA.findall(text))
        others = [word for word in words(text) if not HAN.search(word) and not KANA.search(word)]
        minutes = characters / known.characters_a_minute + len(others) / OTHERS
        return ReadingTime(characters, "characters", round(minutes, 2), _round(minutes))
    if known.unparted:
        characters = sum(character.isalpha() for character in text)
        return ReadingTime(characters, "characters", None, "not known for this language")
    count = len(words(text))
    minutes = count / known.words_a_minute
    return ReadingTime(count, "words", round(minutes, 2), _round(minutes))


def _round(minutes: float) -> str:
    rounded = round(minutes)
    if rounded < 1:
        return "under a minute"
    if rounded < 90:
        return "about a minute" if rounded == 1 else f"about {rounded} minutes"
    return f"about {_hours(minutes)} hours"


def _hours(minutes: float) -> str:
    """Minutes as hours, rounded to the half hour."""
    halves = round(minutes / 30)
    return f"{halves // 2}½" if halves % 2 else f"{halves // 2}"
