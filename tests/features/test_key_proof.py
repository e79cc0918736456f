"""No teacher's file is written without an answer of its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from msgspec.structs import replace

import pipeline
from pipeline import Options, model, parse
from pipeline.driver import marked_for
from pipeline.features.exercises.answer_key import _Key
from pipeline.features.exercises.key_proof import missing_answers
from pipeline.features.exercises.key_sheet import columns_of
from pipeline.model.editions import EDITIONS, varied
from pipeline.model.rewriting import rewrite_document
from pipeline.model.tree import plain_text, walk
from pipeline.verify.all_text import contents
from pipeline.verify.pieces import BREAK, folded
from tests.helpers import answered, making, placements
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
    "text in answers": ("_filled", lambda self, inlines, span, noted: iter(()), 7),
    "right choices": ("_chosen", lambda self, block: (), 12),
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
    monkeypatch.setattr(_Key, name, instead)
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


VERSIONS = """\
---
title: Wells
lang: en
versions: 2
variables: {town: Kandahar}
---

::: exercise One
a) {{ n = 100..900 }}: ____{ {{ town }} } ____{ {{ n }} }

::: answer
```chart {type=bar}
Month,Rain
May,3
```
:::
:::

::: exercise Two
b) What?[^1]

::: answer
Deep.[^1]

```chart {type=bar}
Month,Rain
June,11
```
:::
:::

[^1]: A note with a [mark]{.answer}.
"""


def test_a_sheet_of_keys_has_the_drawings_numbers_and_notes_of_each_version() -> None:
    document = parse(VERSIONS, "x.md")
    flow = making.Flow(Path("x.md"), document)
    sheet = flow.marked("keys")

    def drawings(of: Iterable[model.Node], assets: Iterable[model.Asset]) -> list[bytes]:
        data = {asset.path: asset.data for asset in assets}
        return [data[node.asset] for node in walk(of) if isinstance(node, model.Image)]

    versions = varied(EDITIONS["answers"], document.metadata)
    columns = columns_of(sheet, len(versions))
    orders = set()
    for edition, column in zip(versions, columns, strict=True):
        key = marked_for(flow.request, edition)
        assert len(set(drawings(key.blocks, key.assets))) == 2
        assert drawings(column.blocks, sheet.assets) == drawings(key.blocks, key.assets)
        orders.add(tuple(drawings(key.blocks, key.assets)))
        texts = plain_text(column.blocks)
        assert "(1)\u00a0Kandahar, (2)\u00a0" in texts
        assert "{{" not in texts
        assert [*missing_answers(document, [key], edition, "x.pdf")] == []
    assert len(orders) == 2
    assert [note.number for note in sheet.notes] == [1, 2]
    assert [*missing_answers(document, [sheet], EDITIONS["keys"], "x.pdf")] == []
    alike = replace(sheet, blocks=tuple(map(_with_first_twice, sheet.blocks)))
    assert [*missing_answers(document, [alike], EDITIONS["keys"], "x.pdf")]


def _with_first_twice(table: Any) -> Any:
    """A table with its first column in place of the others."""
    rows = (replace(row, cells=row.cells[:1] * len(row.cells)) for row in table.body)
    return replace(table, body=tuple(rows))


def test_questions_have_gaps_of_their_own_and_works_are_listed(tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(answered.FILES["refs.bib"], "utf-8")
    front = "---\ntitle: T\nbibliography: refs.bib\ncitation_style: ieee\n---\n"
    exercise = (
        "::: exercise\na) ____{3}\nb) ____{5}, ____, ____{6}\n\n::: answer\nSee [@open].\n:::\n"
    )
    marked = making.marked(making.resolved(f"{front}\n{exercise}:::\n", "answers", tmp_path))
    text = " ".join(plain_text(marked.blocks).split())
    assert "3(1) 5, (3) 6" in text
    assert any(isinstance(node, model.Bibliography) for node in walk(marked.blocks))


def test_answers_in_strings_are_in_lists_of_answers_and_in_print() -> None:
    source = '[Pump]{title="a ____{rope}"} and ![a [well]{.answer}](a.png) [see [p]{.answer} @x]\n'
    flow = making.Flow(Path("x.md"), parse(source, "x.md"))
    texts = {
        name: plain_text(flow.marked(name).blocks) for name in ("answers", "teacher", "teacher-web")
    }
    assert texts["answers"] == "rope, well, p"
    assert texts["teacher"].startswith("Pump (rope) and a well")
    assert texts["teacher-web"].startswith("Pump and a well")
    assert missing(source) == missing(source, "teacher") == missing(source, "teacher-web") == []


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


def test_an_edition_without_an_answer_is_not_written(tmp_path: Path) -> None:
    """A template may leave it out, too. The other editions are written."""
    path = tmp_path / "work.md"
    path.write_text("# Wells\n\n::: exercise\nWhy?\n\n::: answer\n**So**.\n:::\n:::\n", "utf-8")
    (tmp_path / "templates" / "pdf").mkdir(parents=True)
    (tmp_path / "templates" / "pdf" / "style.css").write_text("strong { display: none }")
    options = Options(templates=tmp_path / "templates")
    result = pipeline.build(path, ["web", "answers", "teacher"], out=tmp_path, options=options)
    assert [(one.code, one.line) for one in result.diagnostics] == [("missing-answer", 7)] * 2
    assert [file.name for file in result.files] == ["work.html", "manifest.json"]


def test_handouts_of_sections_have_the_answers_that_sections_are(tmp_path: Path) -> None:
    path = tmp_path / "work.md"
    text = "# One\n\n____{rope}\n\n# Two {.answer}\n\nAll of it.\n\n# Three\n\nText.\n"
    path.write_text(f"---\ntitle: Wells\nlang: en\n---\n\n{text}", "utf-8")
    options = Options(split=1)
    result = pipeline.build(path, ["answers", "teacher"], out=tmp_path, options=options)
    assert not [one for one in result.diagnostics if one.is_error]
    assert len([one for one in result.files if "answers" in one.name]) == 3, "and an archive"


EACH = [*answered.every()]
PARTS = 12
"""In each is another part of them; one is built whenever tests run."""


@pytest.mark.hypothesis
@pytest.mark.parametrize("part", range(PARTS if IN_FUZZ else 1))
def test_no_answer_is_refused_or_lost_in_a_teachers_edition(part: int, tmp_path: Path) -> None:
    for name, content in answered.FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    text, places = answered.source(EACH[part::PARTS])
    (tmp_path / "work.md").write_text(text, "utf-8")
    editions = [row.name for row in EDITIONS.values() if row.audience == "teacher"]
    editions = [name for name in editions if not EDITIONS[name].platform]
    result = pipeline.build(tmp_path / "work.md", editions, out=tmp_path)
    lost = [one.message for one in result.diagnostics if one.is_error or one.code == "lost-text"]
    assert not lost
    files = [file for file in result.files if file.suffix != ".json"]
    assert len(files) == len(editions) + 2, "of two, there is another version"
    for file in files:
        texts = "".join(part.text for part in contents(file.name, file.read_bytes()))
        words = folded(texts.replace(BREAK, "")).decode()
        assert not [place for word, place in places.items() if word not in words], file.name


@pytest.mark.hypothesis
@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: "")
def test_the_key_has_the_answers_of_all_places(batch: Sequence[Placement]) -> None:
    text, _ = placements.source(batch)
    document = parse(text, "x.md")
    flow = making.Flow(Path("x.md"), document)
    for edition in ("answers", "teacher"):
        marked = flow.marked(edition)
        assert [*missing_answers(document, [marked], EDITIONS[edition], "x.pdf")] == []
