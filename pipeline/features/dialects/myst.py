"""MyST: roles, directives in fences, and labels."""

from __future__ import annotations

import re

from pipeline import model
from pipeline.features.dialects import lessons
from pipeline.features.dialects.kramdown import INCLUDE
from pipeline.model import Block
from pipeline.parser.constructs import figures
from pipeline.parser.constructs.boxes import NAMES, details, kind_of, title_for, title_of
from pipeline.parser.constructs.parts import Parts
from pipeline.parser.dialects import Dialect, ToldMark
from pipeline.parser.inlines import links
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

_WITH_TARGET = re.compile(r"(.*\S)\s*<([^<>\s]+)>$")


def _role(m: re.Match[str], data: str) -> Result:
    """``{ref}`target` `` and MyST's other roles with a clear meaning."""
    role, content = m[1], m[2].strip()
    if role in ("sub", "sup", "kbd"):
        return InlineSpan("element", content, name=role)
    if role == "math":
        return InlineSpan("math", content)
    if role == "abbr":
        short, _, long = content.removesuffix(")").rpartition("(")
        if not (content.endswith(")") and short.strip() and long):
            return InlineSpan("element", content, name="abbr")
        return InlineSpan("element", short.rstrip(), name="abbr", title=long)
    named = _WITH_TARGET.match(content)
    text, target = (named[1], named[2]) if named else ("", content)
    if role in ("doc", "download"):
        return InlineSpan("a", text or target, href=links.encode(target))
    if role == "eq" and not text:
        target = target if target.startswith("eq-") else f"eq-{target}"
    if not text and re.match(r"(?:fig|tbl|sec|eq|lst)-", target):
        return InlineSpan("cross-reference", target=target, form="full")
    return InlineSpan("a", text or target, href=links.encode(f"#{target}"))


def directive(parts: Parts) -> tuple[Block, ...]:
    """MyST's ``seealso``, and its ``admonition`` with the kind as a class."""
    title, attributes = title_of(parts)
    kind = next((name for name in attributes.classes if name in NAMES), parts.name)
    found = model.Admonition(
        kind=kind_of(kind),
        title=title_for(parts.name, title),
        children=parts.children,
        span=parts.span,
        attributes=attributes.without(classes={kind}),
    )
    return (found,)


def dropdown(parts: Parts) -> tuple[Block, ...]:
    """MyST's ``dropdown``, whose content is collapsed."""
    return details(parts._replace(name="details"))


def proof(parts: Parts) -> tuple[Block, ...]:
    """A theorem, a definition and the like: a box with its kind before its title."""
    kind = parts.name.partition(":")[2]
    title = parts.title
    label = model.Text(text=f"{kind.capitalize()}{': ' if title else ''}")
    return (
        model.Admonition(
            kind="example" if kind == "example" else "note",
            title=(label, *title),
            children=parts.children,
            span=parts.span,
            attributes=parts.attributes,
        ),
    )


_PROOFS = tuple(
    f"prf:{kind}"
    for kind in (
        "algorithm assumption axiom conjecture corollary criterion definition example lemma"
        " observation proof property proposition remark theorem"
    ).split()
)

MYST = Dialect(
    names=("MyST",),
    inlines={
        "role": Pattern(
            "{",
            r"\{(sub|sup|kbd|math|abbr|ref|numref|eq|doc|download)\}`([^`\n]{1,500})`",
            _role,
        ),
    },
    directives={
        **{name: name for name in (*NAMES, *_PROOFS, "seealso", "admonition", "dropdown")},
        **{name: name for name in ("figure", "image", "exercise", "epigraph", "pull-quote")},
        **dict.fromkeys(("margin", "marginfigure", "sidebar", "aside", "topic"), "sidebar"),
        **dict.fromkeys(("tab-set", "grid"), "myst-group"),
        **dict.fromkeys(("tab-item", "grid-item", "grid-item-card", "card"), "myst-titled"),
        "list-table": "table",
    },
    containers={
        **dict.fromkeys(_PROOFS, proof),
        "myst-group": lessons.content,
        "myst-titled": lessons.tab,
        **dict.fromkeys(("seealso", "admonition"), directive),
        "dropdown": dropdown,
        **dict.fromkeys(("figure", "image"), figures.directive),
    },
    boxes=dict.fromkeys(("seealso", "admonition"), "note"),
    titles={"seealso": "See also"},
    marks=(
        ToldMark(
            re.compile(r"\{[a-z][\w:.-]*\}(?=`[^`\n])"),
            "a role of MyST",
            "Write a link `[text](#id)`, a reference `@fig-x` or plain text.",
        ),
    ),
    lines=(
        ToldMark(
            re.compile(r"\([A-Za-z][\w-]*\)=$"),
            "a label of MyST",
            "Write it as the id of the heading: `## Heading {#label}`.",
        ),
    ),
    unread={
        **dict.fromkeys(("include", "literalinclude"), INCLUDE),
        **dict.fromkeys(("table", "csv-table"), "Write a table, or a fence `csv`."),
        **dict.fromkeys(
            ("toctree", "contents"), "Leave it out: the contents are added automatically."
        ),
        "glossary": "Write its content as Markdown, or as a `::: name` block.",
    },
    engines=frozenset({"code-cell"}),
    left_out={"index": "Mark the word in the text: `[rain]{.index}`."},
    options={
        **dict.fromkeys(("label", "name"), "#"),
        "linenos": ".numbered",
        "lineno-start": "start",
        "emphasize-lines": "mark",
        "caption": "caption",
        "filename": "filename",
        "header-rows": "head-rows",
        "stub-columns": "head-columns",
        "title": "title",
    },
)
