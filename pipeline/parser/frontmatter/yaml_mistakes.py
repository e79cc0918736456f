"""Common mistakes in YAML, with helpful messages. PyYAML reports what its scanner expected; this
module infers the author's intention."""

from __future__ import annotations

import re

import yaml

from pipeline.parser.characters import shorten

QUOTES = 'Put the value in quotes: `key: "value"`.'


class YamlMistakeError(Exception):
    """One mistake, from ``start`` to ``end`` (offsets in the YAML)."""

    def __init__(self, message: str, start: int, end: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


def impossible_number(text: str, start: int, end: int) -> YamlMistakeError:
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    message = "This contains an escape for a character that does not exist."
    return YamlMistakeError(message, first, _line_end(text, first), "Use single quotes: `'…'`.")


def no_key(text: str, start: int, end: int, is_list: bool) -> YamlMistakeError:
    """The mistake in a part that is YAML, but not a mapping."""
    match = re.compile(r"^[ \t]*(?=[^\s#])", re.MULTILINE).search(text, start, end)
    first = match.end() if match else start
    last = _line_end(text, first)
    if is_list:
        hint = "Write a key above the list, such as `keywords:`."
        return YamlMistakeError(
            "The front matter begins with a list, not with a key.", first, last, hint
        )
    glued = re.match(r"([\w-]+):(\S.*)", text[first:last])
    if glued:
        hint = f"Put a space after the colon: `{glued[1]}: {shorten(glued[2])}`."
    else:
        hint = "If the line belongs to the value above, indent it by two spaces."
    return YamlMistakeError("This line has no `key: value`.", first, last, hint)


def refuse_references(event: yaml.NodeEvent, text: str, start: int, end: int) -> None:
    """Raise `YamlMistakeError` if a value is an alias, or has an anchor or a tag."""
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        mistake = f"begins with `{text[start : start + 1]}`, which YAML reserves for anchors"
    elif getattr(event, "tag", None) is not None:
        mistake = "begins with `!`, which YAML reserves for tags"
    else:
        return
    raise YamlMistakeError(f"The value {mistake}.", start, max(end, start + 1), QUOTES)


_CLOSE = "Close it with `%s`; if it belongs to the text, put the value in quotes."
_KNOWN = (
    ("quoted scalar", True, "The quotation mark that opens here is not closed.",
     "End the value with the same mark: `…`."),
    ("cannot start any token|^expected the node content", False,
     "A value cannot begin with `…`.", QUOTES),
    ("flow sequence", True, "The `[` that opens here is not closed.", _CLOSE % "]"),
    ("flow mapping", True, "The `{` that opens here is not closed.", _CLOSE % "}"),
    ("^expected <block end>|block collection", False,
     "The indentation does not match the lines above.",
     "Indent entries that belong together equally."),
    ("^sequence entries", False, "A list cannot begin here.",
     "Begin the list on the line after its key; a value that begins with `-` needs quotes."),
    ("block scalar", True, "`…` must end its line.",
     "Begin the text on the next line, indented; a value that begins like this needs quotes."),
)  # fmt: skip
"""The words by which PyYAML's errors are known; whether the mistake is where the value opens; its
message and hint, with ``…`` for the character there."""


def explain(error: yaml.MarkedYAMLError, text: str, base: int) -> YamlMistakeError:
    """``error`` as a mistake. ``base`` is the offset of the parsed text in ``text``."""
    problem, context = error.problem or "", error.context or ""
    at = _index(error.problem_mark, base, text)
    opened = _index(error.context_mark, base, text) if error.context_mark else at
    line = text[text.rfind("\n", 0, at) + 1 : _line_end(text, at)]
    if problem.startswith("mapping values"):
        return _colon(line, at, text)
    if re.search(r"scanning an? (anchor|alias|tag)", context):
        kind = "tags" if context.endswith("tag") else "anchors"
        message = (
            f"The value begins with `{text[opened : opened + 1]}`, which YAML reserves for {kind}."
        )
        return YamlMistakeError(message, opened, _line_end(text, opened), _quoted(line) or QUOTES)
    if problem.startswith("found unknown escape") or "expected escape sequence" in problem:
        hint = "Write two backslashes, or use single quotes: `'…'`."
        return YamlMistakeError(
            "A backslash in double quotes must begin an escape.", at - 1, at + 1, hint
        )
    if problem.startswith("expected <block end>, but found '<scalar>'"):
        hint = _quoted(line) or QUOTES
        return YamlMistakeError("There is more text after the end of the value.", at, 0, hint)
    if text[at : at + 1] == "\t" and "cannot start any token" in problem:
        return YamlMistakeError("A tab is not allowed here.", at, 0, "Indent with spaces.")
    for sign, is_at_opening, message, hint in _KNOWN:
        if re.search(sign, f"{problem}\n{context}"):
            start = opened if is_at_opening else at
            message, hint = (s.replace("…", text[start : start + 1]) for s in (message, hint))
            return YamlMistakeError(message, start, 0, hint)
    if "could not find expected ':'" in problem:
        return no_key(text, opened, _line_end(text, opened), is_list=False)
    return YamlMistakeError(f"This is not valid YAML: {problem or context}.", at)


def _colon(line: str, at: int, text: str) -> YamlMistakeError:
    """The mistake of a ``: `` where YAML does not allow a mapping."""
    indented = re.match(r"[ \t]+([\w-]+)[ \t]*:", line)
    begin = text.rfind("\n", 0, at) + 1
    if indented and begin + indented.end() - 1 == at:
        hint = (
            f"If `{indented[1]}` is a key, give it the indentation of the keys around it; "
            "if the line belongs to the value above, put that value in quotes."
        )
        start = begin + indented.start(1)
        return YamlMistakeError(
            "The line is indented like text, but looks like a key.", start, at + 1, hint
        )
    return YamlMistakeError(
        "A value with a colon in it needs quotes.", at, 0, _quoted(line) or QUOTES
    )


def _quoted(line: str) -> str:
    """A hint with the value of a line in the quotes that it needs, if it is short."""
    pair = re.match(r"[ \t-]*+([\w-]++)[ \t]*+:[ \t]++(\S.{,60})$", line.rstrip())
    if pair is None:
        return ""
    value = pair[2]
    if value[0] in "\"'" and value[0] == value[-1] and value.count(value[0]) == 3:
        value = value[1:-1]
    single = '"' in value or "\\" in value
    value = "'" + value.replace("'", "''") + "'" if single else f'"{value}"'
    return f"Put the value in quotes: `{pair[1]}: {value}`."


def _index(mark: yaml.Mark | None, base: int, text: str) -> int:
    """The offset of a mark in ``text``; of the last character if it is at the end."""
    offset = base + (mark.index if mark else 0)
    return max(base, min(offset, len(text.rstrip()) - 1))


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)
