"""From a parsed document to the content of one edition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    Attributes,
    Block,
    Document,
    Inline,
    Node,
    removal,
)
from pipeline.model.audience import (
    FORMAT_NAMES,
    Ranges,
    admits,
    conditions_of,
    names_in,
    places_lacked,
    variant_for,
)
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, for_pupils
from pipeline.model.names import did_you_mean
from pipeline.model.numbered_kinds import NUMBERED, is_lettered, numbered_kind
from pipeline.model.strings import (
    IN_STRINGS,
    STRINGS,
    answers_in_strings,
    change_strings,
    has_marked_answer,
    settle_string,
    strings_of,
    without_marks,
)
from pipeline.model.tree import (
    CONDITIONS,
    LEVEL,
    LEVELS,
    MINUTES,
    POINT_KEYS,
    TEACHER,
    WITH_ANSWER,
    Changes,
    find,
    has_condition,
    is_for_teachers,
    rewrite,
    rewrite_document,
    top_level,
    walk,
)

# --- timings ---------------------------------------------------------------------------------
# Timings, ``minutes=10``, for the teacher's edition only.

TIMED = (model.Heading, model.Exercise, model.TeacherNote, model.Admonition, model.Container)
"""Nodes that may have a timing."""

LONGEST_TIMING = 600
"""Minutes."""


def keep_timings(document: Document, edition: Edition) -> Document:
    """The document with durations, if the edition is for teachers, or without. All but whole
    numbers up to 600, and those in a wrong place, are removed with a BAD_ATTRIBUTE warning."""
    kinds: set[type[Node]] = set()
    findings: dict[tuple[Span | None, str], Diagnostic] = {}

    for _, node, span in find(document, marked=True):
        if any(key == MINUTES for key, _ in node.attributes.pairs):
            kinds.add(type(node))
            value = node.attributes.get(MINUTES)
            if problem := _problem(node, value):
                findings[span, value] = diagnostic(
                    Code.BAD_ATTRIBUTE,
                    f"`{MINUTES}={value}` {problem}.",
                    span=document.place(span),
                    source=document.source,
                    hint=f"Write `{MINUTES}=10` on a heading, an exercise, a teacher's note, a "
                    "box or a container; only teachers see it.",
                )
    if not kinds:
        return document
    shown = not edition.is_of_a_level and edition.part == "all"

    def enter(node: Node) -> Node:
        value = node.attributes.get(MINUTES)
        attributes = node.attributes.without({MINUTES})
        if shown and value and not _problem(node, value):
            attributes = replace(attributes, pairs=(*attributes.pairs, (MINUTES, value)))
        return replace(node, attributes=attributes)

    changes: Changes = dict.fromkeys(kinds, enter)
    document = rewrite_document(document, enter=changes)
    return replace(document, diagnostics=(*document.diagnostics, *findings.values()))


def _problem(node: Node, value: str) -> str:
    """The problem with a value on a node, or ""."""
    if not isinstance(node, TIMED):
        return "is on something that cannot have a duration"
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= LONGEST_TIMING:
        return f"is not a whole number from 1 to {LONGEST_TIMING}"
    return ""


# --- levels ----------------------------------------------------------------------------------
# The levels of a worksheet: pupils get what is for theirs without a trace that others get
# something else, and with the numbers that exercises have for all; teachers get everything, with
# the names of the levels.

LABEL = Attributes(classes=("level-label",))

_BLOCKS, _INLINES = get_args(Block), get_args(Inline)

_Place: TypeAlias = tuple[type[Node], Span | None]


def settle_levels(document: Document, whole: Document, edition: Edition) -> Document:
    """A variant of the ``whole`` document for an edition, without the blocks that only say for whom
    something is. Teachers are told at each block, and each text, for which levels it is."""
    if not whole.metadata.levels:
        return document
    readers = _Readers(whole, edition)
    numbers = dict(_numbers(whole, readers))
    marked = {type(node) for _, node, _ in find(document, marked=True) if _levels_of(node)}
    for_teachers = not edition.is_of_a_level
    written = {level.lower(): level for level, _ in whole.metadata.levels}

    def number(node: Node) -> Node:
        place = document.place(node.span)
        node = replace(node, number=numbers.get((type(node), place), 0))
        return tell(node) if isinstance(node, model.Exercise) else node

    def tell(node: model.Exercise | model.ListItem) -> Node:
        is_marked = any(key in POINT_KEYS for key, _ in node.attributes.pairs)
        names = readers.levels_of(node, document) if for_teachers and is_marked else []
        if len(names) in (0, len(whole.metadata.levels)):
            return node
        pairs = (*node.attributes.pairs, (LEVELS, " ".join(names)))
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    def settle(node: Node) -> Node | tuple[Node, ...]:
        names = _levels_of(node)
        if not names:
            return node
        if for_teachers:
            return _label(node, ", ".join(written.get(name, name) for name in names))
        is_only_for = isinstance(node, model.Container) and node.name == LEVEL
        return node.children if is_only_for else node  # type: ignore[attr-defined]

    enter: Changes = {**dict.fromkeys(NUMBERED, number), model.ListItem: tell}
    return rewrite_document(document, enter=enter, leave=dict.fromkeys(marked, settle))


def _levels_of(node: Node) -> list[str]:
    return names_in(node.attributes.get(LEVEL))


def _label(node: Node, names: str) -> Node | tuple[Node, ...]:
    """A node for teachers, with the names of its levels."""
    label = model.Paragraph(children=(model.Text(text=names),), attributes=LABEL)
    if isinstance(node, model.Container) and node.name == LEVEL:
        if any(isinstance(child, model.Heading) for child in node.children):
            return (label, *node.children)  # sections are those of pupils
        return replace(node, children=(label, *node.children))
    if isinstance(node, model.Heading):
        return (node, label)
    text: tuple[Inline, ...] = (
        model.InlineElement(name="span", children=label.children, attributes=LABEL),
        model.Text(text=" "),
    )
    if isinstance(node, model.Exercise):
        return replace(node, title=(*text, *node.title))
    if isinstance(node, _BLOCKS):
        plain = replace(node, attributes=node.attributes.without({LEVEL}))
        around = Attributes(pairs=((LEVEL, names),))
        return model.Container(
            name=LEVEL, children=(label, plain), span=node.span, attributes=around
        )
    if isinstance(node, _INLINES):
        return (*text, node)
    first, *others = getattr(node, "children", ()) or (None,)
    if isinstance(first, model.Paragraph | model.Plain):
        first = replace(first, children=(*text, *first.children))
        return replace(node, children=(first, *others))
    return node


# --- readers ----------------------------------------------------------------------------------


class _Readers:
    """The levels at which pupils get something of the ``whole`` document in an edition."""

    def __init__(self, whole: Document, edition: Edition) -> None:
        self._lacking: dict[str, Ranges] = {}
        for level, _ in whole.metadata.levels:
            pupils = replace(edition, audience="student", level=level.lower())
            self._lacking[level] = Ranges(places_lacked(whole.withheld, pupils))

    def levels_of(self, node: Node, document: Document) -> list[str]:
        """The levels that get a node of a document."""
        names, place = _levels_of(node), document.place(node.span)
        return [
            level
            for level, lacking in self._lacking.items()
            if not lacking.hold(place) and (not names or level.lower() in names)
        ]


def _numbers(whole: Document, readers: _Readers) -> Iterator[tuple[_Place, int]]:
    """The number of each exercise, figure and so on for pupils, by its place: the same for all who
    get it. After one that not all get, the next for all has a number that none has had."""
    counts: dict[str, dict[str, int]] = {}
    lettered: set[int] = set()
    for node in walk(top_level(whole)):
        if isinstance(node, model.FigureGroup) and is_lettered(node):
            lettered |= set(map(id, node.figures))
        kind = "" if id(node) in lettered else numbered_kind(node, whole.metadata.lang)
        if kind and (levels := readers.levels_of(node, whole)):
            latest = counts.setdefault(kind, {})
            number = 1 + max(latest.get(level, 0) for level in levels)
            latest |= dict.fromkeys(levels, number)
            yield (type(node), whole.place(node.span)), number


# --- select ----------------------------------------------------------------------------------
# From a parsed document to the content of one edition: the variant without what the edition lacks
# (`pipeline.model.audience`), in which pupils get blanks, choices and other tasks without
# solutions, and nothing says any more that it is for some editions only.

TASKS = (model.Matching, model.Ordering)
SOLVED = (model.Blank, model.Choice, model.Exercise, *TASKS)
"""Nodes that may contain their solution."""


def select(document: Document, edition: Edition) -> Document:
    """The document without what does not belong in ``edition``, and without conditions.

    Items to match or order are shuffled; only teachers get the solution. Content for teachers that
    a condition selected gets the class ``teacher``. An unknown format or edition is a BAD_ATTRIBUTE
    warning.
    """
    from pipeline.exercises import versions

    unknown, withheld, whole = tuple(_unknown_words(document)), document.withheld, document
    seeds, document = versions.seeds_of(edition, document.metadata), variant_for(document, edition)
    if seeds != (versions.AS_WRITTEN,):
        document = versions.rearrange(document, whole, seeds)
        whole = versions.rearrange(whole, whole, seeds)
    document = settle_levels(versions.fill_values(document, whole, edition), whole, edition)
    document = keep_timings(document, edition)
    document = versions.fill_banks(document, edition, withheld)
    document = settle_formulas(replace(document, edition=edition.name), edition)
    document = settle_strings(settle_tasks(document, edition, seeds), edition)
    return replace(document, diagnostics=(*document.diagnostics, *unknown))


def settle_formulas(document: Document, edition: Edition) -> Document:
    """The document with formulas whose answers are filled in for some teachers, and gaps for all
    others."""
    solved = edition.audience == "teacher"
    filled = _lists_answers(edition) and edition.part == "all"

    def settle(node: model.Math | model.MathBlock) -> Node:
        if solved and has_marked_answer(node.tex):
            pairs = (*node.attributes.pairs, (WITH_ANSWER, "yes"))
            node = replace(node, attributes=replace(node.attributes, pairs=pairs))
        tex = without_marks(node.tex, filled=filled)
        return replace(node, tex=tex) if tex != node.tex else node

    return rewrite_document(document, leave=dict.fromkeys(model.FORMULAS, settle))


def settle_tasks(document: Document, edition: Edition, seeds: tuple[int, ...]) -> Document:
    """The document without conditions, and with exercises as its readers get them: shuffled, and
    solved for teachers alone."""
    from pipeline.exercises import versions

    chosen: set[type[Node]] = {
        type(node)
        for _, node, _ in find(document, *SOLVED, *removal.SELECTED, marked=True)
        if isinstance(node, SOLVED) or removal.is_selected(node)
    }
    solved = edition.audience == "teacher"
    is_ticked = edition.has_answers  # which is no text, and so reaches nobody but a platform
    pupils = for_pupils(document.metadata)

    def enter(node: Node) -> Node:
        node = _without_conditions(node, pupils)
        if isinstance(node, TASKS):
            return versions.shuffle(node, seeds)
        if isinstance(node, model.Exercise) and not is_ticked:
            return _untick(node)
        return node

    leaves: Changes = {
        **dict.fromkeys(TASKS, lambda node: versions.settle_task(node, solved=is_ticked)),
        **({} if solved else removal.UNANSWERED),
        **({} if is_ticked else UNTICKED),
    }
    return rewrite_document(document, enter=dict.fromkeys(chosen, enter), leave=leaves)


def settle_strings(document: Document, edition: Edition) -> Document:
    """The document with answers in alternatives, titles and other strings taken out, or filled in
    for teachers."""
    solved = edition.audience == "teacher"
    worded = {
        type(node)
        for _, node, _ in find(document, *STRINGS, marked=True)
        if any(True for texts in (strings_of(node), answers_in_strings(node)) for _ in texts)
    }

    def settle(node: Node) -> Node:
        said = tuple((IN_STRINGS, text) for text in answers_in_strings(node))
        node = change_strings(node, lambda text: settle_string(text, solved=solved))
        if not said or not _lists_answers(edition):
            return node
        pairs = (*node.attributes.pairs, *said)
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    return rewrite_document(document, leave=dict.fromkeys(worded, settle))


def _lists_answers(edition: Edition) -> bool:
    """Return whether answers are written out where no pupil could write them."""
    on_pages = edition.audience == "teacher" and edition.format in ("pdf", "docx")
    return on_pages or edition.part == "answers"


UNTICKED: Changes = {model.Choice: lambda node: replace(node, correct=None)}
"""The students' version of choices."""


def _untick(node: model.Exercise) -> model.Exercise:
    """An exercise with all tick boxes in tables empty: ticked ones are its solution."""

    def empty(item: model.ListItem) -> model.ListItem:
        return replace(item, checked=False) if item.checked else item

    return replace(node, children=rewrite(node.children, leave={model.ListItem: empty}))


def _without_conditions(node: Node, pupils: tuple[Edition, ...]) -> Node:
    """A node without conditions, of the class `teacher` if no edition for pupils meets them."""
    if not has_condition(node):
        return node
    attributes = node.attributes.without(CONDITIONS)
    conditions = conditions_of(node.attributes)
    for_teachers = is_for_teachers(node)
    if for_teachers or not any(admits(conditions, each) for each in pupils):
        attributes = replace(attributes, classes=(*attributes.classes, TEACHER))
    return replace(node, attributes=attributes)


def _unknown_words(document: Document) -> Iterator[Diagnostic]:
    editions = {*EDITIONS, *(name.lower() for name in document.metadata.editions)}
    known = {
        "edition": ("an existing edition", editions),
        LEVEL: (
            "a level that anybody has",
            {level.lower() for level, _ in document.metadata.levels},
        ),
    }
    formats = "an existing format or edition", editions | FORMAT_NAMES.keys()
    pairs = ((place.span, *pair) for place in document.withheld for pair in place.conditions.pairs)
    for span, key, value in pairs:
        kinds, names = known.get(key, formats)
        for word in sorted({*names_in(value)} - names):
            hint = did_you_mean(word, names)
            if key == LEVEL and not hint:
                hint = f"Add it to the front matter: `levels: [core, {word}]`."
            message = f"`{key}={word}` is not {kinds}."
            source = document.source
            yield diagnostic(Code.BAD_ATTRIBUTE, message, span=span, source=source, hint=hint)
