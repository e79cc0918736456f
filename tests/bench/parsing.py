"""Times the parsing of texts that make parsers slow, and of four times as much of each, and prints
those that take more than six times as long: `python -m tests.bench.parsing`. Unlike
tests/parser/test_pathological.py, it sees work within a line of Python, such as copying a text."""

from __future__ import annotations

import gc
import time

from pipeline import parse
from tests.parser.test_pathological import CASES, Case, text_of


def seconds(case: Case, count: int, runs: int) -> float:
    """The time that a case's text takes, its piece repeated: the best of some ``runs``."""
    text = text_of(case, count)
    measured = []
    for _ in range(runs):
        gc.collect()
        gc.disable()
        start = time.process_time()
        parse(text)
        measured.append(time.process_time() - start)
        gc.enable()
    return min(measured)


def main() -> None:
    for name, case in CASES.items():
        for runs in (1, 3, 5, 10):  # other programs may get in the way
            part, whole = (seconds(case, count, runs) for count in (case.times // 4, case.times))
            if whole < 6 * part + 0.01:
                break
        else:
            print(f"{name}: {part:.3f} s, and {whole:.3f} s for four times the text")
    print(f"{len(CASES)} texts were timed.")


if __name__ == "__main__":
    main()
