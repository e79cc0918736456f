"""Other commands of Chapbook, run for a button of the desk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.flow import manifest
from pipeline.model.editions import stem_of
from pipeline.system import outputs


class CommandRun(NamedTuple):
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    told: str


async def run(*words: str | Path, folder: Path) -> CommandRun:
    """Run a command in a folder. It is a process of its own: a build waits for nothing here, and
    what fails there fails alone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "pipeline", *map(str, words)),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": _path()},
    )
    try:
        out, told = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return CommandRun(
        process.returncode or 0, out.decode("utf-8", "replace"), told.decode("utf-8", "replace")
    )


def _path() -> str:
    """The folder of this package, which may not be installed."""
    here = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))


def list_outputs(source: Path, out: Path) -> dict[str, list[Path]]:
    """The files of a source that were built, by their editions; further ones, such as images of a
    web page, are of the edition ""."""
    folder = out / stem_of(source)
    try:
        found = manifest.decode((folder / "manifest.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return {}
    files: dict[str, list[Path]] = {}
    for output in found.outputs:
        files.setdefault(output.edition, []).append(folder / output.file)
    files[""] = [folder / name for name in found.others]
    return files


def remove_made(source: Path, out: Path) -> None:
    """Remove the files of a source that were built, and their folders, if nothing else is there."""
    folder = out / stem_of(source)
    work = outputs.model_of(folder).parent
    files = [path for paths in list_outputs(source, out).values() for path in paths]
    for path in (*files, folder / "manifest.json"):
        with contextlib.suppress(OSError):
            path.unlink()
    shutil.rmtree(work, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
