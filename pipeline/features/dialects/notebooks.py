"""MyST and Dive into Deep Learning: roles, directives, labels and references."""

from __future__ import annotations

import re
from typing import TypeGuard
from urllib.parse import unquote

from msgspec.structs import replace

from pipeline import model
from pipeline.features.dialects import lessons
from pipeline.features.dialects.reading import INCLUDE
from pipeline.features.dialects.specifications import LOCAL, TOLD, lead
from pipeline.model import (
    CAPTIONED,
    Block,
    CrossReference,
    Document,
    Exercise,
    Heading,
    Link,
    MathBlock,
    Node,
    Paragraph,
    Text,
)
from pipeline.model.boxes import KINDS
from pipeline.model.late import late
from pipeline.model.tree import all_nodes, find, rewrite_document
from pipeline.parser import inlines
from pipeline.parser.attributes import attributes_with_id, join_attributes, make_attributes
from pipeline.parser.blockparser import BlockElement, LineProcessor
from pipeline.parser.constructs import boxes
from pipeline.parser.constructs.boxes import details_by_other_name, kind_of, title_for
from pipeline.parser.constructs.source_parts import SourceParts
from pipeline.parser.dialects import Dialect, LinePair, Sign, Standing, ToldMark
from pipeline.parser.leaf_text import InlineSpan, Pattern, Result, encode
from pipeline.parser.lines import Cursor

# --- d2l -------------------------------------------------------------------------------------
# Dive into Deep Learning's notebooks: labels, references and tabs, as roles on their own.

_LABEL_ROLE = late(r":(eq)?(label|width|height):`([^`\n]{1,200})`[ \t]*")
_IMAGE = late(r"!\[([^\[\]\"\n]+)\]\(([^()\s\"]+)\)(?=(?:\{[^{}]*\})?$)")
_CAPTION = late(r":([^\W\d_][^`\n:]{2,300})$")
_CELL = late(r"[ \t]*(?:%%tab|#@(?:tab|save))\b.*")


class LabelProcessor(LineProcessor):
    """A line below a heading, an image, a table or a formula that gives it an id or a width."""

    begins = ":"

    def start(self, cursor: Cursor) -> bool:
        match = _LABEL_ROLE.fullmatch(cursor.rest)
        if match is None:
            return self._captions(cursor)
        key = match[2]
        listed = f"{{#{match[3]}}}" if key == "label" else f"{{{key}={match[3]}}}"
        tip, above = self.parser.tip, self.parser.innermost.last
        if tip.tag == "p" and tip is self.parser.innermost:
            last, text = tip.lines[-1], tip.lines[-1].rstrip()
            if key == "label":  # a figure, whose caption is its text
                text = _IMAGE.sub(r'![\1](\2 "\1")', text)
            if key != "height" and text.endswith(")"):
                tip.lines[-1] = last.with_text(text + listed)
            elif key != "height" and text.endswith("}"):
                tip.lines[-1] = last.with_text(f"{text[:-1]} {listed[1:]}")
        else:
            self.parser.close_unmatched()
            if above is not None and above.tag == "table" and key == "label":
                self._name_table(cursor, listed)
            elif above is not None and key == "label":
                above.state = join_attributes(above.attributes, make_attributes(match[3]))
        cursor.skip_rest()
        return True

    def _name_table(self, cursor: Cursor, listed: str) -> None:
        """Give the table above an id, which stands with its caption."""
        blocks = self.parser.innermost.blocks
        before = blocks[-2] if len(blocks) > 1 else None
        if before is not None and before.lines and before.lines[0].startswith(": "):
            last = before.lines[-1]
            before.lines[-1] = last.with_text(f"{last.rstrip()} {listed}")
        else:
            self.parser.read_again((cursor.line.with_text(f": {listed}"),))

    def _captions(self, cursor: Cursor) -> bool:
        """Read a line as the caption of a table that follows."""
        caption = _CAPTION.fullmatch(cursor.rest.rstrip())
        if caption is None or not self.parser.next_text().startswith("|"):
            return False
        self.parser.close_unmatched()
        self.parser.read_again((cursor.line.with_text(f": {caption[1]}"),))
        cursor.skip_rest()
        return True


def _reference(m: re.Match[str], data: str) -> Result:
    """``:numref:`place` `` and ``:cite:`key` ``."""
    if not m[1].startswith("cite"):
        return InlineSpan("a", m[2], href=LOCAL + encode(m[2]), title=TOLD)
    keys = "; ".join(f"@{key.strip()}" for key in m[2].split(","))
    return inlines.read_bracketed_citation(keys)


def code(parts: SourceParts) -> SourceParts | tuple[Block, ...]:
    """A cell without the line that tells for which tab it is."""
    if parts.lines and _CELL.fullmatch(parts.lines[0]):
        return replace(parts, lines=parts.lines[1:])
    return parts


D2L = Dialect(
    names=("d2l",),
    begins=frozenset(":"),
    signs=(
        Sign(":begin_tab:", late(r"(?m)^:begin_tab:`")),
        Sign("label:`", late(r"(?m)^:(?:eq)?label:`[\w-]+`[ \t]*$")),
    ),
    blocks={"d2l-label": LabelProcessor},
    inlines={
        "d2l-reference": Pattern(
            ":", r":(numref|eqref|ref|cite[tp]?):`([^`\n]{1,300})`", _reference
        ),
    },
    pairs=(
        LinePair(
            late(r":begin_tab:`(?P<title>[^`\n]{1,100})`"), lessons.closing_of(":end_tab:"), "tab"
        ),
    ),
    containers={"tab": lessons.tab},
    cells=(code,),
    settle=(lead,),
)


# --- myst ------------------------------------------------------------------------------------
# MyST: roles, directives in fences, and labels.

_LABEL = late(r"\(([A-Za-z][\w:-]{0,80})\)")
_WITH_TARGET = late(r"(.*\S)\s*<([^<>\s]+)>$")


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
        return InlineSpan("a", text or target, href=encode(target))
    if role == "eq" and not text:
        target = target if target.startswith("eq-") else f"eq-{target}"
    if not text and re.match(r"(?:fig|tbl|sec|eq|lst)-", target):
        return InlineSpan("cross-reference", target=target, form="full")
    return InlineSpan("a", text, href=encode(f"#{target}"))


def directive(parts: SourceParts) -> tuple[Block, ...]:
    """MyST's ``seealso``, and its ``admonition`` with the kind as a class."""
    title, attributes = parts.titled
    kind = next((name for name in attributes.classes if name in KINDS), parts.name)
    box = model.Admonition(
        kind=kind_of(kind),
        title=title_for(parts.name, title),
        children=parts.children,
        span=parts.span,
        attributes=attributes.without(classes={kind}),
    )
    return (box,)


def proof(parts: SourceParts) -> tuple[Block, ...]:
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


def label_formulas(document: Document) -> Document:
    """The document with the labels of formulas, ``$$ (label)``, that something refers to."""
    if not any(isinstance(block, MathBlock) for block in document.blocks):
        return document
    targets = {node.target for node in all_nodes(document) if isinstance(node, CrossReference)}
    blocks: list[Block] = []
    for block in document.blocks:
        before = blocks[-1] if blocks else None
        label = _label(block) if isinstance(before, MathBlock) else ""
        if label and label in targets and isinstance(before, MathBlock):
            attributes = join_attributes(before.attributes, attributes_with_id(label))
            blocks[-1] = replace(before, attributes=attributes)
        else:
            blocks.append(block)
    return replace(document, blocks=tuple(blocks))


def _label(block: Block) -> str:
    """The id that a paragraph of only a label gives to the formula above it."""
    only = block.children if isinstance(block, Paragraph) and len(block.children) == 1 else ()
    match = _LABEL.fullmatch(only[0].text) if only and isinstance(only[0], Text) else None
    return f"eq-{match[1].removeprefix('eq-')}" if match else ""


def fill_links(document: Document) -> Document:
    """The document with words in links without any, ``[](#place)``: those of a heading, the kind
    and number of what it leads to, or else its name."""
    if not any(_is_empty(node) for _, node, _ in find(document, Link)):
        return document
    targets = {node.attributes.id: node for node in all_nodes(document)}

    def leave(node: Link) -> Link | CrossReference:
        if not _is_empty(node):
            return node
        target = targets.get(node.href[1:])
        if isinstance(target, Heading):
            return replace(node, children=target.children)
        if isinstance(target, _NUMBERED):
            return CrossReference(target=node.href[1:], form="full", span=node.span)
        return replace(node, children=(model.Text(text=unquote(node.href[1:]), span=node.span),))

    return rewrite_document(document, leave={Link: leave})


_NUMBERED: tuple[type[Node], ...] = (MathBlock, Exercise, *CAPTIONED)
"""The nodes with numbers, by which a reference calls them."""


def _is_empty(node: Node) -> TypeGuard[Link]:
    return isinstance(node, Link) and not node.children and node.href[:1] == "#"


_PROOFS = tuple(
    f"prf:{kind}"
    for kind in (
        "algorithm assumption axiom conjecture corollary criterion definition example lemma"
        " observation proof property proposition remark theorem"
    ).split()
)

_PLACE = late(r"\(([A-Za-z][\w-]{0,99})\)=[ \t]*$")


class PlaceProcessor(LineProcessor):
    """A line with the label of the heading below it."""

    begins = "("

    def start(self, cursor: Cursor) -> bool:
        match = _PLACE.match(cursor.rest)
        is_alone = self.parser.tip.tag != "p" and self.parser.next_text().startswith("#")
        if not match or not is_alone:
            return False
        self.parser.add_leaf(BlockElement("label", cursor.number, self, name=match[1]), cursor)
        cursor.skip_rest()
        return True


MYST = Dialect(
    names=("MyST",),
    begins=frozenset("+"),
    blocks={"myst-place": PlaceProcessor},
    standing=(Standing(late(r"\+\+\+ *\{[^\n]{1,300}\}")),),
    inlines={
        "role": Pattern(
            "{",
            r"\{(sub|sup|kbd|math|abbr|ref|numref|eq|doc|download)\}`([^`\n]{1,500})`",
            _role,
        ),
    },
    directives={
        **{name: name for name in (*KINDS, *_PROOFS, "seealso", "admonition", "dropdown")},
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
        "dropdown": details_by_other_name,
        **dict.fromkeys(("figure", "image"), boxes.directive),
    },
    boxes=dict.fromkeys(("seealso", "admonition"), "note"),
    titles={"seealso": "See also"},
    marks=(
        ToldMark(
            late(r"\{[a-z][\w:.-]*\}(?=`[^`\n])"),
            "a role of MyST",
            "Write a link `[text](#id)`, a reference `@fig-x` or plain text.",
        ),
    ),
    lines=(
        ToldMark(
            late(r"\([A-Za-z][\w-]*\)=$"),
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
    settle=(label_formulas, fill_links),
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
