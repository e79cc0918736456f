"""The parts that a publication is divided into, one for each section of a level."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.model import Bibliography, Block, Index, Inline, PageBreak, Section, ThematicBreak
from pipeline.model.tree import walk

LISTS = ("bibliography", "index")
"""The roles of sections that list content of others."""


class DocumentPart(msgspec.Struct, frozen=True):
    """A stretch of the text. ``section`` is the section that it is, or that it is the beginning of,
    and None before all sections; ``above`` are the sections around it, outermost first."""

    blocks: tuple[Block, ...]
    section: Section | None = None
    above: tuple[Section, ...] = ()

    @property
    def title(self) -> tuple[Inline, ...]:
        return self.section.title if self.section else ()


def parts(blocks: tuple[Block, ...], level: int) -> Iterator[DocumentPart]:
    """The parts of some blocks: the sections at ``level``, or higher ones without subsections, and
    the text before the first section of each; the whole for level 0.

    Sections with only a bibliography or an index belong to no part, and neither do empty ones.
    """
    if level == 0:
        yield DocumentPart(blocks)
        return
    yield from _parts(blocks, level, None, ())


def _parts(
    blocks: tuple[Block, ...], level: int, around: Section | None, above: tuple[Section, ...]
) -> Iterator[DocumentPart]:
    # Sections are six levels deep at most, so that this may recurse.
    text = tuple(block for block in blocks if not isinstance(block, Section))
    if _has_text(text):
        yield DocumentPart(text, around, above)
    inside = (*above, around) if around else above
    for section in blocks:
        if not isinstance(section, Section) or is_list(section):
            continue
        if section.depth < level and any(isinstance(b, Section) for b in section.children):
            yield from _parts(section.children, level, section, inside)
        elif _has_text(section.children):
            yield DocumentPart(section.children, section, inside)


def is_list(section: Section) -> bool:
    """Return whether a section is the list of works or the index."""
    return section.role in LISTS and any(
        isinstance(node, Bibliography | Index) for node in walk(section.children)
    )


def _has_text(blocks: tuple[Block, ...]) -> bool:
    return any(not isinstance(block, PageBreak | ThematicBreak) for block in blocks)
