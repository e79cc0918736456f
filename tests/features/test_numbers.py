"""Numbers of worksheets: exact arithmetic, another draw for each version, answers that follow."""

from __future__ import annotations

import contextlib
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import parse
from pipeline.exercises.numbers import Amount, CalculationError, calculate
from pipeline.model import Blank, Chart, Document, Math, MathBlock
from pipeline.model.tree import answer_text
from tests.helpers import making
from tests.helpers.finished import all_text
from tests.helpers.trees import nodes, plain_text

KNOWN = {"a": Amount(Fraction(6)), "b": Amount(Fraction(4)), "c": Amount(Fraction(1, 3))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * a", 20),
        ("(2 + 3) × a", 30),
        ("a - b - 1", 1),
        ("a / b / 2", Fraction(3, 4)),
        ("-a^2", -36),
        ("2^-2", Fraction(1, 4)),
        ("2^3^2", 512),
        ("c * 3", 1),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("round(a / 7, 2)", Fraction(86, 100)),
        ("round(-2.5)", -3),
        ("sqrt(a * a + 8 * 8)", 10),
        ("sqrt(c / 3)", Fraction(1, 3)),
        ("max(a, b, 5) − min(a, b)", 2),
        ("abs(b - a) · whole(a / 2)", 6),
        ("nice(a / 8)", Fraction(3, 4)),
    ],
)
def test_arithmetic_is_exact(text: str, value: Fraction | int) -> None:
    assert calculate(text, KNOWN).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a / (b - 4)", "divides by zero"),
        ("0 ^ -1", "divides by zero"),
        ("a +", "not complete"),
        ("(a", "not closed"),
        ("max(a, b", "not closed"),
        ("a b", "`b` is not expected"),
        ("a ) b", "`)` is not expected"),
        ("* a", "`*` is not expected"),
        ("a.b", "`.` has no meaning"),
        ("__import__('os')", "has no meaning"),
        ("open(a)", "`open` is not one of"),
        ("x + 1", "there is no `x`"),
        ("9 ^ 99", "too large"),
        ("10^30 * 10", "too large"),
        ("2 ^ 0.5", "exponent"),
        ("2 ^ 101", "exponent"),
        ("sqrt(0 - 1)", "root of a negative"),
        ("abs(a, b)", "wrong number of values"),
        ("round(a, c)", "decimals of `round`"),
        ("whole(a / 4)", "no whole number"),
        ("nice(a / 7)", "more than two decimals"),
        ("(" * 60 + "a" + ")" * 60, "too many brackets"),
    ],
)
def test_what_has_no_value_is_told(text: str, reason: str) -> None:
    with pytest.raises(CalculationError, match=re.escape(reason)):
        calculate(text, KNOWN)


@given(st.recursive(
    st.integers(0, 99).map(lambda n: (str(n), Fraction(n))),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda p: (
            f"({p[0][0]} {p[1]} {p[2][0]})",
            {"+": p[0][1] + p[2][1], "-": p[0][1] - p[2][1], "*": p[0][1] * p[2][1]}[p[1]],
        )
    ),
    max_leaves=8,
))  # fmt: skip
def test_sums_and_products_are_what_they_are(case: tuple[str, Fraction]) -> None:
    assert calculate(case[0], {}).value == case[1]


@given(st.text("ab(),+-*/^. 0123456789round", max_size=40))
def test_no_text_ends_the_program(text: str) -> None:
    with contextlib.suppress(CalculationError):
        assert isinstance(calculate(text, KNOWN), Amount)


# --- in documents -------------------------------------------------------------------------

TEXT = """---
title: T
lang: {lang}
versions: 3
variables: {{price: "= 2.50, 4, 0.75", many: "= 10..90 step 10"}}
---

A field is {{{{ a = 2..9 }}}} m long and {{{{ b = 12..19 }}}} m wide, {{{{ price }}}} each.

::: exercise Area
It has ____{{ {{{{ a * b }}}} m² }}, and $A = {{{{ a }}}} \\cdot ____{{ {{{{ b }}}} }}$.

- (x) {{{{ many * price }}}}
- ( ) {{{{ a - b }}}}
:::
"""


def documents(edition: str = "teacher", lang: str = "en") -> list[Document]:
    parsed = pipeline.parse(TEXT.format(lang=lang))
    made = [making.resolved(parsed, edition, variation=version) for version in "ABC"]
    return [making.without_findings(document) for document in made]


def numbers(document: Document) -> tuple[int, int]:
    words = plain_text(document).split()
    return int(words[words.index("is") + 1]), int(words[words.index("and") + 1])


def test_each_version_has_other_numbers_and_the_answers_to_them() -> None:
    seen = set()
    for document in documents():
        a, b = numbers(document)
        assert 2 <= a <= 9
        assert 12 <= b <= 19
        seen.add((a, b))
        (blank,) = nodes(document, Blank)
        assert answer_text(blank.answer) == f"{a * b}\u00a0m²"
        (formula,) = nodes(document, Math)
        assert formula.tex == f"A = {a} \\cdot ____{{ {b} }}"
        assert f"\N{MINUS SIGN}{b - a}" in plain_text(document)
    assert len(seen) == len({a for a, _ in seen}) == len({b for _, b in seen}) == 3


def test_pupils_have_the_same_numbers_and_no_answer() -> None:
    for pupils, teachers in zip(documents("handout"), documents(), strict=True):
        assert numbers(pupils) == numbers(teachers)
        (blank,) = nodes(pupils, Blank)
        assert not blank.answer
        (formula,) = nodes(pupils, Math)
        assert formula.tex.endswith("____")


def test_values_may_be_given_for_each_version_in_turn() -> None:
    """They have the same decimals, as money does."""
    texts = [plain_text(document) for document in documents(lang="de")]
    prices = ("2,50 each", "4,00 each", "0,75 each")
    assert [next(price for price in prices if f" {price}" in words) for words in texts] == [*prices]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "{{ p = 2.50 }} {{ 3 * p }} {{ p / 5 }} {{ p + 0.5 }} {{ p^2 }}",
            "2.50 7.50 0.50 3.00 6.25",
        ),
        (
            "{{ p = 2.50 }} {{ 10 / p }} {{ p / p }} {{ round(2 * p) }} {{ whole(2 * p) }}",
            "2.50 4 1 5 5",
        ),
        ("{{ p = 0.75 }} {{ 4 * p }} {{ max(p, 2) }} {{ 0.125 * p }}", "0.75 3.00 2.00 0.09375"),
        ("{{ r = 3 }} {{ round(r / 4, 1) }} {{ round(r, 2) }} {{ 2 * 1.50 }}", "3 0.8 3.00 3.00"),
        ("{{ a = 2.5 }} {{ 2 * a }} {{ 80 * 0.25 }} {{ b = 1..1 step 0.5 }}", "2.5 5 20 1"),
        ("{{ a = 1..1.0 step 0.5 }} {{ 2 * a }} {{ b = 0.25 * 4 }}", "1.0 2.0 1"),
    ],
)
def test_amounts_keep_the_decimals_that_they_are_given_with(text: str, shown: str) -> None:
    document = making.selected(parse(f"# T\n\n{text}\n"), "teacher")
    assert plain_text(document).split() == shown.split()


def test_the_files_of_pupils_have_no_worked_out_number(tmp_path: Path) -> None:
    source = tmp_path / "t.md"
    front = "---\ntitle: T\nlang: en\nversions: {A: 87654321, B: 2}\n---\n\n"
    source.write_text(f"{front}{{{{ a = 40001..40999 }}}} and ____{{ {{{{ a * 9 }}}} }}.\n")
    result = pipeline.build(source, ("web", "handout", "ebook", "answers"), out=tmp_path / "out")
    assert not result.diagnostics
    folder, known = tmp_path / "out" / "t", []
    for name in ("t-answers.pdf", "t-answers-B.pdf"):
        key = all_text(folder / name)
        answer = next(str(9 * n) for n in range(40001, 41000) if str(9 * n) in key)
        known.append(answer)
    for name in ("t.html", "t.epub", "t.pdf", "t-B.pdf", "manifest.json"):
        words = all_text(folder / name)
        assert not any(number in words for number in (*known, "87654321")), name


@pytest.mark.parametrize(
    ("body", "column", "message"),
    [
        ("{{ a = 9..2 }}", 1, "`9..2` cannot be used: the range is empty."),
        ("{{ a = 1..5 step 0 }}", 1, "the range is empty."),
        ("{{ a = 1..9999999 }}", 1, "the range has more than 1,000,000 numbers."),
        ("{{ a = 1 }} and {{ a = 2 }}", 17, "`a` has a number already."),
        ("{{ a = 1 }} and {{ a / 0 }}", 17, "`a / 0` cannot be used: it divides by zero."),
        ("{{ a = 1 }} and {{ a / 3 }}", 17, "`a / 3` has no end: only 3 decimals"),
        ("{{ a = 1 }} and {{ whole(a / 2) }}", 17, "it is no whole number."),
        ("{{ a = 1 }} and {{ whole(a / 3) }}", 17, ""),
        ("{{ a = 1 }} and ____{ {{ c + a }} }", 17, "there is no `c`."),
    ],
)
def test_mistakes_are_told_with_their_place(body: str, column: int, message: str) -> None:
    document = making.resolved(f"---\ntitle: T\nlang: en\n---\n\n{body}\n", "teacher")
    told = [(each.line, each.column) for each in document.diagnostics if message in each.message]
    assert told == [(6, column)], document.diagnostics


@pytest.mark.parametrize(
    ("body", "column", "message"),
    [
        ("{{ 2..9 }}", 1, "`2..9` cannot be used"),
        ("{{ a = 1 }} and {{ a ** }}", 17, "`*` is not expected there."),
        ("{{ a = 1 }} and {{ 5 apples }}", 17, "`apples` is not expected there."),
        ("{{ a = 1 }} and {{ b = }}", 17, "`b =` cannot be used: it is not complete."),
        ("{{ a = 1 }} and {{ c }}", 17, "There is no number and no variable `c`."),
        ("{{ a = 1 }} and $2 \\cdot {{ c }}$", 26, "There is no number and no variable `c`."),
        ("{{ a = b }} and {{ b = a + 1 }}", 17, "`a` follows from it."),
        ('{{ a = 1 }} and [x]{title="{{ a + }}"}', 17, "it is not complete."),
    ],
)
def test_what_is_not_understood_in_braces_is_an_error(body: str, column: int, message: str) -> None:
    """It is told once, although there are versions."""
    parsed = parse(f"---\ntitle: T\nlang: en\nversions: 2\n---\n\n{body}\n")
    (finding,) = {
        finding
        for version in ("A", "B", "")
        for finding in making.resolved(parsed, "teacher", variation=version).diagnostics
    }
    assert message in finding.message
    assert (finding.line, finding.column, finding.is_error) == (7, column, True)


EVERYWHERE = """# Title {{ d }}

$$
{{ a = 2..9 }} \\cdot {{ b = 2..9 }} = ____{ {{ a * b }} }
$$

Inline ${{ c = 2..9 }} \\cdot {{ d = a + b }}$[^n], and ____{ {{ e = 40 + a }} } cm.

![Alt {{ a }}](x-{{ a }}.png "Cap {{ a }}")

[x](https://e.org/{{ b }} "t {{ b }}"){data-x="{{ 2 * b }}"}

```chart {caption="Cap {{ f = 2 * a }}" unit="u {{ f }}"}
A,{{ a }}
B,{{ b }}
```

```number-line {range="0 to {{ f }}"}
point: {{ a }}
```

| {{ a }} | b |
|---|---|
| {{ b }} | c |

Table: Cap {{ a }}

[^n]: Note {{ g = e + 1 }}.
"""


@pytest.mark.parametrize("version", ["A", "B", "C"])
def test_numbers_are_read_wherever_text_is(version: str) -> None:
    front = "---\ntitle: T\nlang: en\nversions: 3\n---\n\n"
    document = making.selected(parse(front + EVERYWHERE), "teacher", variation=version)
    assert not document.diagnostics
    written = pipeline.model.encode(document).decode()
    assert "{{" not in written
    block, *_ = nodes(document, MathBlock)
    a, b = map(int, re.findall(r"\d+", block.tex)[:2])
    assert block.tex.strip() == f"{a} \\cdot {{{b}}} = ____{{ {a * b} }}"
    assert plain_text(document).count(f"Cap {a}") == 2
    for number in (f"x-{a}.png", f"t {b}", f"u {2 * a}", f"0 to {2 * a}", f"https://e.org/{b}"):
        assert f'"{number}"' in written
    (blank,) = nodes(document, Blank)
    assert answer_text(blank.answer).strip() == str(40 + a)
    assert f"Note {41 + a}." in plain_text(document.notes)
    bars, _ = nodes(document, Chart)
    assert [plain_text(row.cells) for row in bars.table.body] == [f"A{a}", f"B{b}"]


def test_a_number_has_one_sign() -> None:
    text = "{{ n = -3 }}: 5 + {{ n }}, 5 - {{ n }}, 5 · {{ n }}, ({{ n }}), Result - {{ n }}"
    document = making.selected(parse(f"# T\n\n{text} $5 + {{{{ n }}}} - {{{{ n }}}}$\n"), "web")
    shown = "−3: 5 − 3, 5 + 3, 5 · (−3), (−3), Result - −3 5 - 3 + 3"
    assert plain_text(document).strip() == shown


def test_a_number_is_one_argument_of_a_command() -> None:
    text = "{{ a = 12 }} $\\frac{{ a }}{{ a }}^{{ a }} \\cdot {{ a }} + \\frac{{x}}{{y}}$"
    document = making.selected(parse(f"# T\n\n{text}\n"), "web")
    (formula,) = nodes(document, Math)
    assert formula.tex == r"\frac{12}{12}^{12} \cdot {12} + \frac{{x}}{{y}}"


def test_choices_that_come_out_equal_are_told() -> None:
    body = "Which?\n\n- (x) {{ a = 4, 2 }}\n- ( ) ${{ 2 * a }}$\n- ( ) {{ a^2 - 0 }}\n"
    parsed = parse(f"---\ntitle: T\nlang: en\nversions: 2\n---\n\n::: exercise\n{body}:::\n")
    told = {v: making.resolved(parsed, "handout", variation=v).diagnostics for v in "AB"}
    assert not told["A"]
    (finding,) = told["B"]
    assert finding.message == "Two choices are the same: `4`. In version B."


ANSWERED = """---
title: T
lang: en
versions: 2
---

{{ a = 2..9 }} {{ b = 2..9 }}

{answer}

{outside}
"""


@pytest.mark.parametrize(
    "answer",
    [
        "::: answer\n{{ area = a * b }}\n:::",
        "____{ {{ area = a * b }} }",
        "$____{ {{ area = a * b }} }$",
        "[{{ area = a * b }}]{edition=teacher}",
    ],
)
def test_a_number_of_an_answer_is_not_shown_outside(answer: str) -> None:
    def told(outside: str, edition: str) -> list[tuple[str, int]]:
        text = ANSWERED.replace("{answer}", answer).replace("{outside}", outside)
        findings = making.resolved(parse(text), edition).diagnostics
        return [(finding.code, finding.column) for finding in findings]

    for outside in ("So {{ area }}.", "So {{ 2 * area }}.", "So {{ c = area / 2 }}."):
        assert told(outside, "handout") == [("shown-answer", 4)]
        assert told(outside, "teacher") == []
    assert told("So ____{ {{ area }} } and $x = ____{ {{ area }} }$.", "handout") == []


def test_a_mistake_in_the_front_matter_is_told_with_its_place() -> None:
    source = '---\ntitle: T\nvariables:\n  a: "= 9..2"\n  b: ok\nlang: en\n---\n\n{{ b }}\n'
    (finding,) = making.resolved(source, "teacher").diagnostics
    assert "the range is empty" in finding.message
    assert (finding.line, finding.column) == (4, 6)


def test_notations_of_other_tools_stay_as_they_are() -> None:
    body = "{{ site.url }} {{ a / b }} {{ t(x) }} {{ x | y }}"
    document = making.resolved(f"---\ntitle: T\nlang: en\n---\n\n{body}\n")
    assert plain_text(document.blocks) == body
    assert not [finding for finding in document.diagnostics if finding.is_error]
