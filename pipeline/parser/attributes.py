"""Attribute lists, ``{#id .class key=value}``, and styles that have an equivalent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pipeline.model import NO_ATTRIBUTES, Attributes
from pipeline.model.late import late
from pipeline.model.secrets import is_answer_key, meaning_of, secret
from pipeline.model.tree import ANSWER

# --- style attributes ------------------------------------------------------------------------
# Styles of elements, ``style="…"``, that have an equivalent: alignment, width, page breaks.


class InlineStyle(NamedTuple):
    """The equivalent ``attributes``; where a page begins; and ``others``, which have none."""

    attributes: Mapping[str, str] = MappingProxyType({})
    breaks_before: bool = False
    breaks_after: bool = False
    others: tuple[str, ...] = ()


_PAGE = frozenset({"always", "page", "left", "right", "recto", "verso"})
_SIDES = frozenset({"left", "right"})
_WIDTH = late(r"\d+(?:\.\d+)?(?:%|px|em|rem|cm|mm|in|pt)")
_IN_THE_MIDDLE = late(r"(?:\S+ )?auto(?: \S+ auto)?")
_WITHOUT_EFFECT = frozenset({"display:block", "visibility:hidden", "clear:both"})
"""Declarations that accompany an image in the middle, or an element that is a page break."""


def read_style(style: str, *, is_image: bool = False) -> InlineStyle:
    """The equivalents of a style. Margins put images in the middle, and no text."""
    attributes: dict[str, str] = {}
    before = after = False
    others: list[str] = []
    for declaration in style.lower().split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        value = value.removesuffix("!important").strip()
        if not name:
            continue
        if name in ("page-break-before", "break-before") and value in _PAGE:
            before = True
        elif name in ("page-break-after", "break-after") and value in _PAGE:
            after = True
        elif name == "text-align" and value in ("center", *_SIDES):
            attributes["align"] = value
        elif name == "float" and value in _SIDES:
            attributes["align"] = f"float-{value}"
        elif is_image and name.startswith("margin") and _IN_THE_MIDDLE.fullmatch(value):
            attributes.setdefault("align", "center")
        elif name == "width" and _WIDTH.fullmatch(value):
            attributes["width"] = value
        else:
            others.append(f"{name}:{value}")
    if attributes or before or after:
        others = [other for other in others if other not in _WITHOUT_EFFECT]
    return InlineStyle(attributes, before, after, tuple(others))


# --- attributes ------------------------------------------------------------------------------
# Attribute lists: ``{#id .class key=value key="a value"}``.

_ITEM = late(
    r"""[\s,;\u200b\ufeff]*(?:
      \#(?P<id>[^\s{}#.="'<>]+)
    | \.(?P<cls>[\w\u0300-\u036f:-]+)
    | (?P<key>[A-Za-z_][\w:-]*)(?:=|(?<=class)\s*=\s*)(?:
        "(?P<dq>(?:[^"\\]|\\.)*)" | '(?P<sq>(?:[^'\\]|\\.)*)'
      | [“”„](?P<curly>[^“”"{}]*)[“”"] | (?P<bare>\{\{[^{}\n]*\}\}|[^\s{}"']+)
      )
    | (?P<dash>-)
    )(?=[\s}#.,;\u200b\ufeff])""",
    re.VERBOSE,
)
_OPEN = late(r"\{:?")
_CLOSE = late(r"[\s,;.\u200b\ufeff]*\}")
_MEANT = late(r"\{:?[ \t]*(?:[#.](?:[\w-]|\{\{)|[A-Za-z_][\w:-]*=)(?:\{\{[^{}\n]*\}\}|[^{}\n])*\}")
_WORD = late(r"\{:?\s*([^\W\d_][\w-]{1,40})\s*\}")
_UNREADABLE = late(r"\{(?=:?\s*[#.\w])[^{}\n]{1,300}\}?")
_CLASS = late(r"(?:\.|class\s*=\s*[\"'“]?)([^\W\d_][\w-]*)")
_NO_CLASS = late(r"[\s,;.]+")
CLASS_KEYS = frozenset({"class", "classname"})
"""The keys of classes, in small letters, in HTML and JSX."""

HINT = "Write `{#id .class key=value}`, or `\\{` if you mean it as text."
ALIGNMENTS = {
    **{name: name for name in ("left", "right", "center")},
    **dict.fromkeys(("centre", "middle"), "center"),
}
"""The classes for the alignment of a block, by the words that authors use for them."""

ALIGNED: dict[str, tuple[str, ...]] = {
    **{kind + word: (ALIGNMENTS[word],) for kind in ("", "align-", "text-") for word in ALIGNMENTS},
    **{kind + side: (side, "wrap") for kind in ("float-", "pull-") for side in ("left", "right")},
}
"""The classes for an alignment, by the words and classes that other tools use too; with `wrap`,
text flows around an image."""

MOST_BRACES = 16
"""The maximum number of opening braces tried in search of a list at the end of a text."""

LONGEST_LIST = 2000
"""The maximum length of a list; a longer one is text."""


def read_attributes(text: str, pos: int = 0) -> tuple[Attributes, int] | None:
    """The attribute list that begins at ``pos``, and its end; None if there is none. Commas may
    stand between its items. ``class=x`` is ``.x``, and so is a lone word for an answer after what
    may have a list; a key that means an answer in some language is `answer`."""
    opened = _OPEN.match(text, pos)
    if not opened:
        return None
    word = _WORD.match(text, pos) if text[pos - 1 : pos] in ("]", ")", "`") else None
    if word and meaning_of(word[1]):
        return make_attributes(classes=(word[1],)), word.end()
    end = min(len(text), pos + LONGEST_LIST)
    at = opened.end()
    name = ""
    classes: list[str] = []
    pairs: list[tuple[str, str]] = []
    while True:
        closed = _CLOSE.match(text, at, end)
        if closed:
            has_any = bool(name or classes or pairs) or at > opened.end()
            return (
                (make_attributes(name, tuple(classes), tuple(pairs)), closed.end())
                if has_any
                else None
            )
        item = _ITEM.match(text, at, end)
        if not item:
            return None
        if item["id"]:
            name = item["id"].rstrip(",;")
        elif item["cls"]:
            classes.append(item["cls"])
        elif item["key"]:
            if (bare := item["bare"]) is not None:
                value = bare.rstrip(",;")
            else:  # the index handles a backslash before ! and ; in entries itself
                quoted = item["dq"] or item["sq"] or item["curly"] or ""
                value = re.sub(r"\\([^\w\s!;])", r"\1", quoted)
            if item["key"].lower() in CLASS_KEYS:
                classes += _NO_CLASS.sub(" ", value).split()
            else:
                pairs.append((ANSWER if is_answer_key(item["key"]) else item["key"], value))
        else:
            classes.append("unnumbered")  # Pandoc's short form {-}
        at = item.end()


def make_attributes(
    name: str = "", classes: tuple[str, ...] = (), pairs: tuple[tuple[str, str], ...] = ()
) -> Attributes:
    """Attributes, with a single object for empty ones, so that equal documents are serialised
    alike. A class that means an answer in some language is followed by the one that passes know."""
    meant = dict.fromkeys(withheld.meaning for name in classes if (withheld := secret(name)))
    if meant:
        classes = tuple(dict.fromkeys((*classes, *meant)))
    if not _ON_FORMAT.keys().isdisjoint(dict(pairs)):
        pairs = tuple(_on_format(classes, *pair) for pair in pairs)
    return Attributes(name, classes, pairs) if name or classes or pairs else NO_ATTRIBUTES


_ON_FORMAT = {"when-format": True, "unless-format": False}
_PRINTED = late(r"\b(?:latex|typst|beamer)\b")


def _on_format(classes: tuple[str, ...], key: str, value: str) -> tuple[str, str]:
    """Quarto's condition on the format, as the attribute that it is here."""
    if key not in _ON_FORMAT or not {"content-visible", "content-hidden"}.intersection(classes):
        return key, value
    is_only = _ON_FORMAT[key] is ("content-visible" in classes)
    return "only" if is_only else "not", _PRINTED.sub("pdf", value)


def attributes_with_id(name: str) -> Attributes:
    """Attributes with an id; none if a list could not have it."""
    listed = read_attributes(f"{{#{name}}}")
    return listed[0] if listed and listed[0] == Attributes(name, (), ()) else NO_ATTRIBUTES


def join_attributes(first: Attributes, second: Attributes) -> Attributes:
    """The combined attributes; the id is that of ``second``, if it has one."""
    classes = tuple(dict.fromkeys(first.classes + second.classes))
    return make_attributes(second.id or first.id, classes, first.pairs + second.pairs)


def with_alignment(
    attributes: Attributes, prefix: str = "", *, is_image: bool = False
) -> Attributes:
    """The attributes with ``align=right`` as the class ``right``, and so on; ``heading-right``
    for a heading, whose classes are those of its section. Other tools' equivalents likewise."""
    if attributes == NO_ATTRIBUTES:
        return attributes
    style = read_style(attributes.get("style"), is_image=is_image)
    words = {key: attributes.get(key).strip().lower() for key in ("align", "fig-align")}
    given = (*words.values(), style.attributes.get("align", ""), *attributes.classes)
    names = next((ALIGNED[word] for word in given if word in ALIGNED), ())
    if not (names or style.attributes):
        return attributes
    read = {key for key, word in words.items() if word in ALIGNED}
    pairs: list[tuple[str, str]] = []
    if style.attributes:
        read.add("style")
        pairs += (("style", other) for other in style.others)
        if (width := style.attributes.get("width")) and not attributes.get("width"):
            pairs.append(("width", width))
    classes = tuple(prefix + name for name in (names[:1] if prefix else names))
    return join_attributes(
        attributes.without(read), make_attributes(classes=classes, pairs=tuple(pairs))
    )


def mistaken_attributes(text: str, pos: int = 0) -> str:
    """The text at ``pos`` that looks like an attribute list but is not valid, or ""."""
    match = _MEANT.match(text, pos, min(len(text), pos + LONGEST_LIST))
    return match[0] if match and not read_attributes(text, pos) else ""


def meant_class(text: str, pos: int) -> tuple[Attributes, int] | None:
    """The classes that mean an answer in a list at ``pos`` that cannot be read, and its end."""
    match = _UNREADABLE.match(text, pos)
    names = [name for name in _CLASS.findall(match[0]) if meaning_of(name)] if match else ()
    return (make_attributes(classes=tuple(names)), match.end()) if match and names else None


def tell_invalid(written: str) -> tuple[str, str]:
    """The message and hint for an attribute list that is not valid."""
    return f"The attributes `{written}` are not valid.", HINT


def trailing_attributes(text: str) -> tuple[str, Attributes] | None:
    """A text and the attribute list at its end, unless that belongs to brackets or code."""
    stripped = text.rstrip()
    if not stripped.endswith("}"):
        return None
    first = max(0, len(stripped) - LONGEST_LIST)
    start = len(stripped)
    for _ in range(MOST_BRACES):  # the first may be of a variable or a marked text in a value
        start = stripped.rfind("{", first, start)
        if start < 0:
            return None
        listed = read_attributes(stripped, start)
        if listed and listed[1] == len(stripped):
            is_own = start == 0 or stripped[start - 1] not in "\\])`"
            return (stripped[:start].rstrip(), listed[0]) if is_own else None
    return None
