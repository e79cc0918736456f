"""Changes since the last build, which the build tells: of pages, and of the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands import main

SOURCE = """\
---
title: The well
lang: en
version: "1"
modified: 2026-02-01
---

# One

It is
deep.

\\newpage

# Two

It is old.

\\newpage

# Three

![A well.](well.svg)
"""
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="{}" height="4"/></svg>'
)


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = path / "well.md"
        self.source.write_text(SOURCE, "utf-8")
        self.draw(5)

    def draw(self, width: int) -> None:
        (self.path / "well.svg").write_text(PICTURE.format(width), "utf-8")

    def build(self, old: str = "", new: str = "", *options: str) -> list[str]:
        """The lines about changes of a build after an edit."""
        self.source.write_text(self.source.read_text("utf-8").replace(old, new), "utf-8")
        out = str(self.path / "build")
        args = ["build", str(self.source), "--out", out, "--edition", "handout", *options]
        lines = CliRunner().invoke(main, args).output.splitlines()
        return [line for line in lines if line.startswith("pages ") or "unannounced" in line]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_build_says_which_pages_differ_from_the_last(folder: Folder) -> None:
    assert folder.build() == folder.build() == []
    assert folder.build("old.\n", "very old.\n")[0] == "pages    2 of 3 differs from the last build"
    folder.draw(6)
    assert folder.build() == ["pages    3 of 3 differs from the last build"]
    assert folder.build("# Three", "\\newpage\n\n# Three")[0].startswith(
        "pages    1–4 of 4 differ "
    )


def test_text_that_changes_without_its_version_is_told_once(folder: Folder) -> None:
    """Whoever is strict has to change the version."""
    folder.build()
    assert folder.build("It is\ndeep.", "It is deep.") == []
    assert folder.build("\n# Two", "\n<!-- later -->\n\n# Two") == []
    (_, warning) = folder.build("deep", "dry")
    assert warning.endswith(
        "warning[unannounced-change]: The text differs from that of the last build, "
        "but it is still version 1 and was last modified on 2026-02-01."
    )
    assert folder.build() == []
    for _ in range(2):
        (error,) = folder.build("dry", "wet", "--strict")
        assert "error[unannounced-change]" in error
    assert folder.build('"1"', '"2"', "--strict") == ["pages    1 of 3 differs from the last build"]


def test_text_without_a_version_may_change(folder: Folder) -> None:
    folder.build('version: "1"\nmodified: 2026-02-01\n')
    assert len(folder.build("deep", "dry")) == 1
