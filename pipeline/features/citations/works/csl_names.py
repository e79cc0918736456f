"""Names in CSL data, whose particles and suffixes may be written within the other parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.features.citations.csl.csl_data import Name
from pipeline.model.late import late

_ATTACHED = late(r"([^\W\d_]+['’‐-])(?=[^\W\d_])")
"""A possible particle written with the name: d'Aubignac, al-Hakim."""


def csl_name(data: Mapping[str, Any]) -> Name:
    """A person or a body. Quotation marks keep a family name as it is."""

    def get(key: str) -> str:
        value = data.get(key, "")
        return " ".join(str(value).split()) if isinstance(value, str | int) else ""

    literal, family, given = get("literal"), get("family"), get("given")
    if literal or not family:
        return Name(literal=literal or given)
    given, _, suffix = given.partition(",")
    dropping, non_dropping = get("dropping-particle"), get("non-dropping-particle")
    if not dropping:
        given, dropping = _trailing_particles(given)
    if len(family) > 2 and family.startswith('"') and family.endswith('"'):
        family = family[1:-1]
    elif not non_dropping:
        non_dropping, family = _leading_particles(family)
    return Name(
        family=family,
        given=given,
        dropping=dropping,
        non_dropping=non_dropping,
        suffix=get("suffix") or suffix.removeprefix("!").strip(),
        comma_suffix=bool(data.get("comma-suffix")) or suffix.startswith("!"),
    )


def _is_particle(word: str) -> bool:
    return word.lstrip("'’")[:1].islower()


def _leading_particles(family: str) -> tuple[str, str]:
    """The particles before a family name, and the name: van der Vlist, d'Aubignac, al-Hakim. A
    name all in lower case has none."""
    *words, last = family.split(" ")
    apart = [_is_particle(word) and not word.endswith(("'", "’")) for word in words]
    count = apart.index(False) if False in apart else len(words)
    particles, name = words[:count], " ".join([*words[count:], last])
    attached = _ATTACHED.match(name)
    if attached and attached[0].islower() and name[attached.end()].isupper():
        particles.append(attached[0])
        name = name[attached.end() :]
    if name.islower():
        return "", family
    return " ".join(particles), name


def _trailing_particles(given: str) -> tuple[str, str]:
    """Given names, and the particles after them: Alexander von."""
    words = given.split(" ")
    count = len(words)
    while count > 1 and _is_particle(words[count - 1]):
        count -= 1
    return " ".join(words[:count]), " ".join(words[count:])
