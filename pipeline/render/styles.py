"""The style sheets of a page: its format's own, and those of the constructs that it has."""

from __future__ import annotations

import re

import jinja2

from pipeline.editions import FormatName
from pipeline.pages import Style
from pipeline.render.environment import read_text
from pipeline.sheet.brand import night_rules

CONSTRUCTS: dict[str, str | re.Pattern[str]] = {
    "tables": re.compile('<table|class="table-rows"'),
    "figures": '<div class="figure-row"',
    "missing": 'class="missing"',
    "references": 'class="cross-reference',
    "numbers": '<span class="number">',
    "caption-lists": '<details class="captions">',
    "charts": 'class="chart',
    "sidebar": 'class="sidebar',
    "quotations": re.compile('class="(?:pull-quote|epigraph)'),
    "verse": 'class="verse',
    "columns": 'class="columns',
    "landscape": 'class="landscape',
    "text-classes": re.compile(
        'class="(?:[^"]* )?(?:center|heading-(?:center|left|right)|keep-together|keep-with-next'
        '|lead|line-block|small|small-caps)[ "]'
        '|<(?:p|div|figure|section)[^<>]* class="(?:[^"]* )?(?:left|right)[ "]'
    ),
    "list-markers": re.compile(
        '<ol[^<>]* class="(?:[^"]* )?(?:(?:lower|upper)-(?:alpha|roman)|closed|in-brackets)[ "]'
    ),
    "math": "<math",
    "strokes": re.compile('class="(?:[bx]?cancel|sout)"'),
    "formulas": 'class="formula-image',
    "tex": '<code class="tex"',
    "bibliography": re.compile('<ul[^>]* class="bibliography'),
    "addresses": re.compile('class="(?:address-number|qr-code)"'),
    "citations": re.compile('class="(?:biblioref|address)"'),
    "code": '<pre class="code',
    "highlighting": '<pre class="code highlighted',
    "exercise": 'class="exercise',
    "choices": 'class="choices',
    "activity": 'class="activity ',
    "letters": re.compile(r'class="(?:[^"]* )?letters-'),
    "blank": 'class="blank',
    "name-line": 'class="name-line',
    "writing": re.compile(r'class="(?:writing-|activity )'),
    "for-teachers": 'class="for-teachers',
    "timings": 'class="timing',
    "index": ' class="index-list',
    "glossary": '<dfn id="term-',
    "directions": ' dir="',
    "notes": 'class="note-call"',
    "margin-notes": '<span class="note margin"',
    "end-notes": '<div class="end-note"',
}
"""What tells that some markup has a construct, by the construct's name. Its styles are in
``shared/<name>.css`` and, where a format needs more, in ``<format>/<name>.css``."""


def construct_styles(
    environment: jinja2.Environment, format_name: FormatName, markup: str
) -> tuple[Style, ...]:
    """The styles of the constructs in ``markup``, the shared before the format's own."""
    return tuple(
        Style(f"{folder}-{name}.css" if folder != "shared" else f"{name}.css", css)
        for name, sign in CONSTRUCTS.items()
        if _is_in(markup, sign)
        for folder in ("shared", format_name)
        if (css := _read(environment, f"{folder}/{name}.css"))
    )


DARK = "screen and (prefers-color-scheme: dark)"
"""What the colours of a dark page are for, where its reader chooses nothing else."""


def dark_style(environment: jinja2.Environment, markup: str, accent: str) -> Style:
    """All colours of a dark web page, those of its constructs and its publisher's with them."""
    names = ("style", *(name for name, sign in CONSTRUCTS.items() if _is_in(markup, sign)))
    parts = [_read(environment, f"html/dark/{name}.css") for name in names]
    return Style("dark.css", "\n".join(filter(None, (*parts, night_rules(accent)))), media=DARK)


def _is_in(markup: str, sign: str | re.Pattern[str]) -> bool:
    return sign in markup if isinstance(sign, str) else bool(sign.search(markup))


def _read(environment: jinja2.Environment, name: str) -> str:
    try:
        return read_text(environment, name)
    except jinja2.TemplateNotFound:
        return ""
