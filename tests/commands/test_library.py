"""The command ``library``: all documents of a folder, each by itself."""

from __future__ import annotations

import contextlib
import csv
import errno
import hashlib
import importlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onixcheck
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from pipeline import driver
from pipeline.commands import main, processes
from pipeline.commands.library import catalogue, sources
from pipeline.commands.processes.limited_pool import LimitedPool
from tests.helpers import checkers

BUILT, SOURCE_ERRORS = 0, 1
LIMITS = ("--timeout", "1000000", "--memory", "400M")
"""No document reaches them, but for one that grows without end."""

HOUSE = """\
{% if metadata.title == "Endless" %}
{% for one in range(99999) %}{% for other in range(99999) %}{% endfor %}{% endfor %}
{% elif metadata.title == "Huge" %}
{% set held = namespace(text="text" * 1000) %}
{% for one in range(17) %}{% set held.text = held.text ~ held.text %}{% endfor %}
{% endif %}
{% include "builtin/html/imprint.html.j2" %}
"""
"""A template that takes for ever for one document, and 800 MB of memory for another."""


def document(path: Path, title: str, text: str = "Text.") -> Path:
    """A document whose web page is built without its handout, which would mark the pages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    start = f"---\ntitle: {title}\npage_list: false\n---\n"
    path.write_text(f"{start}\n{text}\n", encoding="utf-8")
    return path


POOL = "pipeline.commands.processes.limited_pool.LimitedPool"


@contextlib.contextmanager
def building_here() -> Iterator[None]:
    """Documents are built in this process, which has loaded all."""
    importlib.import_module("pipeline.commands.limits")  # it keeps the pool that it finds
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir("."):
        patch.setattr(POOL, lambda *_: processes.InThisProcess())
        yield


@pytest.fixture(scope="module", autouse=True)
def _here() -> Iterator[None]:
    with building_here():
        yield


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are built in other processes."""
    monkeypatch.setattr(POOL, LimitedPool)


def run(given: Path, *options: str) -> Result:
    out = given.parent / "out"
    arguments = [str(given), "--out", str(out), "--edition", "web", "--jobs", "1", *LIMITS]
    arguments += options
    return CliRunner().invoke(main, ["library", *arguments], catch_exceptions=False)


@pytest.fixture
def handouts(tmp_path: Path) -> Path:
    """A folder with two documents, one of which includes a third file."""
    folder = tmp_path / "handouts"
    document(folder / "wells.md", "Wells", "{{ include parts/more.md }}")
    document(folder / "parts" / "more.md", "More", "More of it.")
    document(folder / "water" / "rivers.md", "Rivers")
    (folder / "README.md").write_text("# About these handouts\n", encoding="utf-8")
    document(folder / ".drafts" / "hidden.md", "Hidden")
    return folder


def test_a_library_is_built_once(handouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(handouts)
    assert first.exit_code == BUILT, first.output
    out = handouts.parent / "out"
    made = {path.relative_to(out).as_posix() for path in out.glob("[!cr]*/**/*.html")}
    assert made == {"wells/wells.html", "water/rivers/rivers.html"}
    assert "2 documents: 2 built, 0 unchanged, 0 failed" in first.output
    assert "2 files have no front matter, or others include them" in first.output
    assert "README.md" in first.output
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "pages", None)  # not even the catalogue is made again
        assert "2 documents: 0 built, 2 unchanged, 0 failed" in run(handouts).output

    # an edited or included file, or a deleted output, causes a build; a touched file does not
    document(handouts / "parts" / "more.md", "More", "Other.")
    os.utime(handouts / "water" / "rivers.md")
    assert "1 built, 1 unchanged" in run(handouts).output
    assert "Other." in (out / "wells" / "wells.html").read_text("utf-8")
    (out / "water" / "rivers" / "rivers.html").unlink()
    assert "1 built, 1 unchanged" in run(handouts).output
    # so is all that other options may change
    strict = run(handouts, "--strict").output
    assert "1 built, 0 unchanged, 1 failed" in strict
    assert "errors   included-front-matter in 1" in strict


def test_a_file_that_an_older_one_replaces_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = document(tmp_path / "handouts" / "wells.md", "Wells", "New.")
    older = document(tmp_path / "older.md", "Wells", "Old.")
    os.utime(older, (0, 0))
    build = driver.build

    def build_and_replace(*arguments: Any, **options: Any) -> Any:
        result = build(*arguments, **options)
        older.replace(source)
        return result

    with monkeypatch.context() as patched:
        patched.setattr(driver, "build", build_and_replace)
        assert "1 built" in run(source.parent).output
    assert "1 built" in run(source.parent).output
    assert "Old." in (tmp_path / "out" / "wells" / "wells.html").read_text("utf-8")
    assert "0 built" in run(source.parent).output


@pytest.mark.usefixtures("elsewhere")
def test_no_module_is_taken_from_where_a_document_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "Sums\ncover: {image: square.png, alt: A square}"
    text = "$a^2$\n\n```chart\nA,B\na,3\n```"
    folder = document(tmp_path / "in" / "sums.md", title, text).parent
    Image.new("1", (320, 240)).save(folder / "square.png")
    monkeypatch.chdir(folder)
    program = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__)\n"
    for name in ("PIL", "ebooklib", "langcodes", "latex2mathml", "pyphen", "yaml", "ziafont"):
        (folder / f"{name}.py").write_text(program, "utf-8")
    assert "1 built" in run(folder, "--edition", "ebook").output
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("elsewhere")
def test_what_hangs_or_grows_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imprint = tmp_path / "house" / "html" / "imprint.html.j2"
    imprint.parent.mkdir(parents=True)
    imprint.write_text(HOUSE, encoding="utf-8")
    folder = document(tmp_path / "handouts" / "huge.md", "Huge").parent
    document(folder / "a-well.md", "A well")  # built before, by the process that is ended then
    options = ("--templates", str(tmp_path / "house"))
    result = run(folder, *options)
    assert result.exit_code == SOURCE_ERRORS
    assert "2 documents: 1 built, 0 unchanged, 1 failed" in result.output
    assert "huge.md: error[not-built]: Building it needed more than 400.0 MB" in result.output

    (folder / "huge.md").unlink()
    document(folder / "endless.md", "Endless")
    result = run(folder, *options, "--timeout", "0.1")
    assert "2 documents: 0 built, 1 unchanged, 1 failed" in result.output
    assert "endless.md: error[not-built]: Building it took more than 0.1 seconds" in result.output
    assert "errors   not-built in 1" in result.output
    assert re.search(r"^failed +(?!0\.0)\d+\.\d\d s  endless$", result.output, re.MULTILINE)
    # a document that failed for a temporary reason is tried again, and finished ones are not
    monkeypatch.undo()
    document(folder / "endless.md", "Brief")
    assert "2 documents: 1 built, 1 unchanged, 0 failed" in run(folder, *options).output


LIBRARY = """\
title: Hill School
url: https://hill.example/
lang: de
publisher: Hill School
brand: {logo: logo.svg, alt: The hill, footer: hill.example}
bibliography: works.bib
page: nonsense
fonts: own.otf
variables: {school: Hill School, town: Hilltown}
contents: {show: always, figures: true}
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
WORKS = "@book{well, author={Ann Author}, title={Wells}, year={2020}}"


def test_documents_share_what_library_yaml_says(handouts: Path) -> None:
    (handouts / "library.yaml").write_text(LIBRARY, encoding="utf-8")
    (handouts / "logo.svg").write_text(LOGO, encoding="utf-8")
    (handouts / "works.bib").write_text(WORKS, encoding="utf-8")
    rivers = handouts / "water" / "rivers.md"
    head = "title: Rivers\nlang: fr\npage_list: false\nbrand: {footer: Ours}"
    head += "\nvariables: {town: Hillford}\ntoc: auto"
    text = "{{ school }} in {{ town }} [@well].\n\n## A\n\nText.\n"
    rivers.write_text(f"---\n{head}\n---\n\n{text}", encoding="utf-8")
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
    assert "Hill School in Hillford" in page
    assert 'class="contents' not in page  # as the document says, though it is the default
    # the catalogue is where its own addresses say
    made = [path for path in (out / "catalogue").iterdir() if path.suffix in (".html", ".xml")]
    addresses = {
        address
        for path in made
        for address in re.findall(r"https://hill\.example/([^\"<]*)", path.read_text("utf-8"))
    }
    assert {"catalogue/", "catalogue/index.html", "catalogue/style.css"} <= addresses
    files = {one + "index.html" if one.endswith("/") else one for one in addresses - {""}}
    assert [file for file in sorted(files) if not (out / file).is_file()] == []

    told = CliRunner().invoke(main, ["editions", str(rivers)]).output
    keys = "bibliography, brand, contents, publisher, url, variables."
    assert f"From {handouts}/library.yaml: {keys}" in " ".join(told.split())

    # all of it is examined: the file, and templates next to it
    (handouts / "templates" / "html").mkdir(parents=True)
    template = handouts / "templates" / "html" / "imprint.html.j2"
    template.write_text("<p>The house's own</p>", encoding="utf-8")
    assert "2 built, 0 unchanged" in run(handouts).output
    assert "The house's own" in (out / "wells" / "wells.html").read_text("utf-8")
    (handouts / "library.yaml").unlink()
    assert "2 built, 0 unchanged" in run(handouts).output
    assert "The house's own" not in (out / "wells" / "wells.html").read_text("utf-8")


TALK = """\
---
title: Der Brunnen
lang: de
authors: [Ann Author]
date: 2026-05-03
description: Wer das Wasser holt.
keywords: [Wasser, Dorf]
---

# Eins

Text.
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a library of two documents in two languages, with e-books, and one that cannot
    be built."""
    folder = tmp_path_factory.mktemp("school") / "handouts"
    document(folder / "wells.md", "Wells", "![A well](no.png)")
    document(folder / "sub" / "broken.md", "Broken", "{{ include broken.md }}")
    document(folder / "report.md", "A report")
    (folder / "brunnen.md").write_text(TALK, encoding="utf-8")
    (folder / "library.yaml").write_text("title: Hill School\nlang: en-GB\n", encoding="utf-8")
    result = run(folder, "--edition", "ebook")
    assert "2 built, 0 unchanged, 1 failed" in result.output, result.output
    assert "report.md: error[same-name]: The library itself has a folder" in result.output
    assert "errors   same-name in 1, include-cycle in 1" in result.output
    return folder.parent / "out"


def test_the_catalogue_leads_to_all_documents(school: Path) -> None:
    page = (school / "catalogue" / "titles.html").read_text("utf-8")
    assert re.findall(r"<h2[^>]*>(?:<[^>]*>)*([^<]+)", page) == ["Der Brunnen", "Wells"]
    assert '<section id="document-brunnen"' in page
    assert '<h2><span lang="de">Der Brunnen</span></h2>' in page
    assert "Ann Author · 3 May 2026 · Deutsch" in page
    links = set(re.findall(r'href="(\.\./[^"]+)"', page))
    assert links == {
        "../brunnen/brunnen.html",
        "../brunnen/brunnen.epub",
        "../wells/wells.html",
        "../wells/wells.epub",
    }
    assert all((school / "catalogue" / link).is_file() for link in links)
    assert page.count("<img") == 2
    for cover in (school / "catalogue" / "images").iterdir():
        with Image.open(cover) as image:
            assert image.size == (400, 640)
    subjects = (school / "catalogue" / "subjects.html").read_text("utf-8")
    assert 'href="titles.html#document-brunnen"' in subjects
    assert "Wasser" in subjects
    search = (school / "catalogue" / "search.html").read_text("utf-8")
    assert "Wer das Wasser holt." in search


def test_numbers_in_titles_are_in_order(tmp_path: Path) -> None:
    for title in ("Unit 10", "Unit 2", "Part 2 of 11", "Part 2 of 3"):
        document(tmp_path / "units" / f"{title}.md", title)
    run(tmp_path / "units")
    page = (tmp_path / "out" / "catalogue" / "titles.html").read_text("utf-8")
    titles = re.findall(r"<h2[^>]*>(?:<[^>]*>)*([^<]+)", page)
    assert titles == ["Part 2 of 3", "Part 2 of 11", "Unit 2", "Unit 10"]


def test_the_feed_and_the_records_have_all(school: Path, tmp_path: Path) -> None:
    feed = json.loads((school / "catalogue" / "opds.json").read_text("utf-8"))
    assert [one["metadata"]["title"] for one in feed["publications"]] == ["Der Brunnen", "Wells"]
    for one in feed["publications"]:
        for link in (*one["links"], *one["images"]):
            assert (school / "catalogue" / link["href"]).is_file(), link
    onix = school / "catalogue" / "onix.xml"
    assert onix.read_bytes().count(b"<Product>") == 2
    assert onixcheck.validate(str(onix), schemas=("xsd", "rng")) == []


def test_readers_are_offered_no_answers(handouts: Path) -> None:
    result = run(handouts, "--edition", "teacher-web,web")
    assert "2 built" in result.output
    out = handouts.parent / "out"
    assert (out / "wells" / "wells-teacher-web.html").is_file()
    for name in ("titles.html", "opds.json"):
        told = (out / "catalogue" / name).read_text("utf-8")
        assert ("wells.html" in told) == (name == "titles.html")  # the feed is of e-books
        assert "teacher" not in told


def test_the_report_has_all_documents(school: Path) -> None:
    table = (school / "report" / "report.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(table.splitlines()))
    assert "seconds" not in rows[0]  # two builds never take the same time
    assert [(row["name"], row["state"], row["errors"], row["warnings"]) for row in rows] == [
        ("brunnen", "built", "0", "0"),
        ("report.md", "failed", "1", "0"),
        ("sub/broken", "failed", "1", "0"),
        ("wells", "built", "0", "1"),
    ]
    found = json.loads((school / "report" / "report.json").read_text("utf-8"))
    assert [one["findings"][0]["code"] for one in found[1:3]] == ["same-name", "include-cycle"]
    page = (school / "report" / "report.html").read_text("utf-8")
    assert "missing-image" in page
    assert "include-cycle" in page
    assert "same-name" in page
    assert "PDF" not in page  # no link to what there is not


def test_the_same_sources_give_the_same_files(tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "other"):
        document(folder / "units" / "wells.md", "Wells")
        run(folder / "units")
    one, other = (tmp_path / name / "out" / "SHA256SUMS" for name in ("one", "other"))
    assert one.read_text("utf-8") == other.read_text("utf-8")


def test_the_checksums_are_those_of_all_files(school: Path) -> None:
    files = [path for path in school.rglob("*") if path.is_file()]
    shown = [path for path in files if not any(p.startswith(".") for p in path.parts)]
    names = {path.relative_to(school).as_posix() for path in shown} - {"SHA256SUMS"}
    listed = {}
    for line in (school / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    assert listed.keys() == names
    for name, digest in listed.items():
        assert hashlib.sha256((school / name).read_bytes()).hexdigest() == digest


def test_what_is_over_all_follows_the_documents(school: Path) -> None:
    handouts = school.parent / "handouts"
    times = {path: path.stat().st_mtime_ns for path in school.rglob("*.html")}
    run(handouts, "--edition", "ebook")
    assert times == {path: path.stat().st_mtime_ns for path in school.rglob("*.html")}
    document(handouts / "wells.md", "Wells", "{{ include wells.md }}")
    assert "1 unchanged, 2 failed" in run(handouts, "--edition", "ebook").output
    assert "wells.epub" in (school / "catalogue" / "titles.html").read_text("utf-8")
    assert (school / "wells" / "wells.epub").is_file()
    (handouts / "brunnen.md").unlink()
    told = f"note     1 source is gone, and the outputs still in {school}: brunnen\n"
    assert told in run(handouts, "--edition", "ebook").output
    assert not (school / "catalogue" / "subjects.html").exists()
    assert "brunnen" not in (school / "catalogue" / "opds.json").read_text("utf-8")
    assert "brunnen" not in (school / "SHA256SUMS").read_text("utf-8")
    document(handouts / "another.md", "Wells")  # whose cover is there
    assert told in run(handouts, "--edition", "ebook").output
    (handouts / "another.md").unlink()
    shutil.rmtree(school / "brunnen")
    assert "still in" in run(handouts, "--edition", "ebook").output
    shutil.rmtree(school / "another")
    (handouts / "sub" / "broken.md").unlink()  # of which nothing was built
    assert "still in" not in run(handouts, "--edition", "ebook").output
    (handouts / "brunnen.md").write_text(TALK, encoding="utf-8")
    run(handouts, "--edition", "ebook")
    assert (school / "catalogue" / "subjects.html").exists()


@pytest.mark.checkers
@pytest.mark.slow
def test_everyone_can_use_the_catalogue_and_the_report(school: Path) -> None:
    names = ("index", "titles", "subjects", "languages", "search")
    assert checkers.nu_site(school / "catalogue", *names) == []
    pages = [school / "catalogue" / f"{name}.html" for name in names if name != "search"]
    found = checkers.browser(*pages, school / "report" / "report.html")
    # the checker asks for style sheets, which the policy forbids to scripts
    assert [one for one in found if "\tconsole\t" not in one] == []
    assert checkers.nu(school / "report" / "report.html") == []


def test_a_folder_without_documents_is_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "note.md").write_text("A note.\n", encoding="utf-8")
    result = run(tmp_path / "empty")
    assert result.exit_code == SOURCE_ERRORS
    assert "empty: error[no-document]: There are no documents" in result.output
    assert not (tmp_path / "out").exists()


def test_documents_may_have_the_front_matter_of_other_tools(tmp_path: Path) -> None:
    for name, start in (
        ("toml", '+++\ntitle = "T"\n+++\n'),
        ("json", '{"title": "J"}\n'),
        ("pandoc", "% P\n% Ann Author\n"),
        ("wrong", "+++\ntitle = \n+++\n"),
        ("multi", "Title: M\nAuthor: Ann Author\n"),
        ("text", "+++ 100%\n"),
    ):
        (tmp_path / f"{name}.md").write_text(f"{start}\nText.\n", encoding="utf-8")
    listing = sources.documents_of(tmp_path, tmp_path / "out")
    assert [one.name for one in listing.documents] == ["json", "pandoc", "toml", "wrong"]


@pytest.mark.usefixtures("elsewhere")
def test_a_run_that_was_killed_goes_on(handouts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document(handouts / "broken.md", "Broken", "{{ include broken.md }}")
    document(handouts / "wells.md", "Wells")
    stopped = run(handouts, "--jobs", "1", "--stop", "--strict")
    assert stopped.exit_code == SOURCE_ERRORS
    assert "4 documents: 0 built, 0 unchanged, 1 failed, 3 not begun" in stopped.output
    ledger = next((handouts.parent / "out" / ".cache").glob("*.ledger"))
    with ledger.open("ab") as file:
        file.write(ledger.read_bytes()[:40])  # a line that was cut off
    monkeypatch.undo()
    result = run(handouts, "--strict")
    assert "4 documents: 3 built, 0 unchanged, 1 failed" in result.output
    assert "broken.md:6:12: error[include-cycle]" in result.output  # told again


def test_a_folder_that_cannot_be_read_is_reported(
    handouts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_into = os.scandir

    def scandir(folder: str | Path) -> Any:
        if str(folder).endswith("water"):
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return looked_into(folder)

    monkeypatch.setattr(os, "scandir", scandir)  # the system lets root read everything
    result = run(handouts)
    assert result.exit_code == SOURCE_ERRORS
    assert "1 document: 1 built" in result.output
    told = "water: error[unreadable-file]: The folder cannot be read: Permission denied."
    assert told in result.output


def test_what_is_wrong_with_a_library_is_reported_and_the_rest_is_built(tmp_path: Path) -> None:
    document(tmp_path / "wells.md", "Wells")
    document(tmp_path / "wells.markdown", "The same")
    document(tmp_path / "full.md", "Full")
    (tmp_path / "note.md").write_text("A note.\n", encoding="utf-8")
    (tmp_path / "old.md").write_bytes("---\ntitle: Мосты\n---\n\nText.\n".encode("cp1251"))
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
        "old.md:2:8: error[wrong-encoding]",
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


def test_results_in_memory_are_gone(handouts: Path) -> None:
    """An output that ends with the command is said to be gone."""
    result = run(handouts, "--out", "memory://results")
    assert "The results were only in memory, and are gone" in result.output
