"""The edition to keep: PDF/A-3a and PDF/UA-1 in one, with the source in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

import pipeline
from tests.helpers import checkers
from tests.helpers.printed_pages import build_in_units
from tests.helpers.short_units import short_units

TEXT = """\
---
title: The well
lang: en
authors: [Amina Diallo]
---

# Water

:smile: The depth $\\sqrt{2}$ of *wells*.[^n]

![A photograph](images/well.jpg)

{{ include parts/more.md }}

::: exercise
What is it? ____{answer="water"}
:::

[^n]: A note.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source with a CMYK photograph, and its outputs."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "images").mkdir()
    (folder / "parts").mkdir()
    Image.new("CMYK", (60, 40), (120, 30, 0, 10)).save(folder / "images/well.jpg")
    (folder / "parts/more.md").write_text("More of it.\n", "utf-8")
    (folder / "unused.md").write_text("A draft.\n", "utf-8")
    (folder / "x.md").write_text(TEXT, "utf-8")
    result = pipeline.build(folder / "x.md", ["archive", "handout"], out=folder / "build")
    assert not result.failed, result.diagnostics
    return folder


def pdf(folder: Path, name: str) -> Path:
    return folder / "build" / "x" / f"{name}.pdf"


def test_it_is_both(folder: Path) -> None:
    kept = pdf(folder, "x-archive")
    assert checkers.verapdf(kept, profile="3a") == []
    assert checkers.verapdf(kept) == []
    assert checkers.page_validation(kept) == []


def test_books_in_units_are_as_well(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_units(monkeypatch, 300, 600)
    chapter = "# Chapter {}\n\n![A photograph](well.jpg)\n\n" + "A sentence of words. " * 15
    text = "---\ntitle: T\nlang: en\nclass: book\n---\n\n"
    text += "\n\n".join(chapter.format(number) for number in range(1, 3))
    (tmp_path / "x.md").write_text(text, "utf-8")
    shutil.copy(folder / "images/well.jpg", tmp_path)
    build_in_units(tmp_path / "x.md", "archive")
    kept = pdf(tmp_path, "x-archive")
    assert checkers.verapdf(kept, profile="3a") == []
    with pikepdf.open(kept) as opened:
        images = [one for one in opened.objects if isinstance(one, pikepdf.Stream)]
        spaces = {str(one.ColorSpace) for one in images if one.get("/Subtype") == "/Image"}
    assert spaces == {"/DeviceRGB"}


def test_all_that_the_text_is_made_of_is_attached(folder: Path) -> None:
    with pikepdf.open(pdf(folder, "x-archive")) as kept:
        attached = {
            name: kept.attachments[name].get_file().read_bytes() for name in kept.attachments
        }
    names = ("images/well.jpg", "parts/more.md", "x.md")
    assert attached == {name: (folder / name).read_bytes() for name in names}


def test_the_text_can_be_built_from_it_again(folder: Path, tmp_path: Path) -> None:
    with pikepdf.open(pdf(folder, "x-archive")) as kept:
        for name in kept.attachments:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(kept.attachments[name].get_file().read_bytes())
    pipeline.build(tmp_path / "x.md", ["archive"], out=tmp_path / "build")
    assert pdf(tmp_path, "x-archive").read_bytes() == pdf(folder, "x-archive").read_bytes()
    # an edit of what is attached is noticed
    (tmp_path / "x.md").write_text((tmp_path / "x.md").read_text("utf-8") + "\n<!-- a remark -->\n")
    pipeline.build(tmp_path / "x.md", ["archive"], out=tmp_path / "build")
    with pikepdf.open(pdf(tmp_path, "x-archive")) as kept:
        text = kept.attachments["x.md"].get_file().read_bytes()
    assert text.endswith(b"<!-- a remark -->\n")


def test_no_other_edition_has_the_source(folder: Path) -> None:
    with pikepdf.open(pdf(folder, "x")) as handout:
        assert not handout.attachments
