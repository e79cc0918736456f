"""The intended readers of a publication: groups and ages."""

from __future__ import annotations

import re

from pipeline.model.names import did_you_mean
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError

GROUPS = (
    "general", "children", "teenagers", "preschool", "primary school", "lower secondary school",
    "upper secondary school", "school", "university", "adult learners", "language learners",
    "professionals", "teachers",
)  # fmt: skip
_OTHER_WORDS = {
    "general public": "general", "adults": "general", "everybody": "general", "kids": "children",
    "teens": "teenagers", "young adults": "teenagers", "kindergarten": "preschool",
    "elementary school": "primary school", "primary": "primary school",
    "middle school": "lower secondary school", "high school": "upper secondary school",
    "secondary school": "school", "schools": "school", "pupils": "school", "students": "school",
    "college": "university", "higher education": "university", "adult education": "adult learners",
    "educators": "teachers", "teacher": "teachers",
}  # fmt: skip
WORDS = {group: group for group in GROUPS} | _OTHER_WORDS


def group(value: str) -> str:
    """A group of readers, by any word for it. Raises `BadValueError`."""
    found = WORDS.get(" ".join(re.split(r"[\s_-]+", value.lower())))
    if found is None:
        hint = did_you_mean(value, WORDS) or f"There are {', '.join(GROUPS)}."
        raise BadValueError(f"`{shorten(value)}` is not a known group of readers.", hint)
    return found


def ages(value: str) -> tuple[int, int]:
    """The youngest and the oldest, 0 if unbounded. Raises `BadValueError`."""
    found = re.fullmatch(r"(\d{1,2})(?:\s*[-\u2010-\u2015]\s*(\d{1,2})?|\s*(\+))?", value, re.ASCII)
    hint = "Write it like 10-14, or 16+."
    if found is None:
        raise BadValueError(f"`{shorten(value)}` is not an age range.", hint)
    youngest = int(found[1])
    is_open = found[3] or (found[2] is None and not value.isdigit())
    oldest = 0 if is_open else int(found[2] or youngest)
    if oldest and oldest < youngest:
        raise BadValueError(f"`{shorten(value)}` ends before it starts.", hint)
    return youngest, oldest
