"""Text as Markdown that parses as the same text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple
from urllib.parse import unquote

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Attributes, Blank, Block, Inline, Math, Node
from pipeline.model.late import late
from pipeline.model.tree import plain_text
from pipeline.model.variables import WRITTEN
from pipeline.parser.blank_rules import blank as parsed_blank
from pipeline.parser.container_blocks import read_marker
from pipeline.parser.dialects import comment_at
from pipeline.parser.inlines import CROSS_REFERENCE, may_begin
from pipeline.parser.leaf_text import encode, is_punctuation, normalise, touches
from pipeline.parser.lines import ENTITY, RIGHT, UNSEEN, emoji_named
from pipeline.parser.math import is_formula
from pipeline.parser.partial_strings import read_string

# --- attribute lists -------------------------------------------------------------------------
# Attribute lists, and other strings in quotation marks.

_BARE = late(r"[\w%/.,+-]+")
_ID = late(r"[^\s{}#.=\"'<>]*")
_CLASS = late(r"[\w\u0300-\u036f:-]+")
_BLANKS = {1: 4, 2: 10, 3: 20, 4: 32}
"""The number of underscores of a blank of each size."""


class UnwritableError(ValueError):
    """The document contains something that Markdown cannot express."""


def attribute_list(attributes: Attributes) -> str:
    """``{#id .class key=value}``, or nothing if there are no attributes."""
    if not _ID.fullmatch(attributes.id) or not all(map(_CLASS.fullmatch, attributes.classes)):
        raise UnwritableError("an id or a class with such characters")
    parts = [f"#{attributes.id}"] if attributes.id else []
    parts += (f".{name}" for name in attributes.classes)
    parts += (f"{key}={quote_value(value)}" for key, value in attributes.pairs)
    return f"{{{' '.join(parts)}}}" if parts else ""


def quote_value(value: str) -> str:
    """The value of an attribute, quoted if necessary."""
    if _BARE.fullmatch(value):
        return value
    return quote_string(" ".join(value.split("\n")))


def quote_string(text: str) -> str:
    """A string between quotation marks."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _answer_part(part: str | Math) -> str:
    return f"${part.tex}$" if isinstance(part, Math) else re.sub(r"([\\{}&$])", r"\\\1", part)


def blank(node: Blank) -> str:
    """A gap to fill in, with its answer."""
    if not node.answer:
        return "_" * _BLANKS[node.size]
    answer = "".join(map(_answer_part, node.answer))
    needs_more = node.size > parsed_blank(4, node.answer).size
    return f"{'_' * _BLANKS[node.size if needs_more else 1]}{{{answer}}}"


# --- html writing ----------------------------------------------------------------------------
# HTML, for what Markdown cannot express: blocks with attributes that its own blocks cannot have,
# cells that span columns or rows, text that is not a paragraph.


def unwritable(node: Node) -> UnwritableError:
    """The error that no source can make a node."""
    return UnwritableError(f"a node `{type(node).__name__}` like this")


def tag(name: str, attributes: Attributes, more: str = "") -> str:
    """The opening tag of an element."""
    written = f' id="{html.escape(attributes.id)}"' if attributes.id else ""
    if attributes.classes:
        written += f' class="{html.escape(" ".join(attributes.classes))}"'
    for key, value in attributes.pairs:
        written += f' {key}="{html.escape(value)}"'
    return f"<{name}{written}{more}>"


def plain(children: Iterable[Inline]) -> str:
    """Inlines as HTML, for text between tags in which no Markdown is read."""
    return "".join(map(_inline, children))


def _inline(node: Inline) -> str:
    match node:
        case model.Text():
            return html.escape(node.text, quote=False)
        case model.SoftBreak():
            return " "
        case model.LineBreak():
            return "<br>"
        case model.Code():
            return f"{tag('code', node.attributes)}{html.escape(node.text, quote=False)}</code>"
        case model.Variable():
            return f"{{{{ {node.name} }}}}"
        case model.Abbreviation() if node.attributes == NO_ATTRIBUTES:
            return f'<abbr title="{html.escape(node.title)}">{html.escape(node.text, False)}</abbr>'
        case model.Link():
            more = f' href="{html.escape(node.href)}"'
            more += f' title="{html.escape(node.title)}"' if node.title else ""
            return f"{tag('a', node.attributes, more)}{plain(node.children)}</a>"
        case model.Image():
            return image(node)
        case model.InlineElement(name="wbr"):
            return "<wbr>"
        case model.InlineElement():
            return f"{tag(node.name, node.attributes)}{plain(node.children)}</{node.name}>"
        case model.Emphasis() | model.Strong() | model.Strikethrough():
            name = {model.Emphasis: "em", model.Strong: "strong"}.get(type(node), "del")
            return f"{tag(name, node.attributes)}{plain(node.children)}</{name}>"
        case _:
            raise unwritable(node)


def image(node: model.Image) -> str:
    """An image as HTML."""
    more = f' src="{html.escape(node.source)}" alt="{html.escape(node.alt)}"'
    more += f' title="{html.escape(node.title)}"' if node.title else ""
    classes = node.attributes.classes
    if not node.alt:
        classes = tuple(name for name in classes if name != "decorative")
    return tag("img", model.Attributes(node.attributes.id, classes, node.attributes.pairs), more)


def element(opening: str, children: Iterable[Block], write: Callable[[Block], str]) -> str:
    """An element with blocks in it: text that is not a paragraph directly between its tags, and
    everything else as Markdown between empty lines."""
    name = re.match(r"<([\w-]+)", opening)
    assert name is not None
    markup = opening
    in_markup = True
    for block in children:
        if isinstance(block, model.Plain) and in_markup:
            markup += plain(block.children)
        else:
            markup += f"\n\n{write(block)}"
            in_markup = False
    return f"{markup}{'' if in_markup else chr(10) * 2}</{name[1]}>"


# --- escapes ---------------------------------------------------------------------------------
# Text as Markdown that parses as the same text: with a backslash before each character that would
# be markup in its position, and before no other.

_ENTITY = late(ENTITY)
_EMOJI = late(r"(?<![A-Za-z0-9:]):[A-Za-z0-9_+-]{1,70}:")
_KEYS = late(r"\+\+(?=[A-Za-z0-9])")
_ROLE = late(r":[a-z][\w.-]*:$")
_SPECIAL = late(r"[\\`*_~^\[\]!<&$={:@%+\n\t\r|(]|https?://|www\.")
_CHOICE = late(rf"(?<![\w)\]\\])\((?:[ \t{UNSEEN}]{{1,9}}|{RIGHT})\)(?!\()")
_LATE = late(rf"(?<=[ \t{UNSEEN}]):::")
BRACKET_DISTANCE = 1000
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
        escaped = _escape(match[0], whole, base + at, setting, nested, base + len(text))
        parts.append(escaped)
        last = match.end()
    parts.append(text[last:])
    return "".join(parts)


def _escape(token: str, text: str, at: int, setting: LeafSetting, nested: bool, end: int) -> str:
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
            is_open = text.rfind("[", max(0, at - BRACKET_DISTANCE), at) >= 0
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
            return token if is_free and not comment_at(text, at) else "\\{"
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
    close = text.find("]", at, at + BRACKET_DISTANCE)
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
    match, marker, after = (
        _LETTERS.match(line),
        read_marker(line),
        read_marker(following),
    )
    if not match or not marker:
        return line
    is_followed = after is not None and after.kind == marker.kind and marker.precedes(after)
    if not (marker.may_begin or is_followed):
        return line
    return f"{match[1]}\\{line[match.end() - 1 :]}"


# --- joining ---------------------------------------------------------------------------------
# Joining the pieces of a text: each is written so that it keeps its meaning next to the others.


class LeafToken(NamedTuple):
    """A piece of a leaf. ``kind`` is "text"; "mark", written unchanged; "open" and "close", around
    emphasis, whose ``other`` is the alternative where asterisks are impossible; "bracket" and "end"
    around text without open brackets."""

    text: str
    kind: str = "mark"
    other: str = ""


def settle_tokens(tokens: list[LeafToken]) -> list[LeafToken]:
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


def join_tokens(tokens: list[LeafToken], labels: frozenset[str], *, start: bool) -> str:
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


# --- inline writing --------------------------------------------------------------------------
# Inline text as Markdown: a function for each inline node returns its tokens, which are joined
# depending on their neighbours.

_CROSS_REFERENCE = late(CROSS_REFERENCE)
_VARIABLE = late(r"%7B%7B((?:%20)*)([^\W\d_][\w-]*)((?:%20)*)%7D%7D")
_AUTOLINK = late(r"[A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>{}\\&\x00-\x1f]*")
_MAIL = late(r"[A-Za-z0-9.!#$%'*+/=?^_`|~-]+@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+")
_WWW = late(r"www\.[\w-]+(?:\.[\w-]+)+(?:/[\w./%-]*[\w/])?")
_NAMED = re.sub(r"\((?!\?)", "(?:", WRITTEN)
_PLAIN = late(r"[^\s()<>\\&{}\"]*")


class Notes(NamedTuple):
    """The parts of the document that a leaf needs: the notes by label, the labels of defined links
    by address and title, and the abbreviations that are defined elsewhere."""

    notes: Mapping[str, model.Note] = {}
    links: Mapping[tuple[str, str], str] = {}
    defined: frozenset[str] = frozenset()


NOTHING = Notes()


def leaf(
    children: Iterable[Inline], notes: Notes = NOTHING, *, line: bool = False, start: bool = True
) -> str:
    """The text of a block. ``line``: it must be a single line; ``start``: a block could begin at
    its position."""
    tokens = list(_tokens(children, notes, 0))
    if line:
        tokens = [_single_line(token) for token in tokens]
    return join_tokens(
        settle_tokens(tokens), frozenset(map(normalise, notes.links.values())), start=start
    )


def _single_line(token: LeafToken) -> LeafToken:
    if token.kind == "mark" and token.text == "\\\n":
        return LeafToken("<br>")
    return LeafToken(" ") if token.kind == "mark" and token.text == "\n" else token


def _tokens(children: Iterable[Inline], notes: Notes, depth: int) -> Iterable[LeafToken]:
    for node in children:
        yield from WRITERS[type(node)](node, notes, depth)


# --- a function for each node -----------------------------------------------------------


def _emphasis(
    node: model.Emphasis | model.Strong | model.Strikethrough, notes: Notes, depth: int
) -> Iterable[LeafToken]:
    name, count = {model.Emphasis: ("em", 1), model.Strong: ("strong", 2)}.get(
        type(node), ("del", 2)
    )
    opening, closing = tag(name, node.attributes), f"</{name}>"
    inner = list(_tokens(node.children, notes, depth + (name != "del")))
    if node.attributes != model.NO_ATTRIBUTES or not inner:
        yield from (LeafToken(opening), *inner, LeafToken(closing))
        return
    marks = "~~" if name == "del" else "*_"[depth % 2] * count
    yield LeafToken(marks, "open", opening)
    yield from inner
    yield LeafToken(marks, "close", closing)


def _code(node: model.Code, notes: Notes, depth: int) -> Iterable[LeafToken]:
    text = node.text
    element = f"{tag('code', node.attributes)}{_entities(text)}</code>"
    if not text or "\n" in text:
        yield LeafToken(element)
        return
    runs = {len(run) for run in re.findall("`+", text)}
    marks = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    spaced = text[0] == text[-1] == " " and text.strip(" ")
    if text[0] == "`" or text[-1] == "`" or spaced:
        text = f" {text} "
    listed = attribute_list(node.attributes)
    yield LeafToken(f"{marks}{text}{marks}{listed}", "code", element)


def _entities(text: str) -> str:
    """A text between tags, where Markdown is read too, without any mark."""
    return re.sub(r"[^\w\s]|_", lambda match: f"&#{ord(match[0])};", text)


def _link(node: model.Link, notes: Notes, depth: int) -> Iterable[LeafToken]:
    after = attribute_list(node.attributes)
    only = node.children[0] if len(node.children) == 1 else None
    text = only.text if isinstance(only, model.Text) else ""
    title = node.title
    if text and not title and not (after and " " in text):
        is_mail = node.href == f"mailto:{text}" and _MAIL.fullmatch(text)
        if is_mail or (text == node.href == encode(text) and _AUTOLINK.fullmatch(text)):
            yield LeafToken(f"<{text}>{after}")
            return
        if node.href == f"https://{text}" and _WWW.fullmatch(text) and not after:
            yield LeafToken(text, "bare", f"[{text[:3]}\\{text[3:]}]({node.href})")
            return
    if encode(_write_address(node.href)) != node.href and not _VARIABLE.search(node.href):
        title_attribute = f' title="{html.escape(title)}"' if title else ""
        opening = tag("a", node.attributes, f' href="{html.escape(node.href)}"{title_attribute}')
        yield from (LeafToken(opening), *_tokens(node.children, notes, depth), LeafToken("</a>"))
        return
    yield LeafToken("[", "bracket")
    yield from _tokens(node.children, notes, depth)
    label = notes.links.get((node.href, title))
    if label is not None:
        is_short = normalise(plain_text(node.children)) == normalise(label)
        yield LeafToken(f"]{after}" if is_short else f"][{label}]{after}", "end")
        return
    yield LeafToken(f"]({_target(node.href, title)}){after}", "end")


def _image(node: model.Image, notes: Notes, depth: int) -> Iterable[LeafToken]:
    title = node.title
    if encode(_write_address(node.source)) != node.source and not _VARIABLE.search(node.source):
        yield LeafToken(image(node))
        return
    yield LeafToken("![", "bracket")
    if parts := read_string(node.alt):
        yield from _tokens(parts, notes, depth)
    elif node.alt:
        for number, part in enumerate(re.split(f"({_NAMED})", node.alt)):
            yield LeafToken(part, "mark" if number % 2 else "text")
    after = attribute_list(node.attributes)
    yield LeafToken(f"]({_target(node.source, title)}){after}", "end")


def _write_address(address: str) -> str:
    """An address as it is written, so that the parser reads it as it is."""
    return address.replace("\\", "\\\\").replace("&", "&amp;") if "\\" in address else address


def _target(address: str, title: str) -> str:
    address = _VARIABLE.sub(lambda m: unquote("".join(("{{", *m.groups(), "}}"))), address)
    bare = re.sub(WRITTEN, "", address)
    if not _PLAIN.fullmatch(bare) and (" " in bare or not address or not _is_balanced(bare)):
        escaped = re.sub(r"([<>\\])", r"\\\1", address)
        address = f"<{escaped}>"
    elif "\\" in address or "<" in address:
        address = re.sub(r"([<\\])", r"\\\1", address)
    address = re.sub(r"&(?=#?\w+;)", "&amp;", address)
    return f"{address} {quote_title(title)}" if title else address


def quote_title(title: str) -> str:
    """A link's title, or an image's, in its quotation marks."""
    escaped = re.sub(r'([\\"])', r"\\\1", title)
    escaped = re.sub(r"&(?=#?\w+;)", "&amp;", escaped)
    return f'"{escaped}"'


def _is_balanced(address: str) -> bool:
    depth = 0
    for char in address:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return not depth


def _note_reference(node: model.NoteReference, notes: Notes, depth: int) -> Iterable[LeafToken]:
    note = notes.notes.get(node.label)
    if not node.label.startswith(model.INLINE_NOTE):
        yield LeafToken(f"[^{node.label}]", "code")
        return
    if note is None or len(note.children) != 1 or not isinstance(note.children[0], model.Paragraph):
        raise unwritable(node)
    yield LeafToken("^[", "bracket")
    yield from _tokens(note.children[0].children, notes, depth)
    yield LeafToken(f"]{attribute_list(note.children[0].attributes)}", "end")


def _abbreviation(node: model.Abbreviation, notes: Notes, depth: int) -> Iterable[LeafToken]:
    if node.text in notes.defined:
        yield LeafToken(node.text, "text")
        return
    if node.attributes != model.NO_ATTRIBUTES:
        raise unwritable(node)
    title = html.escape(node.title)
    yield LeafToken(f'<abbr title="{title}">{_entities(node.text)}</abbr>')


def _element(node: model.InlineElement, notes: Notes, depth: int) -> Iterable[LeafToken]:
    inner = list(_tokens(node.children, notes, depth))
    listed = attribute_list(node.attributes)
    if node.name == "span" and listed:
        yield from (LeafToken("[", "bracket"), *inner, LeafToken(f"]{listed}", "end"))
    elif node.name == "mark" and inner and node.attributes == model.NO_ATTRIBUTES:
        yield from (LeafToken("==", "open", "<mark>"), *inner, LeafToken("==", "close", "</mark>"))
    elif node.name == "wbr":
        yield LeafToken("<wbr>")
    else:
        yield from (
            LeafToken(tag(node.name, node.attributes)),
            *inner,
            LeafToken(f"</{node.name}>"),
        )


def _blank(node: model.Blank, notes: Notes, depth: int) -> Iterable[LeafToken]:
    written = blank(node)
    yield LeafToken(written, "gap", written if node.answer else f"{written}{{}}")


def _cross_reference(node: model.CrossReference, notes: Notes, depth: int) -> Iterable[LeafToken]:
    sign = "-@" if node.form == "number" else "@"
    pages = ("page",) if node.form == "page" else ()
    attributes = node.attributes
    listed = attribute_list(
        model.Attributes(attributes.id, (*pages, *attributes.classes), attributes.pairs)
    )
    if not _CROSS_REFERENCE.fullmatch(f"{sign}{node.target}"):
        raise unwritable(node)
    yield LeafToken(f"{sign}{node.target}{listed}", "reference", f"[{sign}{node.target}]{listed}")


def _math(node: model.Math, notes: Notes, depth: int) -> Iterable[LeafToken]:
    if node.display:
        yield LeafToken(f"$${node.tex}$$")
    else:
        yield LeafToken(f"${node.tex}$", "math", f"$`{node.tex}`$")


WRITERS: Mapping[type[Node], Callable[[Any, Notes, int], Iterable[LeafToken]]] = {
    model.Text: lambda node, *_: (LeafToken(node.text, "text"),),
    model.SoftBreak: lambda *_: (LeafToken("\n"),),
    model.LineBreak: lambda *_: (LeafToken("\\\n"),),
    model.Emphasis: _emphasis,
    model.Strong: _emphasis,
    model.Strikethrough: _emphasis,
    model.Code: _code,
    model.Link: _link,
    model.Image: _image,
    model.NoteReference: _note_reference,
    model.Abbreviation: _abbreviation,
    model.InlineElement: _element,
    model.Blank: _blank,
    model.Variable: lambda node, *_: (LeafToken(f"{{{{ {node.name} }}}}"),),
    model.CrossReference: _cross_reference,
    model.Citation: lambda node, *_: (LeafToken(node.source, "code"),),
    model.Math: _math,
    model.PageMark: lambda *_: (),  # nothing that is written makes one
}


# --- shapes ----------------------------------------------------------------------------------
# Writing blocks one after the other, and their common layout: margins, marks before each line,
# colons around them.

SEPARATOR = "<!-- -->"
"""The separator of two lists that would otherwise be one."""


class Writer(NamedTuple):
    """Writes blocks by a ``table`` with a function for each node; ``notes`` are what their text
    needs of the document."""

    table: Mapping[type[Node], Callable[[Any, Writer], str]]
    notes: Notes = NOTHING
    in_exercise: bool = False

    def leaf(self, children: Iterable[Inline]) -> str:
        """Inlines as text that goes on over lines."""
        return leaf(children, self.notes)

    def line(self, children: Iterable[Inline]) -> str:
        """Inlines as one line within which no block begins."""
        return leaf(children, self.notes, line=True, start=False)

    def block(self, node: Node) -> str:
        """One block, without a line end after it."""
        return self.table.get(type(node), self.table[Node])(node, self)

    def within_exercise(self) -> Writer:
        """The writer of what is in an exercise."""
        return self._replace(in_exercise=True)

    def fence(self, name: str, title: str, attributes: Attributes, inner: str) -> str:
        """A block between colons."""
        return fence_block(name, title, attribute_list(attributes), inner)

    def blocks(self, nodes: Sequence[Block], *, tight: bool = False) -> str:
        """Some blocks, with empty lines between them, but in a ``tight`` list."""
        parts: list[str] = []
        before: Block | None = None
        again = False
        for node in nodes:
            again = _goes_on(before, node) and not again
            written = self.block(node)
            if again and isinstance(node, model.List | model.Choices):
                other = alternate(written)
                written = other if other else f"{SEPARATOR}\n\n{written}"
            elif again:
                written = f"{SEPARATOR}\n\n{written}"
            if isinstance(before, model.Paragraph):  # its last line may begin like an item
                *lines, last = parts[-1].split("\n")
                parts[-1] = "\n".join((*lines, escape_letter(last, written.lstrip("> "))))
            parts.append(written)
            before = node
        return ("\n" if tight else "\n\n").join(parts)


def _goes_on(before: Block | None, node: Block) -> bool:
    """Return whether a block would be taken for a part of the one before."""
    match before, node:
        case (model.List() | model.Choices(), model.Choices()) if node.prompt:
            return False
        case (model.List(), model.List()) if _has_other_letters(before, node):
            return False
        case (model.List() | model.Choices(), model.List() | model.Choices()):
            return getattr(before, "ordered", False) == getattr(node, "ordered", False)
        case (model.DefinitionList(), model.DefinitionList()):
            return True
        case _:
            return False


def _has_other_letters(before: model.List, node: model.List) -> bool:
    """Return whether a lettered list begins with another letter than the list before goes on with,
    or is in the other case."""
    if not (before.style and node.style and before.form == node.form):
        return False
    if before.style == node.style:
        return node.start not in (before.start, before.start + len(before.items))
    return bool(node.form) and before.style.endswith("alpha") and node.style.endswith("alpha")


def alternate(written: str) -> str:
    """A list with markers other than the default; nothing for one without any."""
    lines = written.split("\n")
    for mark, other in ((r"-(?= |$)", "*"), (r"(\d+)\.(?= |$)", r"\1)")):
        if re.match(mark, lines[0]):
            return "\n".join(re.sub(rf"^{mark}", other, line) for line in lines)
    return ""


def indent(text: str, width: int) -> str:
    """Lines after the first further in."""
    margin = " " * width
    first, *others = text.split("\n")
    return "\n".join((first, *(f"{margin}{line}" if line else line for line in others)))


def quotation(text: str) -> str:
    """Lines with the mark of a quotation before them."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def fence_block(name: str, title: str, listed: str, inner: str, key: str = "title") -> str:
    """A block between colons. A title that would be read as something else on that line is the
    attribute ``key``."""
    if title and (re.search(r"[{}]|:$|  ", title)):
        pair = f"{key}={quote_string(title)}"
        listed, title = f"{{{listed[1:-1]} {pair}}}" if listed else f"{{{pair}}}", ""
    opening = " ".join(part for part in (":::", name, title, listed) if part)
    return f"{opening}\n{inner}\n:::" if inner else f"{opening}\n:::"
