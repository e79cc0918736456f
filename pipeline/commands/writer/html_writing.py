"""HTML, for what Markdown cannot express: blocks with attributes that its own blocks cannot have,
cells that span columns or rows, text that is not a paragraph."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

from pipeline import model
from pipeline.commands.writer.attribute_lists import UnwritableError
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node


def unwritable(node: Node) -> UnwritableError:
    """The error that no source can make a node."""
    return UnwritableError(f"a node `{type(node).__name__}` like this")


def tag(name: str, attributes: Attributes, more: str = "") -> str:
    """The opening tag of an element."""
    written = f' id="{html.escape(attributes.id)}"' if attributes.id else ""
    if attributes.classes:
        written += f' class="{html.escape(" ".join(attributes.classes))}"'
    for key, value in attributes.pairs:
        written += f' {key}="{html.escape(value)}"'
    return f"<{name}{written}{more}>"


def plain(children: Iterable[Inline]) -> str:
    """Inlines as HTML, for text between tags in which no Markdown is read."""
    return "".join(map(_inline, children))


def _inline(node: Inline) -> str:
    match node:
        case model.Text():
            return html.escape(node.text, quote=False)
        case model.SoftBreak():
            return " "
        case model.LineBreak():
            return "<br>"
        case model.Code():
            return f"{tag('code', node.attributes)}{html.escape(node.text, quote=False)}</code>"
        case model.Variable():
            return f"{{{{ {node.name} }}}}"
        case model.Abbreviation() if node.attributes == NO_ATTRIBUTES:
            return f'<abbr title="{html.escape(node.title)}">{html.escape(node.text, False)}</abbr>'
        case model.Link():
            more = f' href="{html.escape(node.href)}"'
            more += f' title="{html.escape(node.title)}"' if node.title else ""
            return f"{tag('a', node.attributes, more)}{plain(node.children)}</a>"
        case model.Image():
            return image(node)
        case model.InlineElement(name="wbr"):
            return "<wbr>"
        case model.InlineElement():
            return f"{tag(node.name, node.attributes)}{plain(node.children)}</{node.name}>"
        case model.Emphasis() | model.Strong() | model.Strikethrough():
            name = {model.Emphasis: "em", model.Strong: "strong"}.get(type(node), "del")
            return f"{tag(name, node.attributes)}{plain(node.children)}</{name}>"
        case _:
            raise unwritable(node)


def image(node: model.Image) -> str:
    """An image as HTML."""
    more = f' src="{html.escape(node.source)}" alt="{html.escape(node.alt)}"'
    more += f' title="{html.escape(node.title)}"' if node.title else ""
    classes = node.attributes.classes
    if not node.alt:
        classes = tuple(name for name in classes if name != "decorative")
    return tag("img", model.Attributes(node.attributes.id, classes, node.attributes.pairs), more)


def element(opening: str, children: Iterable[Block], write: Callable[[Block], str]) -> str:
    """An element with blocks in it: text that is not a paragraph directly between its tags, and
    everything else as Markdown between empty lines."""
    name = re.match(r"<([\w-]+)", opening)
    assert name is not None
    markup = opening
    in_markup = True
    for block in children:
        if isinstance(block, model.Plain) and in_markup:
            markup += plain(block.children)
        else:
            markup += f"\n\n{write(block)}"
            in_markup = False
    return f"{markup}{'' if in_markup else chr(10) * 2}</{name[1]}>"
