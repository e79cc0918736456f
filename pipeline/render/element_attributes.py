"""The attributes of elements: the node's own, and classes that set a size, so that no markup needs
a style attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup

from pipeline.model import Answer, Container, Node
from pipeline.model.editions import FormatName
from pipeline.model.names import TAKEN_CLASSES, TAKEN_NAMES
from pipeline.model.print_marks import OURS
from pipeline.model.tree import CHAPTER, MINUTES, STARTS, WIDTH
from pipeline.system.paths import scheme


class SizeClasses:
    """Names classes after the size that they set, and puts the styles of each into ``rules``."""

    def __init__(self, rules: dict[str, str]) -> None:
        self._rules = rules

    def width(self, value: str) -> str:
        """A class that sets a width; "" for an invalid one."""
        match = WIDTH.fullmatch(value.strip())
        if not match:
            return ""
        number, unit = match[1], match[2] or "px"
        name = "width-" + (number + unit).replace("%", "pc").replace(".", "-")
        # A figure takes the width, and its image fills the figure.
        self._rules[name] = (
            f".{name} {{ width: {number}{unit}; height: auto }}\n"
            f"figure.{name} > img {{ width: 100% }}"
        )
        return name

    def tail(self, figures: float) -> str:
        """A class that leaves room for a number of digits on the right."""
        name = f"tail-{figures:g}".replace(".", "-")
        self._rules[name] = (
            f".{name} {{ margin-right: {figures / 2:g}em; margin-right: {figures:g}ch }}"
        )
        return name

    def answer_room(self, node: Answer) -> str:
        """Classes for the room of the lines or the space that an answer replaces."""
        if not node.lines and not node.space:
            return ""
        name = f"answer-{node.lines}-{node.space:g}".replace(".", "-")
        room = f"{node.lines} * var(--writing-line)" if node.lines else f"{node.space:g}mm"
        self._rules[name] = f".{name} {{ min-height: calc({room}) }}"
        return f"in-place {name}"


def classes_of(node: Node, classes: Iterable[str]) -> list[str]:
    """The classes of a node's element: those of its template, and the author's. The name of
    a container, of which its template makes a class, is the author's too."""
    if isinstance(node, Container):
        return [name for name in (*classes, *node.attributes.classes) if name not in TAKEN_NAMES]
    return [*classes, *(name for name in node.attributes.classes if name not in TAKEN_CLASSES)]


def attributes_of(
    node: Node, classes: tuple[str, ...], format_name: FormatName, sizes: SizeClasses
) -> Markup:
    """The attributes of a node's element in a format, with ``classes`` before its own."""
    names = classes_of(node, classes)
    attributes: dict[str, str] = {}
    if node.attributes.id:
        attributes["id"] = node.attributes.id
    if format_name == "epub" and isinstance(node, Container) and node.name == "details":
        # Many e-readers cannot unfold anything.
        attributes["open"] = "open"
    for key, value in node.attributes.pairs:
        if key in (MINUTES, STARTS, CHAPTER):  # templates put it in words
            continue
        if key[:1] == "+":  # what a pass says
            attributes[f"data-{key[1:]}"] = value
        elif key == "width":
            names.append(sizes.width(value))
        elif key == "lang":
            attributes["lang"] = value
            if format_name != "html":
                attributes["xml:lang"] = value
        elif key == "cite":
            if scheme(value) in {"", "http", "https"}:
                attributes[key] = value
        elif key in {"dir", "title", "datetime", "open"}:
            attributes[key] = value
        elif re.fullmatch(r"[a-z][a-z0-9-]*", key):
            name = key if key.startswith("data-") else f"data-{key}"
            if format_name != "pdf" or name not in OURS:
                attributes[name] = value
    if any(names):
        attributes["class"] = " ".join(dict.fromkeys(filter(None, names)))
    return Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in attributes.items() if key
    )
