"""Joining the pieces of a text: each is written so that it keeps its meaning next to the others."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import NamedTuple

from pipeline.commands.writer.escapes import LeafSetting, escape, escape_line
from pipeline.parser.inlines.emphasis import is_punctuation, touches
from pipeline.parser.inlines.math import is_formula


class LeafToken(NamedTuple):
    """A piece of a leaf. ``kind`` is "text"; "mark", written unchanged; "open" and "close", around
    emphasis, whose ``other`` is the alternative where asterisks are impossible; "bracket" and "end"
    around text without open brackets."""

    text: str
    kind: str = "mark"
    other: str = ""


def settled(tokens: list[LeafToken]) -> list[LeafToken]:
    """The tokens with stars, or an element where those would mean nothing, or something else."""
    result: list[LeafToken] = []
    for token in tokens:
        if token.kind == "text" and result and result[-1].kind == "text":
            result[-1] = LeafToken(result[-1].text + token.text, "text")
        elif token.text and not (
            token.text == "\n" and (not result or result[-1].text[-1] == "\n")
        ):
            result.append(token)
    while result and result[-1] in (LeafToken("\n"), LeafToken("\\\n")):
        result.pop()
    stack: list[int] = []
    for at, token in enumerate(result):
        if token.kind == "open":
            stack.append(at)
        elif token.kind == "close":
            first = stack.pop()
            is_within = any(result[outer].text[0] == token.text[0] for outer in stack)
            opens, closes = (
                _may_stand(result, place, opens=place == first) for place in (first, at)
            )
            if is_within or not (opens and closes):
                result[first] = LeafToken(result[first].other)
                result[at] = LeafToken(token.other)
    return result


def _may_stand(tokens: list[LeafToken], at: int, *, opens: bool) -> bool:
    """Return whether a mark begins what it is around where it stands, or else ends it."""
    before, after = _edge(tokens, at - 1, -1), _edge(tokens, at + 1, 0)
    outside, inside = (before, after) if opens else (after, before)
    mark = tokens[at].text
    if mark[0] in (before, after) or not touches(outside, inside):
        return False
    if after == "{" and not opens:
        return False
    if mark == "==":
        return not outside.isalnum() and inside not in "\"'" and not (opens and before == "\\")
    return mark[0] != "_" or _breaks(outside)


def _edge(tokens: list[LeafToken], at: int, side: int) -> str:
    if not 0 <= at < len(tokens):
        return "\n"
    return tokens[at].text[side]


def _breaks(char: str) -> bool:
    return char.isspace() or is_punctuation(char)


def joined(tokens: list[LeafToken], labels: frozenset[str], *, start: bool) -> str:
    setting = LeafSetting("".join(token.text for token in tokens), labels)
    parts: list[str] = []
    starts = {0} if start and tokens and tokens[0].kind == "text" else set()
    nested = 0
    length = 0
    tail = ""
    for at, token in enumerate(tokens):
        after = tokens[at + 1].text if at + 1 < len(tokens) else ""
        nested += token.kind == "bracket"
        nested -= token.kind == "end"
        written = token.text
        match token.kind:
            case "text":
                if tail.endswith("\n") and length:
                    starts.add(length)
                written = escape(token.text, tail, after[:1], setting, nested=nested > 0)
                written = _edges(written, tail, after, tokens[at - 1].kind if at else "")
                if at + 1 < len(tokens) and tokens[at + 1].kind == "bracket" and after[0] == "[":
                    written = re.sub(r"(?<!\\)([!^])$", r"\\\1", written)
            case "code" if token.other and tail.endswith("`"):
                written = token.other
            case "gap" if tail[-1:].isalnum() or after[:1].isalnum():
                written = token.other
            case "bare" if nested or not _free(tail, after):
                written = token.other
            case "reference":
                is_free = not (tail and tail[-1].isalnum()) and not after[:1].isalnum()
                if not is_free or after[:1] in ("-", ":", "_"):
                    written = token.other
            case "math":
                text = f"{tail[-1:]}{token.text}{after[:13]}"
                first = len(tail[-1:])
                end = first + len(token.text) - 1
                if "\\$" in token.text or not (
                    token.text[1] not in "$`"
                    and "$" not in token.text[1:-1]
                    and after[:1] != "$"
                    and is_formula(text, first, end)
                ):
                    written = token.other
        parts.append(written)
        length += len(written)
        tail = (tail + written)[-80:]
    return _with_starts("".join(parts), starts)


def _free(before: str, after: str) -> bool:
    return not (before and (before[-1].isalnum() or before[-1] in "/@")) and (
        not after or after[0].isspace() or (after[0] in ",." and (after[1:2] or " ").isspace())
    )


def _edges(written: str, before: str, after: str, kind: str) -> str:
    """A text with the spaces at its ends that the parser would leave out."""
    if (not before or before.endswith("\n")) and written[:1] == " ":
        written = f"&#32;{written[1:]}"
    if after in ("", "\n") and written.endswith(" "):
        written = f"{written[:-1]}&#32;"
    if kind in ("end", "code", "gap", "reference") and written[:1] in ("(", "[", ":", "{"):
        written = f"\\{written}"
    return written


def _with_starts(written: str, starts: set[int]) -> str:
    if not starts:
        return written
    lines = written.split("\n")
    escaped = []
    at = 0
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        escaped.append(escape_line(line, following) if at in starts else line)
        at += len(line) + 1
    return "\n".join(escaped)
