"""Front matter about people: authors, contributors and speakers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pipeline.codes import Code
from pipeline.metadata import Contributor, Speaker
from pipeline.parser.characters import shorten
from pipeline.parser.frontmatter import identifiers, roles
from pipeline.parser.frontmatter.asking import Part, settled
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.values import (
    FLAG,
    TEXT,
    Report,
    Schema,
    Shape,
    flag,
    items,
    language,
    one_or_list,
    parsed,
    text,
)
from pipeline.parser.frontmatter.yaml_nodes import Mapping, Node, Scalar, Sequence
from pipeline.suggestions import did_you_mean

_ROLE_WORDS = sorted(word for word in roles.CODES if word not in roles.MARC)
_ROLE: Schema = {
    "type": "string",
    "anyOf": [{"enum": _ROLE_WORDS}, {"enum": sorted(roles.MARC)}, {"type": "string"}],
}
PERSON = Shape(
    "a person",
    {
        "name": TEXT | {"description": "The name as it is to be printed."},
        "role": one_or_list(_ROLE)
        | {"description": "What the person did: a word or a MARC relator code, or several."},
        "sort_name": TEXT | {"description": "The name as a catalogue sorts it: `Kara, Siddharth`."},
        "orcid": TEXT | {"description": "The person's ORCID.", "examples": ["0000-0002-1825-0097"]},
        "type": {
            "type": "string",
            "description": "Whether it is a person or an organisation.",
            "anyOf": [{"enum": ["person", "organisation", "organization"]}, {"type": "string"}],
        },
        "scripts": {
            "type": "object",
            "description": "The name in other scripts, by language: `ja: 村上 春樹`.",
            "additionalProperties": TEXT,
        },
    },
    required=("name",),
    aliases={"sort-name": "sort_name", "roles": "role", "file_as": "sort_name"},
)
PEOPLE = one_or_list({"anyOf": [TEXT, {"$ref": "#/$defs/person"}]})


def _role(value: str) -> str:
    code = roles.CODES.get(roles.normalise(value))
    if code is None:
        hint = did_you_mean(roles.normalise(value), _ROLE_WORDS)
        hint = hint or "Write a word such as editor, translator or illustrator, or a MARC code."
        raise BadValueError(f"`{shorten(value)}` is not a role that is known.", hint)
    return code


def people(default_role: str) -> Callable[[Node, Report, str], tuple[Contributor, ...]]:
    def read(node: Node, report: Report, key: str) -> tuple[Contributor, ...]:
        found = (_person(item, report, key, default_role) for item in items(node))
        return tuple(person for person in found if person)

    return read


def _person(node: Node, report: Report, key: str, default_role: str) -> Contributor | None:
    if not isinstance(node, Mapping):
        name = text(node, report, key)
        return Contributor(name, default_role) if name else None
    values = PERSON.read(node, report, key)
    if values is None:
        return None
    name = text(values["name"], report, key)
    done = _roles(values["role"], report, key) if "role" in values else ()
    main, *more = done or (default_role,)
    sort_name = text(values["sort_name"], report, key) if "sort_name" in values else None
    orcid = parsed(identifiers.orcid)(values["orcid"], report, key) if "orcid" in values else None
    kind = parsed(_kind)(values["type"], report, key) if "type" in values else None
    scripts = _scripts(values["scripts"], report, key) if "scripts" in values else ()
    if not name:
        return None
    return Contributor(name, main, sort_name or "", orcid or "", tuple(more), kind or "", scripts)


def _roles(node: Node, report: Report, key: str) -> tuple[str, ...]:
    """One role or a list of them, each once."""
    found = (parsed(_role)(item, report, key) for item in items(node))
    return tuple(dict.fromkeys(role for role in found if role))


def _kind(value: str) -> Literal["person", "organisation"]:
    match value.lower():
        case "person":
            return "person"
        case "organisation" | "organization" | "body" | "corporate":
            return "organisation"
    raise BadValueError(
        f"`{shorten(value)}` is neither a person nor an organisation.",
        did_you_mean(value, ("person", "organisation")) or "Write person or organisation.",
    )


def _scripts(node: Node, report: Report, key: str) -> tuple[tuple[str, str], ...]:
    """A name in other scripts, each after the tag of its language."""
    if not isinstance(node, Mapping):
        hint = "Write the language before each: `scripts: {ja: 村上 春樹}`."
        report.wrong(key, "names in other scripts need their languages.", node.place, hint)
        return ()
    found = []
    for tag, value in node.entries:
        lang, name = parsed(language)(tag, report, key), text(value, report, key)
        if lang and name:
            found.append((lang, name))
    return tuple(found)


SPEAKER = Shape(
    "a speaker",
    {
        "name": TEXT | {"description": "The name that begins the speaker's turns."},
        "role": TEXT | {"description": "What the speaker is in the dialogue."},
        "asks": FLAG | {"description": "Whether the speaker asks the questions."},
    },
    required=("name", "role"),
)
SPEAKER_PART = Shape("a speaker", {key: SPEAKER.fields[key] for key in ("role", "asks")}, ("role",))


def speakers(node: Node, report: Report, key: str) -> tuple[Speaker, ...]:
    hint = "Write each speaker as `Name: role`, such as `Rahim Kanani: interviewer`."
    found: list[tuple[Node, dict[str, Node] | None]] = []
    if isinstance(node, Mapping):
        for name, value in node.entries:
            if isinstance(value, Scalar) and value.is_empty:
                report.wrong(key, f"`{shorten(name.text)}` needs a role.", name.place, hint)
                continue
            part: dict[str, Node] | None = {"role": value}
            if isinstance(value, Mapping):
                part = SPEAKER_PART.read(value, report, key)
            found.append((name, part))
    elif isinstance(node, Sequence):
        for item in items(node):
            values = SPEAKER.read(item, report, key) if isinstance(item, Mapping) else None
            if values is not None:
                found.append((values["name"], values))
            elif not isinstance(item, Mapping):
                report.wrong(key, "a speaker needs a name and a role.", item.place, hint)
    else:
        report.wrong(key, "speakers need names and roles.", node.place, hint)
    by_name: dict[str, Part] = {}
    for called, values in found:
        speaker = _speaker(called, values, report, key)
        if speaker and speaker[0] in by_name:
            message = f"`{shorten(speaker[0])}` is given twice in `{key}`."
            report.add(Code.DUPLICATE_KEY, message, called.place, "Keep one of them.")
        elif speaker:
            by_name[speaker[0]] = speaker[1]
    asks = settled(tuple(by_name.values()), report, key)
    return tuple(
        Speaker(name, part.role, asking)
        for (name, part), asking in zip(by_name.items(), asks, strict=True)
    )


def _speaker(
    name: Node, values: dict[str, Node] | None, report: Report, key: str
) -> tuple[str, Part] | None:
    if values is None:
        return None
    called, role = text(name, report, key), text(values["role"], report, key)
    asks = flag(values["asks"], report, key) if "asks" in values else None
    if not called or not role:
        return None
    return called, Part(role, asks, values["role"].place)
