"""From nodes to markup: one template a node, all decisions made before it is called."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

import jinja2
from markupsafe import Markup, escape

from pipeline.editions import FormatName
from pipeline.model import (
    Block,
    Document,
    Image,
    Inline,
    List,
    ListItem,
    Node,
    Note,
    Paragraph,
    SoftBreak,
    Table,
    Text,
)
from pipeline.words import words

BLOCK_TAGS = frozenset({"div", "section", "aside", "details", "summary", "address"})
VOID_TAGS = frozenset({"br", "hr", "img", "wbr"})

# Roles of DPUB-ARIA 1.1 by the name that EPUB's Structural Semantics give the part.
DPUB_ROLES = frozenset(
    "abstract acknowledgments afterword appendix bibliography chapter colophon conclusion"
    " credits dedication epigraph epilogue errata foreword glossary index introduction part"
    " preface prologue toc".split()
)


def note_id(number: int) -> str:
    return f"fn-{number}"


def reference_id(number: int, occurrence: int) -> str:
    return f"fnref-{number}" if occurrence < 2 else f"fnref-{number}-{occurrence}"


class NodeRenderer:
    """Renders the nodes of one document for one format.

    ``base`` is added to a section's depth to give the level of its heading. ``pages``
    says on which page an id is, for formats of several pages; `page` is the page that
    is being rendered. ``in_contents`` are the ids that the contents lead to.
    """

    def __init__(
        self,
        environment: jinja2.Environment,
        format_name: FormatName,
        document: Document,
        *,
        base: int = 1,
        pages: Mapping[str, str] | None = None,
        in_contents: frozenset[str] = frozenset(),
    ) -> None:
        self.environment = environment
        self.format = format_name
        self.base = base
        self.pages = pages or {}
        self.page = ""
        self.rules: dict[str, str] = {}
        self._in_contents = in_contents
        self._labels: dict[str, int] = {}
        self._words = words(document.metadata.lang)
        self._assets = {asset.path: asset for asset in document.assets}
        self._notes: dict[int, Note] = {note.number: note for note in document.notes}
        self._templates: dict[type[Node], jinja2.Template] = {}
        self._context: dict[str, object] = {
            "format": format_name,
            "metadata": document.metadata,
            "slash": Markup("" if format_name == "html" else "/"),
            "void": VOID_TAGS,
            "block_tags": BLOCK_TAGS,
            "render": self.render,
            "render_item": self.render_item,
            "render_note": self.render_note,
            "attributes": self.attributes,
            "semantics": self.semantics,
            "heading_level": self.heading_level,
            "href": self.href,
            "image_source": self.image_source,
            "note_id": note_id,
            "reference_id": reference_id,
            "word": self.word,
            "distinct": self.distinct,
            "in_contents": self.in_contents,
            "is_task_list": is_task_list,
            "is_wide_table": is_wide_table,
        }

    def template(self, name: str, **context: object) -> Markup:
        """The page template ``name`` of this format, rendered."""
        found = self.environment.select_template(
            [f"{self.format}/{name}.html.j2", f"shared/{name}.html.j2"]
        )
        return Markup(found.render({**self._context, **context}))

    def render(self, nodes: Iterable[Block | Inline]) -> Markup:
        """The markup of some nodes: blocks on lines of their own, inlines run on."""
        parts = [self._node(node) for node in nodes]
        separator = "\n" if parts and parts[0][1] else ""
        return Markup(separator).join([part for part, _ in parts])

    def render_item(self, item: ListItem, tight: bool) -> Markup:
        """A list item's content; a tight item's paragraphs are bare text."""
        if not tight:
            return Markup("\n") + self.render(item.children) + Markup("\n")
        parts = [
            self.render(child.children) if isinstance(child, Paragraph) else self.render([child])
            for child in item.children
        ]
        return Markup("\n").join(parts)

    def render_note(self, number: int) -> Markup:
        """A note's blocks without white space between them: they stand within a line, where
        it would make lines of its own."""
        return Markup("").join(self._node(node)[0] for node in self._notes[number].children)

    def attributes(self, node: Node, *classes: str) -> Markup:
        """The HTML attributes of a node, with ``classes`` of the template's first."""
        names = [name for name in (*classes, *node.attributes.classes) if name]
        found: dict[str, str] = {}
        if node.attributes.id:
            found["id"] = node.attributes.id
        for key, value in node.attributes.pairs:
            if key == "width":
                names.append(self._width_class(value))
            elif key == "lang":
                found["lang"] = value
                if self.format != "html":
                    found["xml:lang"] = value
            elif key in {"dir", "title", "cite", "datetime", "open"}:
                found[key] = value
            elif re.fullmatch(r"[a-z][a-z0-9-]*", key):
                found[key if key.startswith("data-") else f"data-{key}"] = value
        if names:
            found["class"] = " ".join(dict.fromkeys(name for name in names if name))
        return Markup("").join(
            Markup(' {}="{}"').format(key, value) for key, value in found.items() if key
        )

    def _width_class(self, value: str) -> str:
        """A class that sets a width, so that no markup needs a style attribute."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(%|px|em|rem|cm|mm|in|pt)?", value.strip())
        if not match:
            return ""
        number, unit = match[1], match[2] or "px"
        name = "width-" + (number + unit).replace("%", "pc").replace(".", "-")
        # A figure takes the width, and its image fills the figure.
        self.rules[name] = (
            f".{name} {{ width: {number}{unit}; height: auto }}\n"
            f"figure.{name} > img {{ width: 100% }}"
        )
        return name

    def semantics(self, role: str, depth: int = 0) -> Markup:
        """``epub:type`` and the ARIA role that goes with it (EPUB Accessibility 1.1); a
        top-level section of an e-book is a chapter where nothing else is said."""
        if depth == 1 and self.format == "epub":
            role = role or "chapter"
        if not role or role not in DPUB_ROLES or self.format == "pdf":
            return Markup("")
        kind = Markup(' epub:type="{}"').format(role) if self.format == "epub" else Markup("")
        return kind + Markup(' role="doc-{}"').format(role)

    def heading_level(self, depth: int) -> int:
        return max(1, min(6, depth + self.base))

    def href(self, target: str) -> str:
        """Where a link leads from the page that is being rendered."""
        if not target.startswith("#"):
            return target
        page = self.pages.get(target[1:], self.page)
        return target if page == self.page else page + target

    def image_source(self, image: Image) -> str:
        asset = self._assets.get(image.asset)
        return f"images/{asset.name}" if asset else image.source

    def word(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def distinct(self, label: str) -> str:
        """``label``, from its second use on with a number: regions of a page need names
        that tell them apart."""
        count = self._labels[label] = self._labels.get(label, 0) + 1
        return label if count == 1 else f"{label} ({count})"

    def in_contents(self, target: str) -> bool:
        return target in self._in_contents

    def _node(self, node: Block | Inline) -> tuple[Markup, bool]:
        """The markup of a node, and whether it is a block."""
        if isinstance(node, Text):
            return escape(node.text), False
        if isinstance(node, SoftBreak):
            return Markup("\n"), False
        kind = type(node)
        template = self._templates.get(kind)
        if template is None:
            name = template_name(kind)
            template = self._templates[kind] = self.environment.select_template(
                [f"{self.format}/nodes/{name}", f"shared/nodes/{name}"]
            )
        markup = Markup(template.render({**self._context, "node": node}))
        return markup, isinstance(node, Block)


@functools.cache
def template_name(kind: type[Node]) -> str:
    """The file of a node's template: ``BlockQuote`` is in ``block-quote.html.j2``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower() + ".html.j2"


WIDE_TABLE = 7
"""Columns from which on a table is set smaller and wider in print."""


def is_wide_table(node: Table) -> bool:
    return any(len(row.cells) >= WIDE_TABLE for row in (*node.head, *node.body))


def is_task_list(node: List) -> bool:
    return any(item.checked is not None for item in node.items)
