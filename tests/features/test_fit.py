"""A text is made to fill its pages: a number of them, or full sheets."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import commands
from pipeline.features.fit import MOST_TRIALS, Search, sheets_of
from pipeline.flow.manifest import decode
from pipeline.model.editions import EDITIONS
from pipeline.model.paper import Fitted
from pipeline.package.pdf.layout import LAYOUTS
from tests.helpers.laid_out import count_layouts

SENTENCE = (
    "The well is deep, and nobody in the village knows how old it is. Water is carried home in"
    " buckets, morning and evening, and whoever carries it has a story to tell of the way. "
)
ARABIC = (
    "يعيش كثير من الناس بعيدا عن الماء النظيف، ويمشون كل يوم مسافات طويلة ليملأوا الدلاء من البئر. "
)
FIGURE = """<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160" viewBox="0 0 320 160">
<rect width="320" height="160" fill="#345"/></svg>
"""


def paragraphs(count: int, sentence: str = SENTENCE, length: int = 3) -> str:
    return "".join(f"{sentence * length}\n\n" for _ in range(count))


def sections(count: int, block: Callable[[int], str]) -> str:
    return "".join(f"## Part {number}\n\n{block(number)}\n\n" for number in range(1, count + 1))


def table(rows: int) -> str:
    body = "".join(f"| Village {row} | {row * 12} | {SENTENCE[:60]} |\n" for row in range(rows))
    return f"| Place | People | What is said |\n|---|---:|---|\n{body}"


TEXTS = {
    "tables": ("page: A5\n", sections(1, lambda n: paragraphs(1) + table(5))),
    "Arabic": ("page: A5\nlang: ar\n", sections(1, lambda n: paragraphs(3, ARABIC))),
    "images": (
        "page: A5\n",
        sections(1, lambda n: paragraphs(2) + "![A square](square.svg)\n\n*Figure.*"),
    ),
    "notes": (
        "page: A5\n",
        "".join(f"{SENTENCE * 3}[^{n}]\n\n[^{n}]: {SENTENCE}\n\n" for n in range(1, 4)),
    ),
    "two columns": ("page: {size: A5, columns: 2}\n", paragraphs(5)),
}


def command(*arguments: str) -> Result:
    return CliRunner().invoke(commands.main, arguments)


def write(folder: Path, text: str, front: str = "") -> Path:
    (folder / "square.svg").write_text(FIGURE, "utf-8")
    source = folder / "talk.md"
    source.write_text(f"---\ntitle: The well\n{front}---\n\n{text}", "utf-8")
    return source


def fitted(folder: Path, edition: str = "handout") -> Fitted | None:
    """The chosen setting in the manifest."""
    for output in decode((folder / "build" / "talk" / "manifest.json").read_bytes()).outputs:
        if output.edition == edition and isinstance(output.fit, Fitted):
            assert output.facts["pages"] == output.fit.pages
            return output.fit
    return None


def build(folder: Path, source: Path, *editions: str) -> pipeline.Result:
    return pipeline.build(source, editions or ["handout"], out=folder / "build")


@pytest.mark.parametrize(("front", "text"), TEXTS.values(), ids=TEXTS)
def test_a_text_fills_its_pages(front: str, text: str, tmp_path: Path) -> None:
    result = build(tmp_path, write(tmp_path, text, f"fit: 1\n{front}"))
    assert [finding.message for finding in result.diagnostics] == []
    fit = fitted(tmp_path)
    assert fit is not None
    assert fit.pages == 1
    assert 9 <= fit.text <= 13
    assert 1.2 <= fit.leading / fit.text <= 1.65
    assert all(margin >= 15 for margin in fit.margins)
    assert fit.last_page >= 0.5


def test_a_text_that_is_too_long_is_an_error_that_says_what_takes_room(tmp_path: Path) -> None:
    text = paragraphs(2) + table(6)
    result = build(tmp_path, write(tmp_path, text, "date: 2026\nfit: 1\npage: A6\n"))
    assert result.failed
    assert not (tmp_path / "build" / "talk").exists(), "nothing is written"
    (finding,) = result.diagnostics
    assert (finding.code, finding.line, finding.column) == ("does-not-fit", 4, 6)
    assert (
        "does not fit on 1 page, even in the smallest type that is easy to read (9 points)"
        in finding.message
    )
    assert "% of a page)." in finding.message
    place = source_line(tmp_path / "talk.md", "| Place")
    assert f"Largest are the table at {tmp_path / 'talk.md'}:{place} (" in finding.hint
    assert finding.hint.count("the paragraph at") == 2


def source_line(source: Path, start: str) -> int:
    lines = source.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))


def test_a_smaller_text_can_be_allowed(tmp_path: Path) -> None:
    text, page = paragraphs(6), "page: A5\n"
    allowed = f"fit: {{pages: 1, smallest: 8pt}}\n{page}"
    assert not build(tmp_path, write(tmp_path, text, allowed)).diagnostics
    fit = fitted(tmp_path)
    assert fit is not None
    assert 8 <= fit.text < 9


def test_a_text_that_is_too_short_is_set_as_large_as_may_be(tmp_path: Path) -> None:
    result = build(tmp_path, write(tmp_path, SENTENCE, "fit: 2\npage: A6\n"))
    assert [finding.code for finding in result.diagnostics] == ["fills-too-little"]
    assert "does not fill 2 pages" in result.diagnostics[0].message
    fit = fitted(tmp_path)
    assert fit is not None
    assert (fit.pages, fit.text > 12) == (1, True)


def test_full_sheets(tmp_path: Path) -> None:
    source = write(tmp_path, paragraphs(4), "fit: even\npage: A6\n")
    assert not build(tmp_path, source, "handout", "booklet").diagnostics
    handout, booklet = fitted(tmp_path), fitted(tmp_path, "booklet")
    assert handout is not None
    assert booklet is not None
    assert handout.pages % 2 == 0
    assert booklet.pages % 4 == 0
    assert handout.last_page >= 0.3


def test_what_is_a_full_sheet_stays_as_it_is(tmp_path: Path) -> None:
    build(tmp_path, write(tmp_path, paragraphs(3), "fit: even\npage: A6\n"))
    fit = fitted(tmp_path)
    assert fit is not None
    assert (fit.pages, fit.text, fit.leading) == (2, 10.5, 15)


def test_the_command_comes_before_the_front_matter(tmp_path: Path) -> None:
    source = write(tmp_path, paragraphs(7), "fit: 9\n")
    out = str(tmp_path / "build")
    run = command("build", str(source), "--edition", "letter", "--fit", "1", "--out", out)
    assert (run.exit_code, run.stderr) == (0, "")
    fit = fitted(tmp_path, "letter")
    assert fit is not None
    said = run.stdout.splitlines()[-1].split()
    assert said[:6] == ["fit", f"{fit.text:g}", "pt", "on", f"{fit.leading:g}", "pt,"]
    assert " 1 page, last page " in run.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--fit", "none"), "`none` is not a number of pages"),
        (("--fit", "2", "--edition", "web"), "web is not printed"),
    ],
)
def test_what_the_command_cannot_fit(
    arguments: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    run = command("build", str(write(tmp_path, "Text.")), *arguments)
    assert run.exit_code == 2
    assert problem in run.stderr


# --- the search ---------------------------------------------------------------------------


def search(natural: float, jump: float = 0, steps: int = 200) -> tuple[Search, list[int]]:
    """A search for a text with a number of pages at the middle setting, and the settings tried.
    From one setting on, a tall block moves to the next page, which makes the text longer by
    ``jump``."""
    rooms = [1.6 - number / steps for number in range(steps)]
    tried: list[int] = []

    def trial(setting: int, limit: float) -> float:
        tried.append(setting)
        length = natural * rooms[steps // 2] / rooms[setting]
        length += jump if setting > 0.6 * steps else 0
        return length if length <= limit else math.inf

    return Search(trial, rooms), tried


@given(st.floats(0.1, 12), st.integers(1, 12))
def test_the_search_finds_what_there_is(natural: float, pages: int) -> None:
    found, tried = search(natural)
    setting = found.fill(pages, 100)
    ends = [natural * found.rooms[100] / found.rooms[end] for end in (0, -1)]
    assert len(tried) <= MOST_TRIALS
    if setting is None:
        assert ends[0] > pages
    else:
        length = found.length(setting, pages)
        assert length <= pages + 1e-6
        assert length > pages - 0.2 or setting == len(found.rooms) - 1


@given(st.floats(0.1, 20), st.sampled_from([2, 4, 8]))
def test_the_search_ends_on_a_full_sheet(natural: float, multiple: int) -> None:
    found, _ = search(natural)
    setting = sheets_of(found, 100, multiple)
    if setting is not None:
        assert math.ceil(found.length(setting) - 1e-6) % multiple == 0
    else:
        assert math.ceil(natural) % multiple
    if math.ceil(natural - 1e-6) % multiple == 0:
        assert setting == 100


@given(st.floats(0.1, 20), st.floats(0, 2), st.sampled_from([2, 4, 8]))
def test_the_search_ends_where_a_block_moves(natural: float, jump: float, multiple: int) -> None:
    found, tried = search(natural, jump)
    sheets_of(found, 100, multiple)
    assert len(tried) <= 2 * MOST_TRIALS


def test_a_block_across_two_columns_takes_few_layouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layouts = count_layouts(monkeypatch)
    text = "Water.\n\n::: landscape\n\nA well.\n\n:::\n\nPeople."
    build(tmp_path, write(tmp_path, text, "fit: even\npage: {columns: 2}\n"))
    assert 2 < len(layouts) <= LAYOUTS + 2 * MOST_TRIALS


# --- the list of editions ---------------------------------------------------------------


def editions(*arguments: str) -> str:
    run = command("editions", *arguments)
    assert run.exit_code == 0, run.stderr
    return run.stdout


def test_the_editions_that_there_are() -> None:
    lines = editions().splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(EDITIONS)
    assert all(line.endswith(EDITIONS[line.split()[0]].label) for line in lines)


def test_the_editions_of_a_source_and_how_they_are_set(tmp_path: Path) -> None:
    front = "fit: 2\neditions: [web, booklet, letter: {page: {columns: 2, text: 11pt}}]\n"
    source = write(tmp_path, "Text.", front)
    shown = editions(str(source))
    marked = [line.split()[1] for line in shown.splitlines() if line.startswith("* ")]
    assert marked[:3] == ["web", "booklet", "letter"]
    assert max(map(len, shown.splitlines()[:-1])) <= 80  # the last names the source
    found = {one["name"]: one for one in json.loads(editions(str(source), "--json"))}
    assert list(found) == ["web", "booklet", "letter", *(set_aside(found))]
    assert [name for name, one in found.items() if one["listed"]] == ["web", "booklet", "letter"]
    letter, booklet = found["letter"]["page"], found["booklet"]["page"]
    assert found["letter"]["file"] == "talk-letter.pdf"
    assert (letter["size"], letter["columns"], letter["text"], letter["fit"]) == (
        "Letter",
        2,
        11,
        2,
    )
    assert (booklet["size"], booklet["paper"], booklet["pages_on_side"]) == ("A5", "A4", 2)
    assert booklet["fit"] is None
    assert found["web"]["page"] is None


def set_aside(found: dict[str, object]) -> list[str]:
    return [name for name in EDITIONS if name in found and name not in ("web", "booklet", "letter")]
