"""The questions of exercises with their numbers, and their points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    Attributes,
    Block,
    Document,
    Exercise,
    Inline,
    List,
    ListItem,
    Node,
    Section,
    Table,
    TableCell,
    TableRow,
)
from pipeline.model.audience import names_in
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.editions import EDITIONS, Edition
from pipeline.model.kinds import KINDS
from pipeline.model.late import late
from pipeline.model.metadata import Grade
from pipeline.model.tree import (
    LEVELS,
    PATH,
    PLACE_OF_POINTS,
    POINT_KEYS,
    children,
    find,
    has,
    is_for_teachers,
    plain_text,
    rewrite,
    rewrite_document,
)
from pipeline.model.words import form_for, words
from pipeline.model.words.writing_conventions import alphabet, list_number, writing
from pipeline.resolve.findings import Findings
from pipeline.resolve.sections import is_list

# --- questions -------------------------------------------------------------------------------
# The questions of exercises: items of their ordered lists, such as 3b or 3b.ii.


class _Around(NamedTuple):
    """The exercise or question around a node, by name and id, and the list's remaining numbers."""

    label: str = ""
    id: str = ""
    numbers: Iterator[str] | None = None


def number_questions(document: Document) -> Document:
    """The document with the labels of its questions. One that has no id, but is referred to by
    that of its exercise with the letters after it (`ex-well-b`, `ex-3b`), gets that."""
    if not has(document, model.Exercise):
        return document
    nodes = [node for _, node, _ in find(document, model.CrossReference, model.Link, marked=True)]
    wanted = {node.target for node in nodes if isinstance(node, model.CrossReference)}
    wanted |= {node.href[1:] for node in nodes if isinstance(node, model.Link)}
    wanted -= {node.attributes.id for node in nodes}

    def enter(node: ListItem, around: _Around) -> ListItem:
        if not around.label:
            return node
        if around.id in wanted:
            wanted.remove(around.id)
            node = replace(node, attributes=replace(node.attributes, id=around.id))
        return replace(node, label=around.label)

    if not alphabet(document.metadata.lang):
        document = rewrite_document(document, enter={List: _with_roman_choices})
    return rewrite_document(document, enter={ListItem: enter}, context=(_Around(), _inherit))


def _with_roman_choices(node: List) -> List:
    """A list of questions a), b) whose choices are (i), (ii)."""

    def letter(choices: model.Choices) -> model.Choices:
        names = dict.fromkeys((*choices.attributes.classes, "lower-roman", "in-brackets"))
        return replace(choices, attributes=replace(choices.attributes, classes=tuple(names)))

    if node.style != "lower-alpha":
        return node
    return replace(node, items=rewrite(node.items, enter={model.Choices: letter}))


def _inherit(node: Node, above: _Around) -> _Around:
    match node:
        case model.Exercise():
            return _Around(str(node.number or ""), node.attributes.id)
        case List(ordered=True) if above.label:
            numbers = (list_number(number, node.style) for number in itertools.count(node.start))
            return above._replace(numbers=numbers)
        case ListItem() if above.numbers:
            number = next(above.numbers)
            label = _append(above.label, ".", number)
            derived = _append(above.id, "-", number) if above.id else ""
            return _Around(label, node.attributes.id or derived)
        case List():
            return above._replace(numbers=None)
    return above


def _append(before: str, separator: str, number: str) -> str:
    """A number appended to the one before, without a separator if a letter follows a digit."""
    is_clear = before[-1:].isdigit() and len(number) == 1 and number.isalpha()
    return f"{before}{number}" if is_clear else f"{before}{separator}{number}"


# --- points ----------------------------------------------------------------------------------
# Points of exercises and questions, at the end of their first lines; totals, with a score box, for
# teachers those of each level and their grades; and totals that contradict the parts.

MOST_POINTS = 1000

SCORE, ACROSS = Attributes(classes=("score",)), Attributes(classes=("score", "across"))
TOTAL = Attributes(classes=("total-marks",))

MOST_ACROSS, LONGEST_NUMBER = 9, 3
"""The columns of a table of scores side by side, with the total, and characters of their heads."""

_POINTS = late(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")


def count_points(document: Document) -> Document:
    """The document with the points of each exercise and question as text, and with totals if the
    front matter asks for them; for a platform, they stay attributes."""
    findings, grades = Findings(document), document.metadata.grades
    marked = {type(node) for _, node, _ in find(document, marked=True) if _key(node)}
    if not marked:
        if grades:
            message = "`grades` has no effect: there are no marks."
            place = Span(grades[0].line, grades[0].column)
            findings.add(Code.WRONG_VALUE, message, place, PLACE_OF_POINTS.format("marks=4"))
        return findings.add_to(document)
    document = _without_wrong_points(document, marked, findings)
    levels = tuple(level for level, _ in document.metadata.levels) or ("",)
    _warn_of_sums(document, levels, findings)
    edition = EDITIONS.get(document.edition)
    if not edition or not edition.platform:  # platforms have fields for them
        document = _with_totals(document, levels, edition)
    return findings.add_to(document)


def _without_wrong_points(
    document: Document, marked: Iterable[type[Node]], findings: Findings
) -> Document:
    """The document without invalid numbers of points, and those in wrong places: BAD_ATTRIBUTE."""

    def check(node: Node, path: tuple[Node, ...]) -> Node:
        if not (key := _key(node)) or not (problem := _problem(node, path)):
            return node
        message = f"`{key}={node.attributes.get(key)}` is {problem}."
        span = next((inner.span for inner in path if inner.span), None)
        findings.add(Code.BAD_ATTRIBUTE, message, span, PLACE_OF_POINTS.format(f"{key}=4"))
        return replace(node, attributes=node.attributes.without(POINT_KEYS))

    return rewrite_document(document, enter=dict.fromkeys(marked, check), context=PATH)


def _warn_of_sums(document: Document, levels: tuple[str, ...], findings: Findings) -> None:
    """A number that differs from the sum of the questions is WRONG_SUM."""
    for _, node, span in find(document, marked=True):
        score, sums = points_of(node), [total.points for total in _totals(children(node), levels)]
        if score and sums and score not in sums:
            key, parts = _key(node), sums[-1]
            message = f"`{key}={float(score):g}` is not the sum of its questions: {float(parts):g}."
            hint = "Change one of them, or leave out the total to have it added up."
            findings.add(Code.WRONG_SUM, message, span, hint)


def _with_totals(document: Document, levels: tuple[str, ...], edition: Edition | None) -> Document:
    """The document with its points as text, at the ends of first lines, and in the boxes, the table
    and the key to grades that the front matter asks for."""
    called = next((key for _, node, _ in find(document, marked=True) if (key := _key(node))), "")
    lang, places = document.metadata.lang, document.metadata.score
    grades, vocabulary = document.metadata.grades, words(lang)

    def show(node: Exercise | ListItem) -> Node:
        scores = [Total((), score)] if (score := points_of(node)) else []
        if isinstance(node, Exercise):
            scores = scores or _totals(node.children, levels)
        if scores:
            points = "; ".join(
                of.text_for(_in_words(of.points, _key(node) or called, lang)) for of in scores
            )
            shown = _span("marks", model.Text(text=vocabulary["marks_shown"].format(marks=points)))
            if isinstance(node, Exercise) and "exercises" in places:
                possible = model.Text(text=f"\u2002/\u2002{points}")
                shown = _span("marks", _span("score-box"), possible)
            node = _with_text(node, (model.Text(text=" "), shown))
        return replace(node, attributes=node.attributes.without((*POINT_KEYS, LEVELS)))

    totals = _totals(document.blocks, levels)
    lines = tuple(_line(total, called, lang) for total in totals)
    boxes = {place: lines for place in ("head", "foot") if place in places}
    if "table" in places:
        tables = (_table(document.blocks, total, lang) for total in totals)
        boxes["head" if boxes.keys() == {"head"} else "foot"] = tuple(tables)
    if "total" in KINDS[document.metadata.kind].traits and "head" not in boxes:
        name = f"{vocabulary['score_total']}{vocabulary['colon']}"
        boxes["head"] = tuple(_say(name, total, called, lang) for total in totals)
    if grades and totals and edition and edition.audience == "teacher":
        boxes["foot"] = (*boxes.get("foot", ()), _grading_key(grades, totals, lang))
    document = rewrite_document(document, enter={Exercise: show, ListItem: show})
    if totals and boxes:
        blocks = _with_last(document.blocks, boxes.get("foot", ()))
        document = replace(document, blocks=(*boxes.get("head", ()), *blocks))
    return document


class Total(NamedTuple):
    """The points that pupils can get, at some levels if others get others."""

    levels: tuple[str, ...]
    points: Fraction

    @property
    def level(self) -> str:
        return self.levels[0] if self.levels else ""

    def text_for(self, text: str) -> str:
        """A text for these levels only."""
        return f"{', '.join(self.levels)}: {text}" if self.levels else text


def _totals(nodes: Iterable[Node], levels: tuple[str, ...]) -> list[Total]:
    """The points of nodes: one total if those who get any all get the same."""
    nodes, by_points = tuple(nodes), dict[Fraction, tuple[str, ...]]()
    for level in levels:
        if points := points_in(nodes, level):
            by_points[points] = (*by_points.get(points, ()), level)
    is_one = len(by_points) == 1
    return [Total(() if is_one else of, points) for points, of in by_points.items()]


def _line(total: Total, key: str, lang: str) -> Block:
    children = (
        model.Text(text=total.text_for(f"{words(lang)['score']}\u2002")),
        _span("score-box"),
        model.Text(text=f"\u2002/\u2002{_in_words(total.points, key, lang)}"),
    )
    return model.Paragraph(children=children, attributes=SCORE)


def _say(name: str, total: Total, key: str, lang: str) -> Block:
    text = total.text_for(f"{name}{_in_words(total.points, key, lang)}")
    return model.Paragraph(children=(model.Text(text=text),), attributes=TOTAL)


def _by_exercise(blocks: Iterable[Node], level: str) -> Iterator[tuple[str, Fraction]]:
    """The number, or else the title, of each exercise with points at a level, and these."""
    for node in blocks:
        if not _counts(node, level):
            continue
        if isinstance(node, Exercise):
            if points := points_in((node,), level):
                yield str(node.number or plain_text(node.title)), points
        else:
            yield from _by_exercise(children(node), level)


def _table(blocks: Iterable[Node], total: Total, lang: str) -> Table:
    """The exercises with their points, with room for those that are reached, and for the grade:
    side by side, or below each other if there are many."""
    vocabulary, empty = words(lang), TableCell(children=())
    rows = tuple(_by_exercise(blocks, total.level))
    rows = (*rows, (total.text_for(vocabulary["score_total"]), total.points))
    heads = [vocabulary[key] for key in ("exercise", "score_possible", "score_reached")]
    grade = vocabulary["grade"]
    if len(rows) <= MOST_ACROSS and all(len(name) <= LONGEST_NUMBER for name, _ in rows[:-1]):
        names = (heads[0], *(name for name, _ in rows), grade)
        possible = (_cell(_number(points, lang)) for _, points in rows)
        across = (
            TableRow(cells=(_cell(heads[1], scope="row"), *possible, replace(empty, rows=2))),
            TableRow(cells=(_cell(heads[2], scope="row"), *(empty for _ in rows))),
        )
        head = TableRow(cells=tuple(_cell(name, scope="col") for name in names))
        return Table(head=(head,), body=across, attributes=ACROSS)
    body = [
        TableRow(
            cells=(_cell(name, scope="row"), _cell(_number(points, lang), align="right"), empty)
        )
        for name, points in rows
    ]
    body.append(TableRow(cells=(_cell(grade, scope="row"), replace(empty, columns=2))))
    return Table(
        head=(TableRow(cells=tuple(_cell(head, scope="col") for head in heads)),),
        body=tuple(body),
        attributes=SCORE,
    )


def _grading_key(grades: tuple[Grade, ...], totals: list[Total], lang: str) -> Block:
    """The points for each grade, where pupils get the same ones of these levels."""
    vocabulary = words(lang)
    heads = (
        vocabulary["grade"],
        "%",
        *(total.text_for(vocabulary["score_reached"]) for total in totals),
    )
    columns = [_points_for(grades, total.points, lang) for total in totals]
    body = (
        TableRow(
            cells=(
                _cell(grade.name, scope="row"),
                _cell(f"≥\u00a0{_number(Fraction(str(grade.percent)), lang)}", align="right"),
                *(_cell(points, align="right") for points in row),
            )
        )
        for grade, *row in zip(grades, *columns, strict=True)
    )
    head = tuple(_cell(text, scope="col") for text in heads)
    table = Table(head=(TableRow(cells=head),), body=tuple(body), attributes=SCORE)
    return model.TeacherNote(title=(model.Text(text=vocabulary["grading_key"]),), children=(table,))


def _points_for(grades: tuple[Grade, ...], most: Fraction, lang: str) -> Iterator[str]:
    """The points for each grade, such as 20–22.5, in steps of halves, or finer ones if there are
    such points; “–” for a grade that needs less than a step more than the next one."""
    step, above = Fraction(1, math.lcm(2, most.denominator)), most + 1
    for grade in grades:
        fewest = math.ceil(Fraction(str(grade.percent)) * most / 100 / step) * step
        last = min(most, above - step)
        ends = dict.fromkeys((_number(fewest, lang), _number(last, lang)))
        yield "–".join(ends) if fewest <= last else "–"
        above = fewest


def _cell(
    text: str, *, scope: Literal["", "col", "row"] = "", align: Literal["", "right"] = ""
) -> TableCell:
    content = model.Plain(children=(model.Text(text=text),))
    return TableCell(children=(content,), scope=scope, align=align)


def _with_last(blocks: tuple[Block, ...], lines: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with lines at the end of the last section of the text, which is in the file of a
    chapter; text after all sections would be in none."""
    for number, block in reversed([*enumerate(blocks)]):
        if isinstance(block, Section) and not is_list(block) and not is_for_teachers(block):
            block = replace(block, children=_with_last(block.children, lines))
            return (*blocks[:number], block, *blocks[number + 1 :])
    return (*blocks, *lines)


def points_of(node: Node) -> Fraction:
    """The explicit points of a node, 0 if there are none."""
    return Fraction(node.attributes.get(_key(node), "0").replace(",", "."))


def _counts(node: Node, level: str) -> bool:
    """Return whether pupils at a level get a node, as far as it says so itself."""
    levels = node.attributes.get(LEVELS)
    return not is_for_teachers(node) and (not levels or level.lower() in names_in(levels))


def points_in(blocks: Iterable[Node], level: str) -> Fraction:
    """The points of nodes for pupils at a level. A node's own replace those of its contents."""
    total = Fraction(0)
    stack = list(blocks)
    while stack:
        node = stack.pop()
        if _counts(node, level):
            points = points_of(node)
            total += points
            if not points:
                stack += children(node)
    return total


def _in_words(points: Fraction, key: str, lang: str) -> str:
    """Marks in the words of a language, with ``key`` as the term: 4 points."""
    return form_for(words(lang)[key], points).format(number=_number(points, lang))


def _number(points: Fraction, lang: str) -> str:
    return f"{float(points):g}".replace(".", writing(lang).decimal)


def _key(node: Node) -> str:
    """The attribute key under which a node has its number of points."""
    return next((key for key, _ in node.attributes.pairs if key in POINT_KEYS), "")


def _problem(node: Node, path: tuple[Node, ...]) -> str:
    """The problem with a node's points, or ""."""
    key = _key(node)
    value = node.attributes.get(key)
    if not _POINTS.fullmatch(value) or not 0 < Fraction(value.replace(",", ".")) <= MOST_POINTS:
        return f"not a number of {key} up to {MOST_POINTS}"
    is_question = isinstance(node, ListItem) and any(
        isinstance(holder, Exercise) for holder in path
    )
    if not isinstance(node, Exercise) and not is_question:
        return "neither on an exercise nor on one of its questions"
    return ""


def _span(name: str, *children: Inline) -> Inline:
    attributes = Attributes(classes=(name,))
    return model.InlineElement(name="span", children=children, attributes=attributes)


def _with_text(node: Exercise | ListItem, text: tuple[Inline, ...]) -> Exercise | ListItem:
    """An exercise or a question with a text at the end of its title, or of its first paragraph."""
    if isinstance(node, Exercise) and node.title:
        return replace(node, title=(*node.title, *text))
    first = node.children[0] if node.children else None
    others = node.children[1:]
    blocks: tuple[Block, ...]
    if isinstance(first, model.Paragraph | model.Plain):
        blocks = (replace(first, children=(*first.children, *text)), *others)
    elif isinstance(first, model.Choices) and first.prompt:
        blocks = (replace(first, prompt=(*first.prompt, *text)), *others)
    elif isinstance(node, Exercise):
        return replace(node, title=text[1:])
    else:
        blocks = (model.Paragraph(children=text[1:]), *node.children)
    return replace(node, children=blocks)
