"""Compares finished files with the documents they were made from: all text must be in them, in its
place, and once.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import PurePath
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from pipeline import model
from pipeline.model import DefinitionItem, Document, Section, SoftBreak, Table
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.page_map import (
    FIRST_PAGE,
    FORMULA,
    HOLDERS,
    PICTURE,
    counted_text,
    letters,
    printed_letters,
    printed_of,
)
from pipeline.model.tree import Changes, find, rewrite, walk_with
from pipeline.model.words import words
from pipeline.package.result import Package, StrandedHeading
from pipeline.package.units import DrawnText
from pipeline.verify import reading, word
from pipeline.verify.rules import finding, on_pages

# --- required passages -----------------------------------------------------------------------
# The passages of a document that an edition has to hold, in the order they are read in.

PARTED = (
    model.Variable, model.Citation, model.Image, model.Math, model.MathBlock, model.Blank,
    model.Link, model.NoteReference, model.PageMark, model.LineBreak, model.CodeBlock,
    model.CrossReference, model.IndexEntry, model.IndexReference, model.BibliographyEntry,
)  # fmt: skip
"""Inline nodes with symbols of their own, or words that an edition adds: the text before, inside
and after them is in separate passages."""

APART = frozenset((*HOLDERS, *PARTED))

_SIGNED = (model.Blank, model.Image, *model.FORMULAS)

_MARKED = ("q", "rt", "rp")
"""Elements whose marks, quotation marks and brackets around readings, come from the edition."""

FREE = (
    model.Chart, model.Choices, model.Figure, model.FigureGroup, model.Index, model.Matching,
    model.Ordering, model.Bibliography, model.CodeBlock,
)  # fmt: skip
"""Nodes that an edition may lay out in its own order: captions above or below, sides in rows."""

REPEATED = (
    model.Heading, model.Section, model.Table, model.TableCell, model.Figure, model.FigureGroup,
    model.Chart, model.CodeBlock, model.Index,
)  # fmt: skip
"""Nodes whose text is often repeated: in contents, in lists, on a table's next page."""


class Passage(NamedTuple):
    """Text without a break: its ``letters``, and the same as it is read; the ``span`` of its
    block; the number of the ``group`` within which order does not matter, or 0; whether it may be
    ``repeated``; whether text around it is read from right to left (``rtl``)."""

    letters: str
    text: str
    span: Span | None = None
    group: int = 0
    repeated: bool = False
    rtl: bool = False


class DrawnSigns(NamedTuple):
    """The signs that stand in a text for a ``formula`` and for a drawn ``picture``; "" for none."""

    formula: str
    picture: str


class _Block(NamedTuple):
    """The block around text: its data for a `Passage`; whether it is ``within`` a chart, and
    whether it is left ``out``, as are the data of a drawn chart. ``nth`` distinguishes blocks."""

    nth: int = 0
    span: Span | None = None
    group: int = 0
    repeated: bool = False
    within: bool = False
    out: bool = False
    rtl: bool = False


GROUPS = 1 << 20
"""More than there are groups in a block."""

IN_ORDER = ("LATIN", "GREEK", "CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
"""Scripts whose characters are on the page in the order they are written."""

_LATIN = late("[\x00-\u024f\u2000-\u206f]+")

_RIGHT_TO_LEFT = late("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_REORDERING = late("[\u202b\u202e\u2067\u2068]")


def passages(
    nodes: Iterable[model.Node],
    *,
    drawn: bool = False,
    free: tuple[type[model.Node], ...] = FREE,
    rtl: bool = False,
    in_print: bool = False,
    signs: DrawnSigns | None = None,
) -> Iterator[Passage]:
    """The passages of some blocks of a resolved document. Where images are ``drawn``, their text
    alternatives are not among them, nor the data of charts. Nodes that are ``free`` have an order
    of their own. ``rtl``: they are read from right to left. ``in_print``: as they can be found
    there. With ``signs``, the answers of gaps, formulas and drawn pictures are among them."""
    for number, (node, of) in enumerate(_blocks(nodes, _Block(rtl=rtl)), start=1):
        if isinstance(node, model.Section):
            read = _passages(node.title, of._replace(span=node.span), drawn, free, signs)
        else:
            read = _passages((node,), of, drawn, free, signs)
        for passage in printed_passages(read) if in_print else read:
            group = passage.group and GROUPS * number + passage.group
            yield passage._replace(group=group, span=passage.span or of.span)


def _blocks(nodes: Iterable[model.Node], around: _Block) -> Iterator[tuple[model.Node, _Block]]:
    """Sections, of which only the title is meant, and the blocks in them, each with what it has
    from the sections around it."""
    for node in nodes:
        if isinstance(node, model.Section):
            is_rtl = around.rtl or node.attributes.get("dir") == "rtl"
            inner = around._replace(span=node.span or around.span, repeated=True, rtl=is_rtl)
            yield node, inner
            yield from _blocks(node.children, inner)
        else:
            yield node, around


def _passages(
    nodes: Iterable[model.Node],
    current: _Block,
    drawn: bool,
    free: tuple[type[model.Node], ...],
    signs: DrawnSigns | None,
) -> Iterator[Passage]:
    count = itertools.count(1)
    read: list[str] = []

    def inherit(node: model.Node, block: _Block) -> _Block:
        is_marked = isinstance(node, model.InlineElement) and node.name in _MARKED
        if not is_marked and type(node) not in APART:
            return block
        nth = next(count)
        repeated = not isinstance(node, model.Paragraph | model.Plain) and (
            block.repeated or isinstance(node, REPEATED)
        )
        return _Block(
            nth,
            (node.span if isinstance(node, HOLDERS) else None) or block.span,
            block.group or (nth if isinstance(node, free) else 0),
            repeated,
            block.within or isinstance(node, model.Chart),
            block.out
            or (drawn and block.within and isinstance(node, model.Table))
            or (isinstance(node, model.InlineElement) and node.name == "rp"),
            block.rtl or node.attributes.get("dir") == "rtl",
        )

    def finish() -> Iterator[Passage]:
        text = "".join(read)
        read.clear()
        if (content := letters(text)) and not current.out:
            yield Passage(
                content, text.strip(), current.span, current.group, current.repeated, current.rtl
            )

    for node, block in walk_with(nodes, current, inherit):
        if block.nth != current.nth:
            yield from finish()
            current = block
        if isinstance(node, model.CodeBlock):
            for line, span in zip(node.text.splitlines(), line_spans(node), strict=True):
                read.append(line)
                yield from (passage._replace(span=span or passage.span) for passage in finish())
        elif signs and isinstance(node, _SIGNED) and not current.out:
            answer = node.answer if isinstance(node, model.Blank) else (node,)
            for content, text in _sign_parts(answer, signs, drawn=drawn):
                yield Passage(content, text, *current[1:4], current.rtl)
        elif isinstance(node, model.Image):
            read.append("" if drawn and not node.missing else node.alt)
        else:
            read.append(" " if isinstance(node, model.SoftBreak) else counted_text(node))
    yield from finish()


def _sign_parts(
    parts: Iterable[str | model.Math | model.MathBlock | model.Image],
    signs: DrawnSigns,
    *,
    drawn: bool,
) -> Iterator[tuple[str, str]]:
    """The letters and the text of the parts of an answer, of a formula or of a picture. A formula
    that is shown as written has those of its TeX; one with gaps to fill in may be in pieces."""
    for part in parts:
        match part:
            case str():
                content = text = part
            case model.Image():
                is_shown = not drawn or part.missing
                content, text = (part.alt if is_shown else part.alt and signs.picture), part.alt
            case _ if not part.mathml:
                content = text = part.tex
            case _:
                content, text = "" if f'class="{GAP}"' in part.mathml else signs.formula, part.alt
        if content := letters(content):
            yield content, text.strip()


def line_spans(code: model.CodeBlock) -> list[Span | None]:
    """The position of each line of code: that of the block if its lines are not in the source."""
    span, count = code.span, len(code.text.splitlines())
    if span is None:
        return [None] * count
    last = span.end or span.line
    around = last - span.line + 1 - count  # the lines of a fence
    if around < 0:
        return [span] * count
    first = max(span.line + 1, last - count) if around else span.line
    place = msgspec.structs.replace(span, end=0)
    return [msgspec.structs.replace(place, line=first + number) for number in range(count)]


def printed_passages(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The passages as they can be found in print. Scripts whose characters are reordered on the
    page are left out, because a PDF does not define their order reliably; in right-to-left text, so
    are digits and signs, and in blocks where there is some; and so are blocks with characters that
    reorder others."""
    for span, several in itertools.groupby(passages, key=lambda passage: passage.span):
        of_block = tuple(several)
        if any(_REORDERING.search(passage.text) for passage in of_block):
            continue
        is_mixed = span is not None and any(
            _RIGHT_TO_LEFT.search(passage.letters) for passage in of_block
        )
        for passage in of_block:
            content, rtl = printed_of(passage.letters), passage.rtl or is_mixed
            if content and (
                (not rtl and _LATIN.fullmatch(passage.letters))
                or all(_keeps_order(sign, rtl) for sign in set(passage.letters))
            ):
                yield passage._replace(letters=content)


@functools.cache
def _keeps_order(sign: str, rtl: bool) -> bool:
    return (not rtl and not sign.isalpha()) or unicodedata.name(sign, "").startswith(IN_ORDER)


# --- completeness ----------------------------------------------------------------------------
# Compares finished files with the documents they were made from: all text must be in them, in
# order and only once, whatever templates, packagers and layout have done.
#
# Usually all passages are there, and a single search is enough. Otherwise, long unique passages
# serve as anchors, as many as are in order, and the others are searched for between them, so that
# a lost passage does not mislead the search.

MOST_SHOWN = 50
"""Findings that are shown of one file."""

HINT = "Check your templates and styles; if you have none, please report this as a bug in Chapbook."


def compare_built(
    package: Package, document: Document, edition: Edition, name: str
) -> tuple[Diagnostic, ...]:
    """Compare a finished file and those next to it with the document, marked for an edition. The
    findings are warnings: the author may have meant it; further ones are about headings at the foot
    of a page. Questions have the words of a platform."""
    place = PurePath(name)
    match edition.format:
        case "html":
            files = {place.name: package.data}
            files |= {PurePath(other).name: data for other, data in package.extra.items()}
            text = reading.text_of_pages(lambda name: files.get(name, b""), place.name)
        case "epub":
            text = reading.text_of_book(BytesIO(package.data))
        case "docx":
            text = word.text_of_word(BytesIO(package.data))
        case "pdf":
            text = package.text
        case _:
            return ()
    warning = Code.CHECK_WARNING.value.severity
    # what Word cannot show as a formula, it has in characters
    formula = "" if edition.format == "docx" else FORMULA
    # pages for screens have alternatives, and large print may have them instead of pictures
    is_key = edition.format == "pdf" and edition.audience == "teacher"
    signs = DrawnSigns(formula, PICTURE if is_key else "")
    faults = tuple(faults_in(text, edition, document, package.missing, signs))
    found = diagnostics(faults, place.name, document)
    findings = (replace(diagnostic, severity=warning, hint=HINT) for diagnostic in found)
    return (*findings, *_stranded_headings(package.stranded, edition, document))


def _stranded_headings(
    headings: Sequence[StrandedHeading], edition: Edition, document: Document
) -> Iterator[Diagnostic]:
    """The findings about headings that the layout of an edition has left without their text."""
    if not headings:
        return
    sections = {node.attributes.id: node.span for _, node, _ in find(document, Section)}
    for heading in headings:
        page = (heading.page,)
        fault = finding("stranded-heading", pages=page, about=heading.text, heading=heading.text)
        yield diagnostic(
            fault.code,
            f"{edition.name}, {on_pages(page)}: {fault.message}",
            span=document.place(sections.get(heading.section)),
            source=document.source,
            hint=fault.hint,
        )


def diagnostics(faults: Sequence[Fault], name: str, document: Document) -> Iterator[Diagnostic]:
    for fault in faults[:MOST_SHOWN]:
        span = document.place(fault.passage.span)
        lost = finding(fault.rule, span, text=fault.passage.text, file=name)
        yield lost.diagnostic(document.source)


def faults_in(
    read: DrawnText,
    edition: Edition,
    document: Document,
    missing: str = "",
    signs: DrawnSigns | None = None,
) -> Iterator[Fault]:
    """The passages that are not as they should be. Characters that are ``missing`` in all fonts
    have been reported, and their text is compared without them."""
    printed = edition.format == "pdf"
    text, notes = required_passages(document, edition, printed=printed, signs=signs)
    if missing:
        undrawn = dict.fromkeys(map(ord, missing + printed_letters(missing)))
        read = DrawnText(read.text.translate(undrawn), read.notes.translate(undrawn))
        text, notes = (_drop_characters(undrawn, passages) for passages in (text, notes))
    of_text, of_notes = match(text, read.text), match(notes, read.notes)
    faults = (*of_text.faults, *of_notes.faults)
    wrong = {fault.passage for fault in faults}
    yield from faults
    listed = tuple(
        Passage(printed_letters(address.text), address.text) for address in document.addresses
    )
    doubled = (
        *twice([each for each in text if each not in wrong], of_text.rest, (*notes, *listed)),
        *twice([each for each in notes if each not in wrong], of_notes.rest, (*text, *listed)),
    )
    if doubled and edition.format == "pdf":
        doubled = tuple(_once_in_source(doubled, required_passages(document, edition)))
    yield from doubled


def _once_in_source(doubled: Iterable[Fault], required: RequiredPassages) -> Iterator[Fault]:
    """The faults whose passages are in no other passage, also of those that are not looked for in
    print: beside a script that is not, there may be the same words."""
    every = [printed_of(passage.letters) for passage in (*required.text, *required.notes)]
    for fault in doubled:
        if sum(fault.passage.letters in letters for letters in every) < 2:
            yield fault


ANY_ORDER = -1
"""The group of passages whose order does not matter at all."""


class RequiredPassages(NamedTuple):
    """The passages of the text, and those of the notes."""

    text: tuple[Passage, ...]
    notes: tuple[Passage, ...]


def required_passages(
    document: Document, edition: Edition, *, printed: bool = False, signs: DrawnSigns | None = None
) -> RequiredPassages:
    """The passages that the file of an edition has to hold; ``document`` is resolved. Those that
    are ``printed`` are as `printed_passages` has them. With ``signs`` (`passages`), gaps and
    what is drawn are among them."""
    drawn = edition.format in ("pdf", "docx")
    # a table row that fits on no line becomes a list of its cells, each with its header
    free = (*FREE, Table) if drawn else FREE
    rtl = document.metadata.direction == "rtl"
    enter: Changes = {DefinitionItem: _with_terms_apart}
    if drawn:
        enter = {**enter, Section: _as_printed}
    blocks, notes = rewrite(document.blocks, enter=enter), rewrite(document.notes, enter=enter)
    ways: dict[str, Any] = {"drawn": drawn, "rtl": rtl, "in_print": printed}
    ways["signs"] = signs
    text = passages(blocks, free=free, **ways)
    of_notes = passages(notes, **ways)
    if edition.part == "answers":
        text = _without_pages(text, words(document.metadata.lang)["page_mark"], printed)
    if edition.audience == "teacher":
        # notes that only teachers have are numbered last, wherever they are
        of_notes = (passage._replace(group=ANY_ORDER) for passage in of_notes)
    return RequiredPassages(tuple(text), tuple(of_notes))


def _drop_characters(
    characters: Mapping[int, None], passages: Iterable[Passage]
) -> tuple[Passage, ...]:
    short = (
        passage._replace(letters=passage.letters.translate(characters)) for passage in passages
    )
    return tuple(passage for passage in short if passage.letters)


def _with_terms_apart(item: DefinitionItem) -> DefinitionItem:
    return replace(item, terms=tuple((*term, SoftBreak()) for term in item.terms))


def _as_printed(section: Section) -> Section:
    """A section without the title that print does not show."""
    is_shown = "untitled" not in section.attributes.classes
    return section if is_shown else replace(section, title=())


def _without_pages(
    passages: Iterable[Passage], page_mark: str, is_printed: bool
) -> Iterator[Passage]:
    """The passages without the pages of exercises, which only another edition can provide."""
    page = f"({page_mark.format(page=FIRST_PAGE)})"
    for passage in passages:
        text = passage.text.removesuffix(page)
        if text == passage.text:
            yield passage
        elif remaining := printed_letters(text) if is_printed else letters(text):
            yield passage._replace(text=text, letters=remaining)


# --- finding passages in a text ---------------------------------------------------------------

FAST = 24
"""The minimum number of letters of an anchor, and of a passage recognised elsewhere."""

LEAST_REPEATED = 60
"""Letters that a passage has at least, where saying it twice is a mistake."""


class Fault(NamedTuple):
    """A passage, and the rule that it breaks."""

    rule: str
    passage: Passage


class Matched(NamedTuple):
    """The faults, and the ``rest`` of the text, which no passage has."""

    faults: tuple[Fault, ...]
    rest: tuple[str, ...]


def match(passages: Sequence[Passage], text: str) -> Matched:
    """Look for passages in a text of letters."""
    places = _find_in_order(passages, text, 0, len(text))
    if None in places:
        places = _find_fast(passages, text)
    faults = tuple(
        Fault("moved-text" if _is_elsewhere(passage, text) else "lost-text", passage)
        for passage, place in zip(passages, places, strict=True)
        if place is None
    )
    return Matched(faults, tuple(_rest(passages, places, text)))


def twice(
    passages: Sequence[Passage], rest: Sequence[str], others: Sequence[Passage]
) -> Iterator[Fault]:
    """The passages that are in the rest of a text too, where the ``others`` do not have them."""
    around = "\0".join(rest)
    for passage in passages:
        long = len(passage.letters) >= LEAST_REPEATED and not passage.repeated
        if long and passage.letters in around and not _has(others, passage.letters):
            yield Fault("doubled-text", passage)


def _has(passages: Sequence[Passage], letters: str) -> bool:
    return any(letters in passage.letters for passage in passages)


def _find_in_order(
    passages: Sequence[Passage], text: str, start: int, end: int
) -> list[int | None]:
    """The beginnings of passages, the earliest place first that is after the one before. Those of
    a group begin after all that was before the group, and do not overlap."""
    places: list[int | None] = []
    for group, several in itertools.groupby(passages, key=lambda passage: passage.group):
        if group:
            begins, start = _find_in_any_order([*several], text, start, end)
            places += begins
            continue
        begins, start = _one_by_one(several, text, start, end)
        places += begins
    return places


def _one_by_one(
    passages: Iterable[Passage], text: str, start: int, end: int
) -> tuple[list[int | None], int]:
    """The beginnings of passages, each after the one before, and the end of them all."""
    places: list[int | None] = []
    for passage in passages:
        place = text.find(passage.letters, start, end)
        places.append(place if place >= 0 else None)
        if place >= 0:
            start = place + len(passage.letters)
    return places, start


def _find_in_any_order(
    passages: Sequence[Passage], text: str, start: int, end: int
) -> tuple[list[int | None], int]:
    """The beginnings of passages of a group, and the end of them all. Where they are not one by one
    with nothing between, the longest are searched for first, since a letter is found in many
    words."""
    in_turn, last = _one_by_one(passages, text, start, end)
    length = sum(len(passage.letters) for passage in passages)
    if in_turn[0] is not None and last - in_turn[0] == length and None not in in_turn:
        return in_turn, last
    place_of: dict[int, int] = {}
    occupied: list[tuple[int, int]] = []
    later: dict[str, int] = {}  # where the next of the same letters can be
    for number in sorted(range(len(passages)), key=lambda each: -len(passages[each].letters)):
        sought = passages[number].letters
        place = _free_place(sought, text, later.get(sought, start), end, occupied)
        later[sought] = end if place is None else place + 1
        if place is not None:
            place_of[number] = place
            bisect.insort(occupied, (place, place + len(sought)))
    if len(place_of) < len(passages) and None not in in_turn:
        return in_turn, last
    places = [place_of.get(number) for number in range(len(passages))]
    return places, max((start, *(after for _, after in occupied)))


def _free_place(
    sought: str, text: str, start: int, end: int, occupied: list[tuple[int, int]]
) -> int | None:
    """The first place of some letters that is not ``occupied``."""
    while (place := text.find(sought, start, end)) >= 0:
        after = place + len(sought)
        number = bisect.bisect_left(occupied, (after, after))
        if not number or occupied[number - 1][1] <= place:
            return place
        start = place + 1
    return None


def _find_fast(passages: Sequence[Passage], text: str) -> list[int | None]:
    fast = _fast(passages, text)
    places: list[int | None] = []
    start = 0
    for number, place in (*fast, (len(passages), len(text))):
        places += _find_in_order(passages[len(places) : number], text, start, place)
        if number < len(passages):
            places.append(place)
            start = place + len(passages[number].letters)
    return places


def _fast(passages: Sequence[Passage], text: str) -> list[tuple[int, int]]:
    """The numbers and positions of as many long, unique passages as are in order: the anchors."""
    ends: list[int] = []  # of the chain of each length, the least place that one ends at
    last: list[int] = []  # and which candidate that is
    candidates: list[tuple[int, int]] = []
    before: list[int] = []
    for number, passage in enumerate(passages):
        if passage.group or len(passage.letters) < FAST:
            continue
        place = text.find(passage.letters)
        if place < 0 or text.find(passage.letters, place + 1) >= 0:
            continue
        length = bisect.bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [len(candidates)]
        candidates.append((number, place))
    chain = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(candidates[index])
        index = before[index]
    return chain[::-1]


def _is_elsewhere(passage: Passage, text: str) -> bool:
    return len(passage.letters) >= FAST and passage.letters in text


def _rest(passages: Sequence[Passage], places: Sequence[int | None], text: str) -> Iterator[str]:
    ranges = sorted(
        (place, place + len(passage.letters))
        for passage, place in zip(passages, places, strict=True)
        if place is not None
    )
    start = 0
    for place, end in (*ranges, (len(text), len(text))):
        yield text[start:place]
        start = end
