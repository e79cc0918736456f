"""Markup that is not Markdown, and is told where it stands in Markdown: AsciiDoc, reStructuredText,
Org mode; and CriticMarkup, whose changes the core reads."""

from __future__ import annotations

from pipeline.features.dialects.reading import INCLUDE
from pipeline.model.late import late
from pipeline.parser.dialects import Comment, Dialect, ToldMark

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
