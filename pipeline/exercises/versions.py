"""Differences between the versions of a worksheet: the order of exercises, choices, and what is to
be matched or ordered; texts that refer to it; and numbers. Also word banks.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.model import (
    Blank,
    Block,
    Choice,
    Container,
    Document,
    Exercise,
    Inline,
    ListItem,
    Matching,
    Node,
    Ordering,
    PageBreak,
    Withheld,
    removal,
)
from pipeline.model.audience import Ranges, places_lacked
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import Edition, variations_of
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.removal import for_all
from pipeline.model.strings import (
    WITH_TEXTS,
    all_strings,
    answers,
    settle_string,
    strings_of,
    texts_of,
)
from pipeline.model.tree import (
    FIELDS,
    FIXED,
    LEVEL,
    PATH,
    TOGETHER,
    Changes,
    find,
    has,
    inlines_of,
    is_for_teachers,
    is_partial,
    is_word_bank,
    of_node,
    plain_text,
    rewrite_document,
    top_level,
    walk,
)
from pipeline.model.words import fold_word, understood_in
from pipeline.resolve.findings import Findings

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


def arrange(items: Sequence[T], seeds: Sequence[int], fixed: Collection[int]) -> tuple[T, ...]:
    """Choices, or numbers, in the order that they have in the last of some versions, with seeds.
    Those at ``fixed`` places stay there."""
    contents = [
        _content_of(item) if isinstance(item, Choice) else _ItemContent(str(item), True, True)
        for item in items
    ]
    return tuple(items[place] for place in _order(contents, seeds, fixed, is_solution=False))


def shuffle(task: Matching | Ordering, seeds: Sequence[int]) -> Matching | Ordering:
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
        head=removal.without_gaps(task.head),
        left=tuple(map(_with_hold, task.left)),
        right=tuple(_with_hold(task.right[index]) for index in order),
        solution=tuple(place_of[same[index]] for index in task.solution),
    )


def settle_task(task: Matching | Ordering, *, solved: bool) -> tuple[Node, ...]:
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
    shown = list(walk(for_all(removal.without_gaps((item,)))))
    return _ItemContent(
        content="\0".join(
            part for node in shown for part in (type(node).__name__, *_shown_texts(node))
        ),
        is_common=any(type(node) not in FIELDS for node in shown),
        is_for_all=not removal.has_any((item,))
        and not any(
            isinstance(node, Blank) or is_partial(node) or any(map(answers, strings_of(node)))
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


def _shown_texts(node: Node) -> Iterable[str]:
    if isinstance(node, Blank | ListItem):  # an answer; what is called by its place
        return ()
    return (settle_string(value, solved=False) for value in all_strings(node))


def _with_hold(item: ListItem) -> ListItem:
    # It goes first: what follows a heading may be removed with it.
    (closed,) = removal.without_gaps((replace(item, children=(_HOLD, *item.children)),))
    return closed


def _is_there(item: ListItem) -> bool:
    return len(item.children) > 1


def _free(item: ListItem) -> ListItem:
    return replace(item, children=item.children[1:])


# --- rearranging -----------------------------------------------------------------------------
# The order of exercises and choices in the versions of a worksheet. It follows from the seed and
# from what all readers get, so that the key of a version has the order of its handout.

_Place: TypeAlias = tuple[str, int, int]

Ranks: TypeAlias = dict[_Place, tuple[int, int]]
"""The place of each exercise that moves: the number of its group, and its place there."""

_Unit: TypeAlias = list[Block]
"""An exercise, or several that stay together, with what teachers get after it."""


def rearrange(document: Document, whole: Document, seeds: Sequence[int]) -> Document:
    """A variant of the ``whole`` document in the order of the last version of some."""
    ranks = _ranks(whole, seeds)

    def order_within(node: model.Container) -> Node:
        return replace(node, children=tuple(_in_order(node.children, document, ranks)))

    def choose(node: model.Choices) -> Node:
        fixed = [number for number, item in enumerate(node.items) if is_fixed(item)]
        return replace(node, items=arrange(node.items, seeds, fixed))

    changes: Changes = {model.Container: order_within, model.Choices: choose}
    document = rewrite_document(document, enter=changes)
    return replace(document, blocks=tuple(_in_order(document.blocks, document, ranks)))


def is_fixed(node: Node) -> bool:
    """Return whether something keeps its place in all versions."""
    return FIXED in node.attributes.classes


def moving_groups(blocks: Iterable[Block]) -> Iterator[list[_Unit]]:
    """The groups of exercises, directly after each other, that change places among themselves."""
    group: list[_Unit] = []
    for block in blocks:
        if _holds_exercises(block):
            is_one_of_levels = group and _is_for_level(block) and _is_for_level(group[-1][-1])
            if is_one_of_levels:  # the same exercise for others
                group[-1].append(block)
            else:
                group.append([block])
        elif group and is_for_teachers(block):
            group[-1].append(block)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _holds_exercises(block: Block) -> bool:
    if isinstance(block, model.Container) and (block.name == LEVEL or is_together(block)):
        return bool(block.children) and all(
            _holds_exercises(child) or is_together(block) for child in block.children
        )
    return isinstance(block, model.Exercise) and not is_for_teachers(block)


def is_together(block: Node) -> bool:
    """Return whether exercises in a block stay together in their order."""
    if not isinstance(block, model.Container):
        return False
    return TOGETHER in (block.name, *block.attributes.classes)


def _is_for_level(block: Block) -> bool:
    return bool(block.attributes.get(LEVEL))


def _ranks(whole: Document, seeds: Sequence[int]) -> Ranks:
    ranks: Ranks = {}
    groups = list(moving_groups(whole.blocks))
    for _, node, _ in find(whole, model.Container):
        if not is_together(node):
            groups += moving_groups(node.children)
    for number, units in enumerate(groups):
        places = range(len(units))
        fixed = [place for place in places if is_fixed(units[place][0])]
        for rank, place in enumerate(arrange(places, seeds, fixed)):
            for block in units[place]:
                if place_of := _place(whole, block):
                    ranks[place_of] = number, rank
    return ranks


def _place(document: Document, block: Block) -> _Place | None:
    span = document.place(block.span)
    return (span.file, span.line, span.column) if span else None


def _in_order(blocks: tuple[Block, ...], document: Document, ranks: Ranks) -> Iterator[Block]:
    """Blocks, of which those of a group are in the order of their ranks."""
    group: list[tuple[tuple[int, int], Block]] = []
    for block in blocks:
        place = _place(document, block)
        rank = ranks.get(place) if place else None
        if group and (rank is None or rank[0] != group[0][0][0]):
            yield from (each for _, each in sorted(group, key=lambda pair: pair[0]))
            group = []
        if rank is None:
            yield block
        else:
            group.append((rank, block))
    yield from (each for _, each in sorted(group, key=lambda pair: pair[0]))


# --- moved -----------------------------------------------------------------------------------
# Findings where a text of a worksheet with versions says where something is that moves.


def tell_moved(document: Document) -> Document:
    """The document, with a DEPENDS_ON_ORDER warning for each text that names a place: “the exercise
    above” of exercises that change places, “all of the above” among choices, “exercise 3”."""
    if len(document.metadata.versions) < 2:
        return document
    findings, lang = Findings(document), document.metadata.lang
    exercises = [*_find_moving(document.blocks)]
    for _, node, _ in find(document, model.Container):
        exercises += _find_moving(node.children)
    for text, span in _texts(exercises, document):
        for words in _find(text, understood_in(lang, "moved_exercise")):
            _tell(findings, words, span, "Write a reference, such as `@ex-well`.")
    if exercises:
        numbered = [rf"{re.escape(word)}\s+\d+" for word in understood_in(lang, "exercise")]
        for _, text_node, place in find(document, model.Text):
            for words in _matches(text_node.text, numbered):
                _tell(findings, words, place, "Write a reference, such as `@ex-well`.")
    for _, choices, _ in find(document, model.Choices):
        if sum(not is_fixed(item) for item in choices.items) > 1:
            for item in choices.items:
                text = plain_text(item.children)
                phrases = _find(text, understood_in(lang, "moved_choice"))
                for words in phrases if not is_fixed(item) else ():
                    _tell(findings, words, item.span, "Write `{.fixed}` at the end of the choice.")
    return findings.add_to(document)


def _find_moving(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of exercises that change places."""
    for units in moving_groups(blocks):
        if sum(not is_fixed(unit[0]) for unit in units) > 1:
            yield from (block for unit in units for block in unit if not is_fixed(unit[0]))


def _texts(exercises: Iterable[Block], document: Document) -> Iterator[tuple[str, Span | None]]:
    """The texts of exercises, and that of each paragraph before one, with their places."""
    moving = {id(block) for block in exercises}
    for block, following in zip(document.blocks, document.blocks[1:], strict=False):
        if id(following) in moving and isinstance(block, model.Paragraph):
            yield plain_text(block.children), block.span
    for exercise in exercises:
        for node in walk(exercise):
            if isinstance(node, model.Paragraph | model.Plain):
                yield plain_text(node.children), node.span or exercise.span


def _find(text: str, phrases: Iterable[str]) -> list[str]:
    return _matches(text, map(re.escape, phrases))


def _matches(text: str, patterns: Iterable[str]) -> list[str]:
    any_of = "|".join(patterns)
    return re.findall(rf"(?<!\w)(?:{any_of})(?!\w)", text, re.IGNORECASE) if any_of else []


def _tell(findings: Findings, words: str, span: Span | None, hint: str) -> None:
    findings.add(
        Code.DEPENDS_ON_ORDER, f"“{words}” is somewhere else in other versions.", span, hint
    )


# --- values ----------------------------------------------------------------------------------
# Numbers that differ between versions, and the values in gaps that follow from them.


def fill_values(document: Document, whole: Document, edition: Edition) -> Document:
    """A variant of the ``whole`` document with the numbers of the version of an edition, and with
    the values in its gaps, whose widths depend on them."""
    texts = (variable.text for variable in whole.metadata.variables)
    if _may_have_numbers(whole) or any(text.startswith("=") for text in texts):
        from pipeline.exercises.numbers import fill_numbers

        document = fill_numbers(document, whole, seeds_of(edition, whole.metadata), edition)
    if has(document, Blank):
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


# --- word banks ------------------------------------------------------------------------------
# Word banks: the answers of blanks, in alphabetical order, which does not reveal their places.
# They are collected before students' editions lose the answers.

COMMAS = late(r"[,;،、，\n]")


def fill_banks(document: Document, edition: Edition, withheld: Iterable[Withheld]) -> Document:
    """The document with the words of each bank: those of the exercise around it, or of the whole
    text if it is outside an exercise, and those added in the bank. In an edition for teachers they
    are those that students get, outside what is ``withheld``. An empty bank is a LIKELY_SLIP, and
    is removed."""
    if not any(is_word_bank(node) for _, node, _ in find(document, Container)):
        return document
    students = variations_of(replace(edition, audience="student"), document.metadata)
    if edition.audience == "student":
        students = (edition,)
    hidden = Ranges(places_lacked(withheld, *students))
    seen: set[Span | None] = set()
    empty: list[Diagnostic] = []

    def fill(node: Container, path: tuple[Node, ...]) -> Node | tuple[Node, ...]:
        if not is_word_bank(node):
            return node
        around = next((holder for holder in path if isinstance(holder, Exercise)), None)
        key = around.span if around else None
        words = list(_words_added(node))
        if key not in seen:
            written = Counter(fold_word(plain_text(word.children)) for word in words)
            blanks = walk((around,) if around else top_level(document))
            for blank in blanks:
                answer = blank.answer if isinstance(blank, Blank) else ()
                if not answer or hidden.hold(document.place(blank.span)):
                    continue
                word = model.Plain(children=inlines_of(answer))
                text = fold_word(plain_text(word.children))
                if written[text]:
                    written[text] -= 1  # the author has listed the answers, too
                else:
                    words.append(word)
            seen.add(key)
        words.sort(key=_sort_key)
        if not words:
            message = (
                "This word bank has no words: every answer in a blank is already in another word "
                "bank."
            )
            hint = "Write the answers in the blanks, `____{rope}`, of the same exercise."
            span = document.place(node.span)
            empty.append(
                diagnostic(Code.LIKELY_SLIP, message, span=span, source=document.source, hint=hint)
            )
            return ()
        items = tuple(ListItem(children=(word,)) for word in words)
        return replace(node, children=(model.List(ordered=False, items=items),))

    document = rewrite_document(document, enter={Container: fill}, context=PATH)
    return replace(document, diagnostics=(*document.diagnostics, *empty))


def _sort_key(word: model.Plain) -> tuple[str, str]:
    text = plain_text(word.children)
    return fold_word(text), text


def _words_added(bank: Container) -> Iterator[model.Plain]:
    """The words in a bank: items of a list, or separated by commas."""
    for node in walk(bank.children):
        if isinstance(node, model.Paragraph | model.Plain):
            for word in map(_strip, _separate(node.children)):
                if word and is_for_teachers(node):
                    attributes = node.attributes
                    word = (model.InlineElement(name="span", children=word, attributes=attributes),)
                if word:
                    yield model.Plain(children=word, span=node.span)


def _separate(inlines: Iterable[Inline]) -> Iterator[list[Inline]]:
    """Inlines, divided at the commas and line ends in their text."""
    word: list[Inline] = []
    for node in inlines:
        first, *others = _pieces(node)
        word += first
        for other in others:
            yield word
            word = [*other]
    yield word


def _pieces(node: Inline) -> list[tuple[Inline, ...]]:
    """The pieces of a node between commas; of one with further markup in it, itself."""
    match node:
        case model.SoftBreak() | model.LineBreak():
            return [(), ()]
        case Blank():  # its answer is a word already
            return [()]
        case model.Text():
            return [(replace(node, text=part),) if part else () for part in COMMAS.split(node.text)]
        case (
            model.Emphasis(children=(model.Text() as text,))
            | model.Strong(children=(model.Text() as text,))
            | model.InlineElement(children=(model.Text() as text,))
        ):
            return [(replace(node, children=piece),) for piece in _pieces(text) if piece] or [()]
    return [(node,)]


def _strip(word: list[Inline]) -> tuple[Inline, ...]:
    """A word without white space around it."""
    while word and isinstance(first := word[0], model.Text) and first.text[:1] in ("", " "):
        word[:1] = [replace(first, text=rest)] if (rest := first.text.lstrip()) else []
    while word and isinstance(last := word[-1], model.Text) and last.text[-1:] in ("", " "):
        word[-1:] = [replace(last, text=rest)] if (rest := last.text.rstrip()) else []
    return tuple(word)
