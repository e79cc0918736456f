"""The grading key: grades with the percentages of the marks that they need."""

from __future__ import annotations

import re

from pipeline.model.metadata import Grade
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.form import Form
from pipeline.parser.frontmatter.values import FieldReport, text
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar

MOST = 30
"""Grades of a key."""

LONGEST = 30
"""Characters of a grade."""

PERCENT = r"(\d{1,3}(?:[.,]\d{1,2})?) ?%?"


def _grades(node: Node, report: FieldReport, key: str) -> tuple[Grade, ...]:
    """The grades, the best first."""
    if not isinstance(node, Mapping):
        hint = "Write each as `A: 90`: the grade, and the percentage that it needs."
        report.wrong(key, "grades need percentages.", node.place, hint)
        return ()
    grades: dict[float, Grade] = {}
    for written, value in node.entries:
        name, is_empty = written.text.strip(), isinstance(value, Scalar) and value.is_empty
        percentage = "" if is_empty else text(value, report, key)
        match = (
            re.fullmatch(PERCENT, percentage.strip(), re.ASCII) if percentage is not None else None
        )
        percent = float(match[1].replace(",", ".")) if match else 101
        if not 0 < len(name) <= LONGEST:
            message = f"`{shorten(name)}` is too long, or too short, for a grade."
            report.wrong(key, message, written.place)
        elif any(grade.name == name for grade in grades.values()):
            report.twice(name, key, written.place)
        elif percent in grades:
            message = f"`{name}` and `{grades[percent].name}` need the same percentage."
            report.wrong(key, message, value.place, "Keep one of them.")
        elif percent > 100:
            if percentage is not None:
                message = f"`{shorten(percentage)}` is not the percentage that `{name}` needs."
                place = written.place if is_empty else value.place
                report.wrong(key, message, place, "Write a number from 0 to 100.")
        elif len(grades) == MOST:
            report.wrong(key, f"there are more than {MOST} grades.", written.place)
            break
        else:
            grades[percent] = Grade(name, percent, written.place.line, written.place.column)
    return tuple(grades[percent] for percent in sorted(grades, reverse=True))


GRADES = Form(
    {
        "type": "object",
        "additionalProperties": {"type": ["number", "string"], "minimum": 0, "maximum": 100},
    },
    _grades,
    lambda grades: {grade.name: grade.percent for grade in grades},
    reads_lists=True,
)
