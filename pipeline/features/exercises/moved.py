"""Findings where a text of a worksheet with versions says where something is that moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline import model
from pipeline.features.exercises.rearranging import is_fixed, moving_groups
from pipeline.model import Block, Document
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.tree import find, plain_text, walk
from pipeline.model.words import understood_in
from pipeline.resolve.findings import Findings


def tell_moved(document: Document) -> Document:
    """The document, with a DEPENDS_ON_ORDER warning for each text that names a place: “the exercise
    above” of exercises that change places, “all of the above” among choices, “exercise 3”."""
    if len(document.metadata.versions) < 2:
        return document
    findings, lang = Findings(document), document.metadata.lang
    exercises = [*_moving(document.blocks)]
    for _, node, _ in find(document, model.Container):
        exercises += _moving(node.children)
    for text, span in _texts(exercises, document):
        for words in _found(text, understood_in(lang, "moved_exercise")):
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
                phrases = _found(text, understood_in(lang, "moved_choice"))
                for words in phrases if not is_fixed(item) else ():
                    _tell(findings, words, item.span, "Write `{.fixed}` at the end of the choice.")
    return findings.added_to(document)


def _moving(blocks: Iterable[Block]) -> Iterator[Block]:
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


def _found(text: str, phrases: Iterable[str]) -> list[str]:
    return _matches(text, map(re.escape, phrases))


def _matches(text: str, patterns: Iterable[str]) -> list[str]:
    any_of = "|".join(patterns)
    return re.findall(rf"(?<!\w)(?:{any_of})(?!\w)", text, re.IGNORECASE) if any_of else []


def _tell(findings: Findings, words: str, span: Span | None, hint: str) -> None:
    findings.add(
        Code.DEPENDS_ON_ORDER, f"“{words}” is somewhere else in other versions.", span, hint
    )
