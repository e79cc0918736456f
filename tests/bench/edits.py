"""Measures edits in one process that stays, as `chapbook watch` does: builds a text in three
formats again and again, another word changed each time, and prints a row of a table:
`python -m tests.bench.edits interview|novel EDITS FOLDER`."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path

import pipeline
from pipeline import driver
from pipeline.commands.processes import collect_seldom
from tests.bench import texts

EDITIONS = ("web", "handout", "ebook")
MARKS = (20, 200, 1000)
"""The numbers of edits after which the mean time of the last ten is reported."""

MEAN_OF = 10


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    import resource  # not on Windows

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(name: str, edits: int, folder: Path) -> None:
    os.environ["CHAPBOOK_CACHE"] = str(folder / "cache")
    collect_seldom()
    text = texts.novel() if name == "novel" else texts.interview()
    place = text.index(".\n\n", text.index("# Chapter 70.") + 20 if name == "novel" else 0)
    source, cells = folder / f"warm-{name}.md", list[str]()
    memory = driver.Memory()
    for number in range(edits + 1):
        if number % MEAN_OF == 1:
            began, used = time.perf_counter(), time.process_time()
        word = f" {number}" if number else ""
        source.write_text(f"{text[:place]}{word}{text[place:]}", encoding="utf-8")
        result = pipeline.build(source, EDITIONS, out=folder / "out", memory=memory)
        if result.failed:
            raise SystemExit(f"bench: {result.diagnostics}")
        gc.collect()
        if not number:
            gc.freeze()
        if number in MARKS:
            seconds = (time.perf_counter() - began) / MEAN_OF
            processor = (time.process_time() - used) / MEAN_OF
            cells.append(f"{seconds:.2f} s ({processor:.2f} s), {peak():.0f} MB")
    cells += ["–"] * (len(MARKS) - len(cells))
    print(f"| The {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
