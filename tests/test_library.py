"""The command ``library``: all documents of a folder, each by itself."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.cli.library.building import built
from pipeline.cli.library.child import Limits
from pipeline.cli.library.pool import LimitedPool
from pipeline.cli.library.tasks import Task

BUILT, SOURCE_ERRORS = 0, 1

HOUSE = """\
{% if metadata.title == "Endless" %}
{% for one in range(99999) %}{% for other in range(99999) %}{% endfor %}{% endfor %}
{% elif metadata.title == "Huge" %}
{% set held = namespace(text="text" * 1000) %}
{% for one in range(60) %}{% set held.text = held.text ~ held.text %}{% endfor %}
{% endif %}
{% include "builtin/html/imprint.html.j2" %}
"""
"""A template that takes for ever for one document, and all memory for another."""


def document(path: Path, title: str, text: str = "Text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\ntitle: {title}\n---\n\n{text}\n", encoding="utf-8")
    return path


def run(given: Path, *options: str) -> Result:
    out = given.parent / "out"
    arguments = [str(given), "--out", str(out), "--edition", "web", "--jobs", "2", *options]
    return CliRunner().invoke(main, ["library", *arguments], catch_exceptions=False)


@pytest.fixture
def handouts(tmp_path: Path) -> Path:
    """A folder with two documents, one of which takes in a third file."""
    folder = tmp_path / "handouts"
    document(folder / "wells.md", "Wells", "{{ include parts/more.md }}")
    document(folder / "parts" / "more.md", "More", "More of it.")
    document(folder / "water" / "rivers.md", "Rivers")
    (folder / "README.md").write_text("# About these handouts\n", encoding="utf-8")
    document(folder / ".drafts" / "hidden.md", "Hidden")
    return folder


def test_a_library_is_built_once(handouts: Path) -> None:
    first = run(handouts)
    assert first.exit_code == BUILT, first.output
    out = handouts.parent / "out"
    assert {path.relative_to(out).as_posix() for path in out.glob("**/*.html")} == {
        "wells/wells.html",
        "water/rivers/rivers.html",
    }
    assert "2 documents: 2 built, 0 unchanged, 0 failed" in first.output
    assert "2 files have no front matter, or others include them" in first.output
    assert "README.md" in first.output
    assert "2 documents: 0 built, 2 unchanged, 0 failed" in run(handouts).output

    # what is edited, included, or deleted of what was made, is built again; what is touched is not
    document(handouts / "parts" / "more.md", "More", "Other.")
    os.utime(handouts / "water" / "rivers.md")
    assert "1 built, 1 unchanged" in run(handouts).output
    assert "Other." in (out / "wells" / "wells.html").read_text("utf-8")
    (out / "water" / "rivers" / "rivers.html").unlink()
    assert "1 built, 1 unchanged" in run(handouts).output
    # so is all that other options may change
    assert "1 built, 0 unchanged, 1 failed" in run(handouts, "--strict").output
    assert "errors   included-front-matter in 1" in run(handouts, "--strict").output


def test_what_hangs_or_grows_is_a_row(handouts: Path) -> None:
    templates = handouts.parent / "house"
    (templates / "html").mkdir(parents=True)
    (templates / "html" / "imprint.html.j2").write_text(HOUSE, encoding="utf-8")
    document(handouts / "endless.md", "Endless")
    document(handouts / "huge.md", "Huge")
    options = ("--templates", str(templates), "--timeout", "4", "--memory", "700M")
    result = run(handouts, *options)
    assert result.exit_code == SOURCE_ERRORS
    assert "4 documents: 2 built, 0 unchanged, 2 failed" in result.output
    assert "endless.md: error[not-built]: Building it took more than 4 seconds" in result.output
    assert "huge.md: error[not-built]: Building it needed more than 700.0 MB" in result.output
    assert "errors   not-built in 2" in result.output

    # what may go well another time is tried again, and what is built is not
    document(handouts / "huge.md", "Small")
    (handouts / "endless.md").unlink()
    assert "3 documents: 1 built, 2 unchanged, 0 failed" in run(handouts, *options).output


LIBRARY = """\
title: Hill School
url: https://hill.example/
lang: de
publisher: Hill School
brand: {logo: logo.svg, alt: The hill, footer: hill.example}
bibliography: works.bib
page: nonsense
fonts: own.otf
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
WORKS = "@book{well, author={Ann Author}, title={Wells}, year={2020}}"


def test_documents_share_what_library_yaml_says(handouts: Path) -> None:
    (handouts / "library.yaml").write_text(LIBRARY, encoding="utf-8")
    (handouts / "logo.svg").write_text(LOGO, encoding="utf-8")
    (handouts / "works.bib").write_text(WORKS, encoding="utf-8")
    rivers = handouts / "water" / "rivers.md"
    text = "---\ntitle: Rivers\nlang: fr\nbrand: {footer: Ours}\n---\n\nText [@well].\n"
    rivers.write_text(text, encoding="utf-8")
    result = run(handouts)
    assert "2 built" in result.output
    assert result.output.count("library.yaml:7:7: warning[wrong-value]: `page`") == 1
    assert "library.yaml:8:1: warning[wrong-value]: `fonts` cannot be shared" in result.output
    out = handouts.parent / "out"
    wells = (out / "wells" / "wells.html").read_text("utf-8")
    page = (out / "water" / "rivers" / "rivers.html").read_text("utf-8")
    for told in ('lang="de"', 'alt="The hill"', "https://hill.example/wells/wells.html"):
        assert told in wells
    for told in ('lang="fr"', 'alt="The hill"', "Author", "https://hill.example/water/rivers/"):
        assert told in page

    told = CliRunner().invoke(main, ["editions", str(rivers)]).output
    assert "From ../library.yaml: bibliography, brand, publisher, url." in told

    # all of it is looked at: the file, what it names, and templates beside it
    (handouts / "logo.svg").write_text(LOGO.replace("9z", "8z"), encoding="utf-8")
    assert "2 built, 0 unchanged" in run(handouts).output
    (handouts / "templates" / "html").mkdir(parents=True)
    template = handouts / "templates" / "html" / "imprint.html.j2"
    template.write_text("<p>The house's own</p>", encoding="utf-8")
    assert "2 built, 0 unchanged" in run(handouts).output
    assert "The house's own" in (out / "wells" / "wells.html").read_text("utf-8")
    (handouts / "library.yaml").unlink()
    assert "2 built, 0 unchanged" in run(handouts).output
    assert "The house's own" not in (out / "wells" / "wells.html").read_text("utf-8")


def _crash(data: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return data


def _wait(data: bytes) -> bytes:
    time.sleep(600)
    return data


def test_what_ends_its_process_is_tried_three_times() -> None:
    limits = Limits(60, 10**9)
    task = Task("", "wells.md", "wells", "out", "out", ())
    with LimitedPool(1, limits) as pool:
        ((_, result, _),) = built([task], pool, limits, 1, do=_crash)
        assert result.failed
        assert result.findings[0].message == "The process that built it ended 3 times (SIGSEGV)."
        assert pool.submit(len, b"and goes on").result() == 11


def test_a_pool_that_is_stopped_waits_for_nothing() -> None:
    pool = LimitedPool(1, Limits(60, 10**9))
    running = pool.submit(_wait, b"")
    pool.submit(len, b"")
    time.sleep(0.5)
    started = time.monotonic()
    pool.shutdown(cancel_futures=True)
    assert time.monotonic() - started < 30
    assert running.done()


def test_a_run_that_was_killed_goes_on(handouts: Path) -> None:
    document(handouts / "broken.md", "Broken", "{{ include broken.md }}")
    document(handouts / "wells.md", "Wells")
    stopped = run(handouts, "--jobs", "1", "--stop", "--strict")
    assert stopped.exit_code == SOURCE_ERRORS
    assert "4 documents: 0 built, 0 unchanged, 1 failed, 3 not begun" in stopped.output
    ledger = next((handouts.parent / "out" / ".cache").glob("*.ledger"))
    with ledger.open("ab") as file:
        file.write(ledger.read_bytes()[:40])  # a line that was cut off
    result = run(handouts, "--strict")
    assert "4 documents: 3 built, 0 unchanged, 1 failed" in result.output
    assert "broken.md:5:12: error[include-cycle]" in result.output  # told again


def test_what_is_wrong_with_a_library_is_told_and_the_rest_is_built(tmp_path: Path) -> None:
    document(tmp_path / "wells.md", "Wells")
    document(tmp_path / "wells.markdown", "The same")
    document(tmp_path / "full.md", "Full")
    (tmp_path / "note.md").write_text("A note.\n", encoding="utf-8")
    (tmp_path / "old.md").write_bytes("---\ntitle: Brücken\n---\n\nText.\n".encode("cp1252"))
    names = "# this year's\nwells.md\n\nwells.markdown\nnote.md\n  gone.md\nold.md\nfull.md\n"
    (tmp_path / "list.txt").write_text(names, encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "full").write_text("in the way", encoding="utf-8")
    result = run(tmp_path / "list.txt")
    assert result.exit_code == SOURCE_ERRORS
    for told in (
        "list.txt:6:3: error[unreadable-file]: There is no such file.",
        "note.md: error[no-document]: The file has no front matter",
        "wells.markdown: error[same-name]: It would be built as “wells”",
        "old.md:2:10: error[wrong-encoding]",
        "full.md: error[not-built]: “",
        "3 documents: 1 built, 0 unchanged, 2 failed",
    ):
        assert told in result.output
    found = json.loads(run(tmp_path / "list.txt", "--json").stdout)
    assert {finding["code"] for finding in found} == {
        "unreadable-file",
        "no-document",
        "same-name",
        "wrong-encoding",
        "not-built",
    }
