"""Front matter about readers: for whom it is, and who vouches that all of them can read it."""

from __future__ import annotations

import re

from pipeline.metadata import Audience, Certification, Placed
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter.identifiers import BadValueError, is_address
from pipeline.parser.frontmatter.values import (
    TEXT,
    Report,
    Schema,
    Shape,
    one_or_list,
    paragraphs,
    parsed,
    text,
    texts,
)
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node
from pipeline.suggestions import did_you_mean

GROUPS = (
    "general",
    "children",
    "teenagers",
    "preschool",
    "primary school",
    "lower secondary school",
    "upper secondary school",
    "school",
    "university",
    "adult learners",
    "language learners",
    "professionals",
    "teachers",
)
_OTHER_WORDS = {
    "general public": "general",
    "adults": "general",
    "everybody": "general",
    "kids": "children",
    "teens": "teenagers",
    "young adults": "teenagers",
    "kindergarten": "preschool",
    "elementary school": "primary school",
    "primary": "primary school",
    "middle school": "lower secondary school",
    "high school": "upper secondary school",
    "secondary school": "school",
    "schools": "school",
    "pupils": "school",
    "students": "school",
    "college": "university",
    "higher education": "university",
    "adult education": "adult learners",
    "educators": "teachers",
    "teacher": "teachers",
}
_WORDS = {group: group for group in GROUPS} | _OTHER_WORDS
_GROUP: Schema = {"type": "string", "anyOf": [{"enum": list(_WORDS)}, {"type": "string"}]}

AUDIENCE = Shape(
    "an audience",
    {
        "for": one_or_list(_GROUP) | {"description": "Groups of readers."},
        "ages": TEXT | {"description": "Ages in years: 10-14, or 16+."},
        "level": TEXT | {"description": "The level of education, in words: Key Stage 3."},
    },
    aliases={"age": "ages", "who": "for", "educational_level": "level", "grade": "level"},
)


def audience(node: Node, report: Report, key: str) -> Audience | None:
    """Groups of readers, or groups, ages and level."""
    if not isinstance(node, Mapping):
        return Audience(_groups(node, report, key))
    values = AUDIENCE.read(node, report, key) or {}
    groups = _groups(values["for"], report, key) if "for" in values else ()
    ages = parsed(_ages)(values["ages"], report, key) if "ages" in values else None
    level = text(values["level"], report, key) if "level" in values else None
    return Audience(groups, *(ages or (0, 0)), level or "")


def _groups(node: Node, report: Report, key: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word, place in texts(node, report, key):
        group = _WORDS.get(" ".join(re.split(r"[\s_-]+", word.lower())))
        if group:
            found[group] = None
        else:
            hint = did_you_mean(word, _WORDS) or f"There are {', '.join(GROUPS)}."
            message = f"`{shorten(word)}` is no group of readers that is known."
            report.wrong(key, message, place, hint)
    return tuple(found)


def _ages(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})(?:\s*[-\u2010-\u2015]\s*(\d{1,2})?|\s*(\+))?", value, re.ASCII)
    hint = "Write it like 10-14, or 16+."
    if found is None:
        raise BadValueError(f"`{shorten(value)}` is no range of ages.", hint)
    youngest = int(found[1])
    is_open = found[3] or (found[2] is None and not value.isdigit())
    oldest = 0 if is_open else int(found[2] or youngest)
    if oldest and oldest < youngest:
        raise BadValueError(f"`{shorten(value)}` ends before it begins.", hint)
    return youngest, oldest


CERTIFICATION = Shape(
    "a statement on accessibility",
    {
        "certified_by": TEXT | {"description": "Who has looked, and vouches for it."},
        "credential": TEXT | {"description": "By what right: a credential's name or address."},
        "report": {"type": "string", "format": "uri", "description": "Where the report is."},
        "summary": TEXT | {"description": "What readers should know, in words of your own."},
    },
    aliases={"certified-by": "certified_by", "certifier": "certified_by"},
)


def accessibility(node: Node, report: Report, key: str) -> Certification | None:
    if not isinstance(node, Mapping):
        hint = "Write `certified_by:`, `summary:` …"
        report.wrong(key, "it has names for its parts.", node.place, hint)
        return None
    values = CERTIFICATION.read(node, report, key) or {}
    by = None
    if "certified_by" in values:
        name, place = text(values["certified_by"], report, key), values["certified_by"].place
        by = Placed(name, place.line, place.column) if name else None
    for dependent in ("credential", "report"):
        if dependent in values and "certified_by" not in values:
            message = f"a `{dependent}` needs somebody who has it."
            report.wrong(key, message, values[dependent].place, "Add `certified_by`.")
    address = parsed(_address)(values["report"], report, key) if "report" in values else None
    credential = text(values["credential"], report, key) if "credential" in values else None
    summary = paragraphs(values["summary"], report, key) if "summary" in values else None
    return Certification(by, credential or "", address or "", summary or "")


def _address(value: str) -> str:
    if not is_address(value):
        raise BadValueError(f"`{shorten(value)}` is not an address.", "Write it with `https://`.")
    return value
