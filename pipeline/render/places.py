"""Where characters that a font may lack first stand in the source."""

from __future__ import annotations

from pipeline.diagnostics import Span
from pipeline.model import Code, CodeBlock, Document, LineBreak, SoftBreak, Text
from pipeline.pages import Place
from pipeline.scripts import beyond
from pipeline.tree import walk, whole


def first_places(document: Document) -> tuple[Place, ...]:
    """The place of each character that may need a font of its own, in the text's order.

    Lines within a paragraph are counted by their breaks, so that the line is right where the
    writer's lines are what they were.
    """
    found: dict[str, Span] = {}
    place = Span(0)

    def see(text: str, at: Span) -> None:
        for character in sorted(beyond(text) - found.keys(), key=text.index):
            found[character] = at

    for node in walk(whole(document)):
        if at := document.place(node.span):
            place = Span(at.line, 0, 0, at.file)
        match node:
            case SoftBreak() | LineBreak():
                place = Span(place.line + 1, 0, 0, place.file)
            case Text() | Code():
                see(node.text, place)
            case CodeBlock():
                for number, line in enumerate(node.text.split("\n"), place.line + 1):
                    see(line, Span(number, 0, 0, place.file))
    return tuple(Place(character, at) for character, at in found.items() if at.line)
