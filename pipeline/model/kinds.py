"""Kinds of publication: the settings that each begins with. What it looks like is in the style
sheets ``templates/<format>/kinds/<kind>.css`` and, for some, in a template for the printed
title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from pipeline.model.paper import Margins, PageOptions, PrintOptions

KindName: TypeAlias = Literal[
    "", "exam", "handout", "interview", "leaflet", "newsletter", "novel", "play", "poem", "poetry",
    "recipe", "worksheet",
]  # fmt: skip

KindTrait: TypeAlias = Literal[
    "banded",  # titles of exercises are bands: these are not moved apart on a page that stays short
    "bound",  # the inner margin grows with the number of pages; the title page has the publisher
    "directions",  # paragraphs of emphasised text are stage directions
    "issues",  # they are told apart by number and date
    "labels",  # the list that begins a section has them, and ingredients have quantities
    "levelled",  # the first story leads, and columns end together
    "panels",  # folded, its sections are divided among them
    "total",  # that of marks stands at the head
    "whole-items",  # no item ends in a line of one word
]

PARTS_OF_RECIPES = ("ingredients", "method")
"""The classes of the sections within a recipe."""


class PublicationKind(NamedTuple):
    """Settings where the front matter has none: the printed page, its ``columns`` where they have
    room, the ``smallest`` type size for which pictures are made smaller first, and whether it
    ``is_book`` (None: its length decides). ``like``: its styles come after those of that kind.
    ``hangs``: a handout of it has a column beside the text, if there is room; ``is_wide``: without
    it, the text is as wide as the page; ``flows``: in an e-book, sections follow each other.
    ``headings`` are the headings, by what they mean, whose sections get that as a class; the
    ``traits`` are classes of its printed pages, too."""

    printing: PrintOptions = PrintOptions()
    columns: int = 1
    smallest: float = 0
    is_book: bool | None = None
    like: KindName = ""
    hangs: bool = True
    is_wide: bool = False
    flows: bool = False
    headings: tuple[str, ...] = ()
    traits: tuple[KindTrait, ...] = ()


KINDS: Mapping[str, PublicationKind] = {
    "": PublicationKind(),
    "exam": PublicationKind(is_book=False, hangs=False, is_wide=True, traits=("total",)),
    "handout": PublicationKind(),
    "interview": PublicationKind(),
    "leaflet": PublicationKind(
        columns=2, smallest=10.5, is_book=False, hangs=False, is_wide=True, flows=True,
        traits=("panels", "whole-items"),
    ),
    "newsletter": PublicationKind(
        PrintOptions(page=PageOptions(margins=Margins(18, 22, 18, 18))),
        columns=2, is_book=False, hangs=False, flows=True, traits=("issues", "levelled"),
    ),
    "novel": PublicationKind(is_book=True, traits=("bound",)),
    "play": PublicationKind(hangs=False, headings=("persons",), traits=("directions",)),
    "poem": PublicationKind(is_book=False, hangs=False),
    "poetry": PublicationKind(is_book=True, like="poem", traits=("bound",)),
    "recipe": PublicationKind(
        hangs=False, is_wide=True, headings=PARTS_OF_RECIPES, traits=("labels",)
    ),
    "worksheet": PublicationKind(is_book=False, traits=("banded",)),
}  # fmt: skip
