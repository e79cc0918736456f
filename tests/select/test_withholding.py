"""Whatever stands in something withheld is withheld: answers in every place of every construct."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import settings
from msgspec.structs import replace

from pipeline import parse
from pipeline.model import Document, encode
from pipeline.model.editions import EDITIONS, Edition, varied
from pipeline.select import select
from tests.helpers import placements
from tests.helpers.placements import Placement

ALL = placements.placements()
IN_FUZZ = settings.get_current_profile_name() == "fuzz"
BATCHES = list(placements.batches(ALL, 100) if IN_FUZZ else placements.batches(ALL[:50], 10))
"""In `make test` always the same few. A text is read again for each set of marks in it: short ones
are read less often."""
WRITTEN = list(placements.batches(tuple(placements.writings()), 12))


def shown(document: Document, edition: Edition) -> str:
    """All that an edition's document says, but for findings, which only the author gets."""
    found = replace(select(document, edition), diagnostics=(), origins={})
    return re.sub(r'"span": \{[^{}]*\},?', "", encode(found).decode())


@pytest.mark.hypothesis
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: "")
def test_students_get_nothing_that_is_withheld(batch: Sequence[Placement]) -> None:
    """Neither the words nor their length leave a trace. All but comments and the like are in the
    document before anything is left out."""
    text, secrets = placements.source(batch)
    document = parse(text, "x.md")
    read = encode(replace(document, withheld=(), variants=())).decode()
    assert sum(word in read for word in secrets) > len(secrets) * 0.7
    content = shown(document, EDITIONS["web"])
    assert f"Public {len(batch) - 1}." in content
    assert {place for word, place in secrets.items() if word in content} == set()
    other = parse(placements.source(batch, "k" * 30)[0], "x.md")
    assert shown(other, EDITIONS["web"]) == content


@pytest.mark.parametrize("batch", WRITTEN, ids=lambda batch: "")
def test_a_mark_withholds_however_it_is_written(batch: Sequence[Placement]) -> None:
    """Pupils get nothing of it, teachers all, and no text is refused."""
    text, secrets = placements.source(batch)
    document = parse(text, "x.md")
    assert not [finding for finding in document.diagnostics if finding.is_error]
    of_teachers, content = (shown(document, EDITIONS[name]) for name in ("teacher", "web"))
    assert {place for word, place in secrets.items() if word not in of_teachers} == set()
    assert {place for word, place in secrets.items() if word in content} == set()
    assert f"Public {len(batch) - 1}." in content
    other = parse(placements.source(batch, "k" * 30)[0], "x.md")
    assert shown(other, EDITIONS["web"]) == content


SIGNS = ("x", "X", "\u0445", "✓", "✔\ufe0f")
CHOICES = ("- ({}) a\n- ({}) b", "({}) a\n({}) b", "a) ({}) c\nb) ({}) d", "- [{}] a\n- [{}] b")
QUESTIONS = ("a?\n\n~", "1. a?\n\n~\n\n2. b?", "- a\n\n~")


@pytest.mark.parametrize("question", QUESTIONS)
def test_right_answers_do_not_show_however_they_are_signed_and_indented(question: str) -> None:
    texts: list[list[str]] = [[], []]
    for sign, choices, indent in itertools.product(SIGNS, CHOICES, (3, 4, 7, 10)):
        for part, signs in zip(texts, ((sign, "\u00a0"), (" ", sign)), strict=True):
            lines = choices.format(*signs).replace("\n", "\n" + " " * indent)
            text = question.replace("~", " " * indent + lines)
            part.append(f"::: exercise\n{text}\n:::")
    first, second = (shown(parse("\n\n".join(part)), EDITIONS["web"]) for part in texts)
    assert first == second


@pytest.mark.hypothesis
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: "")
def test_pupils_get_nothing_of_another_level_in_any_version(batch: Sequence[Placement]) -> None:
    text, secrets = placements.source(batch, front=placements.VARIED)
    document = parse(text, "x.md")
    other = parse(placements.source(batch, "k" * 30, placements.VARIED)[0], "x.md")
    for edition in varied(EDITIONS["handout"], document.metadata):
        content = shown(document, edition)
        told = {place for word, place in secrets.items() if word in content}
        assert all(" / level / " in place for place in told)
        if edition.level == "core":
            assert not told
            assert shown(other, edition) == content
        else:
            of_level = [each for each in batch if " / level / " in each.place]
            assert told or len(of_level) < 3  # a few show nothing to anyone
