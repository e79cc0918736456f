"""From a parsed document to the content of one edition."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar, get_args

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    Attributes,
    Blank,
    Block,
    Choice,
    Document,
    Inline,
    ListItem,
    Matching,
    Node,
    Ordering,
    PageBreak,
    removal,
    strings,
)
from pipeline.model.audience import (
    FORMAT_NAMES,
    Ranges,
    admits,
    conditions_of,
    lacked,
    names_in,
    variant_for,
)
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import EDITIONS, Edition, for_pupils
from pipeline.model.metadata import Metadata
from pipeline.model.names import did_you_mean
from pipeline.model.numbered_kinds import NUMBERED, is_lettered, numbered_kind
from pipeline.model.removal import for_all
from pipeline.model.strings import (
    IN_STRINGS,
    STRINGS,
    WITH_TEXTS,
    changed,
    has_marked_answer,
    settled,
    strings_of,
    texts_of,
    without_marks,
)
from pipeline.model.strings import in_strings as answers_in_strings
from pipeline.model.tree import (
    CONDITIONS,
    FIELDS,
    LEVEL,
    LEVELS,
    MINUTES,
    POINT_KEYS,
    TEACHER,
    WITH_ANSWER,
    Changes,
    find,
    has,
    has_condition,
    is_for_teachers,
    is_partial,
    of_node,
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
        return told(node) if isinstance(node, model.Exercise) else node

    def told(node: model.Exercise | model.ListItem) -> Node:
        is_marked = any(key in POINT_KEYS for key, _ in node.attributes.pairs)
        names = readers.of(node, document) if for_teachers and is_marked else []
        if len(names) in (0, len(whole.metadata.levels)):
            return node
        pairs = (*node.attributes.pairs, (LEVELS, " ".join(names)))
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    def settle(node: Node) -> Node | tuple[Node, ...]:
        names = _levels_of(node)
        if not names:
            return node
        if for_teachers:
            return _labelled(node, ", ".join(written.get(name, name) for name in names))
        is_only_for = isinstance(node, model.Container) and node.name == LEVEL
        return node.children if is_only_for else node  # type: ignore[attr-defined]

    enter: Changes = {**dict.fromkeys(NUMBERED, number), model.ListItem: told}
    return rewrite_document(document, enter=enter, leave=dict.fromkeys(marked, settle))


def _levels_of(node: Node) -> list[str]:
    return names_in(node.attributes.get(LEVEL))


def _labelled(node: Node, names: str) -> Node | tuple[Node, ...]:
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
            self._lacking[level] = Ranges(lacked(whole.withheld, pupils))

    def of(self, node: Node, document: Document) -> list[str]:
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
        if kind and (levels := readers.of(node, whole)):
            latest = counts.setdefault(kind, {})
            number = 1 + max(latest.get(level, 0) for level in levels)
            latest |= dict.fromkeys(levels, number)
            yield (type(node), whole.place(node.span)), number


# --- shuffling -------------------------------------------------------------------------------
# Shuffling for matching and ordering exercises, the same for all editions of a version. The order
# follows from the text that students see: not from answers in it, and not from the order of the
# source, which is the solution. It is that order only if no other exists.

_HOLD = PageBreak()
"""A placeholder in each item while parts of the document are removed, so that no item is removed
with them and all keep their partners."""


AS_WRITTEN = 0
"""The seed of a version in the order of the text, if that is no solution."""

ATTEMPTS = 50
"""Orders tried for a version until one is repeated."""

T = TypeVar("T")


def seeds_of(edition: Edition, metadata: Metadata) -> tuple[int, ...]:
    """The seeds of the versions up to that of an edition; screens have the first. The seed 0 keeps
    the order of the text."""
    seeds: list[int] = []
    for name, seed in metadata.versions:
        seeds.append(seed)
        if name == edition.version or not edition.version:
            break
    return tuple(seeds) or (AS_WRITTEN,)


def arranged(items: Sequence[T], seeds: Sequence[int], fixed: Collection[int]) -> tuple[T, ...]:
    """Choices, or numbers, in the order that they have in the last of some versions, with seeds.
    Those at ``fixed`` places stay there."""
    contents = [
        _content_of(item) if isinstance(item, Choice) else _ItemContent(str(item), True, True)
        for item in items
    ]
    return tuple(items[place] for place in _order(contents, seeds, fixed, is_solution=False))


def shuffled(task: Matching | Ordering, seeds: Sequence[int]) -> Matching | Ordering:
    """The task in another order, whatever content only some readers get: that of the last of some
    versions."""
    if isinstance(task, Ordering):
        order = _order([_content_of(item) for item in task.items], seeds)
        items = tuple(_with_hold(task.items[index]) for index in order)
        return replace(task, items=items, solution=order)
    things = [_content_of(item) for item in task.right]
    first: dict[str, int] = {}  # of things that are the same one is enough
    same = [
        first.setdefault(thing.content, index) if thing.is_for_all else index
        for index, thing in enumerate(things)
    ]
    kept = sorted(set(same))
    order = tuple(kept[place] for place in _order([things[index] for index in kept], seeds))
    place_of = {index: place for place, index in enumerate(order)}
    return replace(
        task,
        head=removal.closed(task.head),
        left=tuple(map(_with_hold, task.left)),
        right=tuple(_with_hold(task.right[index]) for index in order),
        solution=tuple(place_of[same[index]] for index in task.solution),
    )


def settled_task(task: Matching | Ordering, *, solved: bool) -> tuple[Node, ...]:
    """The shuffled task, without what has been emptied since; ``solved`` with its solution."""
    if isinstance(task, Ordering):
        left = [index for index, item in enumerate(task.items) if _is_there(item)]
        rank = {place: rank for rank, place in enumerate(sorted(task.solution[i] for i in left))}
        items = tuple(_free(task.items[index]) for index in left)
        solution = tuple(rank[task.solution[index]] for index in left)
        done: Node = replace(task, items=items, solution=solution if solved else ())
        return (done,) if items else ()
    pairs = [
        (item, partner)
        for item, partner in zip(task.left, task.solution, strict=True)
        if _is_there(item) and _is_there(task.right[partner])
    ]
    partners = {partner for _, partner in pairs}
    lonely = set(range(len(task.right))) - set(task.solution)
    right = [
        index
        for index, item in enumerate(task.right)
        if _is_there(item) and index in partners | lonely
    ]
    place_of = {index: place for place, index in enumerate(right)}
    done = replace(
        task,
        left=tuple(_free(item) for item, _ in pairs),
        right=tuple(_free(task.right[index]) for index in right),
        solution=tuple(place_of[partner] for _, partner in pairs) if solved else (),
    )
    return (done,) if pairs else ()


class _ItemContent(NamedTuple):
    """The text of an item without answers, whether all readers get something of it, and whether all
    get the same, with no answer in it."""

    content: str
    is_common: bool
    is_for_all: bool


def _content_of(item: ListItem | Choice) -> _ItemContent:
    shown = list(walk(for_all(removal.closed((item,)))))
    return _ItemContent(
        content="\0".join(part for node in shown for part in (type(node).__name__, *_texts(node))),
        is_common=any(type(node) not in FIELDS for node in shown),
        is_for_all=not removal.has_any((item,))
        and not any(
            isinstance(node, Blank)
            or is_partial(node)
            or any(map(strings.answers, strings.strings_of(node)))
            for node in walk(item)
        ),
    )


def _order(
    contents: Sequence[_ItemContent],
    seeds: Sequence[int],
    fixed: Collection[int] = (),
    *,
    is_solution: bool = True,
) -> tuple[int, ...]:
    """The order in the last of some versions, by the items' text and the seed: unlike the earlier
    ones if possible, and if the given order ``is_solution``, not that, even of those items that all
    readers get."""
    order, earlier = list[int](), list[list[str]]()
    for seed in seeds:
        order = list(range(len(contents)))
        if seed != AS_WRITTEN or is_solution:
            order = _new_order(contents, seed, fixed, earlier, is_solution=is_solution)
        earlier.append([contents[index].content for index in order if contents[index].is_common])
    return tuple(order)


def _new_order(
    contents: Sequence[_ItemContent],
    seed: int,
    fixed: Collection[int],
    earlier: Sequence[list[str]],
    *,
    is_solution: bool,
) -> list[int]:
    salt = f"{seed} " if seed else ""
    for attempt in itertools.count():
        marks = [_digest(f"{attempt} {salt}{thing.content}") for thing in contents]
        moved = (n for n in sorted(range(len(contents)), key=marks.__getitem__) if n not in fixed)
        order = [n if n in fixed else next(moved) for n in range(len(contents))]
        common = [index for index in order if contents[index].is_common]
        is_new = [contents[index].content for index in common] not in earlier
        is_other = _is_another(order, contents) and _is_another(common, contents)
        if (is_new or attempt >= ATTEMPTS) and (is_other or not is_solution):
            return order
    raise AssertionError("some order is another one")


def _is_another(order: list[int], contents: Sequence[_ItemContent]) -> bool:
    """Return whether an order of some items differs from the given one, if there is another."""
    before = [contents[index].content for index in sorted(order)]
    return [contents[index].content for index in order] != before or len(set(before)) < 2


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _texts(node: Node) -> Iterable[str]:
    if isinstance(node, Blank | ListItem):  # an answer; what is called by its place
        return ()
    return (strings.settled(value, solved=False) for value in strings.all_strings(node))


def _with_hold(item: ListItem) -> ListItem:
    # It goes first: what follows a heading may be removed with it.
    (closed,) = removal.closed((replace(item, children=(_HOLD, *item.children)),))
    return closed


def _is_there(item: ListItem) -> bool:
    return len(item.children) > 1


def _free(item: ListItem) -> ListItem:
    return replace(item, children=item.children[1:])


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
    unknown, withheld, whole = tuple(_unknown_words(document)), document.withheld, document
    seeds, document = seeds_of(edition, document.metadata), variant_for(document, edition)
    if seeds != (AS_WRITTEN,):
        from pipeline.exercises.order import rearranged

        document = rearranged(document, whole, seeds)
        whole = rearranged(whole, whole, seeds)
    document = settle_levels(with_values(document, whole, edition), whole, edition)
    document = keep_timings(document, edition)
    from pipeline.exercises.order import fill_banks

    document = fill_banks(document, edition, withheld)
    document = replace(document, edition=edition.name)
    chosen: set[type[Node]] = {
        type(node)
        for _, node, _ in find(document, *SOLVED, *removal.SELECTED, marked=True)
        if isinstance(node, SOLVED) or removal.is_selected(node)
    }
    solved = edition.audience == "teacher"
    is_ticked = edition.has_answers  # which is no text, and so reaches nobody but a platform
    is_listed = edition.part == "answers" or (solved and edition.format in ("pdf", "docx"))

    pupils = for_pupils(document.metadata)

    def enter(node: Node) -> Node:
        node = _without_conditions(node, pupils)
        if isinstance(node, TASKS):
            return shuffled(node, seeds)
        if isinstance(node, model.Exercise) and not is_ticked:
            return _unticked(node)
        return node

    def settle(node: Node) -> Node:
        said = tuple((IN_STRINGS, text) for text in answers_in_strings(node))
        node = changed(node, lambda text: settled(text, solved=solved))
        if not is_listed or not said:
            return node
        pairs = (*node.attributes.pairs, *said)
        return replace(node, attributes=replace(node.attributes, pairs=pairs))

    def settle_formula(node: model.Math | model.MathBlock) -> Node:
        if solved and has_marked_answer(node.tex):
            pairs = (*node.attributes.pairs, (WITH_ANSWER, "yes"))
            node = replace(node, attributes=replace(node.attributes, pairs=pairs))
        filled = is_listed and edition.part == "all"
        tex = without_marks(node.tex, filled=filled)
        return replace(node, tex=tex) if tex != node.tex else node

    document = rewrite_document(document, leave=dict.fromkeys(model.FORMULAS, settle_formula))
    leaves: Changes = {
        **dict.fromkeys(TASKS, lambda node: settled_task(node, solved=is_ticked)),
        **({} if solved else removal.UNANSWERED),
        **({} if is_ticked else UNTICKED),
    }
    document = rewrite_document(document, enter=dict.fromkeys(chosen, enter), leave=leaves)
    worded = {
        type(node)
        for _, node, _ in find(document, *STRINGS, marked=True)
        if any(True for texts in (strings_of(node), answers_in_strings(node)) for _ in texts)
    }
    document = rewrite_document(document, leave=dict.fromkeys(worded, settle))
    return replace(document, diagnostics=(*document.diagnostics, *unknown))


def with_values(document: Document, whole: Document, edition: Edition) -> Document:
    """A variant of the ``whole`` document with the numbers of the version of an edition, and with
    the values in its gaps, whose widths depend on them."""
    texts = (variable.text for variable in whole.metadata.variables)
    if _may_have_numbers(whole) or any(text.startswith("=") for text in texts):
        from pipeline.exercises.numbers import fill_numbers

        document = fill_numbers(document, whole, seeds_of(edition, whole.metadata), edition)
    if has(document, model.Blank):
        from pipeline.exercises.numbers import fill_gaps

        document = fill_gaps(document, edition)
    return document


@of_node
def _may_have_numbers(document: Document) -> bool:
    nodes = find(document, model.Variable, *WITH_TEXTS, marked=True)
    return any(
        isinstance(node, model.Variable) or any("{{" in text for text, _ in texts_of(node))
        for _, node, _ in nodes
    )


UNTICKED: Changes = {model.Choice: lambda node: replace(node, correct=None)}
"""The students' version of choices."""


def _unticked(node: model.Exercise) -> model.Exercise:
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
