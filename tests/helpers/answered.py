"""Answers of every kind in every place where one may stand, each with a word of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.verify.all_text import BREAK, contents, fold_text

SPANS = {
    "gap": "____{¤}",
    "gap with formulas": r"____{$\frac{§}{47}$ and $\mathrm{¤}$ ¤}",
    "gap with a value": "____{ {{ town }} ¤}",
    "span": "[¤]{.answer}",
    "formula": r"[$\frac{§}{47}$]{.answer}",
    "code": "[`¤`]{.answer}",
    "marked code": "`¤`{.answer}",
    "emphasis": "[so *¤*]{.answer}",
    "ruby": "[<ruby>漢<rt>¤</rt></ruby>]{.answer}",
    "beside ruby": "<ruby>漢<rt>kan</rt></ruby> [¤]{.answer}",
    "element": '<span class="answer">¤</span>',
    "note": "^[¤]{.answer}",
    "note in it": "[x^[¤]]{.answer}",
    "mark in a note": "x^[plain [¤]{.answer}]",
    "citation": "[@open, p. §]{.answer}",
    "mark in a citation": "[see [¤]{.answer} @open]",
    "picture": "[![¤](well.svg)]{.answer}",
    "gap in an alternative": "![a ____{¤}](well.svg)",
    "link": "[[¤](https://example.org)]{.answer}",
    "value": "[{{ town }} ¤]{.answer}",
    "title": '[x]{title="[¤]{.answer} and ____{¤}"}',
    "gap in a formula": r"$1 + 1 = ____{§}$",
    "gap in an operator": r"$\operatorname{____{¤}} x$",
}
"""Answers in text: a word at ``¤``, a number at ``§``."""

TEXTS = {
    "paragraph": "a ~ b",
    "heading": "## a ~ b",
    "item": "- a ~\n- b",
    "question": "::: exercise T№\n1. a ~\n2. b ____{c}\n:::",
    "exercise's title": "::: exercise T№ ~\n1. a\n:::",
    "box's title": "::: note T ~\nb\n:::",
    "summary": "::: details T ~\nb\n:::",
    "term": "a ~\n:   b ~",
    "note": "x[^t№]\n\n[^t№]: a ~",
    "cell": "| a | b ~ |\n|---|---|\n| c | d ~ |",
    "caption": "| a |\n|---|\n| b |\n\nTable: a ~",
    "link": "[a ~ b](https://example.org)",
    "choice": "::: exercise T№\nq ~\n\n- ( ) a ~\n- (x) b\n:::",
    "turn": "Ann: a ~",
    "matching": "::: matching\n| a | b |\n|---|---|\n| c | d ~ |\n| e | f |\n:::",
    "word bank": "::: exercise T№\n____{w}\n\n::: word-bank\nd№, ~\n:::\n:::",
    "option": "\\begin{solution}[~]\nb\n\\end{solution}",
    "answer": "::: answer\na ~\n:::",
}
"""Texts with an answer at ``~``."""

NO_GAPS = ("heading", "exercise's title", "box's title", "summary", "caption", "link", "word bank")
"""Those that cannot have gaps."""

BLOCKS = {
    "formula": "$$\n\\frac{§}{47}\n$$",
    "text and formula": "It is $\\frac{§}{47}$, ¤.",
    "long formula": "$" + " + ".join(["a_{§}", *(f"b_{{{n}}}" for n in range(30))]) + "$",
    "code": "```python\nx = '¤'\n```",
    "chart": '```chart {type=bar caption="¤"}\nMonth,Rain\nMay,11\n```',
    "diagram": "```chart {type=fractions}\n¤: 5/8\n```",
    "picture": "![¤](well.svg)\n\nFigure: ¤",
    "table": "| a | ¤ |\n|---|---|\n| c | $\\frac{§}{47}$ |",
    "notes": "x[^b№] y^[¤]\n\n[^b№]: ¤ [^c№]\n\n[^c№]: ¤",
    "sections": "## Key ¤\n\n### Sub ¤\n\n::: exercise Titled ¤\n1. a ____{¤}\n:::",
    "ruby": "<ruby>漢<rt>¤</rt></ruby> ruby",
    "citation": "@open [p. §]",
    "matching": "::: matching\n| a | ¤ |\n|---|---|\n| c | d |\n| e | f |\n:::",
    "word bank": "::: word-bank\n¤, `¤`, $x$\n:::",
    "gap with a formula": "x ____{$\\frac{§}{47}$}",
}
"""Blocks of an answer."""

FRAMES = {
    "answer": "::: answer\n~\n:::",
    "titled": '::: {.answer title="¤"}\n~\n:::',
    "question": "::: exercise T№\n1. a\n\n::: lines 2\n:::\n\n::: answer\n~\n:::\n2. b\n:::",
    "section": "# Key ¤ {.answer}\n\n~\n\n# After №",
    "environment": "\\begin{solution}\n~\n\\end{solution}",
    "level": "::: level support\n::: answer\n~\n:::\n:::",
    "box": "::: note\n::: answer\n~\n:::\n:::",
}
"""Frames that withhold blocks at ``~``."""

FRONT = """\
---
title: Work
lang: en
speakers: [Ann, Ben]
variables: {town: Kandahar}
bibliography: refs.bib
versions: 2
levels: [core, support]
---
"""

FILES = {
    "refs.bib": "@book{open, author = {Adam Open}, title = {Open book}, year = 2001}\n",
    "well.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9">'
    '<path d="M0 0h9v9z"/></svg>',
}


class Answered(NamedTuple):
    """A piece of a source with answers, and its place in words."""

    place: str
    text: str


def every() -> Iterator[Answered]:
    """All answers in all places."""
    for (kind, span), (place, frame) in itertools.product(SPANS.items(), TEXTS.items()):
        if "____{" not in span or place not in NO_GAPS or kind.startswith(("gap in an a", "title")):
            yield Answered(f"{kind} / {place}", frame.replace("~", span))
    for (kind, block), (place, frame) in itertools.product(BLOCKS.items(), FRAMES.items()):
        yield Answered(f"{kind} / {place}", frame.replace("~", block))


def source(pieces: Iterable[Answered]) -> tuple[str, dict[str, str]]:
    """A source with some pieces, and the place of each word and number of an answer in it."""
    text, secrets = FRONT, dict[str, str]()
    for number, piece in enumerate(pieces):
        written = piece.text.replace("№", str(number))
        for sign, form in (("¤", "zq{}y"), ("§", "9{}7")):
            first, *rest = written.split(sign)
            written = first
            for part in rest:
                word = form.format(f"{len(secrets):04}")
                secrets[word] = piece.place
                written += word + part
        text += f"\n<!-- -->\n\n{written}\n"
    return text, secrets


def all_words(file: Path) -> str:
    """The letters of all text in a finished file."""
    texts = "".join(part.text for part in contents(file.name, file.read_bytes()))
    return fold_text(texts.replace(BREAK, "")).decode()
