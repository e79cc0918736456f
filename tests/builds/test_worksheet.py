"""A worksheet with levels, versions, numbers, points, a rubric and a grading key."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.model.editions import EDITIONS, variations_of
from pipeline.parser import parse_file
from tests.helpers import checkers
from tests.helpers.conforming import found_by_check
from tests.helpers.look import assert_looks_as_accepted
from tests.helpers.paths import TESTS

SOURCE = TESTS / "book" / "worksheet.md"
FILES = {"handout": 4, "keys": 1}
"""The number of files of an edition."""

if checkers.ARE_INSTALLED:
    FILES |= {"web": 2, "ebook": 2, "word": 2, "teacher": 2, "teacher-web": 1}
    FILES |= {"answers": 2, "form": 4}

LOOKS = {"": "core-A", "-support-B": "support-B", "-teacher": "teacher-A", "-keys": "keys"}
"""The names of the accepted pictures, by the ends of files."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("worksheet")
    result = pipeline.build(SOURCE, FILES, out=out)
    assert not result.diagnostics
    return out / SOURCE.stem


def test_there_is_a_file_for_each_level_and_version(built: Path) -> None:
    metadata = parse_file(SOURCE).metadata
    assert {name: len(variations_of(EDITIONS[name], metadata)) for name in FILES} == FILES
    files = [path for path in built.iterdir() if path.suffix != ".json"]
    assert len(files) == sum(FILES.values())


@pytest.mark.checkers
@pytest.mark.slow
def test_all_files_pass_the_checkers(built: Path) -> None:
    pages = sorted(built.glob("*.html"))
    printed = sorted(built.glob("*.pdf"))
    assert checkers.verapdf(*printed) == []
    assert checkers.page_validation(*printed) == []
    assert [problem for path in printed for problem in checkers.qpdf(path)] == []
    assert [problem for path in pages for problem in checkers.nu(path)] == []
    assert checkers.browser(*pages, windows=checkers.WINDOWS) == []
    assert [p for path in built.glob("*.epub") for p in checkers.epubcheck(path)] == []


def test_our_own_check_finds_nothing(built: Path) -> None:
    assert found_by_check(built, SOURCE) == []


@pytest.mark.slow
def test_pages_look_as_they_were_accepted(built: Path, accept: bool, tmp_path: Path) -> None:
    for end, name in LOOKS.items():
        pdf = built / f"{SOURCE.stem}{end}.pdf"
        if pdf.exists() or checkers.ARE_INSTALLED:
            assert_looks_as_accepted(pdf, f"{SOURCE.stem}/{name}", accept, tmp_path)
