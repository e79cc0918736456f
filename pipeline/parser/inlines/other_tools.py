"""Other tools' inline notations: comments, Obsidian's links, GitHub's emoji names, MkDocs' keys,
raw code for a format, MyST's roles; and unsupported ones, which remain text with a warning."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.model.late import late
from pipeline.parser import comments, latex, other_tools
from pipeline.parser.attributes import make
from pipeline.parser.characters import unescape
from pipeline.parser.inlines import links
from pipeline.parser.inlines.patterns import RAW_HTML, InlineSpan, Pattern, Result

WIKI = "chapbook-wiki:"
"""The prefix of the address of an Obsidian link until all ids are known."""
EMBEDDED = "\0embedded"
"""The title of a link that replaces an embedded note."""

HTML_FORMATS = frozenset({"html", "html4", "html5", "markdown"})

_WIKI = re.compile(r"(!?)\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{0,300}))?\]\](?![(\[\]])")
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|avif|tiff?)$", re.I)
_SIZE = re.compile(r"(\d{1,5})(?:x\d{1,5})?$")
_RAW = re.compile(r"\{=(\w[\w-]*)\}")
_SCRIPT = late(
    r"~(?P<sub>[^\s~\\`\[\]<>]{1,200})~(?!~)"
    r"|\^(?P<sup>(?=[^\s^]*[^\W_])"
    r"(?:[+\-\N{MINUS SIGN}]?(?:\w|[*_.,/'’′°%+\-])+?|\([^\s^()\\`\[\]<>]*\)))\^(?!\^)"
)
LONGEST_LINK = 300
"""The number of characters before an attribute list in which a link is looked for."""
_OPERATION = re.compile(r"(?<=[\w)])(?:[+\-/=]|\*(?=[^\W_]))")
_WITH_TARGET = re.compile(r"(.*\S)\s*<([^<>\s]+)>$")
_KEYS = {"ctrl": "Ctrl", "alt": "Alt", "cmd": "Cmd", "esc": "Esc", "del": "Del", "tab": "Tab"}


def _comment(m: re.Match[str], data: str) -> Result:
    """A comment, such as ``%%…%%``, which is left out."""
    found = comments.begun(data, m.start())
    if found is None:
        return None
    comment, begins = found
    if comments.last_end(comment, data) < begins:
        if comment.text:
            return None
        mark = data[m.start() : begins]
        hint = f"End it with `{comment.end}`, or write `\\{mark}` if you mean it as text."
        return _slip(mark, f"`{mark}` begins {comment.name} that is never closed", hint), begins
    end = comment.closing.search(data, begins)
    assert end is not None
    before, at = data[m.start() - 1] if m.start() else "\n", end.end()
    if before.isspace() and data[at : at + 1].isspace():
        at += 1  # one space is left, or one line end
    return "", at


def _emoji(m: re.Match[str], data: str) -> Result:
    """``:smile:``; an unknown name is text, and so is one within a word or between digits."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == ":" or not (found := emoji_named(m[0])):
        return None
    return InlineSpan("emoji", found, name=m[1])


def emoji_named(name: str) -> str:
    """The emoji for ``:name:``, or ""."""
    import emoji

    found = emoji.emojize(name, language="alias")
    return "" if found == name else found


def _keys(m: re.Match[str], data: str) -> Result:
    """``++ctrl+alt+del++``, keys as MkDocs writes them."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == "+":
        return None
    group = InlineSpan("group")
    for number, name in enumerate(m[1].split("+")):
        key = InlineSpan("element", _key(name), name="kbd")
        key.offset = m.start()
        if number:
            group[-1].tail = "+"
        group.append(key)
    return group


def _key(name: str) -> str:
    if name.lower() in _KEYS:
        return _KEYS[name.lower()]
    return " ".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _role(m: re.Match[str], data: str) -> Result:
    """``{ref}`target` `` and MyST's other roles with a clear meaning."""
    role, content = m[1], m[2].strip()
    if role in ("sub", "sup", "kbd"):
        return InlineSpan("element", content, name=role)
    if role == "math":
        return InlineSpan("math", content)
    if role == "abbr":
        short, _, long = content.removesuffix(")").rpartition("(")
        if not (content.endswith(")") and short.strip() and long):
            return InlineSpan("element", content, name="abbr")
        return InlineSpan("element", short.rstrip(), name="abbr", title=long)
    named = _WITH_TARGET.match(content)
    text, target = (named[1], named[2]) if named else ("", content)
    if role in ("doc", "download"):
        return InlineSpan("a", text or target, href=links.encode(target))
    if not text and re.match(r"(?:fig|tbl|sec|eq|lst)-", target):
        return InlineSpan("cross-reference", target=target, form="full")
    return InlineSpan("a", text or target, href=links.encode(f"#{target}"))


def _shortcode(m: re.Match[str], data: str) -> Result:
    """``{{< meta title >}}``, ``{{< var name >}}`` and ``{{< kbd Ctrl-C >}}`` of Quarto."""
    if m[1] == "kbd":
        return InlineSpan("element", m[2], name="kbd")
    return InlineSpan("variable", name=m[2]) if re.fullmatch(r"[^\W\d_][\w-]*", m[2]) else None


def _unread(m: re.Match[str], data: str) -> Result:
    """Text that is not supported, and its finding."""
    found = other_tools.find(data, m.start())
    if found is None or _ends_link(data, m.start()):
        return None
    mark, written = found
    slip = _slip(written, f"`{_shown(written)}` is {mark.name}", mark.instead)
    return slip, m.start() + len(written)


def _ends_link(data: str, pos: int) -> bool:
    """Return whether a link that cannot be read, and has a finding of its own, ends at ``pos``."""
    start = data.rfind("](", max(0, pos - LONGEST_LINK), pos)
    return start >= 0 and data.find(")", start) == pos - 1


def _shown(text: str) -> str:
    return text if len(text) < 60 else f"{text[:50]}…"


def _slip(text: str, problem: str, hint: str) -> InlineSpan:
    """Text that is unchanged, with a finding."""
    return InlineSpan("slip", text, message=f"{problem}. It stays as text.", hint=hint)


def script(data: str, pos: int) -> int:
    """The end of a subscript ``~2~`` or a superscript ``^nd^`` at ``pos``, 0 for none. It follows a
    letter, a digit or a closing bracket, because ``~text~`` is struck out, as on GitHub; a
    superscript of digits may follow anything. Sums and products, ``x^2+y^2``, are excluded."""
    before = data[pos - 1] if pos else " "
    word = before.isalnum() or before in ")]}"
    match = _SCRIPT.match(data, pos)
    if match is None:
        return 0
    if match["sub"] is not None:
        return match.end() if word else 0
    raised = match["sup"]
    if not raised.startswith("(") and _OPERATION.search(raised):
        return 0
    return match.end() if word or before in "*_\"'”’.,»" or raised.isdecimal() else 0


def raw(data: str, pos: int, text: str) -> tuple[list[InlineSpan | str], int] | None:
    """The pieces of the code span ``text`` with ``{=format}`` after it at ``pos``, and their end.
    HTML is used; other formats are left out and reported."""
    match = _RAW.match(data, pos)
    if match is None:
        return None
    if match[1].lower() not in HTML_FORMATS:
        return [dropped(text, match[1])], match.end()
    pieces: list[InlineSpan | str] = []
    at = 0
    for tag in _TAGS.finditer(text):
        pieces += [unescape(text[at : tag.start()]), InlineSpan("raw", tag[0])]
        at = tag.end()
    return [*pieces, unescape(text[at:])], match.end()


_TAGS = late(RAW_HTML.replace(".*?", ".{0,500}?").replace("[^>]*", "[^>]{0,500}+"), re.DOTALL)
"""Tags within a code span; a longer comment is not one, so that many unclosed ones cost no more
than the same amount of text."""


def dropped(text: str, name: str) -> InlineSpan:
    """A placeholder for raw code in an unsupported format."""
    message = f"`{_shown(' '.join(text.split()))}` is raw code for {name}, and left out."
    return InlineSpan("slip", "", message=message, hint=OTHER_FORMAT)


OTHER_FORMAT = "Write it in Markdown, or as raw `html`, which works in all formats."


def wiki_link(
    data: str, pos: int, references: Mapping[str, tuple[str, str]]
) -> tuple[InlineSpan, int] | None:
    """Obsidian's ``[[Page#Heading|text]]`` and ``![[image.png|300]]`` at ``pos``. Labels of links
    defined in the document, numbers and conditions are excluded."""
    match = _WIKI.match(data, pos)
    if match is None or data[pos - 1 : pos] == "[":
        return None
    embedded, target, text = match[1], match[2].strip(), match[3]
    if not target or target[0] in "^@" or target.isdecimal() or target.startswith(("-", " ")):
        return None
    if links.normalise(target) in references:
        return None
    if embedded and _IMAGE.search(target.partition("#")[0]):
        return _image(target.partition("#")[0], text or ""), match.end()
    page, _, heading = target.partition("#")
    heading = heading.rpartition("#")[2] or heading
    label = (text or "").strip() or (f"{page} > {heading}" if page and heading else page or heading)
    found = InlineSpan("a", label.removeprefix("^"), href=WIKI + links.encode(target))
    if embedded:
        found.set("title", EMBEDDED)
    return found, match.end()


def _image(path: str, alt: str) -> InlineSpan:
    """An image; after the bar is its width or a text."""
    *texts, last = alt.rpartition("|")[::2] if "|" in alt else (alt,)
    size = _SIZE.match(last.strip())
    if not size and last:
        texts.append(last)
    found = InlineSpan("img", "|".join(texts).strip(), src=links.encode(path))
    if size:
        found.attributes = make(pairs=(("width", size[1]),))
    return found


PATTERNS = {
    "role": Pattern(
        "{", r"\{(sub|sup|kbd|math|abbr|ref|numref|eq|doc|download)\}`([^`\n]{1,500})`", _role
    ),
    "shortcode": Pattern(
        "{", r"\{\{<[ \t]*(meta|var|kbd)[ \t]+([^\n<>]{1,100}?)[ \t]*>\}\}", _shortcode
    ),
    "comment": Pattern(comments.BEGINS, "", _comment),
    "keys": Pattern("+", r"\+\+([A-Za-z0-9-]+(?:\+[A-Za-z0-9-]+)*)\+\+(?![\w+])", _keys),
    "latex-text": Pattern(
        "\\",
        rf"\\({'|'.join(latex.TEXTS)})(?![A-Za-z])(?:\{{\}})?",
        lambda m, data: latex.TEXTS[m[1]],
    ),
    "unread": Pattern(other_tools.TRIGGERS, "", _unread),
    "emoji": Pattern(":", r":([A-Za-z0-9_+-]{1,70}):(?![\w`])", _emoji),
}
