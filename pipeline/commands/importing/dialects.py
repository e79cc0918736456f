"""Notations of other programs' Markdown that only their own programs resolve: shortcodes, tags,
directives, title blocks. They become the notations that the parser knows, each line in its place;
code stays as it is."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from msgspec.structs import replace

from pipeline.commands.importing.draft import tell_loss
from pipeline.commands.importing.metadata import date_in
from pipeline.model import Document
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata

Report = Callable[[int, str], None]
"""Called with a line and a message about what it loses."""

Within = list[tuple[re.Pattern[str], str]]
"""Parts of lines of one document, and what they become."""

_TAGS = ("tags", "tag", "categories", "category", "topics")
_DATES = ("created", "published", "pubdate")
_DESCRIPTIONS = ("summary", "abstract", "excerpt")
_FENCE = late(r"[ ]{0,3}(`{3,}|~{3,}|:{3,})\{([\w-]+)\}[ \t]*+([^`\n]*)$|[ ]{0,3}(`{3,}|~{3,})")
_OPTION = late(r"[ ]{0,3}:([\w-]+):[ \t]*+(.*)$")
_LINES = tuple(
    (late(pattern), made)
    for pattern, made in (
        (r"\{\{< *+video (https?://[^\s{}>]{1,500}+)[^{}>]*+>\}\}", r"<\1>"),
        (r"\+\+\+(?: *+\{[^{\n]*+(?<=\}))?", ""),
        (r"% (.{1,500})", r"<!-- \1 -->"),
    )
)  # fmt: skip
"""Whole lines, and what they become."""

_WITHIN = tuple(
    (late(pattern), made)
    for pattern, made in (
        (r"\{\{ *+[\"']([^\"'{}\n]{1,300})[\"'] *\| *(?:relative|absolute)_url *\}\}", r"\1"),
        (r"\{\{ *+site\.(?:baseurl|url) *\}\}", ""),
        (r"\{\{[<%] *(?:ref|relref) \"([^\"\s]{1,300})\" *[>%]\}\}", r"\1"),
        (r"\{(?:term|abbr|file|command|guilabel|menuselection)\}`([^`\n]{1,300})`", r"\1"),
        (r"\{cite(?::p|:ps|:parenthetical)?\}`([\w:.,+-]{1,300})`", r"[@\1]"),
        (r"\{cite(?::t|:ts)\}`([\w:.+-]{1,100})`", r"@\1"),
        (r"\^\^([^\^\s][^\^\n]{0,300})\^\^", r"<ins>\1</ins>"),
        (r"\{\+\+([^+\n]{1,300})\+\+\}", r"<ins>\1</ins>"),
        (r"\{--([^-\n]{1,300})--\}", r"~~\1~~"),
    )
)
"""Parts of lines, and what they become."""


def translate(text: str, tell: Report) -> str:
    """A text without the notations that its own program would have resolved."""
    text = _front_matter(text)
    lines = text.split("\n")
    start = lines.index("---", 1) + 1 if lines[0] == "---" and "---" in lines[1:] else 0
    patterns = [(rf"\{{\{{ *{key} *\}}\}}", value) for key, value in _substitutions(text)]
    for name in dict.fromkeys(re.findall(r"\{#((?:fig|tbl|tab|eq|sec|lst):[\w-]{1,100})", text)):
        patterns.append((rf"(?<=[@#]){re.escape(name)}(?![\w-])", name.replace(":", "-", 1)))
    within = [
        (re.compile(pattern), replacement.replace("\\", "\\\\"))
        for pattern, replacement in patterns
    ]
    return "\n".join([*lines[:start], *_body(lines, start, within, tell)])


def place_in_file(
    findings: tuple[Diagnostic, ...], translation: list[str], lines: list[str], name: str
) -> Iterator[Diagnostic]:
    """Findings on a ``translation``, at the ``lines`` of its file: as far from a line that is once
    in both."""
    once, of_whole = Counter(lines), Counter(translation)
    numbers = {line: at for at, line in enumerate(lines)}
    moved, shift = [0], 0
    for at, line in enumerate(translation):
        if line.strip() and once[line] == of_whole[line] == 1:
            shift = numbers[line] - at
        moved.append(shift)
    for finding in findings:
        is_here = 0 < finding.line < len(moved) and finding.source == name
        yield (
            replace(finding, line=max(1, finding.line + moved[finding.line]))
            if is_here
            else finding
        )


def _substitutions(text: str) -> list[tuple[str, str]]:
    """The values of MyST's substitutions, by their names in the front matter."""
    match = re.match(r"---\n(?:.*\n)*?  substitutions:\n((?:    .*\n)+)", text)
    matches = re.finditer(r"(?m)^    (\w{1,60}): *+\"?([^\"\n]*+)\"?\n", match[1] if match else "")
    return [(row[1], row[2]) for row in matches]


def _front_matter(text: str) -> str:
    """A text with front matter in YAML, in place of TOML's or of Pandoc's title block, and with
    dates without times."""
    if match := re.match(r"\+\+\+\n((?:.*\n)*?)\+\+\+(?:\n|$)", text):
        try:
            values = tomllib.loads(match[1])
        except tomllib.TOMLDecodeError:
            return text
        text = _yaml(values, match[0].count("\n")) + text[match.end() :]
    elif match := re.match(r"(?:%[^\n]*+(?:\n[ \t][^\n]*+)*+\n){1,3}", text):
        lines = [line.removeprefix("%").strip() for line in match[0].rstrip("\n").split("\n")]
        values = {"title": lines[0]}
        if len(lines) > 1 and lines[1]:
            values["author"] = [name.strip() for name in lines[1].split(";") if name.strip()]
        if len(lines) > 2 and lines[2]:
            values["date"] = lines[2]
        text = _yaml(values, 0) + text[match.end() :]
    elif match := re.match(r"# ([^\n]+)\n\n((?:[A-Z][\w ]{0,30}: [^\n]+\n)+)\n", text):
        values, rest = _properties(match[2])
        if values:
            text = _yaml({"title": match[1], **values}, 0) + rest + text[match.end() :]
    front = re.match(r"---\n(?:.*\n)*?---(?:\n|$)", text)
    end = front.end() if front else 0
    head = re.sub(
        r"^(date: *[\"']?\d{4}-\d{2}-\d{2})[T ]\d[^\n\"']*([\"']?)$",
        r"\1\2",
        text[:end],
        flags=re.M,
    )
    return head + text[end:]


def _properties(lines: str) -> tuple[dict[str, Any], str]:
    """The properties that Notion writes below the title, as front matter; the others as lines."""
    values: dict[str, Any] = {}
    rest = ""
    for line in lines.splitlines():
        key, _, value = line.partition(": ")
        match key.casefold():
            case "created by" | "author" | "authors":
                values["author"] = [name.strip() for name in value.split(",")]
            case "tags" | "topics":
                values["keywords"] = [word.strip() for word in value.split(",")]
            case "created" | "date" | "published" if date_in(value)[0]:
                values["date"] = value
            case _:
                rest += f"{line}  \n"
    return values, f"{rest}\n" if rest else ""


def _yaml(values: dict[str, Any], height: int) -> str:
    """Front matter with these values, of at least that number of lines."""
    plain: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, datetime.date):  # or a time of a day
            value = value.isoformat()[:10]
        elif key == "date":
            value = date_in(str(value))[0] or str(value)
        plain[key] = value
    written = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=None)
    more = "#\n" * (height - written.count("\n") - 2)
    return f"---\n{written}{more}---\n"


def _body(lines: list[str], start: int, within: Within, tell: Report) -> Iterator[str]:
    at = start
    close = ""
    while at < len(lines):
        line = lines[at]
        at += 1
        if close and line.strip() == close:
            close = ""
            yield line
        elif close:
            yield line
        elif match := _FENCE.match(line):
            if match[2] and (directive := _directive(match, lines, at, tell)):
                after, written = directive
                yield from written
                at = after
            else:
                fence = match[4] or match[1]
                close = "" if fence.startswith(":") else fence
                yield line
        else:
            yield _line(line, within)


def _line(line: str, within: Within) -> str:
    bare = line.strip()
    if bare[:1] in ("{", "%", "+"):
        for pattern, written in _LINES:
            if match := pattern.fullmatch(bare):
                return match.expand(written)
    parts = re.split(r"((?<![`}])`[^`\n]*`)", line)
    for number in range(0, len(parts), 2):
        for pattern, written in (*_WITHIN, *within):
            parts[number] = pattern.sub(written, parts[number])
    joined = "".join(parts)
    for pattern, written in _WITHIN[3:7]:  # the roles of MyST, whose texts are in backquotes
        joined = pattern.sub(written, joined)
    return joined


def _directive(
    match: re.Match[str], lines: list[str], at: int, tell: Report
) -> tuple[int, list[str]] | None:
    """A directive of MyST, by its first line: the line after it, and its lines here."""
    fence, name = match[1], match[2]
    if name not in ("glossary", "toctree"):
        return None
    end = next((n for n in range(at, len(lines)) if lines[n].strip() == fence), len(lines))
    start = at
    while at < end and _OPTION.match(lines[at]):
        at += 1
    inner, empty = lines[at:end], [""] * (at - start)
    if name == "glossary":
        written = ["", *(re.sub(r"^\s+(?=\S)", ":   ", line) for line in inner), ""]
    else:
        message = "The list of pages, `{toctree}`, is left out: editions have their own contents."
        tell(at, message)
        written = [""] * (len(inner) + 2)
    return end + 1, [*empty, *written]


# --- front matter -----------------------------------------------------------------------


def metadata_of(
    document: Document, document_metadata: Metadata, text: str, name: str
) -> tuple[Metadata, list[Diagnostic]]:
    """The metadata of the front matter, including keywords and a description under other tools'
    names; other keys are reported. The identifier is that of ``document_metadata``, not a derived
    one."""
    findings: list[Diagnostic] = []
    metadata = replace(document.metadata, identifier=document_metadata.identifier)
    unknown = [finding for finding in document.diagnostics if finding.code == Code.UNKNOWN_KEY.slug]
    written = _write(text) if unknown else {}
    left: dict[str, Span] = {}
    for finding in unknown:
        keys = re.findall(r"`([^`]+)`", finding.message)
        for key in keys if " of other tools" in finding.message else keys[:1]:
            value = written.get(key)
            name_of_key = key.lower()
            if name_of_key in _TAGS and not metadata.keywords and (words := _words(value)):
                metadata = replace(metadata, keywords=words)
            elif name_of_key in _DATES and not metadata.date and (date := date_in(str(value))[0]):
                metadata = replace(metadata, date=date)
            elif (
                name_of_key in _DESCRIPTIONS and not metadata.description and isinstance(value, str)
            ):
                metadata = replace(metadata, description=" ".join(value.split()))
            else:
                left.setdefault(key, Span(finding.line, finding.column))
    if left:
        listed = ", ".join(f"`{key}`" for key in left)
        have = f"key {listed} has" if len(left) == 1 else f"keys {listed} have"
        message = (
            f"The {have} no counterpart here, and {'is' if len(left) == 1 else 'are'} left out."
        )
        findings.append(tell_loss(message, name, span=next(iter(left.values()))))
    return metadata, findings


def _write(text: str) -> dict[str, Any]:
    body = text.split("---\n", 2)
    try:
        values = yaml.safe_load(body[1]) if len(body) > 2 else {}
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return tuple(dict.fromkeys(str(item).lstrip("#").strip() for item in items if item))
