"""From a parsed document to the content of one edition: the variant without what the edition lacks
(`pipeline.model.audience`), in which pupils get blanks, choices and other tasks without solutions,
and nothing says any more that it is for some editions only."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Document, Node, removal
from pipeline.model.audience import FORMAT_NAMES, admits, conditions_of, names_in, variant_for
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.editions import EDITIONS, Edition, for_pupils
from pipeline.model.names import did_you_mean
from pipeline.model.rewriting import Changes, rewrite, rewrite_document
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
    LEVEL,
    TEACHER,
    WITH_ANSWER,
    find,
    has,
    has_condition,
    is_for_teachers,
    of_node,
)
from pipeline.select import shuffling as tasks
from pipeline.select.levels import settle_levels
from pipeline.select.shuffling import AS_WRITTEN, seeds_of, shuffled
from pipeline.select.timings import keep_timings

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
        from pipeline.features.exercises.rearranging import rearranged

        document = rearranged(document, whole, seeds)
        whole = rearranged(whole, whole, seeds)
    document = settle_levels(with_values(document, whole, edition), whole, edition)
    document = keep_timings(document, edition)
    from pipeline.features.exercises.word_banks import fill_banks

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
        return replace(node, tex=without_marks(node.tex)) if "]{" in node.tex else node

    document = rewrite_document(document, leave=dict.fromkeys(model.FORMULAS, settle_formula))
    leaves: Changes = {
        **dict.fromkeys(TASKS, lambda node: tasks.settled(node, solved=is_ticked)),
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
        from pipeline.features.exercises.numbers import fill_numbers

        document = fill_numbers(document, whole, seeds_of(edition, whole.metadata), edition)
    if has(document, model.Blank):
        from pipeline.features.exercises.numbers import fill_gaps

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
