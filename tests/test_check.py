"""Checking finished files: the checks, the reports, and malicious files."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner

import pipeline
from pipeline.cli import main
from pipeline.model.diagnostics import Severity
from pipeline.verify import CheckReport, UnknownFormat, archive, check, epubcheck, findings
from pipeline.verify import pdf as pdf_check
from tests import checkers
from tests.test_check_epub import FILES, pack
from tests.test_check_html import PAGE
from tests.test_check_pdf import make_pdf

FORMATS = ("html", "xhtml", "epub", "pdf")


def look(path: Path) -> CheckReport:
    """Chapbook's own findings."""
    return check(path, external=False)


@pytest.mark.parametrize("name", ["talk.md", "talk", "talk.epub.zip", "html"])
def test_other_formats_are_wrong_usage(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"not a page|a source"):
        check(tmp_path / name)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_cannot_be_read_is_a_finding(suffix: str, tmp_path: Path) -> None:
    folder = tmp_path / f"folder.{suffix}"
    folder.mkdir()
    for path in (tmp_path / f"none.{suffix}", folder, tmp_path / f"\0.{suffix}"):
        (found,) = look(path).diagnostics
        assert (found.code, found.source) == ("unreadable-file", str(path))


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "PAGE.HTML"
    path.write_text(PAGE.replace("page.html", "PAGE.HTML"), encoding="utf-8")
    assert look(path) == CheckReport()


def test_a_checker_is_loaded_only_for_its_format(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    code = "import sys; from pathlib import Path; from pipeline.verify import check"
    code += "; print(check(Path(sys.argv[1])).diagnostics, *sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code, path],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("() ")
    assert not {"pikepdf", "weasyprint", "ebooklib", "PIL"} & set(result.stdout.split())


def test_findings_are_in_order_and_not_endless(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    many = findings.LIMIT + 5
    path.write_text(PAGE.replace("<p>Text", "<i></b>" + "<img src='x'>" * many + "<p>Text"))
    report = look(path)
    errors = [found for found in report.diagnostics if found.is_error]
    assert len(errors) == findings.LIMIT
    assert any(found.severity is Severity.WARNING for found in report.diagnostics)
    places = [(found.line, found.column) for found in report.diagnostics]
    assert places == sorted(places)
    # an image has no alternative, and is not there
    assert report.notes == (f"{2 * many - findings.LIMIT} further findings are not shown",)


def test_the_table_has_the_rules_that_are_used_and_no_others() -> None:
    named = [name for rows in findings.rules().values() for name in rows]
    assert len(named) == len(set(named))
    code = "".join(path.read_text("utf-8") for path in Path(findings.__file__).parent.glob("*.py"))
    assert set(named) - set(re.findall(r'"([a-z0-9-]+)"', code)) == set()
    used = re.findall(r'(?:\.add|finding)\(\s*"([^"]+)"', code)
    assert set(used) - set(named) == set()


# --- files made to do harm ---------------------------------------------------------------


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
    assert any(found.is_error for found in look(path).diagnostics)


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
        look(path)


def test_text_that_unpacks_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TEXT", 100_000)
    path = pack(tmp_path / "bomb.epub", FILES | {"EPUB/one.xhtml": " " * 10_000_000})
    assert path.stat().st_size < 100_000
    messages = [found.message for found in look(path).diagnostics]
    assert any("unpacks to more than" in message for message in messages)


def test_images_that_unpack_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 100_000)
    path = pack(tmp_path / "bomb.epub", FILES | {"EPUB/cover.png": "\0" * 10_000_000})
    (found,) = look(path).diagnostics
    assert found.message == "The book unpacks to more than 1 GB."


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_FILES", 5)
    path = pack(tmp_path / "many.epub", FILES)
    assert any("more than 5 files" in found.message for found in look(path).diagnostics)


def test_a_stream_that_unpacks_without_end(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_check, "MAX_UNPACKED", 1_000_000)
    path = make_pdf(tmp_path / "bomb.pdf")
    packed = zlib.compress(bytes(10_000_000), 9)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.Metadata.write(packed, filter=pikepdf.Name.FlateDecode)
        pdf.save(path, fix_metadata_version=False)
    before = pikepdf.settings.get_qpdf_limits()
    assert any("metadata cannot be read" in found.message for found in look(path).diagnostics)
    assert pikepdf.settings.get_qpdf_limits() == before
    assert capfd.readouterr() == ("", "")


# --- EPUBCheck ---------------------------------------------------------------------------


def message(severity: str, path: str = "", line: int = -1, name: str = "RSC-005") -> dict[str, Any]:
    places = [{"path": path, "line": line, "column": line}] if path else []
    return {
        "ID": name,
        "severity": severity,
        "message": "is wrong" * 100,
        "suggestion": None,
        "locations": places,
    }


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return pack(tmp_path / "book.epub", FILES)


def installed(monkeypatch: pytest.MonkeyPatch, report: Any) -> None:
    def run(java: str, jar: Path, path: Path) -> Any:
        if isinstance(report, Exception):
            raise report
        return report

    monkeypatch.setattr(epubcheck, "_jar", lambda: Path("epubcheck.jar"))
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(epubcheck, "_run", run)


def test_findings_of_epubcheck(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [
        message("FATAL"),
        message("ERROR", "/tmp/x/book.epub"),
        message("WARNING", "EPUB/one.xhtml", 7),
        message("USAGE", "EPUB/two.xhtml", 3),
        message("USAGE", "EPUB/style.css", 3, "CSS-028"),
        message("INFO"),
    ]
    installed(monkeypatch, {"checker": {"checkerVersion": "9.9"}, "messages": messages})
    report = check(book)
    assert report.notes == ("EPUBCheck 9.9 ran",)
    assert [(d.source, d.line, d.column, d.code) for d in report.diagnostics] == [
        (str(book), 0, 0, "check-failed"),
        (f"{book}/EPUB/one.xhtml", 7, 7, "check-warning"),
        (f"{book}/EPUB/two.xhtml", 3, 3, "check-warning"),
    ]
    assert all(len(d.message) < 300 for d in report.diagnostics)


def test_what_epubcheck_reports_is_not_reported_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = FILES["EPUB/two.xhtml"].replace("#part", "#prat").replace(' scope="row"', "")
    path = pack(tmp_path / "book.epub", FILES | {"EPUB/two.xhtml": page})
    line = page[: page.index("#prat")].count("\n") + 1
    assert len(look(path).diagnostics) == 2
    messages = [message("ERROR", "EPUB/two.xhtml", line, "RSC-012")]
    installed(monkeypatch, {"checker": {"checkerVersion": "9.9"}, "messages": messages})
    told = [found.message[:17] for found in check(path).diagnostics]
    assert told == ["The header cell “", "EPUBCheck RSC-012"]


@pytest.mark.parametrize(
    ("report", "note"),
    [
        ({}, "gave no report"),
        ([], "gave no report"),
        (OSError(), "gave no report"),
        (ValueError(), "gave no report"),
        (subprocess.TimeoutExpired("java", 300), "did not finish in 300 seconds"),
    ],
)
def test_epubcheck_that_does_not_work(
    report: Any, note: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, report)
    result = check(book)
    assert result.diagnostics == ()
    assert note in result.notes[0]


def test_epubcheck_that_is_not_there(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, {})
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "no `java` on the PATH" in check(book).notes[0]
    monkeypatch.setattr(epubcheck, "find_spec", lambda name: None)
    monkeypatch.undo()
    monkeypatch.setattr(epubcheck, "find_spec", lambda name: None)
    assert "not installed" in check(book).notes[0]


@pytest.mark.checkers
@pytest.mark.slow
def test_epubcheck_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkers.require("EPUBCheck")
    jar = next(checkers.CACHE.glob("venv/lib/python3*/site-packages/epubcheck/epubcheck.jar"))
    monkeypatch.setattr(epubcheck, "_jar", lambda: jar)
    page = FILES["EPUB/one.xhtml"].replace("<p>", '<p align="left">', 1)
    path = pack(tmp_path / "bad — ß.epub", FILES | {"EPUB/one.xhtml": page})
    found = check(path)
    assert found.notes[0].startswith("EPUBCheck ")
    assert [(d.code, d.source) for d in found.diagnostics] == [
        ("check-failed", f"{path}/EPUB/one.xhtml")
    ]


# --- the report ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of reports on a page, an e-book and a PDF, of which the page has a fault."""
    folder = tmp_path_factory.mktemp("checks")
    (folder / "page.html").write_text(PAGE.replace(' lang="en"', "", 1), "utf-8")
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
    assert [one["message"] for one in report["findings"]] == [
        "The page does not say what language it is in."
    ]
    assert report["checkers"][0] == f"Chapbook {pipeline.__version__}"
    assert [table["of"] for table in report["looked_for"]][-1] == "A web page, or a site"
    assert any("alternative texts" in question for question in report["judge"])
    page = (reports / "page.html.html").read_text("utf-8")
    assert "The page does not say what language it is in." in page


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
    assert [found for page in pages for found in checkers.nu(page)] == []
    assert checkers.browser(*pages, windows=("320-light", "1280-dark")) == []
