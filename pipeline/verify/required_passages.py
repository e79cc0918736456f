"""The passages of a document that an edition has to hold, in the order they are read in."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from pipeline import model
from pipeline.model.diagnostics import Span
from pipeline.model.formula_gaps import GAP
from pipeline.model.late import late
from pipeline.model.page_map import HOLDERS, counted_text, letters, printed_of
from pipeline.model.tree import facts, of_node, plain_text, walk_with

PARTED = (
    model.Variable, model.Citation, model.Image, model.Math, model.MathBlock, model.Blank,
    model.Link, model.NoteReference, model.PageMark, model.LineBreak, model.CodeBlock,
    model.CrossReference, model.IndexEntry, model.IndexReference, model.BibliographyEntry,
)  # fmt: skip
"""Inline nodes with symbols of their own, or words that an edition adds: the text before, inside
and after them is in separate passages."""

APART = (*HOLDERS, *PARTED)

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

PLAIN = frozenset({model.Paragraph, model.Text, model.SoftBreak, model.Emphasis, model.Strong})
"""Nodes without symbols of their own, of which one holds text."""

DRAWN = frozenset({model.Chart, model.Image})
"""Nodes of which print has but a drawing."""

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
        kinds = facts(node).kinds
        is_drawn, own_free = drawn and not kinds.isdisjoint(DRAWN), not kinds.isdisjoint(free)
        own_signs = None if kinds.isdisjoint(_SIGNED) else signs
        known, key = _known(node), (of.repeated, of.rtl, is_drawn, own_free and free, own_signs)
        if key not in known:
            if isinstance(node, model.Section):
                read = _passages(node.title, of._replace(span=node.span), is_drawn, free, own_signs)
            elif kinds <= PLAIN:
                read = _paragraph(node, of.rtl)
            else:
                read = _passages((node,), of, is_drawn, free, own_signs)
            known[key] = tuple(read)
        if in_print and (in_print, *key) not in known:
            known[in_print, *key] = tuple(printed(known[key]))
        for passage in known[in_print, *key] if in_print else known[key]:
            group = passage.group and GROUPS * number + passage.group
            if group or not passage.span:
                passage = passage._replace(group=group, span=passage.span or of.span)
            yield passage


def _paragraph(node: model.Node, rtl: bool) -> Iterator[Passage]:
    """The passage of a paragraph of nothing but text, which most are."""
    text = plain_text((node,))
    if content := letters(text):
        is_rtl = rtl or node.attributes.get("dir") == "rtl"
        yield Passage(content, text.strip(), node.span, rtl=is_rtl)


@of_node
def _known(_: model.Node) -> dict[Any, tuple[Passage, ...]]:
    """The passages of a block, or of a section's title, by what else they depend on."""
    return {}


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
        is_apart = isinstance(node, APART)
        if not is_apart and not (isinstance(node, model.InlineElement) and node.name in _MARKED):
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

    def finished() -> Iterator[Passage]:
        text = "".join(read)
        read.clear()
        if (content := letters(text)) and not current.out:
            yield Passage(
                content, text.strip(), current.span, current.group, current.repeated, current.rtl
            )

    for node, block in walk_with(nodes, current, inherit):
        if block.nth != current.nth:
            yield from finished()
            current = block
        if isinstance(node, model.CodeBlock):
            for line, span in zip(node.text.splitlines(), line_spans(node), strict=True):
                read.append(line)
                yield from (passage._replace(span=span or passage.span) for passage in finished())
        elif signs and isinstance(node, _SIGNED) and not current.out:
            answer = node.answer if isinstance(node, model.Blank) else (node,)
            for content, text in _signed(answer, signs, drawn=drawn):
                yield Passage(content, text, *current[1:4], current.rtl)
        elif isinstance(node, model.Image):
            read.append("" if drawn and not node.missing else node.alt)
        else:
            read.append(" " if isinstance(node, model.SoftBreak) else counted_text(node))
    yield from finished()


def _signed(
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


def printed(passages: Iterable[Passage]) -> Iterator[Passage]:
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
