"""Docusaurus and VitePress, Markdoc, mdBook, GitBook and GitHub: boxes, tabs and code."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.features.dialects import lessons
from pipeline.features.dialects.reading import INCLUDE
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser.attributes import make
from pipeline.parser.blockparser import BlockElement, Match, VerbatimProcessor
from pipeline.parser.dialects import Comment, Dialect, Inclusion, LinePair, Sign, Standing, ToldMark
from pipeline.parser.leaf import InlineSpan, Pattern, Result
from pipeline.parser.lines import Cursor, emoji_named

# --- docusaurus ------------------------------------------------------------------------------
# Docusaurus and VitePress: tabs, groups of code, and code of MDX.

_CODE = late(
    r"import (?:type )?(?:[\w$*{][^'\"\n]{0,300} from )?(?P<sign>['\"])[^'\"\n]+(?P=sign);?[ \t]*$"
    r"|import (?:[\w$]+, *)?\{[^'\"}]*$"
    r"|export (?:default )?(?:const|let|var|class|(?:async )?function)\b[^\n]{0,300}?[=({]"
    r"|export default [\w$({<]|export (?:\*|\{[^}\n]*\}) from ['\"]"
)
_BRACKETS = late(r"[()\[\]{}]")
_GOES_ON = late(r"[ \t)\]}<]")


class ModuleProcessor(VerbatimProcessor):
    """Lines of MDX that import or export something, which are code, and left out, up to the end of
    their brackets. ``state`` is the number of these that are open."""

    def may_start(self, cursor: Cursor) -> bool:
        return cursor.char in ("i", "e") and not cursor.indent and self.parser.tip.tag != "p"

    def start(self, cursor: Cursor) -> bool:
        if not _CODE.match(cursor.rest):
            return False
        message = "Lines of MDX that import or export something are code, and left out."
        self.parser.report(Code.LIKELY_SLIP, message, cursor.line.at(), "Leave them out.")
        self._take(self.open(cursor, "mark", 0), cursor)
        return True

    def _take(self, block: BlockElement, cursor: Cursor) -> None:
        for bracket in _BRACKETS.findall(cursor.rest):
            block.state += 1 if bracket in "([{" else -1
        block.end = cursor.number
        cursor.skip_rest()

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        is_closed = block.state <= 0
        if cursor.blank and (is_closed or not _GOES_ON.match(self.parser.next_line)):
            return Match.NO
        if is_closed and not cursor.indent and not _CODE.match(cursor.rest):
            return Match.NO
        self._take(block, cursor)
        return Match.YES

    def close(self, block: BlockElement, parent: BlockElement) -> None:
        del parent[-1]
        self.parser.record.skip(block.line, block.end)


MDX = Dialect(
    names=("MDX",),
    blocks={"mdx-module": ModuleProcessor},
    comments=(Comment(late(r"\{\s*/\*"), late(r"\*/\s*\}"), "an MDX comment", "*/}"),),
)


_TITLE = r"(?:\{?[\"'])(?P<title>[^\"']{1,100})[^<>]*>"

DOCUSAURUS = Dialect(
    names=("Docusaurus",),
    begins=frozenset("<"),
    signs=(Sign("</TabItem>", late(r"(?m)^[ \t]*<TabItem\b")),),
    pairs=tuple(
        LinePair(
            late(rf"<TabItem\b(?: [^<>]*?)?\b{name}={_TITLE}"),
            lessons.closing_of("</TabItem>"),
            "tab",
        )
        for name in ("label", "value")
    ),
    standing=(Standing(late(r"</?Tabs\b[^<>]*>")),),
    containers={"tab": lessons.tab},
)

VITEPRESS = Dialect(
    names=("VitePress",),
    signs=(Sign("code-group", late(r"(?m)^:{3,} *code-group *$")),),
    containers={"code-group": lessons.content},
)


# --- markdoc ---------------------------------------------------------------------------------
# Markdoc: callouts, tabs, and files.

_ATTRIBUTES = r"(?: +[\w-]+=(?:\"[^\"]*\"|[^\s\"%]+))*"
_KIND = r"(?: +(?:type|kind|status)=\"(?P<kind>\w+)\")?"


MARKDOC = Dialect(
    names=("Markdoc",),
    begins=frozenset("{"),
    signs=(Sign("{% /", late(r"(?m)^[ \t]*\{% /(?:callout|note|tabs?|side-note|aside) %\}")),),
    inclusions=(Inclusion(late(r"\{% *partial +file=\"(?P<path>[^\"]{1,300})\"[^%]*/%\}")),),
    pairs=(
        LinePair(
            late(
                rf"\{{% *(?:callout|note|aside){_KIND}(?: +title=\"(?P<title>[^\"]*)\")?"
                rf"{_ATTRIBUTES} *%\}}"
            ),
            lessons.closing_of(r"\{% */(?:callout|note|aside) *%\}"),
        ),
        LinePair(
            late(rf"\{{% *tab +(?:label|title|name)=\"(?P<title>[^\"]+)\"{_ATTRIBUTES} *%\}}"),
            lessons.closing_of(r"\{% */tab *%\}"),
            "tab",
        ),
    ),
    standing=(Standing(late(r"\{% *(?:/tabs|tabs|table|/table)[^%]*%\}")),),
    containers={"tab": lessons.tab},
    boxes={"check": "tip"},
)


# --- mdbook ----------------------------------------------------------------------------------
# mdBook, as the Rust book uses it: listings with captions and file names.

MDBOOK = Dialect(
    names=("mdBook",),
    begins=frozenset("<"),
    signs=(Sign("</Listing>", late(r"(?m)^<Listing\b")),),
    pairs=(
        LinePair(
            late(r"<Listing(?P<title>(?: +[\w-]+=(?:\"[^\"]*\"|'[^']*'))*) *>"),
            lessons.closing_of("</Listing>"),
            name="mdbook-listing",
        ),
    ),
    containers={"mdbook-listing": lessons.listing},
)


# --- gitbook ---------------------------------------------------------------------------------
# GitBook: hints, tabs, titled code, embedded addresses, and code that is another file.

_INCLUDED = late(
    r"<pre><code(?: class=\"(?:lang-|language-)?(?P<language>[\w+-]*)\")?>"
    r"[ \t]*\{%-?[ \t]*include[ \t]+[\"'](?P<path>[^\"'\n]{1,300})[\"'][ \t]*-?%\}"
    r"[ \t]*(?P<end></code></pre>)?"
)
_CODE_END = lessons.closing_of("</code></pre>")


class IncludedCodeProcessor(VerbatimProcessor):
    """``<pre><code>{% include "./programs/if.py" %}</code></pre>``, the code in a file; its end may
    be on a later line."""

    begins = "<"
    has_end = True

    def start(self, cursor: Cursor) -> bool:
        match = _INCLUDED.fullmatch(cursor.rest.rstrip())
        if match is None or not (match["end"] or self.parser.comes_later(_CODE_END)):
            return False
        suffix = PurePosixPath(match["path"]).suffix.removeprefix(".")
        block = self.open(cursor, "pre", make(pairs=(("file", match["path"]),)))
        block.set("language", match["language"] or ("" if suffix == "txt" else suffix))
        if match["end"]:
            self.parser.close_tip()
        cursor.skip_rest()
        return True

    def proceed(self, block: BlockElement, cursor: Cursor) -> Match:
        return Match.END if _CODE_END.fullmatch(cursor.remainder.rstrip()) else Match.YES


GITBOOK = Dialect(
    names=("GitBook",),
    begins=frozenset("{"),
    signs=(
        Sign(
            "{%",
            late(r"(?m)^[ \t]*\{% *(?:end(?:hint|tabs?|code|stepper)|content-ref|embed|file)\b"),
        ),
        Sign("<pre><code", late(r"(?m)^<pre><code[^<>]*>[ \t]*\{%-? *include ")),
    ),
    blocks={"included-code": IncludedCodeProcessor},
    pairs=(
        LinePair(
            late(r"\{% *hint +style=\"(?P<kind>\w+)\"[^%]*%\}"),
            lessons.closing_of(r"\{% *endhint *%\}"),
        ),
        LinePair(
            late(r"\{% *tab +title=\"(?P<title>[^\"]{1,100})\" *%\}"),
            lessons.closing_of(r"\{% *endtab *%\}"),
            name="tab",
        ),
        LinePair(
            late(r"\{% *code(?P<title>(?: +[\w-]+=\"[^\"]*\")*) *%\}"),
            lessons.closing_of(r"\{% *endcode *%\}"),
            name="gitbook-code",
        ),
    ),
    standing=(
        Standing(late(r"\{% *embed +url=\"([^\"\s]{1,500})\"[^{}%]*+%\}"), text=r"<\1>"),
        Standing(late(r"\{% *file +src=\"([^\"<>\n]{1,300})\"[^{}%]*+%\}"), text=r"[\1](<\1>)"),
        Standing(late(r"\{% *(?:tabs|stepper|end(?:tabs|content-ref|stepper|embed|file)) *%\}")),
        Standing(late(r"\{% *(?:content-ref|step|endstep)[^%]*%\}")),
    ),
    containers={"tab": lessons.tab, "gitbook-code": lessons.listing},
)


# --- github ----------------------------------------------------------------------------------
# GitHub: emoji by their names, and diagrams, which are shown as code; inclusions of editors.


def _emoji(m: re.Match[str], data: str) -> Result:
    """``:smile:``; an unknown name is text, and so is one within a word or between digits."""
    before = data[m.start() - 1 : m.start()]
    if before.isalnum() or before == ":" or not (shown := emoji_named(m[0])):
        return None
    return InlineSpan("emoji", shown, name=m[1])


GITHUB = Dialect(
    names=(),
    inlines={"emoji": Pattern(":", r":([A-Za-z0-9_+-]{1,70}):(?![\w`])", _emoji)},
    lines=(
        ToldMark(late(r"<<[<{(\[][^\n<]*\.(?:md|txt|py)"), "an inclusion of another tool", INCLUDE),
        ToldMark(
            late(r"\[\[(?:_?TOC_?|toc)\]\][^\n]|\$\{toc\}"),
            "a marker of the contents",
            "Leave it out: the contents are added automatically.",
        ),
    ),
    diagrams={
        "mermaid": "Mermaid",
        "plantuml": "PlantUML",
        "puml": "PlantUML",
        "graphviz": "Graphviz",
        "vega-lite": "Vega-Lite",
        "geojson": "GeoJSON",
        "topojson": "TopoJSON",
    },
)
