"""Unsupported notations of other tools, reported with the tool's name and a replacement. It is all
data; the scanner tries the inline ones, `warn_of_line` those that begin a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.parser import latex
from pipeline.parser.inlines.math import ENVIRONMENTS
from pipeline.parser.lines import Line

if TYPE_CHECKING:
    from pipeline.model.diagnostics import Diagnostic
    from pipeline.parser.constructs.parts import Report


class _Mark(NamedTuple):
    """Syntax of another tool: a ``pattern``, its ``name``, and the hint ``instead``."""

    pattern: re.Pattern[str]
    name: str
    instead: str


_LATEX = "a command of LaTeX"
_INCLUDE = "To include a file, write `{{ include part.md }}` alone on a line."

_FIELDS = (
    "author|caption|description|doctype|experimental|icons|imagesdir|keywords|lang|maxdepth"
    "|name|numbered|orphan|revdate|revnumber|sectnums|source-highlighter|stem|title|toc|toclevels"
)

_LIST = r"\{:?[ ]?(?:[.#][A-Za-z][\w-]*|(?:class|dir|id|lang|not|only|width)=[^\s{}]+)\}"

INLINE = (
    _Mark(re.compile(r"\{\{[<%][^\n]{0,300}?[>%]\}\}"), "a shortcode of Quarto or Hugo",
          f"Write the text that it stands for. {_INCLUDE}"),
    _Mark(re.compile(r"\{%[^\n]{0,300}?%\}"), "a tag of Liquid or Jinja",
          f"Write the text that it stands for. {_INCLUDE}"),
    _Mark(re.compile(r"\{(?:\+\+|==|~~)(?=[^\s}])(?!\w+[;}])"),
          "the beginning of a change in CriticMarkup that its paragraph does not end",
          "Write the text as it is meant to be, without such marks."),
    _Mark(re.compile(r"\{[a-z][\w:.-]*\}(?=`[^`\n])"), "a role of MyST",
          "Write a link `[text](#id)`, a reference `@fig-x` or plain text."),
    _Mark(late(rf"(?<=\S){_LIST}|{_LIST}(?=[ \t]*+\S)"),
          "an attribute list that applies to nothing",
          r"Put what it is about in brackets: `[text]\g<0>`."),
    _Mark(re.compile(r":[a-z][\w.-]*:(?=`[^`\n])"), "a role of reStructuredText",
          "Write a link `[text](#id)`, a reference `@fig-x` or code."),
    _Mark(re.compile(r"@(fig|tbl|sec|eq|lst):(\w(?:[\w-]{0,60}\w)?)"),
          "a reference of pandoc-crossref",
          r"Write it with a hyphen: the id `{#\1-\2}`, and `@\1-\2`."),
)  # fmt: skip
"""Marks within text that begin with a brace, a colon or ``@``: none looks far."""

COMMANDS = (
    _Mark(re.compile(r"\\#(?:eq|fig|tab):(\w(?:[\w-]{0,60}\w)?)"), "a label of bookdown",
          r"Write an id in braces after the figure or the caption: `{#fig-\1}`, `{#tbl-\1}`."),
    *(
        _Mark(late(rf"\\(?:{names})\*?[\[{{][^\n\]}}]{{0,300}}[\]}}]"), _LATEX, instead)
        for names, instead in latex.WITH_ARGUMENT.items()
    ),
    *(
        # What stands before it is no path: `C:\large`.
        _Mark(late(rf"(?<![\w:.\\/\]])\\(?:{names})(?![A-Za-z\\])"), _LATEX, instead)
        for names, instead in latex.ALONE.items()
    ),
    _Mark(late(rf"(?<=[^\n])\\begin\{{(?:{ENVIRONMENTS})\*?\}}"), _LATEX,
          "End it in the same paragraph."),
    *(
        _Mark(late(rf"\\(?:begin|end)\{{(?!(?:{ENVIRONMENTS})\*?\}})(?:{names})\*?\}}"
                   r"(?:[\[{][^\n\]}]{0,300}[\]}])?"), _LATEX, instead)
        for names, instead in latex.ENVIRONMENTS.items()
    ),
)  # fmt: skip
"""Marks that begin with a backslash: commands of LaTeX, and labels."""

TRIGGERS = "{:@\\"

LINES = (
    _Mark(re.compile(r"\.\. [a-z][\w:-]*::"), "a directive of reStructuredText",
          "Write a block `::: note`, an image `![what it shows](file)`, or what it stands for."),
    _Mark(re.compile(r"-{1,8}8<-"), "a snippet of MkDocs", _INCLUDE),
    _Mark(late(r"(?:import|export) [^\n]{1,300} from ['\"]|import ['\"][^'\"\n]+['\"]"
               r"|export (?:default )?(?:const|let|var|class|(?:async )?function) [\w$]+ *[=({]"),
          "a line of MDX, which is code", "Leave it out."),
    _Mark(late(r"\(ref:[\w-]+\) "), "a text reference of bookdown",
          "Write the text where it belongs, for example as the caption."),
    _Mark(late(r"(?<!\S)(?:image|video|audio|include|toc|xref|icon)::[^\s\[\]]*\["),
          "a macro of AsciiDoc", f"Write an image as `![what it shows](file)`. {_INCLUDE}"),
    _Mark(late(rf":(?:{_FIELDS}):(?:[ \t]|$)"), "a field of AsciiDoc or reStructuredText",
          "Leave it out, or write its equivalent in the front matter."),
    _Mark(late(r"\[(?:source|NOTE|TIP|IMPORTANT|WARNING|CAUTION|listing)(?:,[^\[\]\n]*)?\]$"),
          "an attribute list of AsciiDoc", "Write a block `::: note`, or a fence for code."),
    _Mark(late(r"={2,6} [^\W\d_][^=\n]*$"), "a heading of AsciiDoc", "Write it with `#`: `## …`."),
    _Mark(late(r"#\+[A-Za-z_]+:(?:\s|$)"), "a keyword of Org mode",
          "Leave it out, or write its equivalent in the front matter."),
    _Mark(late(r"(?<!/)/{4,}$"), "the mark of a comment in AsciiDoc", "Write it as `<!-- … -->`."),
    _Mark(late(r"\.\. (?![\w-]+:)[A-Za-z]"), "a comment of reStructuredText",
          "Write it as `<!-- … -->`, or leave out the two dots."),
    _Mark(late(r"(?<!/)/{3,}[ \t]*[a-z][\w-]*[ \t]*(?:\||$)"), "a block of MkDocs",
          "Write it as a block: `::: note Title`, the text, and `:::`."),
    _Mark(re.compile(r"\([A-Za-z][\w-]*\)=$"), "a label of MyST",
          "Write it as the id of the heading: `## Heading {#label}`."),
    _Mark(re.compile(r"<<[<{(\[][^\n<]*\.(?:md|txt|py)"), "an inclusion of another tool", _INCLUDE),
    _Mark(re.compile(r"\[\[(?:_?TOC_?|toc)\]\][^\n]|\$\{toc\}"), "a marker of the contents",
          "Leave it out: the contents are added automatically."),
)  # fmt: skip
"""Marks that begin a line."""

_TITLE = re.compile(r"= [^\W\d_]{2}[^=]*$")
"""A title, if it is the first line of the source."""

_MAY_BEGIN = re.compile(r"[-.<\[$({:=#/%]|(?:im|ex)port |[a-z]{3,7}::")
"""Marks that are tried at the beginning of a line: few lines of prose have any."""

DIAGRAMS = {
    "mermaid": "Mermaid", "plantuml": "PlantUML", "puml": "PlantUML", "graphviz": "Graphviz",
    "vega-lite": "Vega-Lite", "geojson": "GeoJSON", "topojson": "TopoJSON",
}  # fmt: skip
"""The languages of fences that other tools draw, and whose they are."""

ENGINES = frozenset(
    "asis bash c cat cpp css d3 dot fortran html javascript js julia jupyter mermaid node"
    " observable octave ojs perl php powershell psql python python3 r rcpp ruby rust sas scala sh"
    " shell sql stan stata tikz typescript webr zsh".split()
)
"""The languages of cells that R Markdown, Quarto and notebooks run."""

DIRECTIVES = {
    **dict.fromkeys(("include", "literalinclude"), _INCLUDE),
    **dict.fromkeys(("table", "list-table", "csv-table"), "Write a table, or a fence `csv`."),
    **dict.fromkeys(("toctree", "contents"), "Leave it out: the contents are added automatically."),
    **dict.fromkeys(
        ("glossary", "tab-set", "tab-item", "grid", "card", "margin", "sidebar", "epigraph"),
        "Write its content as Markdown, or as a `::: name` block.",
    ),
}
"""MyST's directives in fences that are not code, and their replacements."""


def find(data: str, pos: int) -> tuple[_Mark, str] | None:
    """The mark of another tool that begins at ``pos`` of a text, and the text of the mark."""
    for mark in COMMANDS if data[pos] == "\\" else INLINE:
        if match := mark.pattern.match(data, pos):
            instead = match.expand(mark.instead)
            return mark._replace(instead=instead), match[0]
    return None


_TOOLS = re.compile(
    "AsciiDoc|bookdown|CriticMarkup|Hugo|kramdown|Liquid|MDX|MkDocs|MyST|Obsidian|Org mode"
    "|pandoc-crossref|Quarto|reStructuredText"
)


def is_foreign(findings: Iterable[Diagnostic]) -> bool:
    """Return whether the findings show that the source was written for another tool."""
    return sum(1 for one in findings if _TOOLS.search(one.message)) > 2


def warn_of_line(lines: Iterable[Line], report: Report) -> None:
    """The lines of a paragraph that begin with a mark of another tool."""
    before = ""
    for line in lines:
        if not _MAY_BEGIN.match(line):
            before = line
            continue
        if line.number == 1 and _TITLE.match(line):
            message = f"`{line.strip()}` is a title of AsciiDoc, and stays as text."
            report(Code.LIKELY_SLIP, message, line.at(), "Write it with `#`: `# Title`.")
        if line.startswith("% ") and not before.rstrip()[-1:].isdecimal():  # not a percentage
            message = f"`{line.strip()}` is a comment in MyST and LaTeX. It stays as text."
            hint = "Write `<!-- … -->` for a comment, or begin with `\\%` if you mean it as text."
            report(Code.LIKELY_SLIP, message, line.at(), hint)
        before = line
        for mark in LINES:
            if match := mark.pattern.match(line):
                written = f"`{line.strip()}`" if len(line) < 60 else f"`{match[0]}…`"
                message = f"{written} is {mark.name}, and stays as text."
                report(Code.LIKELY_SLIP, message, line.at(), mark.instead)
