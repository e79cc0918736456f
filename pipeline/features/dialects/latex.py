"""Pandoc's and LaTeX's notations in the text, and markup that is not Markdown and is told."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.features.dialects.drawn_tables import DashTableProcessor, GridTableProcessor
from pipeline.features.dialects.front_matter import LaterProcessor
from pipeline.features.dialects.reading import INCLUDE
from pipeline.model.late import late
from pipeline.model.names import slug
from pipeline.parser.attributes import make_attributes
from pipeline.parser.definitions import INDEX_CLASS
from pipeline.parser.dialects import Comment, Dialect, ToldMark
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result, normalise
from pipeline.parser.math import ENVIRONMENTS as FORMULAS

# --- pandoc ----------------------------------------------------------------------------------
# Pandoc: tables drawn with dashes; headings that references name by their text; pandoc-crossref's
# references.

_NAMED = late(r"\]\[([^\[\]\n]++(?:\n[^\[\]\n]++)?)\](?!\()|\[([^\[\]\n]{2,200})\]\[\]")
_TITLE_BLOCK = late(r"% \S[^\n]*\n%(?: |\n)")


def headings(text: str, known: Mapping[str, str]) -> Mapping[str, str]:
    """The addresses of headings by their texts: in full references, ``[text][The heading]``, and if
    a text has one of those, or Pandoc's title block, in ``[The heading]`` too."""
    if "][" not in text and not text.startswith("% "):
        return {}
    addresses = {normalise(title): f"#{name or slug(title)}" for title, name in known.items()}
    labels = (normalise(match[1] or match[2]) for match in _NAMED.finditer(text))
    if any(label in addresses for label in labels) or _TITLE_BLOCK.match(text):
        return addresses
    return {}


PANDOC = Dialect(
    names=("pandoc-crossref",),
    blocks={
        "later-front-matter": LaterProcessor,
        "grid-table": GridTableProcessor,
        "dash-table": DashTableProcessor,
    },
    implied=(headings,),
    marks=(
        ToldMark(
            late(r"@(fig|tbl|sec|eq|lst):(\w(?:[\w-]{0,60}\w)?)"),
            "a reference of pandoc-crossref",
            r"Write it with a hyphen: the id `{#\1-\2}`, and `@\1-\2`.",
        ),
    ),
)


# --- latex -----------------------------------------------------------------------------------
# Commands of LaTeX in the text, outside formulas: what they are here, or what to write instead. It
# is all data, each key a pattern of names.

TEXTS = {"LaTeX": "LaTeX", "TeX": "TeX", "ldots": "…", "dots": "…", "textellipsis": "…"}
"""Commands that are text."""

BLOCKS = {"center": "center", "flushright": "right", "flushleft": "left", "verse": "verse"}
"""Environments that are blocks ``::: name``."""

_SPACE = "Leave it out; for space to write in, write `::: space 10mm`, and `:::` on the next line."
_OWN_LINES = r"Put each of `\\begin{…}` and `\\end{…}` on a line of its own."
_LEAVE = "Leave it out."
_DESIGN = "Leave it out: the theme and the edition decide about that."
_RIGHT = "For text at the right, put `{.right}` on a line of its own below the paragraph."
_BOLD = "Write it as `**…**`."
_ITALIC = "Write it as `*…*`."
_RULE = "Write `____` for a line to write on, or `---` for a rule."
_LIST = "Write it as a list: `- one`, or `1. one`."


WITH_ARGUMENT = {
    "footnote": "Write it as `^[…]`.",
    "(?:text|paren|auto|foot)?cite[pt]?": "Write it as `[@key]`.",
    "label": "Write an id in braces, `{#fig-map}`, at the end of what it names.",
    "textbf": _BOLD,
    "emph|textit|textsl": _ITALIC,
    "texttt|verb": "Write it between backticks.",
    "(?:sub)*section|chapter|paragraph|part": "Write it as a heading: `## …`.",
    "includegraphics": "Write it as `![what it shows](file)`.",
    "caption": 'Write it after the image\'s file: `![what it shows](file "Caption")`.',
    "href|url": "Write it as `[text](address)`.",
    "underline": "Write it as `<u>…</u>`.",
    "ce|cf|pu|qty|SI|si|unit|num|ang": "Write it as a formula: `$…$`.",
    "textsc": "Write it as `[…]{.smallcaps}`.",
    "textsuperscript": "Write it as `<sup>…</sup>`.",
    "textsubscript": "Write it as `<sub>…</sub>`.",
    "vspace|vskip": _SPACE,
    "hspace|hskip|phantom|hphantom|vphantom": _RIGHT,
    "centerline": "Put it between `::: center` and `:::`.",
    "rule|makebox|framebox|fbox|parbox|mbox|raisebox": _RULE,
    "textcolor|color|colorbox|fontsize|selectlanguage": _DESIGN,
    "setlength|setcounter|addtocounter|addcontentsline|(?:this)?pagestyle|pagenumbering": _DESIGN,
    "documentclass|usepackage|bibliographystyle|hypersetup|geometry": _DESIGN,
    "title|author|date": "Write it in the front matter: `title: …`.",
    "input|include|subfile": INCLUDE,
    "bibliography|addbibresource": "Write `bibliography: works.bib` in the front matter.",
    "pageref|nameref|vref": "Write a reference, `@sec-x`, which has the page in print.",
    "item": _LIST,
}
"""Commands with an argument in braces or brackets."""

ALONE = {
    "noindent|indent|par|maketitle|appendix|phantomsection": _LEAVE,
    "frontmatter|mainmatter|backmatter": _LEAVE,
    "bigskip|medskip|smallskip|vfill|vskip": _SPACE,
    "hfill|quad|qquad|hskip": _RIGHT,
    "centering": "Put the text between `::: center` and `:::`.",
    "raggedright|raggedleft": _RIGHT,
    "today": "Write the date.",
    "hrulefill|dotfill|hline": _RULE,
    "tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge": _DESIGN,
    "bfseries": _BOLD,
    "itshape|em": _ITALIC,
    "item": _LIST,
    "newline|linebreak": r"End the line with `\\`.",
    "listoffigures": "Write `contents: {figures: true}` in the front matter.",
    "listoftables": "Write `contents: {tables: true}` in the front matter.",
    "printbibliography": "Write `::: bibliography`, and `:::` on the next line.",
    "printindex": "Write `::: index`, and `:::` on the next line.",
}  # fmt: skip
"""Commands without an argument."""

ENVIRONMENTS = {
    "center|flushright|flushleft": _OWN_LINES,
    "itemize|enumerate|description": _LIST,
    "quote|quotation": "Begin its lines with `> `.",
    "figure|wrapfigure|subfigure": 'Write `![what it shows](file "Caption")`.',
    "table|tabular|tabularx|longtable": "Write a table: lines such as `| a | b |`.",
    "verbatim|lstlisting|minted": "Put the code between two lines of three backticks.",
    "multicols": "Put it between `::: columns` and `:::`.",
    "minipage|tcolorbox|mdframed": "Put it between `::: note` and `:::`.",
    "abstract": "Write `abstract: …` in the front matter.",
    "document": _LEAVE,
    r"[\w-]+": "Write what it stands for in Markdown.",
}
"""Environments other than formulas; the first that matches counts."""

_SEE = late(r"see(?:also)?\{([^{}]+)\}")
_NAME = "a command of LaTeX"


def _text(m: re.Match[str], data: str) -> Result:
    return TEXTS[m[1]]


def _index(m: re.Match[str], data: str) -> Result:
    r"""``\index{cat!black}``, ``\index{alpha@$\alpha$}``, ``\index{tom|see{cat}}``."""
    written, _, more = m[1].partition("|")
    levels = (level.rpartition("@")[2].strip() for level in written.split("!"))
    entry = "!".join(filter(None, levels)).replace(";", ",")
    see = _SEE.fullmatch(more.strip())
    pairs = (("entry", entry), *((("see", see[1]),) if see else ()))
    element = InlineSpan("span")
    element.attributes = make_attributes(classes=(INDEX_CLASS,), pairs=pairs)
    return element if entry else ""


LATEX = Dialect(
    names=(),
    inlines={
        "latex-index": Pattern("\\", r"\\index\{([^{}\n]{0,200}(?:\{[^{}\n]{0,200}\})?)\}", _index),
        "latex-text": Pattern("\\", rf"\\({'|'.join(TEXTS)})(?![A-Za-z])(?:\{{\}})?", _text),
    },
    comments=(
        Comment(
            late(r"\\if(?:false(?![A-Za-z])|0(?!\d))"),
            late(r"\\fi(?![A-Za-z])"),
            "a LaTeX comment",
            r"\fi",
        ),
        Comment(
            late(r"\\begin\{comment\}"),
            late(r"\\end\{comment\}"),
            "a LaTeX comment",
            r"\end{comment}",
        ),
    ),
    environments=BLOCKS,
    commands=(
        *(
            ToldMark(late(rf"\\(?:{names})\*?[\[{{][^\n\]}}]{{0,300}}[\]}}]"), _NAME, instead)
            for names, instead in WITH_ARGUMENT.items()
        ),
        *(
            # What stands before it is no path: `C:\large`.
            ToldMark(late(rf"(?<![\w:.\\/\]])\\(?:{names})(?![A-Za-z\\])"), _NAME, instead)
            for names, instead in ALONE.items()
        ),
        ToldMark(
            late(rf"(?<=[^\n])\\begin\{{(?:{FORMULAS})\*?\}}"),
            _NAME,
            "End it in the same paragraph.",
        ),
        *(
            ToldMark(
                late(
                    rf"\\(?:begin|end)\{{(?!(?:{FORMULAS})\*?\}})(?:{names})\*?\}}"
                    r"(?:[\[{][^\n\]}]{0,300}[\]}])?"
                ),
                _NAME,
                instead,
            )
            for names, instead in ENVIRONMENTS.items()
        ),
    ),
)


# --- other markup ----------------------------------------------------------------------------
# Markup that is not Markdown, and is told where it stands in Markdown: AsciiDoc, reStructuredText,
# Org mode; and CriticMarkup, whose changes the core reads.

_FIELDS = (
    "author|caption|description|doctype|experimental|icons|imagesdir|keywords|lang|maxdepth"
    "|name|numbered|orphan|revdate|revnumber|sectnums|source-highlighter|stem|title|toc|toclevels"
)

ASCIIDOC = Dialect(
    names=("AsciiDoc",),
    lines=(
        ToldMark(
            late(r"= [^\W\d_]{2}[^=]*$"),
            "a title of AsciiDoc",
            "Write it with `#`: `# Title`.",
            is_first=True,
        ),
        ToldMark(
            late(r"(?<!\S)(?:image|video|audio|include|toc|xref|icon)::[^\s\[\]]*\["),
            "a macro of AsciiDoc",
            f"Write an image as `![what it shows](file)`. {INCLUDE}",
        ),
        ToldMark(
            late(rf":(?:{_FIELDS}):(?:[ \t]|$)"),
            "a field of AsciiDoc or reStructuredText",
            "Leave it out, or write its equivalent in the front matter.",
        ),
        ToldMark(
            late(r"\[(?:source|NOTE|TIP|IMPORTANT|WARNING|CAUTION|listing)(?:,[^\[\]\n]*)?\]$"),
            "an attribute list of AsciiDoc",
            "Write a block `::: note`, or a fence for code.",
        ),
        ToldMark(
            late(r"={2,6} [^\W\d_][^=\n]*$"), "a heading of AsciiDoc", "Write it with `#`: `## …`."
        ),
        ToldMark(
            late(r"(?<!/)/{4,}$"), "the mark of a comment in AsciiDoc", "Write it as `<!-- … -->`."
        ),
    ),
)

RESTRUCTUREDTEXT = Dialect(
    names=("reStructuredText",),
    marks=(
        ToldMark(
            late(r":[a-z][\w.-]*:(?=`[^`\n])"),
            "a role of reStructuredText",
            "Write a link `[text](#id)`, a reference `@fig-x` or code.",
        ),
    ),
    lines=(
        ToldMark(
            late(r"\.\. [a-z][\w:-]*::"),
            "a directive of reStructuredText",
            "Write a block `::: note`, an image `![what it shows](file)`, or what it stands for.",
        ),
        ToldMark(
            late(r"\.\. (?![\w-]+:)[A-Za-z]"),
            "a comment of reStructuredText",
            "Write it as `<!-- … -->`, or leave out the two dots.",
        ),
    ),
)

ORG_MODE = Dialect(
    names=("Org mode",),
    lines=(
        ToldMark(
            late(r"#\+[A-Za-z_]+:(?:\s|$)"),
            "a keyword of Org mode",
            "Leave it out, or write its equivalent in the front matter.",
        ),
    ),
)

CRITICMARKUP = Dialect(
    names=("CriticMarkup",),
    comments=(
        Comment(late(r"\{>>"), late("<<}"), "a CriticMarkup comment", "<<}"),
        Comment(late(r"\{--(?!\})"), late(r"--\}"), "a deletion of CriticMarkup", "--}", text=True),
    ),
    marks=(
        ToldMark(
            late(r"\{(?:\+\+|==|~~)(?=[^\s}])(?!\w+[;}])"),
            "the beginning of a change in CriticMarkup that its paragraph does not end",
            "Write the text as it is meant to be, without such marks.",
        ),
    ),
)
