"""Counts the wells of a register, each of them once."""

import csv
import sys
from pathlib import Path

Row = dict[str, str]


def wells(path: Path) -> list[Row]:
    """The wells in a file of rows: village, name, depth in metres."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def count(rows: list[Row], village: str = "") -> int:
    seen = set()
    for row in rows:
        if village in ("", row["village"]):
            seen.add((row["village"], row["name"]))  # two villages may each have a “Great Well”
    return len(seen)


if __name__ == "__main__":
    print(count(wells(Path(sys.argv[1]))))
