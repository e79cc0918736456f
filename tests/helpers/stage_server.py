"""Runs Chapbook's stages for a Makefile, each in a forked process with all libraries loaded, as
after a build: python -B -P stage_server.py FOLDER REQUESTS

REQUESTS is a named pipe. Each line is a folder with the file ``arguments`` (those of Python,
terminated by zeros) and the named pipe ``status``; ``out`` and ``err`` are written next to them.
Stages run in FOLDER, whose ``pipeline`` is used.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import tempfile
from pathlib import Path


def run(folder: Path, answer: Path) -> None:
    """Runs one stage, in a process that ends with it, and reports its status."""
    from pipeline.commands import main, terminal

    setattr(terminal, "other_processes", lambda _: contextlib.nullcontext())  # noqa: B010
    _, _, *arguments, _ = (answer / "arguments").read_text("utf-8").split("\0")  # -m pipeline
    os.chdir(folder)
    for name, stream in (("out", 1), ("err", 2)):
        os.dup2(os.open(answer / name, os.O_WRONLY | os.O_CREAT), stream)
    status = 70
    try:
        main(arguments, prog_name="chapbook")
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        (answer / "status").write_text(f"{status}\n", "utf-8")


def serve(folder: Path, requests: Path) -> None:
    import pipeline.commands.build.command
    import pipeline.commands.editions.command
    from pipeline.system import store

    assert Path(pipeline.__file__).is_relative_to(folder)
    (source,) = folder.glob("source/*.md")
    with tempfile.TemporaryDirectory() as place:
        assert not pipeline.build(source, ("web", "booklet", "ebook"), out=place).failed
    store._installed.cache_clear()  # the code may change before a stage runs
    gc.freeze()
    # as one of the writers too, it never comes to the end
    with os.fdopen(os.open(requests, os.O_RDWR), encoding="utf-8") as lines:
        while line := lines.readline():
            if not os.fork():
                try:
                    run(folder, Path(line.rstrip("\n")))
                finally:
                    os._exit(0)  # taking down all that is loaded takes as long as a stage
            with contextlib.suppress(ChildProcessError):  # there are none
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass  # one that has answered


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:]))
