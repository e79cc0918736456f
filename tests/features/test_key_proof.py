"""No teacher's file is written without an answer of its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from msgspec.structs import replace

import pipeline
from pipeline import Options, model, parse
from pipeline.exercises.key_proof import missing_answers
from pipeline.exercises.keys import AnswerCollector
from pipeline.model.editions import EDITIONS
from pipeline.model.tree import rewrite_document, walk
from tests.helpers import making, placements
from tests.helpers.placements import Placement

IN_FUZZ = settings.get_current_profile_name() == "fuzz"
ALL = placements.placements()
BATCHES = list(placements.batches(ALL if IN_FUZZ else ALL[:50], 100))

SOURCE = """\
---
title: Wells
lang: en
---

::: exercise One
a) Pumps and ____{ropes}, $1 + 1 = ____{2}$.[^1]

b) Is it [so]{.answer}?

   - ( ) yes
   - (x) no

c) Why?

   ::: answer
   Because **it** is so.
   :::
:::

::: exercise Two
| A | yes | no |
|---|-----|----|
| a | [x] | [ ] |

::: matching
| a | b |
|---|---|
| c | d |
| e | f |
:::

::: ordering
1. one
2. two
3. three
:::
:::

[^1]: Deep ____{down}.

# Key {.answer}

Forty-two, as 6 × 7 = 42, or 7 × 6 = 42.
"""

OMITTED: dict[str, tuple[str, Any, int]] = {
    "gaps": ("_gap", lambda self, answer, span: iter(()), 7),
    "text in answers": ("_fill", lambda self, inlines, span, noted: iter(()), 7),
    "right choices": ("_tell_choice", lambda self, block: (), 12),
    "answers": ("_answer", lambda self, block: (), 17),
    "an exercise": ("_exercise", lambda self, block: (), 24),
}
"""Parts of the key that are left out, by the names of functions, and a line that is missing."""


def missing(text: str, edition: str = "answers") -> list[int]:
    """The lines whose answers an edition lacks."""
    document = parse(text, "x.md")
    marked = making.Flow(Path("x.md"), document).marked(edition)
    findings = missing_answers(document, [marked], EDITIONS[edition], "x.pdf")
    return [finding.line for finding in findings]


@pytest.mark.parametrize("edition", ["answers", "teacher", "teacher-web", "teacher-ebook"])
def test_all_answers_are_there(edition: str) -> None:
    assert missing(SOURCE, edition) == []


@pytest.mark.parametrize("omitted", OMITTED)
def test_an_omission_is_found(omitted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, instead, line = OMITTED[omitted]
    monkeypatch.setattr(AnswerCollector, name, instead)
    assert line in missing(SOURCE)


KINDS = (model.Blank, model.Math, model.InlineElement, model.Answer, model.Choices, model.Table,
         model.Matching, model.Ordering, model.Paragraph)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_of_node_that_is_lost_on_the_way_is_found(kind: type[model.Node]) -> None:
    document = parse(SOURCE, "x.md")
    flow = making.Flow(Path("x.md"), document)
    for edition in ("answers", "teacher"):
        marked = flow.marked(edition)
        left = rewrite_document(marked, enter={kind: lambda node: ()})
        if left != marked:
            assert [*missing_answers(document, [left], EDITIONS[edition], "x.pdf")], edition


def test_an_answer_is_missing_in_its_place_though_it_is_elsewhere() -> None:
    document = parse("::: exercise\na) ____{2}\nb) ____{2}\n:::\n", "x.md")
    marked = making.Flow(Path("x.md"), document).marked("answers")
    count = iter(range(9))

    def leave(node: model.Text) -> Any:
        return () if node.text == "2" and next(count) == 1 else node

    left = rewrite_document(marked, leave={model.Text: leave})
    findings = [*missing_answers(document, [left], EDITIONS["answers"], "x.pdf")]
    assert [(one.code, one.line, one.column) for one in findings] == [("missing-answer", 3, 4)]


def test_an_answer_for_other_formats_is_not_missed() -> None:
    assert missing("Text.\n\n::: {only=html}\n::: answer\nForty.\n:::\n:::\n\n____{2}\n") == []


DRAWN = """\
Sums: ____{$\\frac{3}{47}$}, $1 + ____{\\frac{1}{2}} = 1$, [$x^2$]{.answer}, [![A](a.png)]{.answer}

::: answer
```chart {type=fractions}
5/8
```
:::
"""

WRONG: dict[type[model.Node], tuple[dict[str, str], list[int]]] = {
    model.Math: ({"mathml": "<math/>", "tex": "1"}, [1, 1, 1]),
    model.Image: ({"source": "b.png"}, [1]),
    model.Chart: ({"kind": "clock"}, [4]),
}
"""By the kinds of what is drawn, fields of another, and the lines that are then missed."""


@pytest.mark.parametrize("edition", ["answers", "teacher"])
@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_what_is_drawn_is_known_by_what_it_is(kind: type[model.Node], edition: str) -> None:
    fields, lines = WRONG[kind]
    document = parse(DRAWN, "x.md")
    marked = making.Flow(Path("x.md"), document).marked(edition)

    def another(node: Any) -> Any:
        return replace(node, **fields) if isinstance(node, kind) else node

    def with_others(node: Any) -> Any:
        gaps = getattr(node, "gaps", ())
        if gaps:
            return replace(node, gaps=tuple(tuple(map(another, answer)) for answer in gaps))
        if isinstance(node, model.Blank):
            return replace(node, answer=tuple(map(another, node.answer)))
        return another(node)

    def found(of: model.Document) -> list[int]:
        findings = missing_answers(document, [of], EDITIONS[edition], "x.pdf")
        return sorted(finding.line for finding in findings)

    wrong = rewrite_document(marked, leave=dict.fromkeys((kind, model.Blank), with_others))
    assert (found(marked), found(wrong)) == ([], lines)


def test_a_gap_may_have_the_only_formula_of_a_text() -> None:
    (blank,) = (
        node
        for node in walk(making.resolved("____{$\\frac{3}{47}$}\n", "teacher").blocks)
        if isinstance(node, model.Blank)
    )
    (formula,) = blank.answer
    assert isinstance(formula, model.Math)
    assert "<mfrac>" in formula.mathml


LABELS = """\
::: answer
```chart {type=fractions}
Rope: 5/8
```

```chart {type=fractions}
B: 5/8x
```

```chart {type=bar x="Months"}
Month,Rain
May,11
```
:::
"""


@pytest.mark.parametrize("lost", [{model.Image: ("alt", 2)}, {model.Chart: ("x", 10)}])
def test_the_labels_of_charts_are_compared(lost: dict[type[model.Node], tuple[str, int]]) -> None:
    """Those of a drawing are in its description; what cannot be drawn is shown as a table."""
    assert missing(LABELS) == missing(LABELS, "teacher") == []
    ((kind, (field, line)),) = lost.items()
    document = parse(LABELS, "x.md")
    marked = making.Flow(Path("x.md"), document).marked("answers")
    left = rewrite_document(marked, enter={kind: lambda node: replace(node, **{field: ""})})
    findings = missing_answers(document, [left], EDITIONS["answers"], "x.pdf")
    assert [finding.line for finding in findings] == [line]


@pytest.mark.parametrize(
    ("answer", "style"),
    [
        ("**So**.", "strong { display: none }"),
        ("$\\frac{3}{47}$", ".formula-image { display: none }"),
        ("____{$\\frac{3}{47}$}", ".formula-image { display: none }"),
        ("```chart {type=clock}\n8:05\n```", ".chart img { display: none }"),
    ],
    ids=["text", "formula", "formula in a gap", "chart"],
)
def test_an_edition_without_an_answer_is_not_written(
    answer: str, style: str, tmp_path: Path
) -> None:
    """A template may leave it out, too. The other editions are written."""
    path = tmp_path / "work.md"
    path.write_text(f"# Wells\n\n::: exercise\nWhy?\n\n::: answer\n{answer}\n:::\n:::\n", "utf-8")
    (tmp_path / "templates" / "pdf").mkdir(parents=True)
    (tmp_path / "templates" / "pdf" / "style.css").write_text(style)
    options = Options(templates=tmp_path / "templates")
    result = pipeline.build(path, ["web", "answers", "teacher"], out=tmp_path, options=options)
    errors = [(one.code, one.line) for one in result.diagnostics if one.is_error]
    assert errors == [("missing-answer", 7)] * 2
    assert [file.name for file in result.files] == ["work.html", "manifest.json"]


def test_handouts_of_sections_have_the_answers_that_sections_are(tmp_path: Path) -> None:
    path = tmp_path / "work.md"
    text = "# One\n\n____{rope}\n\n# Two {.answer}\n\nAll of it.\n\n# Three\n\nText.\n"
    path.write_text(f"---\ntitle: Wells\nlang: en\n---\n\n{text}", "utf-8")
    options = Options(split=1)
    result = pipeline.build(path, ["answers", "teacher"], out=tmp_path, options=options)
    assert not [one for one in result.diagnostics if one.is_error]
    assert len([one for one in result.files if "answers" in one.name]) == 3, "and an archive"


@pytest.mark.hypothesis
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: "")
def test_the_key_has_the_answers_of_all_places(batch: Sequence[Placement]) -> None:
    text, _ = placements.source(batch)
    document = parse(text, "x.md")
    flow = making.Flow(Path("x.md"), document)
    for edition in ("answers", "teacher"):
        marked = flow.marked(edition)
        assert [*missing_answers(document, [marked], EDITIONS[edition], "x.pdf")] == []


def test_answers_in_entries_are_in_the_index() -> None:
    assert missing('A [well]{.index entry="deep ____{x}!dry ____{y}"}.\n', "teacher-web") == []
