"""Whatever stands in something withheld is withheld: answers in every place of every construct, and
marked in every way that people write."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline import parse
from pipeline.exercises.key_proof import missing_answers
from pipeline.model import Document, encode
from pipeline.model.editions import EDITIONS, Edition, variations_of
from pipeline.parser.withholding_marks import looks_in, marks_in
from pipeline.select import select
from tests.helpers import making, placements
from tests.helpers.placements import Placement

ALL = placements.placements()
IN_FUZZ = settings.get_current_profile_name() == "fuzz"
BATCHES = list(placements.batches(ALL, 100) if IN_FUZZ else placements.batches(ALL[:50], 10))
"""In `make test` always the same few. A text is read again for each set of marks in it: short ones
are read less often."""


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
    for edition in variations_of(EDITIONS["handout"], document.metadata):
        content = shown(document, edition)
        told = {place for word, place in secrets.items() if word in content}
        assert all(" / level / " in place for place in told)
        if edition.level == "core":
            assert not told
            assert shown(other, edition) == content
        else:
            names = [each.place.split(" / ") for each in batch]
            # a level within a level is of both
            assert bool(told) is any(
                way == "level" and name not in ("::: level", "<title>") for name, way, _ in names
            )


GAP = r"____{\frac{¤}{¤}}"
IN_STRINGS = {
    "alternative": f"![a {GAP}](x.png)",
    "alternative as an attribute": f'![a](x.png){{fig-alt="b {GAP}"}}',
    "link's title": f'[a](https://example.org "b {GAP}")',
    "attribute": f'[a]{{title="b {GAP} c"}}',
    "HTML": f'<span title="b {GAP}">a</span>',
    "entry of the index": f'[a]{{.index entry="b {GAP}"}}',
    "expansion": f"*[ABC]: a {GAP}\n\nABC",
    "labels of a chart": f'```chart {{unit="a {GAP}" x="{GAP}" y="b {GAP}"}}\nA,1\nB,2\n```',
    "file": f'```python {{filename="a {GAP}"}}\nb\n```',
    "option of a directive": f"```{{image}} x.png\n:alt: a {GAP}\n```",
    "apart": "![a ____ {¤} b](x.png)",
    "in each other": "![a [____{{¤}}]{.answer} b](x.png)",
}
IN_FORMULAS = {
    "mark": r"$x = [\frac{¤}{¤}]{.answer} + 1$",
    "brackets": r"\(x = [¤]{.teacher}\)",
    "all of it": "a $[¤]{.answer}$ b\n\n$$\n[¤]{.answer}\n$$",
    "lines": "$$\nx = [¤]{.answer}\n$$",
    "environment": "\\begin{align}\nx &= [¤]{.answer} \\\\\ny &= 2\n\\end{align}",
    "scripts": "$x^[¤]{.answer} + y_[¤]{.answer}$",
    "block": "a\n\n$$\nx = ¤ {.answer}\n$$",
    "gaps": r"$____ {¤} + ___{¤} + ____{\frac{¤}{¤}}$",
    "cell": "| a | $x = [¤]{.answer}$ |\n|---|---|\n| b | $____{\\frac{¤}{¤}}$ |",
}
IN_CELLS = {
    "span": "[¤]{.answer}",
    "two lines": "[¤\n¤]{.answer}",
    "gap": "____{¤}",
    "block": "a\n\n::: answer\n¤\n:::",
    "item": "- a\n\n  ::: answer\n  ¤\n  :::\n- b",
    "alert": "> [!ANSWER]\n> ¤",
    "heading": "# a {.answer}\n¤\n\n¤",
    "division": '<div class="answer">\n¤\n</div>',
    "details": '<details class="answer"><summary>¤</summary>\n\n¤\n\n</details>',
    "directive": "```{solution} ex\n¤\n```",
    "formula": "$x = [¤]{.answer} + ____{¤}$",
}


def table(content: str, *, is_first: bool, is_aligned: bool) -> str:
    """A grid table with a cell of other text beside the content, and one below it."""
    lines = content.split("\n")
    width = 80
    rows = [(line, "Open." if not number % 2 else "") for number, line in enumerate(lines)]
    rule = f"+{'-' * (width + 2)}+{'-' * 8}+" if is_first else f"+{'-' * 8}+{'-' * (width + 2)}+"
    drawn = [rule]
    for row in (*rows, None, ("Last.", "x")):
        if row is None:
            drawn.append(rule)
            continue
        room = width - len(row[0].replace("¤", placements.secret(0)))
        cells = [row[0] + " " * room * is_aligned, row[1].ljust(6)]
        first, second = cells if is_first else cells[::-1]
        drawn.append(f"| {first} | {second} |")
    return "\n".join((*drawn, rule))


CELLS = {
    f"{name}, {is_first}, {is_aligned}": table(text, is_first=is_first, is_aligned=is_aligned)
    for name, text in IN_CELLS.items()
    for is_first in (True, False)
    for is_aligned in (True, False)
}


@pytest.mark.parametrize("texts", [IN_STRINGS, IN_FORMULAS, CELLS])
def test_teachers_alone_get_answers_in_strings_formulas_and_cells(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        source, secrets = placements.source([Placement(name, text)])
        document = parse(source, "x.md")
        content, whole = (shown(document, EDITIONS[row]) for row in ("web", "teacher-web"))
        assert not [word for word in secrets if word in content], name
        assert not [word for word in secrets if word not in whole], name
        assert content.count("Open.") == source.count("Open."), name
        assert content.count('"type": "Table"') == ("|" in text or "chart" in text), name
        assert "]{." not in whole, name
        end = "k" if texts is CELLS else "k" * 30  # cells stay in line
        other = placements.source([Placement(name, text)], end)[0]
        assert shown(parse(other, "x.md"), EDITIONS["web"]) == content, name


def test_what_has_nothing_but_an_answer_leaves_no_trace() -> None:
    """A note, of which no reference is left; and the words added to a bank, which then has those of
    blanks alone."""
    whole = parse("a^[[b]{.answer}] c\n\n____{d}\n\n::: word-bank\n[e] {.answer}\n:::")
    without = parse("a c\n\n____{d}\n\n::: word-bank\n:::")
    assert shown(whole, EDITIONS["web"]) == shown(without, EDITIONS["web"])


# --- marks as people write them -------------------------------------------------------------

WRITTEN = list(placements.batches(placements.written(every=IN_FUZZ), 50))
PUPILS = ("web", "handout")
PLATFORMS = tuple(row.name for row in EDITIONS.values() if row.platform)
"""They have the answers in them: compared is what pupils are asked there, unless that says which
choices are right."""

REFUSED = {"misplaced-blank", "unclosed-answer"}
"""Errors that all editions have, wherever a gap is not allowed."""


class Made(NamedTuple):
    """The pages of each edition, the secrets, and the codes of errors."""

    editions: dict[str, str]
    secrets: list[str]
    errors: set[str]


def made(placement: Placement, end: str, folder: Path) -> Made:
    """The editions of a source with nothing but a placement, whose secrets end in ``end``."""
    text, secrets = placements.source([placement], end, "\npage_list: false")
    name, content = placement.file
    content, more = placements.filled(content, end, len(secrets))
    if name:
        (folder / name).write_text(content, "utf-8")
    document = parse(text, "x.md", folder)
    flow, editions = making.Flow(folder / "x.md", document), dict[str, str]()
    findings = [*document.diagnostics, *document.unread]
    blocking = [one for one in document.diagnostics if one.is_error]
    turn = len(placement.text) % len(PLATFORMS)  # in `make test` one for each placement
    platforms = PLATFORMS if IN_FUZZ else PLATFORMS[turn : turn + 1]
    for edition in (*PUPILS, *platforms, "teacher-web") if not blocking else ():
        pages = flow.pages(edition)
        findings += pages.findings
        is_platform = edition in PLATFORMS
        editions[edition] = f"{pages.asked}" if is_platform else making.published(pages)
    for edition in ("teacher-web", "answers") if end == "q" and not blocking else ():
        findings += missing_answers(document, [flow.marked(edition)], EDITIONS[edition], edition)
    return Made(editions, [*secrets, *more], {one.code for one in findings if one.is_error})


def outcome(placement: Placement, folder: Path) -> str:
    """The fault with a placement, or "". No edition has the answers in front matter."""
    is_fixed = re.search("___|[+]---", f"{placement}")  # by the width of a gap or a grid
    longer = "k" if is_fixed else "k" * 30
    one, other = made(placement, "q", folder), made(placement, longer, folder)
    is_code = placement.place.endswith(tuple(placements.OPEN)) or "part.py" in placement.file
    if one.errors:
        is_right = is_code or placement.front or one.errors <= REFUSED
        return "" if is_right else f"refused: {', '.join(one.errors)}"
    compared = (*PUPILS, *PLATFORMS) if "◆" not in placement.text else PUPILS
    leaks = [name for name in compared if one.editions.get(name) != other.editions.get(name)]
    if leaks:
        return f"leaks: {', '.join(leaks)}"
    told, told_other = one.editions["teacher-web"], other.editions["teacher-web"]
    shown = re.sub(r"<[^<>]*>", "", told)  # a formula has an element for each letter
    is_told = told != told_other and all(word in told or word in shown for word in one.secrets)
    return "" if is_told or placement.front or is_code else "lost"


@pytest.mark.hypothesis
@pytest.mark.parametrize("batch", WRITTEN, ids=lambda batch: "")
def test_marks_as_people_write_them_withhold(batch: Sequence[Placement], tmp_path: Path) -> None:
    """Pupils get nothing of an answer, to the byte, and teachers all; no edition is refused but
    where code has no end."""
    outcomes = {(outcome(each, tmp_path), each) for each in batch}
    assert {(found, *each) for found, each in outcomes if found} == set()


def test_marks_of_other_tools_are_told(tmp_path: Path) -> None:
    for placement in placements.foreign():
        assert outcome(placement, tmp_path) == "refused: lost-mark", placement


def test_the_second_look_sees_all_that_withholds() -> None:
    """Marks are found in the source in two ways that do not know of each other: one takes text
    away, the other one looks at what is left."""
    every = ALL if IN_FUZZ else ALL[::20]
    for placement in (*every, *placements.written(every=IN_FUZZ)):
        text = placements.filled(f"{placement.text}\n{placement.file[1]}", "q")[0]
        lines = text.split("\n")
        for mark in marks_in(text, 1):
            own = lines[mark.start[0] - 1 : mark.end[0]]
            is_for_teachers = bool(mark.conditions.classes)
            assert not is_for_teachers or any(any(looks_in(line)) for line in own), placement


UNMARKED = (
    "a `{{c1::b}}`", "```\n{==a == b==}\n```", "`a`{=html}", "a ||b", "| a ||b|| c |\n|---|---|",
    "$\\text{~a ~b}$", "\\iffalse a \\fi", "a {{ answer }}", "[Answer]\n\n[Answer]: x.md",
    "```js\nlet a = {answer: 2}\n```", "f(.answer)", "Answer: A", ">![a](x.png)", "<!-- answer -->",
    "::: answer\n{{c1::a}} ||b||\n:::",
)  # fmt: skip


def test_text_that_only_resembles_a_mark_is_let_be() -> None:
    for text in UNMARKED:
        assert "lost-mark" not in {each.code for each in parse(text, "x.md").unread}, text


def test_text_that_other_tools_hide_is_told() -> None:
    for text in placements.SPOILERS:
        told = [each for each in parse(text, "x.md").unread if "hides text" in each.message]
        assert [each.code for each in told] == ["likely-slip"], text


@given(st.data())
def test_a_mark_anywhere_withholds(data: st.DataObject) -> None:
    placement = placements.crossed(lambda names: data.draw(st.sampled_from(names)))
    with tempfile.TemporaryDirectory() as folder:
        assert outcome(placement, Path(folder)) == "", placement


HALF_DELETED = """\
::: exercise Gaps
Water turns into ____{vapourx}. It falls ____{downx}.
:::

::: exercise Choose
- ( ) sunny
- (x) cloudsx
- ( ) sea
:::

::: exercise Several
- [ ] sunny
- [x] cloudsx
- [ ] sea
:::

::: exercise Read
a) Why?

   ::: lines 1
   :::

   ::: answer
   Becausex.
   :::
:::

Say [wordsx]{.answer} or not.

::: teacher
Bring glassesx.
:::
"""
"""Marks of all kinds, of which one character or one line is deleted."""

DELETIONS = {
    *(
        HALF_DELETED[:at] + HALF_DELETED[at + 1 :]
        for at, letter in enumerate(HALF_DELETED)
        if not letter.isalnum() and letter not in " ,.?"
    ),
    *(
        "".join(lines[:at] + lines[at + 1 :])
        for lines in [HALF_DELETED.splitlines(keepends=True)]
        for at in range(len(lines))
    ),
}
"""The text without each character of a mark, and without each line."""

GIVEN_AWAY = re.compile(r"vapourx|downx|Becausex|wordsx|glassesx|[(\[]\s?x |x\s?[)\]] ")


def test_a_mark_that_is_half_deleted_gives_nothing_away() -> None:
    """Either pupils lack the answer, and see no mark, or their editions are not written."""
    assert GIVEN_AWAY.search(shown(parse(HALF_DELETED), EDITIONS["web"])) is None
    documents = [parse(text) for text in sorted(DELETIONS)]
    public = [each for each in documents if not each.unread and not _has_errors(each)]
    assert len(public) > len(documents) / 2
    assert [
        document for document in public if GIVEN_AWAY.search(shown(document, EDITIONS["web"]))
    ] == []


SECRET = "condensation"
MARKS = {
    "gap": f"Water turns into ____{{{SECRET}}} here.",
    "gap in a word": f"She con____{{{SECRET}}} to it.",
    "gap after a space": f"Water turns into ____ {{{SECRET}}} here.",
    "gap in a formula": f"So $a = ____{{{SECRET}}}$ here.",
    "gap of a formula": f"So ____{{${SECRET}$}} here.",
    "gap in a cell": f"| a | b |\n|---|---|\n| c | ____{{{SECRET}}} |",
    "span": f"Say [{SECRET}]{{.answer}} or not.",
    "span for teachers": f"Say [{SECRET}]{{.teacher}} or not.",
    "class": f'Say [{SECRET}]{{class="answer"}} or not.',
    "span in a formula": f"So $a = [{SECRET}]{{.answer}} + 1$.",
    "paragraph": f"Some of it.\n\nSay {SECRET} or not. {{.answer}}\n\nMore of it.",
    "line": f"Some of it.\n\nSay {SECRET} or not.\n{{.answer}}\n\nMore of it.",
    "section": f"## Key {{.answer}}\n\nIt is {SECRET}.\n\n## After\n\nMore of it.",
    "image": f"![{SECRET}](a.png){{.answer}}",
    "note": f"Some of it^[{SECRET}]{{.answer}} and more.",
    "answer": f"Say it.\n\n::: answer\n{SECRET}\n:::\n\nMore of it.",
    "teacher": f"Say it.\n\n::: teacher {SECRET}\n{SECRET} here.\n:::\n\nMore of it.",
    "block with a class": f"Say it.\n\n::: {{.answer}}\n{SECRET}\n:::\n\nMore of it.",
    "edition": f"Say it.\n\n::: {{only=teacher}}\n{SECRET}\n:::\n\nMore of it.",
    "box": f"Say it.\n\n::: note Key {{.answer}}\n{SECRET}\n:::\n\nMore of it.",
    "German": f"Say it.\n\n::: Lösung\n{SECRET}\n:::\n\nMore of it.",
    "question": f"a) Why?\n\n   ::: lines 1\n   :::\n\n   ::: answer\n   {SECRET}\n   :::",
    "alert": f"Say it.\n\n> [!ANSWER]\n> {SECRET}\n\nMore of it.",
    "admonition": f'Say it.\n\n!!! solution "Key"\n    {SECRET}\n\nMore of it.',
    "folded": f"Say it.\n\n??? answer\n    {SECRET}\n\nMore of it.",
    "slashes": f"Say it.\n\n/// answer\n{SECRET}\n///\n\nMore of it.",
    "directive": f"Say it.\n\n```{{solution}} ex\n{SECRET}\n```\n\nMore of it.",
    "environment": f"Say it.\n\n\\begin{{solution}}\n{SECRET}\n\\end{{solution}}\n\nMore of it.",
    "division": f'Say it.\n\n<div class="answer">\n\n{SECRET}\n\n</div>\n\nMore of it.',
    "element": f'Say <span class="answer">{SECRET}</span> here.',
    "choices": "Which of it?\n\n- ( ) sunny\n- (x) cloudy\n- ( ) foggy",
    "several choices": "Which of it?\n\n- [ ] sunny\n- [x] cloudy\n- [ ] foggy",
    "numbered choices": "Which of it?\n\n1. ( ) sunny\n2. (x) cloudy\n3. ( ) foggy",
    "grid": "| | true | false |\n|---|:-:|:-:|\n| sunny | (x) | ( ) |\n| foggy | ( ) | (x) |",
}
"""A mark of each kind, with an answer, or with right choices."""

IN_EXERCISE = "::: exercise Gaps\nWrite all of it.\n\n{}\n:::\n\nAll of it.\n"
BESIDE_EXERCISE = "Some text of it.\n\n{}\n\n::: exercise Gaps\nAll ____ of it.\n:::\n"
MOST_DELETED = 4

GONE = {
    "gap": 1, "gap after a space": 2, "gap in a formula": 3, "gap of a formula": 2, "span": 3,
    "gap in a cell": 1, "class": 4, "span in a formula": 3, "paragraph": 3, "line": 3, "section": 8,
    "image": 3, "note": 3, "answer": 4, "teacher": 1, "block with a class": 4, "edition": 3,
    "box": 4, "German": 8, "question": 4, "alert": 6, "folded": 13, "directive": 4, "division": 10,
    "element": 11, "numbered choices": 1, "grid": 2,
}  # fmt: skip
"""The numbers of slips after which nothing is left that could be told from other text: two letters
of a name (`::: er`), the first word of what might be a sentence, a formula or a name in braces
without its gap, `f(x)` in a cell."""


def slips_in(text: str) -> Iterator[str]:
    """The text without each run of up to four characters, with each two neighbours turned round,
    and with each character doubled, but for those in the middle of the answer."""
    kept = {at for m in re.finditer(SECRET[3:-3], text) for at in range(*m.span())}
    for at in range(len(text)):
        for length in range(1, MOST_DELETED + 1):
            if kept.isdisjoint(range(at, at + length)):
                yield text[:at] + text[at + length :]
        if kept.isdisjoint((at, at + 1)):
            yield text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
            yield text[:at] + text[at] + text[at:]


def gives_away(text: str) -> bool:
    """Return whether pupils' editions are written, and tell the answer or a right choice."""
    document = parse(text, "x.md")
    if document.unread or _has_errors(document):
        return False
    content = shown(document, EDITIONS["web"]).partition('"blocks"')[2]
    texts = re.findall(r'"(?:text|tex)": "([^"]*)"', content)
    return SECRET[3:-3] in content or any(re.search(r"\bx\b", each) for each in texts)


@pytest.mark.parametrize("frame", [IN_EXERCISE, BESIDE_EXERCISE])
def test_hardly_a_slip_in_a_mark_gives_anything_away(frame: str) -> None:
    """Those that do are counted: of all slips with the profile `fuzz`, of every 41st else."""
    in_exercises = {"several choices", "grid"} if frame == BESIDE_EXERCISE else set[str]()
    step = 1 if IN_FUZZ else 41
    told = {
        name: [slip for slip in slips if gives_away(frame.replace("{}", slip))]
        for name, mark in MARKS.items()
        if name not in in_exercises
        for slips in [list(dict.fromkeys(slips_in(mark)))[::step]]
    }
    assert {name: slips for name, slips in told.items() if len(slips) > GONE.get(name, 0)} == {}


def test_a_gap_without_its_first_brace_can_be_mended_at_once() -> None:
    (found,) = parse(IN_EXERCISE.replace("{}", "It is ____blue} now.")).unread
    assert (found.line, found.column, found.length) == (4, 7, len("____blue}"))
    assert found.hint == "Write `____{blue}`."


def test_the_end_of_a_block_that_nothing_begins_is_told_in_every_document() -> None:
    (found,) = parse("Text.\n\nBecause.\n:::\n\nText.\n").unread
    assert (found.code, found.line, found.column) == ("lost-mark", 4, 1)


ORDINARY = (
    "Write {name} to f(x) or (x).", "An interval ]1; 2[ and {1, 2}.", "a) one\nb) two",
    "Smile :-} now", "Use v{n} and [sic] in $x_{max}$ and `a{b`.", "\\{x and \\}", "A { b",
    "[Answer](#a) [answer]", "The answer: answer.", "::: tip Six {#six\nText.\n:::",
)  # fmt: skip


def test_ordinary_text_beside_exercises_is_let_be() -> None:
    for text in ORDINARY[:4] + ORDINARY[5:]:
        assert parse(BESIDE_EXERCISE.replace("{}", text)).unread == (), text
    for text in ORDINARY:
        assert parse(f"# A\n\n{text}\n").unread == (), text


@pytest.mark.parametrize("written", ["(x]", "[x)", "(x", "x)", "[x", "( x"])
def test_half_a_mark_of_a_right_choice_is_told(written: str) -> None:
    document = parse(f"::: exercise\n- ( ) sunny\n- {written} clouds\n- ( ) sea\n:::\n")
    assert [finding.code for finding in document.unread] == ["lost-mark"]


def test_names_in_braces_are_text_outside_of_exercises() -> None:
    text = "Write {{name}} here.\n\n::: exercise\nA ____{{b}}.{}\n:::\n"
    assert parse(text.format("")).unread == ()
    (found,) = parse(text.format(" We {foo} it.")).unread
    assert (found.code, found.line) == ("lost-mark", 4)


def _has_errors(document: Document) -> bool:
    return any(finding.is_error for finding in document.diagnostics)
