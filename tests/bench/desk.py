"""Measures a desk that is open.

``python -m tests.bench.desk keys TEXT`` types in a book (a Markdown file) in a headless Chromium
while it is built, and prints the milliseconds that the page is busy for a key: from the key until
the text has it, and for the frame in which it is drawn.

``python -m tests.bench.desk memory EDITS`` saves a worksheet again and again, and prints the memory
of all processes of the desk.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

from tests.helpers import checkers
from tests.helpers.paths import ROOT

WORKSHEET = "---\ntitle: Wells\nlang: en\n---\n\n## Deep wells\n\n" + "It is ____{deep}.\n\n" * 20
LOOKS = 20
"""The number of times that the memory is looked at."""


@contextlib.contextmanager
def opened(text: str) -> Iterator[tuple[str, int]]:
    """The address of a text in a desk, and the number of its process."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.md"
        source.write_text(text, "utf-8")
        command = [sys.executable, "-m", "pipeline", "desk", str(source), "--no-open"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout
            try:
                yield process.stdout.readline().split()[1], process.pid
            finally:
                process.terminate()


def ask(address: str, data: bytes | None = None) -> bytes:
    with urlopen(Request(address, data), timeout=600) as answer:
        found: bytes = answer.readline()
    return found


def memory_of(process: int) -> float:
    """The megabytes of a process and of all that it has started; what they share counts once."""
    children = Path(f"/proc/{process}/task").glob("*/children")
    others = [int(number) for path in children for number in path.read_text().split()]
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    here = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return here / 1024 + sum(map(memory_of, others))


def memory(edits: int) -> None:
    with opened(WORKSHEET) as (address, process):
        base = json.loads(ask(f"{address}text"))["digest"]
        for number in range(edits + 1):
            text = f"{WORKSHEET}Rope number {number}.\n"
            saved = ask(f"{address}save", json.dumps({"text": text, "base": base}).encode())
            base = json.loads(saved)["digest"]
            state = {"doing": "all"}
            while state["doing"] or not state["parts"]:
                time.sleep(0.1)
                news = ask(f"{address}events").removeprefix(b"data: ")
                state = json.loads(news)["state"]
            if number % max(1, edits // LOOKS) == 0:
                print(f"{number:6} edits {memory_of(process):8.1f} MB", flush=True)


def keys(path: Path) -> None:
    with opened(path.read_text("utf-8")) as (address, _):
        spent = checkers.typing(address)
    parts = statistics.quantiles(spent, n=20)
    print(
        f"{len(spent)} keys: {statistics.median(spent):.1f} ms in the middle,"
        f" {parts[-1]:.1f} ms for 19 of 20, {max(spent):.1f} ms at most"
    )


if __name__ == "__main__":
    if sys.argv[1] == "keys":
        keys(Path(sys.argv[2]))
    else:
        memory(int(sys.argv[2]))
