"""Parts of text that stand apart: sums, and left-to-right ones in right-to-left text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec.structs import replace

from pipeline.model import (
    Attributes,
    Code,
    Document,
    Inline,
    InlineElement,
    Link,
    Node,
    Paragraph,
    Text,
)
from pipeline.model.editions import EDITIONS
from pipeline.model.late import late
from pipeline.model.tree import find, plain_text, rewrite_document

# --- sums ------------------------------------------------------------------------------------
# Sums in running text, which print sets with lining figures, as high as the signs between them.
# (Elsewhere in running text, figures are old-style ones.)

_WITHIN = ".,\u00a0\u202f"
_NUMBER = rf"\d[\d{_WITHIN}]*+"
_SIGN = "[+\u2212\u00d7\u00f7=<>\u2248\u2264\u2265]"
_HAS_SIGN = late(_SIGN)
"""A sign, which is looked for first: few texts have one, and many have figures."""
_SUM = late(
    rf"(?:(?<![\d{_WITHIN}]){_NUMBER} ?{_SIGN}|(?<![^\s(]){_SIGN}[ \u00a0]?(?=\d))"
    rf"(?:[ \u00a0]?(?:{_SIGN}|{_NUMBER}))*+"
)
"""Numbers and signs between them; gaps stand in the place of some numbers."""

_LINING = Attributes(classes=("lining",))


def line_sums(document: Document) -> Document:
    """The document with the sums of paragraphs in elements of their own, in print."""
    edition = EDITIONS.get(document.edition)
    if edition is None or edition.format != "pdf":
        return document
    return rewrite_document(document, leave={Paragraph: _with_sums}, kept_as="sums")


def _with_sums(paragraph: Paragraph) -> Node:
    texts = (node.text for node in paragraph.children if isinstance(node, Text))
    if not any(_HAS_SIGN.search(text) and _SUM.search(text) for text in texts):
        return paragraph
    children = (
        piece
        for node in paragraph.children
        for piece in (_pieces(node) if isinstance(node, Text) else (node,))
    )
    return replace(paragraph, children=tuple(children))


def _pieces(node: Text) -> Iterator[Inline]:
    at = 0
    for match in _SUM.finditer(node.text):
        if match.start() > at:
            yield replace(node, text=node.text[at : match.start()])
        text = replace(node, text=match[0])
        yield InlineElement(name="span", children=(text,), attributes=_LINING, span=node.span)
        at = match.end()
    if at < len(node.text):
        yield replace(node, text=node.text[at:])


# --- directions ------------------------------------------------------------------------------
# Left-to-right parts of right-to-left text: code, keys, addresses, sums of money, and numbers with
# signs. Each is isolated; otherwise its signs would change places.

LTR = ("dir", "ltr")
ISOLATE = "bdi"
NO_BREAK = "\u00a0"
VERBATIM = frozenset({"code", "kbd", "samp", "tt"})

DIGITS = r"[0-9]+(?:[.,:/][0-9]+)*"
PLAIN = late(DIGITS)
GAP = "[ \u00a0\u2009\u202f]"
# The currencies of scripts from right to left stand where their writers put them.
CURRENCY = "$¢£¤¥€₣₤₩₫₱₴₦₹₺₽"
NUMBER = rf"(?: [{CURRENCY}] {GAP}? )? {DIGITS} (?: {GAP}? [{CURRENCY}%‰] )?"
APART = late(
    rf"""
    (?<![\w.,:/+−-])
    (?: (?: https?:// | www\. | mailto: ) [!-~]* [\w/=&\#-]      # an address
      | [\w.+-]+ @ [\w-]+ (?: \.[\w-]+ )+                        # one of e-mail
      | \+ {DIGITS} (?: [ \u00a0\u202f()/-]{{1,2}} [0-9]+ )+     # a telephone number
      | [+−±-]? {NUMBER}
        (?: (?: {GAP}? [×÷=+*] {GAP}? | [−-] | {GAP} (?= [0-9]{{3}} (?![0-9]) ) ) {NUMBER} )*
    )
    (?! [\w{CURRENCY}%‰] )
    """,
    re.VERBOSE | re.ASCII,
)
"""Parts whose order could change: telephone numbers, dates, sums, and everything with a sign."""


Direction: TypeAlias = Literal["rtl", "isolated", "ltr"]
"""The direction of text: right to left, an isolated part within that, or left to right."""


def isolate_directions(document: Document) -> Document:
    """The document with parts of right-to-left text that have their own direction isolated."""
    start: Direction = document.metadata.direction
    marked = (node for _, node, _ in find(document, marked=True))
    if start != "rtl" and not any(node.attributes.get("dir") == "rtl" for node in marked):
        return document

    def mark(node: Code | InlineElement | Link, direction: Direction) -> Node:
        if direction != "isolated":
            return node
        attributes = replace(node.attributes, pairs=(*node.attributes.pairs, LTR))
        return replace(node, attributes=attributes)

    def part(node: Text, direction: Direction) -> Node | tuple[Node, ...]:
        return tuple(_parts(node)) if direction == "rtl" else node

    return rewrite_document(
        document,
        enter={Code: mark, InlineElement: mark, Link: mark},
        leave={Text: part},
        context=(start, _direction),
    )


def _direction(node: Node, parent: Direction) -> Direction:
    match node.attributes.get("dir"):
        case "ltr":
            return "ltr"
        case "rtl":
            return "rtl"
    if parent != "rtl":
        return "ltr"
    return "isolated" if _is_verbatim(node) else "rtl"


def _is_verbatim(node: Node) -> bool:
    match node:
        case Code():
            return True
        case InlineElement():
            return node.name in VERBATIM
        case Link():
            shown = plain_text(node.children).strip()
            return bool(shown) and shown.isascii() and shown in node.href
    return False


def _parts(node: Text) -> Iterator[Inline]:
    """The parts of a text, with everything to be isolated in elements of its own."""
    start = 0
    for match in APART.finditer(node.text):
        if match[0].isdecimal() or PLAIN.fullmatch(match[0]):
            continue  # one number, which keeps its order wherever it stands
        if match.start() > start:
            yield replace(node, text=node.text[start : match.start()])
        yield InlineElement(
            span=node.span,
            attributes=Attributes(pairs=(LTR,)),
            name=ISOLATE,
            children=(replace(node, text=match[0].replace(" ", NO_BREAK)),),
        )
        start = match.end()
    if start < len(node.text) or not start:
        yield replace(node, text=node.text[start:]) if start else node
