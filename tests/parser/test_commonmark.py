"""Conformance to CommonMark, tested with the examples of its specification.

An example passes if Chapbook's HTML is the same tree, except for parts that only styles need.
Intentional differences are listed with their reasons; an unlisted difference fails, and so does a
listed example without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import html5lib
import pytest

from pipeline import render_fragment
from tests.helpers import checkers

DIFFERENT: dict[str, tuple[int, ...]] = {
    "A tag that is never finished is text; browsers would swallow it.": (156, 157, 158),
    "A tag that is no HTML is text, with a warning; browsers would show nothing.": (
        *(150, 163, 201, 491, 524, 536, 613, 614, 615, 617, 623),
    ),
    "An <a> without an address, name and class is no more than its content.": (616,),
    "Scripts, styles and fields of forms are left out, with a warning.": (
        *(170, 171, 172, 173, 176, 178),
    ),
    "Instructions and CDATA are left out whole; browsers would show their ends.": (180, 629),
    "<pre> around Markdown is a listing, which holds nothing but text.": (148,),
    "What stands in a row and in no cell becomes one; browsers put it before the table.": (191,),
    "<del> around a paragraph becomes one within it.": (167,),
    "A line end after <pre><code> does not count.": (169,),
    "An image alone in a paragraph that has a title is a figure.": (
        *(572, 573, 576, 577, 584, 585, 586, 588, 589, 591),
    ),
    "Addresses are links without angle brackets too, as on GitHub.": (602, 608, 611),
    "Three or more underscores by themselves are a blank to fill in.": (435, 448, 451),
    "A line of four or more underscores is one to write on.": (50,),
    "Two brackets around a name are a link to another note, as in Obsidian.": (590,),
    "A link of a scheme that is not known to be safe is its text.": (596, 598, 599, 601),
}
"""Numbers of examples by the reason why they come out otherwise."""


class Example(NamedTuple):
    number: int
    section: str
    markdown: str
    html: str


def examples() -> Iterator[Example]:
    """The examples in the text of the specification."""
    checkers.require("CommonMark")
    text = checkers.COMMONMARK.read_text("utf-8").replace("→", "\t")
    fence = "`" * 32
    pattern = rf"^{fence} example\n(.*?)^\.\n(.*?)^{fence}$|^#{{1,6}} +([^\n]+)$"
    section, number = "", 0
    for match in re.finditer(pattern, text, re.M | re.S):
        if match[3]:
            section = match[3]
            continue
        number += 1
        yield Example(number, section, match[1], match[2])


# --- trees that can be compared --------------------------------------------------------

Tree: TypeAlias = tuple[Any, ...]
BLOCKS = frozenset(
    "blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul".split()
)
TOLD = ("href", "src", "alt", "title", "start")
"""The attributes that say something; the others are for styles."""


def tree(markup: str) -> list[Tree | str]:
    """The elements and texts of some HTML, with insignificant white space collapsed."""
    root = html5lib.parseFragment(markup.strip(), treebuilder="etree", namespaceHTMLElements=False)
    return trim(list(items(root, pre=False)))


def items(element: Any, pre: bool) -> Iterator[Tree | str]:
    if element.text:
        yield element.text if pre else re.sub(r"[ \t\n]+", " ", element.text)
    for child in element:
        yield from item(child, pre)
        if child.tail:
            yield child.tail if pre else re.sub(r"[ \t\n]+", " ", child.tail)


def item(element: Any, pre: bool) -> Iterator[Tree | str]:
    if not isinstance(element.tag, str):
        return  # a comment
    inner = list(items(element, pre or element.tag == "pre"))
    if element.tag == "span" or element.get("role") == "region":
        yield from inner
        return
    told = tuple((name, element.get(name)) for name in TOLD if element.get(name))
    in_code = pre or element.tag == "pre"
    yield (element.tag, told, joined(inner) if in_code else trim(inner, element.tag in BLOCKS))


def joined(found: list[Tree | str]) -> list[Tree | str]:
    """With adjacent texts joined."""
    result: list[Tree | str] = []
    for node in found:
        if isinstance(node, str) and result and isinstance(result[-1], str):
            result[-1] += node
        else:
            result.append(node)
    return result


def trim(found: list[Tree | str], in_block: bool = True) -> list[Tree | str]:
    """Without white space at the edges of blocks and around line breaks."""
    found = joined(found)
    result: list[Tree | str] = []
    for number, node in enumerate(found):
        if isinstance(node, str):
            node = re.sub(" +", " ", node)
            before = found[number - 1] if number else None
            after = found[number + 1] if number + 1 < len(found) else None
            if in_block if before is None else before[0] in BLOCKS | {"br"}:
                node = node.lstrip(" ")
            if in_block if after is None else after[0] in BLOCKS | {"br"}:
                node = node.rstrip(" ")
        if node:
            result.append(node)
    return result


# --- the tests -------------------------------------------------------------------------


@pytest.mark.checkers
def test_examples(capsys: pytest.CaptureFixture[str]) -> None:
    found = list(examples())
    assert len(found) == 652
    differ = {e.number: e for e in found if tree(render_fragment(e.markdown)) != tree(e.html)}
    with capsys.disabled():
        print(f"\nCommonMark 0.31.2: {len(found) - len(differ)} of {len(found)} examples")
    listed = {number for numbers in DIFFERENT.values() for number in numbers}
    wrong = [
        f"{e.section}, example {e.number}:\n{e.markdown}\nwanted:\n{e.html}\n"
        f"got:\n{render_fragment(e.markdown)}"
        for e in differ.values()
        if e.number not in listed
    ]
    assert not wrong, "\n".join(wrong)
    assert not listed - set(differ), "these do not differ any more"
