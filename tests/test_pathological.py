"""Texts that make parsers slow: twice as much text takes about twice as long, whatever it
is. Times are compared with each other, not with a clock, as machines differ."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from pipeline.parser import parse


class Case(NamedTuple):
    """``piece`` repeated a number of ``times``, with ``closing`` as often after it."""

    piece: str
    times: int
    after: str = ""
    before: str = ""
    closing: str = ""


CASES: dict[str, Case] = {
    "quotes": Case(">", 10_000, after=" a"),
    "quotes on lines": Case("> > > a\n", 1_500),
    "lists in lists": Case("- ", 10_000, after="a"),
    "items": Case("- a\n\n", 1_000),
    "items with letters": Case("a) a\n", 1_000),
    "letters in letters": Case("a) ", 10_000, after="a"),
    "numbers without spaces": Case("1.", 20_000),
    "bars apart": Case("| ", 20_000),
    "bars, ticks and dollars": Case("`|$ ", 2_500, before="| a |\n|---|\n"),
    "rows with too many cells": Case("| a | b | c |\n", 750, before="| a |\n|---|\n"),
    "a row with too many cells": Case("| a ", 10_000, before="| a |\n|---|\n"),
    "grids of one row": Case("+-", 20_000),
    "grids": Case("+-+\n| |\n", 1_500, after="+-+"),
    "columns of a grid": Case("+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n", 200),
    "tables of dashes": Case("a  b\n-- --\n", 500),
    "tables of dashes without an end": Case("---\na b\n-- --\n\n", 500),
    "lines to write on": Case("____\n", 3_000),
    "line blocks": Case("| a\n", 2_500),
    "tags of other programs": Case("<ab c='d'> </ab> ", 2_000),
    "stars": Case("*", 100_000),
    "openers": Case("*a ", 10_000),
    "closers": Case("a* ", 10_000),
    "emphasis": Case("*a* ", 3_000),
    "mixed delimiters": Case("*a_ ", 10_000),
    "openers of two kinds": Case("**a *b ", 5_000),
    "emphasis in emphasis": Case("*a **b ", 5_000, closing="**"),
    "tildes": Case("~a ~~b ", 5_000),
    "brackets": Case("[", 10_000),
    "brackets with addresses": Case("[a](", 3_000),
    "links in brackets": Case("[ [a](b) ", 2_500),
    "links in images": Case("![ [a](b) ", 2_500),
    "images in images": Case("![", 5_000, closing="](b)"),
    "cross-references": Case("@fig-a ", 5_000),
    "long ids": Case("a-", 20_000, before="@fig-"),
    "cross-references in brackets": Case("[@fig-a; ", 2_500),
    "cross-references in one bracket": Case("@fig-a; ", 5_000, before="["),
    "spaces in a bracket": Case(" ", 20_000, before="["),
    "containers with spaces": Case(" ", 20_000, before="::: a", after="{b"),
    "addresses": Case("[a](b", 2_500),
    "variables": Case("{{ a }}", 5_000),
    "variables in addresses": Case("[a](b{{ c }}", 1_500),
    "variables in a bare address": Case("{{ a", 5_000, before="https://a.org/"),
    "variables in bracketed addresses": Case("<https://a.org/{{a}}{{ a }}", 2_000),
    "subscripts": Case("x~a ", 5_000),
    "superscripts": Case("x^a", 7_500),
    "marked text": Case("==a ", 5_000),
    "comments within lines": Case("a %% ", 5_000),
    "comments over lines": Case("\n%%\n", 5_000),
    "links between notes": Case("![[a", 5_000),
    "names of emoji": Case(":a", 10_000),
    "keys": Case("++a+", 5_000),
    "roles": Case("{a}`", 5_000),
    "tags of other tools": Case("{% {{< ", 2_000),
    "callouts": Case("> [!a] b\n\n", 750),
    "lists of attributes": Case("\n{: .a}\n", 1_000),
    "braces": Case("{", 25_000),
    "braces and spaces": Case("{{   ", 5_000),
    "attribute lists in braces": Case("[a]{.b c={{", 2_500),
    "a heading of braces": Case("{{", 15_000, before="# a ", after="}"),
    "lines that take in nothing": Case("{{ include x }}\n", 1_500),
    "a line that takes in nothing": Case(" ", 20_000, before="{{ include", after="x }"),
    "bracketed addresses": Case("[a](<b", 5_000),
    "titles": Case("[a](b 'c", 5_000),
    "references": Case("[a][b]", 2_500),
    "labels": Case("[" + "a" * 900 + "]", 100),
    "definitions": Case("[a]: b\n", 2_500),
    "definitions apart": Case("text\n\n[a]: b\n\n", 1_000),
    "titles of definitions": Case("[a]: b '\n", 2_500),
    "spans": Case("[", 5_000, closing="]{.b}"),
    "attributes": Case("[a]{", 5_000),
    "backticks": Case("a `` b ` ", 5_000),
    "backslashes": Case("\\", 20_000),
    "dollars": Case("$", 20_000),
    "dollars before words": Case("$a ", 10_000),
    "pairs of dollars": Case("$$ a ", 10_000),
    "three dollars": Case("$$$ a ", 10_000),
    "dollars and ticks": Case("$`a ", 10_000),
    "lines of dollars": Case("a $$\n$$ b\n", 1_500),
    "formulas": Case("$x$ ", 5_000),
    "braces in a formula": Case("{", 2_000, before="$", after="$"),
    "open formula": Case("a$\n", 4_000, before="$$\n"),
    "a fence's attributes": Case("{1} a=b ", 5_000, before="``` "),
    "ampersands": Case("&", 20_000),
    "tags": Case("<a ", 10_000),
    "closing tags": Case("</a ", 10_000),
    "quoted attributes": Case("<a b='", 10_000),
    "open elements": Case("<b>", 4_000),
    "comments": Case("a <!-- ", 5_000),
    "instructions": Case("a <? ", 5_000),
    "declarations": Case("a <!a ", 5_000),
    "CDATA": Case("a <![CDATA[ ", 5_000),
    "HTML: tags": Case("<div <a ", 5_000, before="<div>\n"),
    "HTML: attributes": Case("<div <a b='", 5_000),
    "HTML: comments": Case("<div> <!-- ", 2_500),
    "HTML: instructions": Case("<div> <? ", 2_500),
    "HTML: elements": Case("<div>", 5_000),
    "HTML: ends": Case("</div>", 5_000),
    "HTML: cells": Case("<table><tr><td>", 1_500),
    "HTML: items": Case("<li>a", 2_500),
    "HTML: paragraphs": Case("<p>a <b>c", 1_000),
    "HTML: scripts": Case("<script>", 5_000),
    "HTML: blocks": Case("<p>a</p>\n\n", 1_000),
    "web addresses": Case("http://", 10_000),
    "ends of addresses": Case(".", 50_000, before="http://a.b"),
    "brackets in addresses": Case("[", 25_000, before="http://a.b/"),
    "paragraphs": Case("a\n\n", 2_000),
    "lines": Case("a\n", 5_000),
    "rows": Case("|a|b|\n", 1_000, before="|a|b|\n|-|-|\n"),
    "bars": Case("|", 40_000, after="\n|-"),
    "definition lists": Case("a\n: b\n\n", 750),
    "definition lists apart": Case("text\n\na\n: b\n\n", 500),
    "notes": Case("[^a]: b\n\n", 1_000),
    "open notes in lines": Case("^[", 10_000),
    "notes in notes": Case("^[", 2_500, closing="a]"),
    "notes in links": Case("[a ^[b [c](d)", 2_000),
    "empty notes": Case("^[ ", 2_500, closing="]"),
    "marks for the index": Case("[]{.index entry=a}\n\n", 1_000),
    "containers": Case("::: a\n", 750),
    "containers beside each other": Case("::: a\nb\n:::\n", 500),
    "boxes": Case("!!! note\n", 1_500),
    "fences": Case("```\n", 4_000),
    "tabs": Case("\t", 50_000, after="a"),
    "turns": Case("Ann: a\n\n", 1_500),
    "a long turn": Case("a\n\n", 2_000, before="Ann: a\n\n"),
}
FRONT = "---\ntitle: t\nspeakers:\n  Ann: guest\n---\n"


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Freeze the objects of other tests, so that they are not collected again and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def seconds(case: Case, factor: int, runs: int) -> float:
    """The time that ``factor`` halves of a case's text take: the best of some ``runs``."""
    count = case.times * factor // 2
    text = FRONT + case.before + case.piece * count + case.closing * count + case.after
    measured = []
    for _ in range(runs):
        gc.collect()
        gc.disable()  # its time depends on what other tests have left behind
        start = time.process_time()
        parse(text)
        measured.append(time.process_time() - start)
        gc.enable()
    return min(measured)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_time_is_linear(name: str) -> None:
    for runs in (1, 3, 5, 10, 20):  # other programs may get in the way
        once, twice = seconds(CASES[name], 1, runs), seconds(CASES[name], 2, runs)
        if twice < 3 * once + 0.02:
            return
    pytest.fail(f"{once:.3f} s, and {twice:.3f} s for twice the text")
