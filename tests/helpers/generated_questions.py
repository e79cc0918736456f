"""Exercises of every kind with every mark in their texts, the same each time."""

from __future__ import annotations

import random

from hypothesis import settings

KINDS = ("single", "several", "gaps", "short", "number", "matching", "ordering", "long")

MARKS = r"~ = # { } : \ / % & < > \" ' -> // :: [x] 50% $5 ü é 水 — * _ @"
"""Characters with a meaning in one of the formats, as they are in Markdown."""

EACH = 62 if settings.get_current_profile_name() == "fuzz" else 2
"""Questions of each kind."""

COUNT = EACH * len(KINDS) + len(KINDS) // 2
"""All questions: of half the kinds there is one more."""

WORDS = (
    "well",
    "rope",
    "bucket",
    "rain",
    "sand",
    "**deep**",
    "*dry*",
    "`code`",
    "$x^2_1$",
    "H~2~O",
)


def generated(count: int, seed: int = 40) -> str:
    """A worksheet with so many exercises."""
    chance = random.Random(seed)
    exercises = (exercise(KINDS[at % len(KINDS)], chance) for at in range(count))
    return "---\ntitle: Wells & more\nlang: en\n---\n\n" + "\n".join(exercises)


def words(chance: random.Random, least: int = 1) -> str:
    """Some words, with marks escaped where Markdown would read them, and a number."""
    parts = [chance.choice(WORDS) for _ in range(chance.randint(least, 4))]
    if chance.random() < 0.5:
        mark = chance.choice(MARKS.split())
        escaped = "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!~=:<>@%$&\"'/" else c for c in mark)
        parts.insert(chance.randint(1, len(parts)), escaped)
    return f"{' '.join(parts)} {chance.randint(100, 9999)}"


def exercise(kind: str, chance: random.Random) -> str:
    """An exercise of a kind, perhaps with a title and an answer."""
    title = f" {words(chance)}" if chance.random() < 0.3 else ""
    title = "" if "{" in title else title
    says = f"\n::: answer\n{words(chance)}\n:::\n" if chance.random() < 0.4 else ""
    return f"::: exercise{title}\n{task(kind, chance)}\n{says}:::\n"


def task(kind: str, chance: random.Random) -> str:
    """The task of an exercise."""
    count = chance.randint(2, 5)
    asked = words(chance, 2)
    match kind:
        case "single" | "several":
            right = set(chance.sample(range(count), 1 if kind == "single" else 2))
            left, end = "()" if kind == "single" else "[]"
            lines = (
                f"- {left}{'x' if at in right else ' '}{end} {words(chance)}" for at in range(count)
            )
            return f"{asked}\n\n" + "\n".join(lines)
        case "gaps":
            gaps = (f"{words(chance)} ____{{{answer(chance)}}}" for _ in range(count))
            return f"{' '.join(gaps)} {words(chance)}."
        case "short":
            return f"{asked} ____{{rope {chance.randint(1, 99)} or cord}}"
        case "number":
            value = chance.choice(("0", "-3", "1948", "3.14"))
            tolerance = chance.choice(("", " ± 0.5"))
            return f"{asked} ____{{{value}{tolerance}}}"
        case "matching":
            rows = [f"| {words(chance)} | {words(chance)} |" for _ in range(count)]
            rows += [f"| | {words(chance)} |"] * chance.randint(0, 1)
            return f"{asked}\n\n::: matching\n| | |\n|---|---|\n" + "\n".join(rows) + "\n:::"
        case "ordering":
            lines = (f"{at + 1}. {words(chance)}" for at in range(count))
            return f"{asked}\n\n::: ordering\n" + "\n".join(lines) + "\n:::"
    return f"{asked}\n\n::: lines {chance.choice((2, 3, 5))}\n:::"


def answer(chance: random.Random) -> str:
    """The answer of a gap."""
    return chance.choice(ANSWERS)


ANSWERS = (
    "rope", "7", "2.5 ± 0.1", "grey or gray", "a/b", "50%", "x = y", "é~ü", "don't", "1–2", "R&D",
    'so "far"', r"C:\\x", r"\{x\}", "*a*",
)  # fmt: skip
