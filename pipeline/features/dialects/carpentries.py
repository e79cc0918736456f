"""The Carpentries' lessons: boxes between rows of colons, of which any row closes the innermost."""

from __future__ import annotations

import functools

from pipeline.features.dialects import lessons
from pipeline.model.late import late
from pipeline.parser.dialects import Dialect, Sign

_BOXES = {
    "callout": ("note", "Callout"),
    "checklist": ("tip", "Checklist"),
    "discussion": ("question", "Discussion"),
    "keypoints": ("important", "Key points"),
    "objectives": ("info", "Objectives"),
    "prereq": ("info", "Prerequisite"),
    "questions": ("question", "Questions"),
    "testimonial": ("note", "Testimonial"),
}
"""The kinds of these boxes here, and the titles of those without a heading."""

_NAMES = "|".join((*_BOXES, "challenge", "spoiler"))

CARPENTRIES = Dialect(
    names=("Carpentries",),
    signs=(
        Sign("teaching:", late(r"\A---\n(?:.*\n)*?teaching: *\d")),
        Sign(":::", late(r"(?m)^:{3,} *(?:keypoints|prereq) *$")),
        Sign("::::::::", late(rf"(?m)^:{{8,}} *(?:{_NAMES}) *$")),
    ),
    closes_innermost=True,
    containers={
        **{
            name: functools.partial(lessons.box, kind=kind, label=label)
            for name, (kind, label) in _BOXES.items()
        },
        "spoiler": functools.partial(lessons.box, kind="note", label="Spoiler", fold="closed"),
        "challenge": lessons.exercises,
    },
)
