"""Boxes, passages with layouts of their own, figures side by side, and content for teachers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Answer, Block, Container, Inline, TeacherNote
from pipeline.model.block_parts import Parts, put_below_title
from pipeline.model.boxes import KINDS
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.names import MISSPELT, nearest
from pipeline.model.removal import STAND_INS
from pipeline.model.tree import LEVEL, plain_text
from pipeline.parser.attributes import join_attributes, make_attributes
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.dialects import table
from pipeline.parser.markup import trim
from pipeline.parser.names import likely_secret
from pipeline.parser.tables import figure_of

# --- for teachers ----------------------------------------------------------------------------
# Content for teachers, answers and notes, and blocks that resemble it, and content for some levels
# of a worksheet: in the core, since it is withheld from pupils whatever features there are.


def answer(parts: Parts) -> tuple[Block, ...]:
    """An answer; its title is set in bold before the rest, as in containers."""
    title, attributes = parts.titled
    blocks = put_below_title(title, parts.children, parts.span)
    return (Answer(children=blocks, span=parts.span, attributes=attributes),)


def teacher(parts: Parts) -> tuple[Block, ...]:
    """A note for teachers; text after the name is its title."""
    title, attributes = parts.titled
    return (
        TeacherNote(title=title, children=parts.children, span=parts.span, attributes=attributes),
    )


def level(parts: Parts) -> tuple[Block, ...]:
    """Blocks for pupils of the levels that stand after the name."""
    attributes = parts.attributes
    levels = " ".join(parts.argument.split()) or attributes.get(LEVEL)
    if not levels:
        message = "`::: level` names no level: only teachers get its content."
        hint = "Write a level of the front matter after it, as in `::: level support`."
        parts.report(Code.BAD_ATTRIBUTE, message, parts.span, hint)
    pairs = (*attributes.without({LEVEL}).pairs, (LEVEL, levels))
    attributes = replace(attributes, pairs=pairs)
    return (Container(name=LEVEL, children=parts.children, span=parts.span, attributes=attributes),)


def guess_answer(parts: Parts, form: str = "::: {}") -> tuple[Block, ...] | None:
    """A block with an unknown name that means an answer or only resembles one for it, as an answer:
    withholding too much from students is better than showing too much. Otherwise None. Such names
    are written in the ``form``."""
    secret = likely_secret(parts.name, parts.argument)
    if not secret or not parts.name:
        return None
    if not secret.sure:
        name = f"{parts.name} {parts.argument}".strip()
        message = (
            f"`{form.format(name)}` is withheld from students, because its name resembles one for "
            f"{_KINDS[secret.meaning]}."
        )
        hint = (
            f"Write `{form.format(secret.meaning)}` if that is right; otherwise rename the block."
        )
        parts.report(Code.NEARLY_SECRET, message, parts.span, hint)
    return (answer if secret.meaning == "answer" else teacher)(parts)


_KINDS = {"answer": "an answer", "teacher": "a teacher's note"}
"""The parts that only teachers get."""


# --- boxes -----------------------------------------------------------------------------------
# Boxes: admonitions, also as GitHub's alerts, Obsidian's callouts and Python-Markdown writes them;
# collapsible blocks, and containers that only have a name.


def kind_of(name: str) -> str:
    """The kind of box with this name; a note if it is unknown."""
    return table().boxes.get(name) or KINDS.get(name, "note")


def title_for(name: str, title: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The title of a box: its name, if it has no title and its kind does not say as much."""
    if title or name in KINDS or name == "admonition":
        return title
    words = name.replace("-", " ").replace("_", " ")
    return (model.Text(text=table().titles.get(name) or words[:1].upper() + words[1:]),)


Fold: TypeAlias = Literal["", "closed", "open"]
FOLDS: dict[str, Fold] = {"": "", "true": "closed", "false": "open"}
"""The values of Quarto's ``collapse``."""


def box(parts: Parts) -> tuple[Block, ...]:
    title, attributes = parts.titled
    fold = FOLDS.get(attributes.get("collapse"), "")
    if fold:
        attributes = attributes.without({"collapse"})
    node = model.Admonition(
        kind=kind_of(parts.name),
        title=title,
        children=parts.children,
        span=parts.span,
        attributes=attributes,
        fold=fold,
    )
    return (node,)


def details(parts: Parts) -> tuple[Block, ...]:
    """``<details>`` with a summary. Without a title, which could not be opened, and for a summary
    alone, it is a container of that class."""
    title, attributes = parts.titled if parts.name == "details" else ((), parts.attributes)
    if title:
        summary = model.Container(
            name="summary", children=(model.Paragraph(children=title),), span=parts.span
        )
        children = (summary, *parts.children)
        return (
            model.Container(
                name="details", children=children, span=parts.span, attributes=attributes
            ),
        )
    classes = (parts.name, *attributes.classes)
    attributes = make_attributes(attributes.id, classes, attributes.pairs)
    return container(replace(parts, name="", attributes=attributes))


def details_by_other_name(parts: Parts) -> tuple[Block, ...]:
    """``details`` by another name: ``spoiler``, MyST's ``dropdown``."""
    return details(replace(parts, name="details"))


def container(parts: Parts) -> tuple[Block, ...]:
    """A container; text after its name becomes a bold title."""
    node = model.Container(
        name=parts.name, children=parts.headed, span=parts.span, attributes=parts.attributes
    )
    return (node,)


_CALLOUT = late(r"\[[ \t]*![ \t]*([^\W\d_][\w -]{0,40})(?:\|[^\]]*)?\]([+-]?)[ \t]*")
_FOLDS: dict[str, Fold] = {"": "", "-": "closed", "+": "open"}
QUOTES = frozenset({"quote", "cite"})


def callout(element: BlockElement, parts: Parts) -> tuple[Block, ...] | None:
    """GitHub's and Obsidian's box for a block quote that begins with ``[!NOTE]``, in Obsidian with
    a title after it; ``parts`` have the blocks of the quote. One titled with a word for an answer,
    or similar, is withheld from students."""
    first = element.first
    if first is None or first.tag != "p" or not first.lines:
        return None
    match = _CALLOUT.match(first.lines[0])
    opening, *rest = parts.children
    if not match or not isinstance(opening, model.Paragraph):
        return None
    name = match[1].strip().lower().replace(" ", "-")
    bare = match.end() == len(first.lines[0].rstrip())
    is_alone = len(parts.children) == len(first.lines) == 1 and element.last_read == first.line
    if bare and is_alone and name not in KINDS:
        return None  # nothing but a name, in brackets
    title, left = _first_line(opening.children, match[0])
    if left:
        begin, end = first.lines[:2][-1], first.end  # raw HTML ends a line early
        place = Span(begin.number, begin.offset, end if end > begin.number else 0)
        rest = [model.Paragraph(children=left, span=place, attributes=opening.attributes), *rest]
    known = name in KINDS or name in table().boxes or name in QUOTES
    parts = replace(parts, name=match[1].strip(), heading=title, children=tuple(rest))
    if not known and (withheld := guess_answer(parts, "[!{}]")):
        return withheld
    if name in QUOTES:
        return (model.BlockQuote(children=parts.headed, span=parts.span),)
    if not known and (meant := nearest(name, (*KINDS, *table().boxes), MISSPELT)):
        message = f"`[!{name.upper()}]` is not a known kind of box: it becomes a note."
        place = first.lines[0].at()
        parts.report(Code.LIKELY_SLIP, message, place, f"Did you mean `[!{meant.upper()}]`?")
    return (_admonition(name, parts, fold=_FOLDS[match[2]]),)


def admonition(parts: Parts) -> tuple[Block, ...]:
    """The box for ``!!! name``; an unknown kind is the class and default title of a note. One
    named by a word for an answer, or similar, is withheld from students."""
    word, *classes = parts.name.split()
    known = word in KINDS or word in table().boxes
    if not known and (withheld := guess_answer(replace(parts, name=word), "!!! {}")):
        return withheld
    if word not in KINDS:
        classes = [word, *classes]
    return (_admonition(word, parts, classes=tuple(classes)),)


def _admonition(
    name: str, parts: Parts, classes: tuple[str, ...] = (), fold: Fold = ""
) -> model.Admonition:
    """The box with a name, or a note with it as the title."""
    return model.Admonition(
        kind=kind_of(name),
        title=title_for(name, parts.heading),
        children=parts.children,
        span=parts.span,
        attributes=make_attributes(classes=classes),
        fold=fold,
    )


def _first_line(
    inlines: tuple[Inline, ...], mark: str
) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    """The text of the first line after ``mark``, and of the following lines."""
    breaks = model.SoftBreak | model.LineBreak
    at = next((n for n, node in enumerate(inlines) if isinstance(node, breaks)), len(inlines))
    line = list(inlines[:at])
    if line and isinstance(line[0], model.Text):
        line[0] = replace(line[0], text=line[0].text[len(mark) :])
    return trim(line), inlines[at + 1 :]


# --- passages --------------------------------------------------------------------------------
# Passages with layouts of their own: sidebars, pull-quotes, epigraphs, and columns.

PASSAGE_ALIASES = {
    "pullquote": "pull-quote",
    "poem": "verse",
    "lines-numbered": "verse",
    "centre": "center",
    "column-margin": "sidebar",
}
"""Other names that authors use."""

COLUMN = "column"
MOST_COLUMNS = 4
_SHARE = late(r"(\d{1,3}(?:\.\d{1,4})?)%")
_DASH = late(r"(?:—|―|–|---?)[ \t\u00a0]*")
"""The beginning of the line with the source of a quotation."""


def sidebar(parts: Parts) -> tuple[Block, ...]:
    """A text beside the main text, which may have a title."""
    title, attributes = parts.titled
    children = parts.children
    if title:
        heading = make_attributes(classes=("box-title",))
        children = (model.Paragraph(children=title, span=parts.span, attributes=heading), *children)
    return (passage(replace(parts, attributes=attributes), children),)


def quotation(parts: Parts) -> tuple[Block, ...]:
    """A pull-quote or epigraph. Its source is after the name, or a last line after a dash."""
    children = with_attribution(parts.children)
    if title := parts.title:
        text = (model.Text(text="— "), *title)
        children = (
            *children,
            model.Paragraph(children=text, span=parts.span, attributes=ATTRIBUTION),
        )
    return (passage(parts, children),)


def columns(parts: Parts) -> tuple[Block, ...]:
    """``::: columns 3``, text in columns; or Pandoc's ``column`` blocks side by side."""
    if any(map(_is_column, parts.children)):
        return (passage(parts, _with_widths(parts.children), "side-by-side"),)
    number, _, title = parts.argument.partition(" ")
    if not number.isdecimal():
        number, title = "2", parts.argument
    if number not in map(str, range(2, MOST_COLUMNS + 1)):
        message = f"There cannot be {number} columns on a page."
        hint = f"Write a number from 2 to {MOST_COLUMNS}: `::: columns 2`."
        parts.report(Code.WRONG_COUNT, message, parts.span, hint)
        number = "2"
    (node,) = container(replace(parts, argument=title))
    assert isinstance(node, model.Container)
    return (passage(parts, node.children, f"columns-{number}"),)


def plain(parts: Parts) -> tuple[Block, ...]:
    """A container whose name has another spelling."""
    return container(replace(parts, name=PASSAGE_ALIASES.get(parts.name, parts.name)))


def with_attribution(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation. A last line that begins with a dash, in a paragraph of its
    own or at another's end, becomes a paragraph of the class ``attribution``."""
    last = blocks[-1] if blocks else None
    if not isinstance(last, model.Paragraph) or last.attributes != make_attributes():
        return blocks
    lines = list(lines_of(last.children))
    if not _begins_with_dash(lines[-1]):
        return blocks
    source = replace(last, children=lines[-1], attributes=ATTRIBUTION)
    before = last.children[: -len(lines[-1]) - 1]
    return (*blocks[:-1], *((replace(last, children=before),) if before else ()), source)


def attribute_quotation(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation without a name. A dash may belong to the text: its line is the
    source only after the end of a sentence, and if no other line begins so, as in a dialogue."""
    result = with_attribution(blocks)
    if len(result) < 2 or result[-1].attributes != ATTRIBUTION:
        return blocks
    paragraphs = [block for block in result[:-1] if isinstance(block, model.Paragraph)]
    lines = [line for block in paragraphs for line in lines_of(block.children)]
    before = plain_text(result[-2:-1]).rstrip()
    ends = (
        not before.endswith((",", ":", ";"))
        if len(result) == len(blocks)
        else _ENDED.search(before)
    )
    return result if ends and not any(map(_begins_with_dash, lines)) else blocks


_ENDED = late(r"(?:[.!?…。！？][\"'”’»›“)\]]*|[\"”»›“」』])$")
ATTRIBUTION = make_attributes(classes=("attribution",))


def _begins_with_dash(line: tuple[Inline, ...]) -> bool:
    if not line or not isinstance(line[0], model.Text):
        return False
    match = _DASH.match(line[0].text)
    return match is not None and (match.end() < len(line[0].text) or len(line) > 1)


def lines_of(inlines: Iterable[Inline]) -> Iterator[tuple[Inline, ...]]:
    """The lines of a paragraph; emphasis that continues after a break is repeated."""
    line: list[Inline] = []
    for node in inlines:
        if isinstance(node, model.SoftBreak | model.LineBreak):
            yield tuple(line)
            line = []
        elif isinstance(
            node,
            model.Emphasis | model.Strong | model.Strikethrough | model.InlineElement | model.Link,
        ):
            first, *others = lines_of(node.children)
            line.append(replace(node, children=first) if others else node)
            for further in others:
                yield tuple(line)
                again = make_attributes(
                    classes=node.attributes.classes, pairs=node.attributes.pairs
                )
                line = [replace(node, children=further, attributes=again)]
        else:
            line.append(node)
    yield tuple(line)


def _with_widths(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks, with columns without a width sharing the remaining space."""
    widths = [block.attributes.get("width") for block in blocks if _is_column(block)]
    taken = sum(float(match[1]) for width in widths if (match := _SHARE.fullmatch(width)))
    share = max(0.0, 100 - taken) / max(1, widths.count(""))
    pair = ("width", f"{share:.4g}%")
    return tuple(
        replace(block, attributes=replace(block.attributes, pairs=(*block.attributes.pairs, pair)))
        if _is_column(block) and not block.attributes.get("width") and share
        else block
        for block in blocks
    )


def _is_column(block: Block) -> bool:
    return isinstance(block, model.Container) and block.name == COLUMN


def passage(parts: Parts, children: tuple[Block, ...], *classes: str) -> model.Container:
    attributes = parts.attributes
    return model.Container(
        name=PASSAGE_ALIASES.get(parts.name, parts.name),
        children=children,
        span=parts.span,
        attributes=make_attributes(
            attributes.id, (*classes, *attributes.classes), attributes.pairs
        ),
    )


# --- verse -----------------------------------------------------------------------------------
# Verse, whose lines are kept and may have numbers.

EVERY = "5"
"""The default number of lines from one line number to the next."""

_COUNT = late(r"(?:^|(?<=\s))(every|start)=(\S+)(?=\s|$)")


def verse(parts: Parts) -> tuple[Block, ...]:
    """Verse: lines are kept, paragraphs are stanzas. A title may come first, and the source last,
    after a dash. ``every`` is the interval of line numbers."""
    parts = _count_lines(parts)
    title, attributes = parts.titled
    stanzas = tuple(
        _stanza(block)
        if isinstance(block, model.Paragraph) and block.attributes != ATTRIBUTION
        else block
        for block in with_attribution(parts.children)
    )
    if title:
        heading = make_attributes(classes=("verse-title",))
        stanzas = (model.Paragraph(children=title, span=parts.span, attributes=heading), *stanzas)
    return (passage(replace(parts, attributes=attributes), stanzas),)


DIGITS = 9
"""The maximum number of digits of a number of lines that is used."""


def _count_lines(parts: Parts) -> Parts:
    """The block with settings of line numbers, ``every`` and ``start``, as attributes."""
    attributes = parts.attributes
    counts = dict(_COUNT.findall(parts.argument))
    counts |= {key: value for key in ("every", "start") if (value := attributes.get(key))}
    for key, value in counts.items():
        if not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
            message = f"`{key}={value}` is not a line number."
            hint = "Write a number from 1 to 9999: `every=5`."
            parts.report(Code.BAD_ATTRIBUTE, message, parts.span, hint)
    numbers = {key: value for key, value in counts.items() if value.isdecimal()}
    kept = {key: value for key, value in numbers.items() if len(value) <= DIGITS and int(value)}
    if parts.name == "lines-numbered" or "start" in kept:
        kept.setdefault("every", EVERY)
    attributes = attributes.without(("every", "start"))
    pairs = (*attributes.pairs, *((key, kept[key]) for key in sorted(kept)))
    argument = " ".join(_COUNT.sub(" ", parts.argument).split())
    return replace(
        parts,
        argument=argument,
        attributes=make_attributes(attributes.id, attributes.classes, pairs),
    )


def _stanza(paragraph: model.Paragraph) -> model.Paragraph:
    """A paragraph with each of its lines in an element, so that continuation lines are indented,
    and a break between them, for readers without styles."""
    children: list[Inline] = []
    for line in lines_of(paragraph.children):
        if children:
            children.append(model.LineBreak())
        attributes = make_attributes(classes=("verse-line",))
        children.append(model.InlineElement(name="span", children=line, attributes=attributes))
    return replace(paragraph, children=tuple(children))


# --- figures ---------------------------------------------------------------------------------
# Figures side by side: ``::: figures A caption {columns=2}``, or with Quarto's layouts.

FIGURE_COLUMNS = ("columns", "layout-ncol")
"""The keys for the number of figures in a row; the second is Quarto's."""

_IMAGE_FILE = late(r"\.(?:svg|png|jpe?g|gif|webp)$", re.IGNORECASE)

MOST_FIGURE_COLUMNS = 6
LONGEST_ROW = 4
"""The default maximum of figures in one row; more are set in rows of three."""


def is_group(parts: Parts) -> bool:
    """Return whether a block of another name is a group of figures in Quarto's notation."""
    if parts.argument:
        return False
    images = [isinstance(block, model.Figure) or bool(_images(block)) for block in parts.children]
    if parts.attributes.id.startswith("fig-"):
        return not parts.name or any(images)
    return not parts.name and bool(parts.attributes.get("layout-ncol")) and all(images)


def figures(parts: Parts) -> tuple[Block, ...]:
    """A group of figures, followed by anything that does not belong in one. The caption follows the
    name, or is the last paragraph. A single image is a figure instead of a group."""
    caption, blocks = parts.title, list(parts.children)
    if (
        not caption
        and blocks
        and isinstance(blocks[-1], model.Paragraph)
        and not _images(blocks[-1])
    ):
        caption = blocks[-1].children
        blocks.pop()
    members: list[model.Figure] = []
    rest: list[Block] = []
    for block in blocks:
        images = _images(block)
        if isinstance(block, model.Figure):
            members.append(block)
        elif images:
            members += (figure_of(image, image.span or block.span, parts.read) for image in images)
        else:
            rest.append(block)
    if not members:
        message = "A group of figures has no image in a paragraph of its own."
        hint = "Write `![what it shows](file)` in it, with an empty line between images and text."
        parts.report(Code.BAD_FIGURES, message, parts.span, hint)
        return parts.children
    for block in rest:
        message = "A group of figures contains something other than images."
        hint = "Move it out of the block; only a caption may follow the images."
        parts.report(Code.BAD_FIGURES, message, block.span, hint)
    columns = _columns(parts, len(members))
    # A name is a class, in Quarto's way.
    name = () if parts.name in ("", "figure", "figures") else (parts.name,)
    attributes = join_attributes(
        make_attributes(classes=name), parts.attributes.without(FIGURE_COLUMNS)
    )
    if len(members) == 1 and not (members[0].caption or members[0].attributes.id):
        attributes = join_attributes(members[0].attributes, attributes)
        return (replace(members[0], caption=caption, attributes=attributes), *rest)
    group = model.FigureGroup(
        figures=tuple(members),
        caption=caption,
        columns=columns,
        span=parts.span,
        attributes=attributes,
    )
    return (group, *rest)


def directive(parts: Parts) -> tuple[Block, ...]:
    """MyST's ``figure`` and ``image``: a file, with the first paragraph as its caption; the rest
    follows the figure. Blocks of these names without a file are groups."""
    source = parts.argument.strip()
    if not _IMAGE_FILE.search(source):
        return figures(parts)
    caption: tuple[Inline, ...] = ()
    rest = parts.children
    if rest and isinstance(rest[0], model.Paragraph):
        caption, rest = rest[0].children, rest[1:]
    image = model.Image(
        source=source,
        alt=parts.attributes.get("alt") or plain_text(caption),
        span=parts.span,
        attributes=parts.attributes.without({"alt"}),
    )
    figure = figure_of(image, parts.span, parts.read)
    return (replace(figure, caption=caption), *rest)


def _columns(parts: Parts, count: int) -> int:
    written = next((value for key in FIGURE_COLUMNS if (value := parts.attributes.get(key))), "")
    if not written:
        return 0 if count <= LONGEST_ROW else 3
    if written in map(str, range(1, MOST_FIGURE_COLUMNS + 1)):
        return int(written)
    message = f"`{written}` is not a possible number of figures side by side."
    hint = f"Write one from 1 to {MOST_FIGURE_COLUMNS}: `columns=2`."
    parts.report(Code.BAD_FIGURES, message, parts.span, hint)
    return 0


def _images(block: Block) -> tuple[model.Image, ...]:
    """The images of a paragraph that holds nothing else."""
    if not isinstance(block, model.Paragraph):
        return ()
    images = tuple(node for node in block.children if isinstance(node, model.Image))
    return images if all(map(_is_image_or_space, block.children)) else ()


def _is_image_or_space(node: Inline) -> bool:
    if isinstance(node, model.Text):
        return not STAND_INS.sub("", node.text).strip()
    return isinstance(node, model.Image | model.SoftBreak | model.LineBreak)
