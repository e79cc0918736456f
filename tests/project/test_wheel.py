"""Installed from a wheel, the command works like in the project's folder."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pikepdf
import pytest

import pipeline
from tests.helpers.paths import BOOK, ROOT, TEMPLATES

pytestmark = pytest.mark.slow

SOURCE = """---
title: A talk
lang: en
date: 2024-05-06
---

# One

Text, *stressed*, and `code`.

```chart {caption="Wells" unit="m"}
Place,Depth
north,3
south,4
```
"""
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
FORMATS = ("html", "pdf", "epub")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """The output of a command; nothing of this project's folder is in its environment."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "PIP_CONSTRAINT")
    result = subprocess.run(
        command,
        cwd=cwd,
        env={n: v for n, v in os.environ.items() if n not in hidden} | environment,
        capture_output=True,
        text=True,
        umask=0o077,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def chapbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment with only the wheel, which is built for it. Pip and all that
    is required come from the tests' environment; that the wheel requires all of it is shown by
    `make` on a new machine."""
    folder = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    base = {"base": str(folder / "venv"), "platbase": str(folder / "venv")}
    scripts = Path(sysconfig.get_path("scripts", "venv", base))
    needed = sysconfig.get_path("purelib")
    pip = (scripts / Path(sys.executable).name, "-m", "pip", "--disable-pip-version-check")
    options = ("--quiet", "--no-compile", "--no-deps", "--no-build-isolation")
    run(*pip, "install", *options, ROOT, cwd=folder, PYTHONPATH=needed)
    packages = Path(sysconfig.get_path("purelib", "venv", base))
    (packages / "needed.pth").write_text(f"{needed}\n", "utf-8")
    return scripts / "chapbook"


@pytest.fixture(scope="module")
def built(chapbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the installed command, without the end of their names."""
    folder = tmp_path_factory.mktemp("built") / "deep" / "place 1"
    shutil.copytree(BOOK.parent, folder)
    (folder / "talk.md").write_text(SOURCE, encoding="utf-8")
    cache = str(tmp_path_factory.mktemp("cache"))
    run(chapbook, "build", "talk.md", cwd=folder, CHAPBOOK_CACHE=cache, **ELSEWHERE)
    return folder / "build" / "talk" / "talk"


def test_the_wheel_holds_the_package_and_the_templates(chapbook: Path) -> None:
    (record,) = chapbook.parents[1].rglob("chapbook-*.dist-info/RECORD")
    names = {row[0] for row in csv.reader(record.read_text("utf-8").splitlines())}
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {
        f"pipeline/_templates/{path.relative_to(ROOT / 'templates').as_posix()}"
        for path in TEMPLATES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= names
    assert "pipeline/py.typed" in names
    folders = {name.partition("/")[0] for name in names if not name.startswith("..")}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"pipeline"}


def test_it_builds_all_three_from_any_folder(built: Path) -> None:
    outputs = {suffix: built.with_suffix(f".{suffix}") for suffix in FORMATS}
    page = outputs["html"].read_text(encoding="utf-8")
    assert "Text, <em>stressed</em>" in page
    # the fonts were found, and are embedded
    assert "data:font/woff2" in page
    with pikepdf.open(outputs["pdf"]) as pdf:
        dictionaries = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        fonts = [str(item.FontName) for item in dictionaries if "/FontFile3" in item]
    assert any("Source" in font for font in fonts), fonts
    with zipfile.ZipFile(outputs["epub"]) as epub:
        assert "EPUB/one.xhtml" in epub.namelist()


def test_it_builds_the_same_as_here(built: Path, tmp_path: Path) -> None:
    """Whatever the folder, the time zone, the language and the order of hashes."""
    source = shutil.copytree(BOOK.parent, tmp_path / "book") / "talk.md"
    source.write_text(SOURCE, encoding="utf-8")
    assert not pipeline.build(source, out=tmp_path / "here").diagnostics
    for suffix in FORMATS:
        here, there = tmp_path / f"here/talk/talk.{suffix}", built.with_suffix(f".{suffix}")
        assert here.read_bytes() == there.read_bytes(), suffix


def test_the_command_s_version(chapbook: Path, tmp_path: Path) -> None:
    assert "0.1.0" in run(chapbook, "--version", cwd=tmp_path)
