"""Readers of the front matter's values: from a node to a value or None, with findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from collections.abc import Mapping as MappingOf
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from pipeline.features import here
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.metadata import NamedText, Translation
from pipeline.model.names import did_you_mean
from pipeline.model.variables import BUILT_IN, INCLUDE, NAME
from pipeline.parser.frontmatter.registered import BadValueError, address, language
from pipeline.parser.frontmatter.yaml import Mapping, Node, Place, Scalar, Sequence
from pipeline.parser.lines import FORBIDDEN, name, shorten
from pipeline.parser.partial_strings import public_string

# --- values ----------------------------------------------------------------------------------

T = TypeVar("T")


class FieldReport(msgspec.Struct):
    """Collects the findings of reading front matter."""

    source: str
    findings: list[Diagnostic] = []
    written: dict[str, str] = {}
    """Synonyms of keys, and their canonical names."""

    def add(self, code: Code, message: str, place: Place, hint: str = "") -> None:
        span = Span(place.line, place.column)
        self.findings.append(
            diagnostic(code, message, span=span, source=self.source, hint=hint, length=place.length)
        )

    def wrong(self, key: str, message: str, place: Place, hint: str = "") -> None:
        """``message`` as a `Code.WRONG_VALUE` of ``key``, as the author calls it."""
        self.add(Code.WRONG_VALUE, f"`{self.written.get(key, key)}`: {message}", place, hint)

    def twice(self, name: str, key: str, place: Place) -> None:
        """Report a name that occurs twice in a mapping or list, as a `Code.DUPLICATE_KEY`."""
        message = f"`{shorten(name)}` is given twice in `{key}`."
        self.add(Code.DUPLICATE_KEY, message, place, "Keep one of them.")


N = TypeVar("N", bound=Node)


def for_all(node: N, report: FieldReport) -> N:
    """A value, or all its parts, without content marked for some editions: all have the same front
    matter. Such a mark is a `Code.WRONG_VALUE`."""
    changed: Node = node
    match node:
        case Scalar():
            text = public_string(node.text)
            if text != node.text:
                message = "All editions share the front matter: what is marked for some is left"
                hint = "Leave it out, or put it in the text."
                report.add(Code.WRONG_VALUE, f"{message} out.", node.place, hint)
                changed = replace(node, text=text)
        case Sequence():
            changed = replace(node, items=tuple(for_all(item, report) for item in node.items))
        case Mapping():
            entries = tuple((key, for_all(value, report)) for key, value in node.entries)
            changed = replace(node, entries=entries)
    return changed  # type: ignore[return-value]


_EDITIONS = "List the outputs under `editions`, as in `editions: [web, handout]`."
_LEFT_OUT = "Leave it out: Chapbook does that by itself."
OTHER_TOOLS: MappingOf[str, str] = {
    "toc-depth": "Write `contents: {depth: 2}`.",
    "fontsize": "Write `page: {text: 12pt}`.",
    "geometry": "Write `page: {margins: 20mm}`.",
    **dict.fromkeys(("margin", "margins"), "Write `page: {margins: 20mm}`."),
    **dict.fromkeys(("published", "pubdate", "publication-date"), "Write `date: 2026-05-03`."),
    "linestretch": "Write `page: {leading: 15pt}`.",
    "classoption": "Write `page: {columns: 2}`, or another setting of `page`.",
    "lof": "Write `contents: {figures: true}`.",
    "lot": "Write `contents: {tables: true}`.",
    "biblio-style": "Write `citation_style: apa`, or another style.",
    "bibliographystyle": "Write `citation_style: apa`, or another style.",
    **dict.fromkeys(("organisation", "organization"), "Write `publisher: the organisation`."),
    "logo": "Write `brand: {logo: logo.svg, alt: what it says}`.",
    **dict.fromkeys(("accent", "color", "colour"), 'Write `brand: {accent: "#0b6e4f"}`.'),
    "footer": "Write `brand: {footer: the line at the foot}`.",
    "columns": "Write `page: {columns: 2}`.",
    "css": "Put styles of your own in a templates folder: `--templates`.",
    "template": "Put templates of your own in a folder: `--templates`.",
    "header-includes": "Put styles of your own in a templates folder: `--templates`.",
    "affiliation": "Write it beside the author: `authors: [{name: …, affiliation: …}]`.",
    "institute": "Write it beside the author: `authors: [{name: …, affiliation: …}]`.",
    "email": "Write it beside the author: `authors: [{name: …, email: …}]`.",
    "orcid": "Write it beside the author: `authors: [{name: …, orcid: …}]`.",
    "grade": "Write `audience: {grade: Grade 2}`.",
    **dict.fromkeys(("age", "ages"), "Write `audience: {ages: 7-8}`."),
    "marks": "Write `score: head` for a box with the total of all marks.",
    **dict.fromkeys(("output", "format", "formats", "project", "exports"), _EDITIONS),
    **dict.fromkeys(
        ("mainfont", "sansfont", "monofont", "fontfamily"),
        "Choose a `theme`, or name `fonts` for styles of your own.",
    ),
    **dict.fromkeys(("link-citations", "colorlinks", "link-bibliography", "pagetitle"), _LEFT_OUT),
}
"""Keys of Pandoc, Quarto, MyST and other programs, and their equivalents."""


def _foreign_keys() -> Callable[[str], bool] | None:
    """A function that tells whether a key means something to another tool only, if there is one."""
    if not here("dialects"):
        return None
    from pipeline.features.dialects.front_matter import is_foreign_key

    return is_foreign_key


def entries(
    node: Mapping,
    known: tuple[str, ...],
    aliases: MappingOf[str, str],
    report: FieldReport,
    inside: str = "",
) -> dict[str, Node]:
    """The values of a mapping by key; empty ones are left out. Unknown and duplicate keys are
    reported; of the latter, the first one counts."""
    values: dict[str, Node] = {}
    first: dict[str, Scalar] = {}
    foreign: list[Scalar] = []
    is_foreign = _foreign_keys()
    where = f" in `{inside}`" if inside else ""
    for written, value in node.entries:
        key = aliases.get(written.text, written.text)
        shown = shorten(written.text)
        if key in first:
            before = first[key]
            message = f"`{shown}` is given twice{where}."
            if before.text != written.text:
                message = f"`{shown}` and `{before.text}` are the same key{where}."
            hint = f"It is already on line {before.place.line}. Keep only one."
            report.add(Code.DUPLICATE_KEY, message, written.place, hint)
            continue
        first[key] = written
        if key != written.text and not inside:
            report.written[key] = written.text
        if key not in known:
            name = written.text.lower().replace("_", "-")
            hint = "" if inside else OTHER_TOOLS.get(name, "")
            if (
                name == "published"
                and isinstance(value, Scalar)
                and value.text in ("true", "false")
            ):
                hint, name = "", "draft"  # as Jekyll means it
            near = did_you_mean(written.text, (*known, *aliases))
            if is_foreign and not hint and is_foreign(name) and not (inside and near):
                foreign.append(written)
                continue
            hint = hint or near
            if inside and not hint:
                hint = f"There are {', '.join(known)}."
            report.add(Code.UNKNOWN_KEY, f"There is no key `{shown}`{where}.", written.place, hint)
        elif not (isinstance(value, Scalar) and value.is_empty):
            values[key] = value
    if foreign:
        listed = ", ".join(f"`{written.text}`" for written in foreign)
        message = f"{listed}{where} are keys of other tools, and are left out."
        if len(foreign) == 1:
            message = f"{listed}{where} is a key of other tools, and is left out."
        report.add(Code.UNKNOWN_KEY, message, foreign[0].place)
    return values


def describe(node: Node) -> str:
    match node:
        case Scalar():
            return "text"
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def text(node: Node, report: FieldReport, key: str) -> str | None:
    """Text on one line, with runs of white space as one space."""
    raw = _text(node, report, key)
    return " ".join(raw.split()) or None if raw else None


def paragraphs(node: Node, report: FieldReport, key: str) -> str | None:
    """Text of one or more paragraphs, with an empty line between two of them."""
    raw = _text(node, report, key) or ""
    # YAML itself folds lines, so that a line end is an empty line of the source, but after `|`.
    literal = isinstance(node, Scalar) and node.style == "|"
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n" if literal else "\n", raw))
    return "\n\n".join(part for part in parts if part) or None


def _range(node: Sequence) -> str:
    """Two numbers as the ends of a range."""
    numbers = [item.text for item in node.items if isinstance(item, Scalar) and item.text.isdigit()]
    return "-".join(numbers) if len(numbers) == len(node.items) == 2 else ""


def _text(node: Node, report: FieldReport, key: str) -> str | None:
    if not isinstance(node, Scalar):
        hint = ""
        if isinstance(node, Sequence) and (ends := _range(node)):
            hint = f"For all from the first to the second, write `{ends}`."
        elif node.flow:
            hint = "If the brackets or braces are part of the text, put the value in quotes."
        report.wrong(key, f"the value must be text, not {describe(node)}.", node.place, hint)
        return None
    forbidden = FORBIDDEN.search(node.text)
    if forbidden:
        character = name(forbidden[0])
        report.wrong(
            key, f"the value contains {character}, which is not allowed in text.", node.place
        )
        return None
    return node.text


def reader_by(parse: Callable[[str], T]) -> Callable[[Node, FieldReport, str], T | None]:
    """A reader that gives text to ``parse`` and reports the `BadValueError` that it raises."""

    def read(node: Node, report: FieldReport, key: str) -> T | None:
        value = text(node, report, key)
        if value is None:
            return None
        try:
            return parse(value)
        except BadValueError as bad:
            report.wrong(key, bad.message, node.place, bad.hint)
            return None

    return read


def items(node: Node) -> tuple[Node, ...]:
    """The items of a list but the empty ones, or the node itself."""
    if not isinstance(node, Sequence):
        return (node,)
    return tuple(item for item in node.items if not (isinstance(item, Scalar) and item.is_empty))


def words(node: Node) -> tuple[Node, ...]:
    """The items of a list, or of text separated by commas, each with its position."""
    if not isinstance(node, Scalar):
        return items(node)
    exact = not node.style and "\n" not in node.text and node.place.length == len(node.text)
    scalars = []
    for part in re.finditer(r"[^,]+", node.text):
        if word := part[0].strip():
            column = node.place.column + part.start() + part[0].index(word)
            place = Place(node.place.line, column, len(word)) if exact else node.place
            scalars.append(Scalar(word, place, node.style))
    return tuple(scalars)


def flag(node: Node, report: FieldReport, key: str) -> bool | None:
    """Yes or no, in any of YAML's words."""
    word = text(node, report, key)
    if word is None:
        return None
    if word.lower() in ("true", "yes", "on"):
        return True
    if word.lower() in ("false", "no", "off"):
        return False
    report.wrong(key, f"`{shorten(word)}` is neither true nor false.", node.place)
    return None


# --- form ------------------------------------------------------------------------------------
# A way to read a value of the front matter, with its description for editors.

Schema: TypeAlias = dict[str, Any]
Reader: TypeAlias = Callable[[Node, FieldReport, str], Any]

DEFINITIONS: dict[str, Schema] = {}
"""Schemas by the names under which others refer to them."""


def _same(value: Any) -> Any:
    return value


class Form(msgspec.Struct, frozen=True):
    """``read`` returns a value, or None if it is unusable; ``write`` returns its JSON form, to be
    read again. ``reads_lists``: whether it reads lists itself."""

    schema: Schema
    read: Reader
    write: Callable[[Any], Any] = _same
    reads_lists: bool = False


def reference(name: str, schema: Schema) -> Schema:
    """A reference to the schema, which is defined under a name."""
    DEFINITIONS[name] = schema
    return {"$ref": f"#/$defs/{name}"}


TEXT = reference("text", {"type": ["string", "number"]})
FLAG: Schema = {"type": "boolean"}


def any_of(*schemas: Schema) -> Schema:
    """A schema for values that fit one of several schemas, without duplicates."""
    distinct: list[Schema] = []
    for schema in schemas:
        alternatives = schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]
        distinct += [alternative for alternative in alternatives if alternative not in distinct]
    return {"anyOf": distinct}


def text_form(
    schema: Schema, parse: Callable[[str], Any], write: Callable[[Any], Any] = _same
) -> Form:
    """A form whose text is given to ``parse``."""
    return Form(schema, reader_by(parse), write)


def form_of_list(item: Form, *, commas: bool, repeats: bool = False) -> Form:
    """A value or a list of them, or text with ``commas`` between; each once, or not."""
    parts = words if commas else items

    def read(node: Node, report: FieldReport, key: str) -> tuple[Any, ...]:
        all_values = (item.read(part, report, key) for part in parts(node))
        used = [value for value in all_values if value is not None]
        return tuple(used if repeats else dict.fromkeys(used))

    def write(values: Iterable[Any]) -> list[Any]:
        return [item.write(value) for value in values]

    schema = any_of(item.schema, {"type": "array", "items": item.schema})
    return Form(schema, read, write)


# --- pairs -----------------------------------------------------------------------------------
# Mappings of the front matter whose keys are the author's: names, or languages.

LANGUAGE_PATTERN = "^[A-Za-z]{1,3}(-[A-Za-z0-9]{1,8})*$"


def _scripts(node: Node, report: FieldReport, key: str) -> tuple[tuple[str, str], ...]:
    """A name in other scripts, each after the tag of its language."""
    if not isinstance(node, Mapping):
        hint = "Write the language before each: `scripts: {ja: 村上 春樹}`."
        report.wrong(key, "names in other scripts need their languages.", node.place, hint)
        return ()
    read = reader_by(language)
    names = ((read(tag, report, key), text(value, report, key)) for tag, value in node.entries)
    return tuple((tag, value) for tag, value in names if tag and value)


def _translations(node: Node, report: FieldReport, key: str) -> tuple[Translation, ...]:
    if not isinstance(node, Mapping):
        hint = "Write each as `de: https://…`, on a line of its own."
        report.wrong(key, "translations need languages and addresses.", node.place, hint)
        return ()
    translations: dict[str, Translation] = {}
    for written, value in node.entries:
        lang = reader_by(language)(written, report, key)
        if isinstance(value, Scalar) and value.is_empty:
            hint = f"Write `{shorten(written.text)}: https://…`."
            report.wrong(key, f"`{shorten(written.text)}` has no address.", written.place, hint)
            continue
        href = reader_by(address)(value, report, key)
        if lang in translations:
            report.twice(lang, key, written.place)
        elif lang and href:
            translations[lang] = Translation(lang, href)
    return tuple(translations.values())


def _variables(node: Node, report: FieldReport, key: str) -> tuple[NamedText, ...]:
    if not isinstance(node, Mapping):
        hint = "Write each as `name: value`, on a line of its own."
        report.wrong(key, "variables need names and values.", node.place, hint)
        return ()
    variables: dict[str, NamedText] = {}
    for written, value in node.entries:
        name = written.text
        if problem := _problem(written, variables):
            report.wrong(key, problem[0], written.place, problem[1])
        elif not (isinstance(value, Scalar) and value.is_empty):
            given = text(value, report, f"{key}.{name}") or ""
            variables[name] = NamedText(name, given, value.place.line, value.place.column)
    return tuple(variable for variable in variables.values() if variable.text)


def _problem(written: Scalar, pairs: Container[str]) -> tuple[str, str] | None:
    """The problem with a name, and the hint."""
    name, shown = written.text, shorten(written.text)
    if not re.fullmatch(NAME, name):
        hint = "A name begins with a letter, and contains only letters, digits, `-` and `_`."
        return f"`{shown}` cannot be the name of a variable.", hint
    if name == INCLUDE:
        return (
            f"`{shown}` cannot be the name of a variable: it is the word for includes.",
            "Rename it.",
        )
    if name in BUILT_IN:
        hint = f"`{{{{ {name} }}}}` already has a meaning: rename this one."
        return f"`{shown}` cannot be the name of your own variable.", hint
    if name in pairs:
        return f"`{shown}` is given twice.", "Keep one of them."
    return None


_BY_LANGUAGE = {"type": "object", "propertyNames": {"pattern": LANGUAGE_PATTERN}}
_BY_NAME = {
    "type": "object",
    # JSON Schema's version of NAME, which cannot match letters of any script
    "propertyNames": {
        "pattern": r"^[^\s0-9_{}.-][^\s{}.]*$",
        "not": {"enum": sorted({*BUILT_IN, INCLUDE})},
    },
}
SCRIPTS = Form(_BY_LANGUAGE | {"additionalProperties": TEXT}, _scripts, dict, reads_lists=True)
TRANSLATIONS = Form(
    _BY_LANGUAGE | {"additionalProperties": {"type": "string", "format": "uri"}},
    _translations,
    lambda found: {one.lang: one.url for one in found},
    reads_lists=True,
)
VARIABLES = Form(
    _BY_NAME | {"additionalProperties": TEXT},
    _variables,
    lambda variables: {variable.name: variable.text for variable in variables},
    reads_lists=True,
)
