"""Counts the wells of a register, each of them once."""


def count(rows: list[dict[str, str]]) -> int:
    seen = set()
    for row in rows:
        seen.add((row["village"], row["name"]))  # two villages may each have a “Great Well”
    return len(seen)
