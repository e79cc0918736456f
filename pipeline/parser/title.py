"""The title and the language of a publication that does not state them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath

from msgspec.structs import replace

from pipeline.model import (
    Block,
    Heading,
    Image,
    Inline,
    Link,
    Node,
    Paragraph,
    Text,
    Variable,
    Withheld,
)
from pipeline.model.audience import Ranges
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Metadata
from pipeline.model.removal import for_all
from pipeline.model.roles import CLASSES
from pipeline.model.tree import Changes, plain_text, rewrite, walk
from pipeline.model.variables import fill, look_up, values
from pipeline.model.words import words
from pipeline.model.words.guessing import is_hardly_in, language_of_text
from pipeline.parser.frontmatter.typed import derive

UNTITLED = "Untitled"
SAMPLE = 20_000
"""The number of characters from which a language is guessed."""

_LANGUAGE = late("""\\s*["']?lang(?:uage)?["']?[ \t]*[:=]""")
MANY_HEADINGS = 3
"""First-level headings from which they are chapters, if others are below them."""


def take_title(
    metadata: Metadata,
    blocks: tuple[Block, ...],
    withheld: tuple[Withheld, ...],
    source: str,
    may_be_missing: bool,
) -> tuple[Metadata, Heading | None, tuple[Diagnostic, ...]]:
    """The metadata with a title, the heading that is it, and the problems.

    If the front matter has no title, it is the first heading, if that has level 1 and is not a
    chapter among several; else it is derived from the name of the file ``source``, which is a
    MISSING_TITLE. A first heading equal to the front matter's title is not repeated, unless it is
    that of a part, such as the half-title. One with numbers of versions stays in the text.
    ``may_be_missing`` if unreadable front matter may well contain a title.
    """
    first = blocks[0] if blocks else None
    if metadata.title and isinstance(first, Heading) and first.level == 1 and not _is_part(first):
        is_title = _text(first, metadata).casefold() == metadata.title.casefold()
        return metadata, first if is_title else None, ()
    if metadata.title or may_be_missing:
        return metadata, None, ()
    heading = next((node for node in walk(blocks) if isinstance(node, Heading)), None)
    text = ""
    if heading and heading.level == 1 and not Ranges(withheld).hold(heading.span):
        text = _text(heading, metadata)
    if heading and text and not _is_chapter(heading, text, blocks, metadata):
        findings = tuple(_without_value(heading, values(metadata)))
        is_same = not any(map(_is_number, walk(heading.children)))  # in all versions
        return replace(metadata, title=text), heading if is_same else None, findings
    name = " ".join(re.sub(r"[-_.]", " ", PurePath(source).stem).split())
    title = name[:1].upper() + name[1:] or UNTITLED
    message = f"The publication has no title; it is called “{title}”, after its file."
    hint = "Begin with a line `# Title`, or give `title:` in the front matter."
    span: Span | None = Span(1, 1)
    if heading and text:
        message = f"The text begins with a chapter and has no title; it is called “{title}”."
        hint = "Give `title:` in the front matter."
        span = heading.span
    missing = diagnostic(Code.MISSING_TITLE, message, span=span, hint=hint)
    return replace(metadata, title=title), None, (missing,)


def without_heading(heading: Heading | None, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks, in any reading, without the heading that is the title, but with its images, which
    no title has; and with links to its id, which the title has not."""

    def leave(node: Heading) -> Node | tuple[Node, ...]:
        if heading is None or node.span != heading.span:
            return node
        images: tuple[Inline, ...] = tuple(
            child for child in node.children if any(isinstance(n, Image) for n in walk((child,)))
        )
        return (Paragraph(children=images, span=node.span),) if images else ()

    def link(node: Link) -> Link:
        is_to_title = heading is not None and node.href == f"#{heading.attributes.id}"
        return replace(node, href="#title") if is_to_title else node

    if heading is None:
        return blocks
    changes: Changes = {Heading: leave, **({Link: link} if heading.attributes.id else {})}
    return rewrite(blocks, leave=changes)


def _text(heading: Heading, metadata: Metadata) -> str:
    known = values(metadata)
    shown = for_all(heading.children)
    without_images = rewrite(shown, leave={Image: lambda image: ()})
    without_numbers = rewrite(
        without_images, leave={Variable: lambda v: () if _is_number(v) else v}
    )
    text = plain_text(without_numbers).strip() or plain_text(shown)
    return " ".join(fill(text, lambda name: look_up(name, known)).split())


def _is_number(node: Node) -> bool:
    return isinstance(node, Variable) and "=" in node.name


def _is_chapter(first: Heading, text: str, blocks: tuple[Block, ...], metadata: Metadata) -> bool:
    """Return whether the first heading, one of several of the first level, is that of a chapter: by
    its class, its words or its number, or since the text has more such with headings below them."""
    levels = [block.level for block in blocks if isinstance(block, Heading)]
    if levels.count(1) < 2 or first not in blocks:
        return False
    if _is_part(first):
        return True
    called = words(metadata.lang)["reference_chapter"].replace("\u00a0", " ")
    number = r"(?:\d+|[ivxlc]+|\w{3,9})\b"
    chapter = re.escape(called).replace(re.escape("{number}"), number)
    if re.match(rf"(?:{chapter}|\d+(?:[.):]|\s|$))", text, re.IGNORECASE):
        return True
    if "-".join(text.casefold().split()) in CLASSES:
        return True
    followed = [below for level, below in itertools.pairwise(levels) if level == 1]
    starts_so = bool(followed) and followed[0] > 1
    return (
        levels.count(1) >= MANY_HEADINGS and starts_so and sum(below > 1 for below in followed) > 1
    )


def _is_part(heading: Heading) -> bool:
    return not CLASSES.keys().isdisjoint(heading.attributes.classes)


def _without_value(title: Heading, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Findings about variables in the title, which is the same in all editions."""
    for node in walk(title.children):
        if isinstance(node, Variable) and not look_up(node.name, known):
            message = f"The title cannot have `{{{{ {node.name} }}}}` in it."
            hint = "It can have variables of your own, and those that the front matter gives."
            yield diagnostic(Code.UNKNOWN_VARIABLE, message, span=node.span, hint=hint)


def take_language(
    metadata: Metadata, front_matter: Iterable[str], blocks: tuple[Block, ...]
) -> tuple[Metadata, tuple[Diagnostic, ...]]:
    """The metadata with the language that the text seems to have, where neither the front matter
    nor a library gives one, and a warning if it is not the default, or unknown."""
    default = Metadata().lang
    if metadata.lang != default or any(map(_LANGUAGE.match, front_matter)):
        return metadata, ()
    texts, length = [metadata.title], 0
    for node in walk(blocks):
        if length > SAMPLE:
            break
        if isinstance(node, Text):
            texts.append(node.text)
            length += len(node.text)
    sample = " ".join(texts)
    lang = language_of_text(sample)
    if lang == default or (not lang and not is_hardly_in(default, sample)):
        return metadata, ()
    if not lang:
        message = f"No language is given, and the text is in an unknown one: `{default}` is used."
        hint = "Write `lang:` and the code of its language in the front matter."
        return metadata, (diagnostic(Code.LIKELY_SLIP, message, span=Span(1, 1), hint=hint),)
    message = f"No language is given. The text seems to be in `{lang}`, which is used."
    hint = f"Write `lang: {lang}` in the front matter."
    warning = diagnostic(Code.LIKELY_SLIP, message, span=Span(1, 1), hint=hint)
    return derive(replace(metadata, lang=lang)), (warning,)
