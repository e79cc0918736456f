"""The print report: the paper and time for an edition, on the terminal, as JSON and as a web
page."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from pipeline import Diagnostic
from pipeline.commands import main
from pipeline.commands.report import page_of
from pipeline.commands.report.estimates import Prices, Report, cost, encode, make_report, sheets
from tests.helpers.finished import checked
from tests.helpers.paths import TEMPLATES

# --- paper and money -------------------------------------------------------------------


def test_sheets() -> None:
    nine = sheets(9, 9, "none")
    assert (nine.simplex, nine.duplex) == (9, 5)
    two_up = sheets(9, 5, "2-up")
    assert (two_up.pages, two_up.simplex, two_up.duplex) == (9, 5, 3)
    booklet = sheets(9, 6, "booklet")
    assert (booklet.simplex, booklet.duplex) == (None, 3)


def test_cost_by_hand() -> None:
    prices = Prices(copies=30, paper=Decimal("0.012"), page=Decimal("0.02"), ink=Decimal("0.03"))
    # 30 × 5 sheets at 1.2 cents; 30 × 9 sides at 2 cents, and the ink of half of 5 % at 3 cents
    both = cost(5, 9, 0.025, prices)
    assert both.sheets == 150
    assert both.paper == Decimal("1.80")
    assert both.printing == Decimal("5.40") + Decimal("4.05")
    assert both.total == Decimal("11.25")
    one = cost(9, 9, 0.025, prices)
    assert (one.sheets, one.paper, one.total) == (270, Decimal("3.24"), Decimal("12.69"))


def test_cents_are_rounded_at_the_end() -> None:
    # a third of a cent a sheet
    third = Prices(copies=1000, paper=Decimal("0.0033"))
    assert cost(1, 1, 0, third).total == Decimal("3.30")
    assert cost(1, 1, 0, Prices(paper=Decimal("0.005"))).total == Decimal("0.01")


# --- a report --------------------------------------------------------------------------

BAD = """\
---
title: A bad handout
subtitle: With all that can go wrong
---

A first paragraph, which is as it should be.

![A grey square](square.png)

\\newpage

The last line.
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    Image.new("RGB", (120, 120), (90, 90, 90)).save(folder / "square.png")
    path = folder / "bad.md"
    path.write_text(BAD, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def report(source: Path) -> Report:
    prices = Prices(copies=20, paper=Decimal("0.01"), page=Decimal("0.03"), currency="GBP")
    return make_report(source, ["handout", "web", "booklet"], prices=prices)


def found(report: Report, edition: str) -> dict[str, Diagnostic]:
    (one,) = (one for one in report.editions if one.name == edition)
    return {warned.finding.code: warned.finding for warned in one.warnings}


def test_every_finding_names_edition_page_and_line(report: Report, source: Path) -> None:
    handout = found(report, "handout")
    lines = source.read_text("utf-8").splitlines()

    def line(code: str) -> str:
        finding = handout[code]
        assert finding.source == str(source)
        return lines[finding.line - 1]

    image = handout["low-resolution"]
    assert image.message == (
        "handout, page 1: The image “A grey square” is printed at 96 dots per inch:"
        " 120 × 120 pixels on 32 × 32 mm."
    )
    assert line("low-resolution") == "![A grey square](square.png)"
    assert handout["short-last-page"].message == (
        "handout, page 2: The last page has only a line on it."
    )
    assert line("short-last-page") == "The last line."


UNBROKEN = """\
# Unbroken

A first paragraph, which is as long as it is and not longer.

A second one, which has a line that is longer than there is room for it, and does not end there.

| Thing | What is to be said of it |
|---|---|
| Well | A cell that has more in it than there is room for on any page, with all that follows it |

```python
first = 1
second = somebody + should + have + broken + this + line + of + code + into + two + or + more + x
```
"""


def test_what_a_template_does_not_break(tmp_path: Path) -> None:
    style = tmp_path / "templates" / "pdf" / "style.css"
    style.parent.mkdir(parents=True)
    usual = (TEMPLATES / "pdf" / "style.css").read_text("utf-8")
    css = ":is(p, td, pre, pre *) { white-space: pre !important; overflow-wrap: normal }"
    style.write_text(f"{usual}\n{css}\n", encoding="utf-8")
    path = tmp_path / "unbroken.md"
    path.write_text(UNBROKEN, encoding="utf-8")
    report = make_report(path, ["handout"], templates=tmp_path / "templates")
    told = {
        (finding.code, finding.line, finding.message.partition("runs")[0])
        for finding in report.findings
    }
    assert told == {
        ("overfull-line", 5, "handout, page 1: A line "),
        ("cut-off", 9, "handout, page 1: A table "),
        ("cut-off", 13, "handout, page 1: A line of code "),
    }


def test_an_image_without_an_alternative_text_has_its_line(source: Path, tmp_path: Path) -> None:
    shutil.copy(source.with_name("square.png"), tmp_path)
    path = tmp_path / "ornament.md"
    path.write_text("# T\n\nText.\n\n![](square.png){.decorative}\n", encoding="utf-8")
    report = make_report(path, ["handout"])
    image = found(report, "handout")["low-resolution"]
    assert image.message.startswith("handout, page 1: An image is printed at 96 dots per inch")
    assert image.line == 5


def test_what_is_read_on_a_screen_has_no_pages(report: Report) -> None:
    (web,) = (one for one in report.editions if one.name == "web")
    assert web.printed is None
    assert web.time.text == "under a minute"
    assert found(report, "web") == {}


def test_a_booklet_is_looked_at_in_the_order_of_reading(report: Report) -> None:
    (booklet,) = (one for one in report.editions if one.name == "booklet")
    assert booklet.printed
    assert booklet.printed.paper == "A4"
    assert booklet.printed.sheets.simplex is None
    assert booklet.printed.simplex is None
    assert booklet.printed.sheets.sides == 2
    assert "booklet, page 1: The image" in found(report, "booklet")["low-resolution"].message


def test_the_costs_are_those_of_the_pages(report: Report) -> None:
    (handout,) = (one for one in report.editions if one.name == "handout")
    assert handout.printed
    assert handout.printed.simplex
    assert handout.printed.duplex
    # two pages: 40 sheets and 40 sides, or 20 sheets and 40 sides
    assert handout.printed.simplex.total == Decimal("1.60")
    assert handout.printed.duplex.total == Decimal("1.40")


def test_the_ink_of_the_pages_is_that_of_all(report: Report) -> None:
    (handout,) = (one for one in report.editions if one.name == "handout")
    assert handout.printed
    pages = [page.ink.grey for page in handout.printed.pages]
    assert handout.printed.ink.grey == pytest.approx(sum(pages) / len(pages), abs=0.0001)
    assert 0.005 < pages[0] < 0.05
    assert pages[1] < pages[0]


def test_the_same_source_gives_the_same_bytes(report: Report, source: Path) -> None:
    again = make_report(source, [edition.name for edition in report.editions], prices=report.prices)
    assert encode(again) == encode(report)
    assert page_of(again) == page_of(report)


def test_the_page(report: Report) -> None:
    page = page_of(report).decode()
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["'](?!data:image/png|#)""", page)
    (shown,) = re.findall(r'<a href="#(handout-page-2)">Page 2</a>', page)
    assert f'<li id="{shown}" class="has-warnings">' in page
    assert page.count("<img ") == 2 + 2 + 2  # the pages of two editions, and the first of each
    assert page.count('alt="First page, small"') == 2
    assert "20 copies: GBP 0.01 per sheet of paper, GBP 0.03 per printed side." in page
    assert '<th scope="row"><a href="#booklet">booklet</a></th><td>2</td><td>– / 1</td>' in page
    assert "bad.md:8:1" in page


def test_the_page_is_sound(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(page_of(report))
    assert checked(file).diagnostics == ()


def test_images_that_print_scales_are_reported(source: Path) -> None:
    Image.new("RGB", (1500, 1000)).save(source.with_name("photo.jpg"))
    shown = source.with_name("shown.md")
    shown.write_text("# A\n\n![A well](photo.jpg){width=50%}\n", encoding="utf-8")
    page = page_of(make_report(shown, ["handout"])).decode()
    assert "1 scaled to 300 dpi: photo.jpg, 1500 × 1000 to 709 × 472 pixels" in page


def test_all_is_escaped(source: Path) -> None:
    hostile = source.with_name("hostile.md")
    hostile.write_text("---\ntitle: <script>x</script> & co\n---\n\nText.\n", encoding="utf-8")
    page = page_of(make_report(hostile, ["web"])).decode()
    assert "<script" not in page
    assert "&lt;script&gt;x&lt;/script&gt; &amp; co" in page


# --- the command -----------------------------------------------------------------------


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


def test_the_command(source: Path, tmp_path: Path) -> None:
    result = run(source, "--copies", 30, "--paper-price", "0,01", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "handout: printable handout, A4\n" in result.stdout
    paper = "2 pages on A4: 2 sheets single-sided, 1 sheet double-sided"
    assert f"  paper     {paper}\n" in result.stdout
    assert (
        "30 copies, double-sided: 30 sheets, EUR 0.30 (paper 0.30, printing 0.00)" in result.stdout
    )
    assert "  reading   under a minute (" in result.stdout
    assert "warning[low-resolution]" in result.stderr
    assert sorted(file.name for file in (tmp_path / "bad").iterdir()) == [
        "report.html",
        "report.json",
    ]


def test_the_manifest_has_what_is_true_of_the_files(source: Path, tmp_path: Path) -> None:
    wanted = ["--edition", "handout", "--edition", "web", "--out", str(tmp_path)]
    built = CliRunner().invoke(main, ["build", str(source), *wanted])
    assert built.exit_code == 0
    run(source, "--edition", "handout", "--out", tmp_path)
    outputs = json.loads((tmp_path / "bad" / "manifest.json").read_text("utf-8"))["outputs"]
    handout, web = outputs[1], outputs[0]
    assert (handout["edition"], web["edition"]) == ("handout", "web")
    assert handout["facts"]["pages"] == 2
    (told,) = json.loads((tmp_path / "bad" / "report.json").read_text("utf-8"))["editions"]
    assert handout["facts"]["warnings"] == len(told["warnings"]) > 0
    assert 0 < handout["facts"]["ink_per_mille"] < 1000
    assert "warnings" not in web["facts"]


def test_json_and_warnings_that_count(source: Path, tmp_path: Path) -> None:
    result = run(source, "--json", "--strict", "--out", tmp_path)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (tmp_path / "bad" / "report.json").read_text("utf-8") == result.stdout
    (handout,) = told["editions"]
    assert handout["printed"]["sheets"] == {"pages": 2, "sides": 2, "simplex": 2, "duplex": 1}
    assert {"low-resolution", "short-last-page"} <= {
        warned["finding"]["code"] for warned in handout["warnings"]
    }
    assert [warned["pages"] for warned in handout["warnings"]][-1] == [2]
    assert "data:" not in result.stdout
    assert msgspec.json.decode(result.stdout, type=Report).title == "A bad handout"


def test_the_editions_of_the_front_matter(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    path.write_text("---\ntitle: Talk\neditions: [ebook, web]\n---\n\nText.\n", encoding="utf-8")
    assert [edition.name for edition in make_report(path).editions] == ["ebook", "web"]


def test_errors_keep_it_from_being_made(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    path.write_text("---\ntitle: a: b\n---\n\nText.\n", encoding="utf-8")
    result = run(path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "error[bad-yaml]" in result.stderr
    assert not list((tmp_path / "out").glob("[!.]*"))


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--paper-price", "dear", "'dear' is not an amount"),
        ("--page-price", "-1", "is not an amount between 0 and"),
        ("--ink-price", "NaN", "is not an amount between 0 and"),
        ("--copies", "0", "0 is not in the range"),
        ("--currency", "euros", "is not a three-letter currency code"),
        ("--edition", "handot", "did you mean handout?"),
    ],
)
def test_wrong_usage(option: str, value: str, problem: str, source: Path) -> None:
    result = run(source, option, value)
    assert result.exit_code == 2
    assert problem in result.stderr
