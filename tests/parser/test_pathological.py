"""Texts that make parsers slow: the work grows in proportion to the text, whatever it is. Steps
of Python are counted; `python -m tests.bench.parsing` measures times."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from pipeline import parse
from pipeline.package.pdf.print_markup import LONGEST_TEXT, divide
from tests.helpers.counting import is_linear


class Case(NamedTuple):
    """``piece`` repeated a number of ``times``, with ``closing`` as often after it."""

    piece: str
    times: int
    after: str = ""
    before: str = ""
    closing: str = ""


SPEAKERS = "---\ntitle: t\nspeakers:\n  Ann: guest\n---\n"
CASES: dict[str, Case] = {
    "quotes": Case(">", 5_000, after=" a"),
    "quotes on lines": Case("> > > a\n", 750),
    "lists in lists": Case("- ", 5_000, after="a"),
    "items": Case("- a\n\n", 500),
    "items with letters": Case("a) a\n", 500),
    "letters in letters": Case("a) ", 5_000, after="a"),
    "numbers without spaces": Case("1.", 10_000),
    "bars apart": Case("| ", 10_000),
    "bars, ticks and dollars": Case("`|$ ", 1_250, before="| a |\n|---|\n"),
    "rows with too many cells": Case("| a | b | c |\n", 375, before="| a |\n|---|\n"),
    "a row with too many cells": Case("| a ", 5_000, before="| a |\n|---|\n"),
    "grids of one row": Case("+-", 10_000),
    "grids": Case("+-+\n| |\n", 750, after="+-+"),
    "columns of a grid": Case("+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n", 100),
    "tables of dashes": Case("a  b\n-- --\n", 250),
    "tables of dashes without an end": Case("---\na b\n-- --\n\n", 250),
    "lines to write on": Case("____\n", 1_500),
    "line blocks": Case("| a\n", 1_250),
    "tags of other programs": Case("<ab c='d'> </ab> ", 1_000),
    "stars": Case("*", 50_000),
    "openers": Case("*a ", 5_000),
    "closers": Case("a* ", 5_000),
    "emphasis": Case("*a* ", 1_500),
    "mixed delimiters": Case("*a_ ", 5_000),
    "openers of two kinds": Case("**a *b ", 2_500),
    "emphasis in emphasis": Case("*a **b ", 2_500, closing="**"),
    "tildes": Case("~a ~~b ", 2_500),
    "brackets": Case("[", 5_000),
    "brackets with addresses": Case("[a](", 1_500),
    "links in brackets": Case("[ [a](b) ", 1_250),
    "links in images": Case("![ [a](b) ", 1_250),
    "images in images": Case("![", 2_500, closing="](b)"),
    "cross-references": Case("@fig-a ", 2_500),
    "long ids": Case("a-", 10_000, before="@fig-"),
    "cross-references in brackets": Case("[@fig-a; ", 1_250),
    "cross-references in one bracket": Case("@fig-a; ", 2_500, before="["),
    "spaces in a bracket": Case(" ", 10_000, before="["),
    "containers with spaces": Case(" ", 10_000, before="::: a", after="{b"),
    "addresses": Case("[a](b", 1_250),
    "variables": Case("{{ a }}", 2_500),
    "variables in addresses": Case("[a](b{{ c }}", 750),
    "variables in a bare address": Case("{{ a", 2_500, before="https://a.org/"),
    "variables in bracketed addresses": Case("<https://a.org/{{a}}{{ a }}", 1_000),
    "subscripts": Case("x~a ", 2_500),
    "superscripts": Case("x^a", 3_750),
    "marked text": Case("==a ", 2_500),
    "comments within lines": Case("a %% ", 2_500),
    "comments over lines": Case("\n%%\n", 2_500),
    "links between notes": Case("![[a", 2_500),
    "names of emoji": Case(":a", 5_000),
    "keys": Case("++a+", 2_500),
    "roles": Case("{a}`", 2_500),
    "tags of other tools": Case("{% {{< ", 1_000),
    "steps of a lesson": Case("--- task ---\na\n--- /task ---\n", 250),
    "boxes between colons": Case("::::::::: challenge\n", 250),
    "choices of a quiz": Case("a) b\n", 250, before="{quiz}\n? a\n\n", after="{/quiz}"),
    "choices with brackets": Case("    [( )] a\n", 500),
    "headings that references name": Case("# a b\n\n[x][a b]\n\n", 250),
    "callouts": Case("> [!a] b\n\n", 375),
    "lists of attributes": Case("\n{: .a}\n", 500),
    "braces": Case("{", 12_500),
    "braces and spaces": Case("{{   ", 2_500),
    "attribute lists in braces": Case("[a]{.b c={{", 1_250),
    "a heading of braces": Case("{{", 7_500, before="# a ", after="}"),
    "lines that take in nothing": Case("{{ include x }}\n", 750),
    "a line that takes in nothing": Case(" ", 10_000, before="{{ include", after="x }"),
    "bracketed addresses": Case("[a](<b", 2_500),
    "titles": Case("[a](b 'c", 2_500),
    "references": Case("[a][b]", 1_250),
    "labels": Case("[" + "a" * 900 + "]", 50),
    "definitions": Case("[a]: b\n", 1_250),
    "definitions apart": Case("text\n\n[a]: b\n\n", 500),
    "titles of definitions": Case("[a]: b '\n", 1_250),
    "spans": Case("[", 2_500, closing="]{.b}"),
    "attributes": Case("[a]{", 2_500),
    "backticks": Case("a `` b ` ", 2_500),
    "backslashes": Case("\\", 10_000),
    "dollars": Case("$", 10_000),
    "dollars before words": Case("$a ", 5_000),
    "pairs of dollars": Case("$$ a ", 5_000),
    "three dollars": Case("$$$ a ", 5_000),
    "dollars and ticks": Case("$`a ", 5_000),
    "lines of dollars": Case("a $$\n$$ b\n", 750),
    "formulas": Case("$x$ ", 2_500),
    "braces in a formula": Case("{", 1_000, before="$", after="$"),
    "open formula": Case("a$\n", 2_000, before="$$\n"),
    "a fence's attributes": Case("{1} a=b ", 2_500, before="``` "),
    "ampersands": Case("&", 10_000),
    "tags": Case("<a ", 5_000),
    "closing tags": Case("</a ", 5_000),
    "quoted attributes": Case("<a b='", 5_000),
    "open elements": Case("<b>", 2_000),
    "comments": Case("a <!-- ", 2_500),
    "instructions": Case("a <? ", 2_500),
    "declarations": Case("a <!a ", 2_500),
    "CDATA": Case("a <![CDATA[ ", 2_500),
    "HTML: tags": Case("<div <a ", 2_500, before="<div>\n"),
    "HTML: attributes": Case("<div <a b='", 2_500),
    "HTML: comments": Case("<div> <!-- ", 1_250),
    "HTML: instructions": Case("<div> <? ", 1_250),
    "HTML: elements": Case("<div>", 2_500),
    "HTML: ends": Case("</div>", 2_500),
    "HTML: cells": Case("<table><tr><td>", 320),
    "HTML: items": Case("<li>a", 1_250),
    "HTML: paragraphs": Case("<p>a <b>c", 500),
    "HTML: scripts": Case("<script>", 2_500),
    "HTML: blocks": Case("<p>a</p>\n\n", 500),
    "web addresses": Case("http://", 5_000),
    "ends of addresses": Case(".", 25_000, before="http://a.b"),
    "brackets in addresses": Case("[", 12_500, before="http://a.b/"),
    "paragraphs": Case("a\n\n", 1_000),
    "lines": Case("a\n", 2_500),
    "rows": Case("|a|b|\n", 500, before="|a|b|\n|-|-|\n"),
    "bars": Case("|", 20_000, after="\n|-"),
    "definition lists": Case("a\n: b\n\n", 375),
    "definition lists apart": Case("text\n\na\n: b\n\n", 250),
    "notes": Case("[^a]: b\n\n", 500),
    "open notes in lines": Case("^[", 5_000),
    "notes in notes": Case("^[", 1_250, closing="a]"),
    "notes in links": Case("[a ^[b [c](d)", 1_000),
    "empty notes": Case("^[ ", 1_250, closing="]"),
    "marks for the index": Case("[]{.index entry=a}\n\n", 500),
    "containers": Case("::: a\n", 375),
    "containers beside each other": Case("::: a\nb\n:::\n", 250),
    "boxes": Case("!!! note\n", 750),
    "fences": Case("```\n", 2_000),
    "tabs": Case("\t", 25_000, after="a"),
    "turns": Case("Ann: a\n\n", 750, before=SPEAKERS),
    "a long turn": Case("a\n\n", 1_000, before=f"{SPEAKERS}Ann: a\n\n"),
}


def text_of(case: Case, count: int) -> str:
    return case.before + case.piece * count + case.closing * count + case.after


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_work_is_linear(name: str) -> None:
    case = CASES[name]
    assert is_linear(lambda count: parse(text_of(case, count)), min(20, max(8, case.times // 40)))


def test_no_text_for_the_engine_is_long() -> None:
    """It reads a text from its beginning for each line."""
    words = "rope and bucket " * 2_000
    root = ElementTree.fromstring(f"<p>{words}<b>x</b>{words}<style>{words}</style></p>")
    before = "".join(root.itertext())
    divide(root)
    assert "".join(root.itertext()) == before
    shown = [text for element in root.iter() for text in (element.text, element.tail)]
    lengths = sorted(len(text) for text in shown if text)
    assert lengths[-2] <= LONGEST_TEXT
    assert lengths[-1] == len(words), "the style is as it was"
    assert all(text.endswith(" ") for text in shown if text and len(text) > 9)
