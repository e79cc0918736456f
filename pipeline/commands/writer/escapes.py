"""Text as Markdown that parses as the same text: with a backslash before each character that would
be markup in its position, and before no other."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.model.late import late
from pipeline.parser.blocks import markers
from pipeline.parser.characters import ENTITY, RIGHT, UNSEEN, emoji_named
from pipeline.parser.comments import begun
from pipeline.parser.inlines.links import normalise
from pipeline.parser.inlines.math import is_formula
from pipeline.parser.inlines.references import may_begin

_ENTITY = late(ENTITY)
_EMOJI = late(r"(?<![A-Za-z0-9:]):[A-Za-z0-9_+-]{1,70}:")
_KEYS = late(r"\+\+(?=[A-Za-z0-9])")
_ROLE = late(r":[a-z][\w.-]*:$")
_SPECIAL = late(r"[\\`*_~^\[\]!<&$={:@%+\n\t\r|(]|https?://|www\.")
_CHOICE = late(rf"(?<![\w)\]\\])\((?:[ \t{UNSEEN}]{{1,9}}|{RIGHT})\)(?!\()")
_LATE = late(rf"(?<=[ \t{UNSEEN}]):::")
FAR = 1000
"""Characters that the other bracket of a pair is looked for in."""

_LINE = late(
    r"#|>|\||%(?= )|/{3,}[ \t]*[a-z]|[-+](?=[ \t]|\n|$)|[-+](?=[-=:| \t]*(?:\n|$))|\+(?=[-=:])|-+8<"
    r"|=+[ \t]*(?:\n|$)|:(?=[:\s])|~(?=[~\s])|(?:!!!|\?\?\?)|\.\. (?=[a-z])"
    r"|<<(?=[<{(\[])|\((?=[ xX]\))"
)
_NUMBER = late(r"(\d{1,9})[.)](?=[ \t\n]|$)")
_LETTERS = late(r"(\([A-Za-z0-9@_-]{1,80}|[A-Za-z]{1,7}|#)[.)](?=[ \t])")
_NAME = late(r"\([A-Za-z][\w-]*\)=$")
_BLOCK_ID = late(r"(?:^|[ \t])\^[A-Za-z0-9-]{4,60}[ \t]*$")


class LeafSetting:
    """The context for the marks of a leaf beyond their neighbours: the counts of characters that
    have a meaning in pairs, and the (normalised) labels of links that the text defines."""

    def __init__(self, raw: str, labels: frozenset[str] = frozenset()) -> None:
        self.labels = labels
        self.pairs = {mark: raw.count(mark) > 1 for mark in "~^"}
        self.pairs["$"] = _may_have_formulas(raw)
        # `\\[x^2\\]` is a formula
        is_like_formula = "^" in raw or "\\" in raw
        self.bracket, self.closing = ("&#91;", "&#93;") if is_like_formula else ("\\[", "\\]")


def escape(text: str, before: str, after: str, setting: LeafSetting, *, nested: bool) -> str:
    """``text`` as Markdown. ``before`` and ``after`` are the adjacent text, as written; ``nested``,
    whether it is inside brackets, in which no bracket may be open."""
    parts: list[str] = []
    last = 0
    whole = f"{before}{text}{after}"
    base = len(before)
    for match in _SPECIAL.finditer(text):
        at = match.start()
        if at < last:
            continue
        parts.append(text[last:at])
        escaped = _escaped(match[0], whole, base + at, setting, nested, base + len(text))
        parts.append(escaped)
        last = match.end()
    parts.append(text[last:])
    return "".join(parts)


def _escaped(token: str, text: str, at: int, setting: LeafSetting, nested: bool, end: int) -> str:
    """The escaped form of a character, or of the beginning of an address."""
    before, after = text[at - 1 : at], text[at + len(token) : at + len(token) + 1]
    if len(token) > 1:
        return token[:-1] + "\\" + token[-1] if token == "www." else token[:-2] + "\\//"
    match token:
        case "\\":
            return "&#92;" if after and after in "()[]" else "\\\\"
        case "\n" | "\t" | "\r":
            return f"&#{ord(token)};"
        case "`":
            return "\\`"
        case "*":
            return token if before == after == " " else "\\*"
        case "_":
            free = (before.isalnum() and after.isalnum()) or before == after == " "
            return token if free else "\\_"
        case "~" | "$":
            return f"\\{token}" if setting.pairs[token] or after == "`" else token
        case "^":
            is_end = after == "" or _BLOCK_ID.search(text, max(0, at - 1), at + 62) is not None
            return "\\^" if setting.pairs["^"] or "[" in (before, after) or is_end else token
        case "[":
            if not nested and not _opens(text, at, setting):
                return token
            if not nested and text[at + 1 : at + 3] in (" ]", "x]", "X]"):
                return "\\["  # what only a backslash makes no box to tick
            return setting.bracket if after not in ("", "\n") else "&#91;"
        case "]":
            is_open = text.rfind("[", max(0, at - FAR), at) >= 0
            marks = nested or (after and (not is_open or after in "([{:^"))
            return setting.closing if marks else token
        case "(":
            return "\\(" if _CHOICE.match(text, at) else token
        case "!":
            return "\\!" if after == "[" else token
        case "<":
            return "\\<" if after.isalpha() or after in ("/", "!", "?") else token
        case "&":
            return "&amp;" if _ENTITY.match(text, at) else token
        case "=":
            return "\\=" if "=" in (before, after) else token
        case "%":
            return "\\%" if "%" in (before, after) else token
        case "{":
            is_free = after in (" ", "") and before in (" ", "") and at + 1 < end
            return token if is_free and not begun(text, at) else "\\{"
        case ":":
            named = _EMOJI.match(text, at)
            is_mark = (named and emoji_named(named[0])) or _is_role(text, at)
            is_mark = is_mark or _LATE.match(text, at) is not None
            return "\\:" if is_mark else token
        case "@":
            begins = after == "{" or after.isalnum() or after == "_"
            return "\\@" if begins and (before == "_" or may_begin(text, at)) else token
        case "+":
            return "\\+" if _KEYS.match(text, at) and before != "+" else token
        case _:
            return token


def _is_role(text: str, at: int) -> bool:
    end = text.find("`", at, at + 80)
    return end > 0 and _ROLE.match(text[at:end]) is not None


def _opens(text: str, at: int, setting: LeafSetting) -> bool:
    """Return whether a bracket may begin more than bracketed text."""
    after = text[at + 1 : at + 2]
    if text[at - 1 : at] == "!" or after in ("", "^", "@", "!", "[", "-", " "):
        return True
    close = text.find("]", at, at + FAR)
    if close < 0 or "@" in text[at:close] or "[" in text[at + 1 : close]:
        return True
    if text[at + 1 : close] in ("x", "X"):
        return True
    following = text[close + 1 : close + 2]
    if following in ("(", "[", "{", ":"):
        return True
    return normalise(text[at + 1 : close]) in setting.labels


def _may_have_formulas(raw: str) -> bool:
    """Return whether the text between two dollar signs could be a formula, and not a sum of
    money."""
    marks = [match.start() for match in re.finditer(r"\$", raw)]
    return any(
        first + 1 == second
        or not _NO_FORMULA.isdisjoint(raw[first + 1 : second])
        or is_formula(raw, first, second)
        for first, second in pairwise(marks)
    )


_NO_FORMULA = frozenset("\\{}[]|:`_^")
"""Characters that may get a backslash, with which a sum would look like a formula."""


def escape_line(line: str, following: str = "") -> str:
    """A line that begins with text, with a backslash where a block would begin; ``following`` is
    the line after it."""
    if _LINE.match(line):
        return f"\\{line}"
    if match := _NUMBER.match(line):
        return f"{match[1]}\\{line[match.end() - 1 :]}"
    if _NAME.match(line):
        return f"\\{line}"
    return escape_letter(line, following)


def escape_letter(line: str, following: str) -> str:
    """A line that begins with a letter, with a backslash after it if it would begin a lettered
    list, by itself or with the one of the ``following`` line."""
    match, marker, after = _LETTERS.match(line), markers.read(line), markers.read(following)
    if not match or not marker:
        return line
    is_followed = after is not None and after.kind == marker.kind and marker.precedes(after)
    if not (marker.may_begin or is_followed):
        return line
    return f"{match[1]}\\{line[match.end() - 1 :]}"
