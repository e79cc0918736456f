"""The nodes of web pages and e-books that Chapbook made, by the classes of its markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from pipeline import model
from pipeline.authoring.importing.own_markup import OwnPage, width_in
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Inline, Node
from pipeline.model.metadata import ScorePlace, Speaker
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import MARKS, plain_text, walk
from pipeline.model.words import words
from pipeline.parser.constructs.boxes import KINDS
from pipeline.parser.markup.flow import trim
from pipeline.render.exercises import TEXT_ROW
from pipeline.resolve.marks import marks_in, marks_of
from pipeline.select.word_banks import COMMAS

KEPT = frozenset(
    "box-title verse-title attribution verse-line lead small left center right wrap small-caps"
    " unnumbered term of every start index entry see".split()
).union(MARKS)
"""The classes of paragraphs and text that have a meaning in a source, and the keys of
attributes."""

_BLOCKS = frozenset(
    "sidebar pull-quote verse keep-together landscape epigraph columns column center"
    " word-bank glossary".split()
)
B = TypeVar("B", bound=Node)
Pairs: TypeAlias = tuple[tuple[str, str], ...]

_UNSAID = {
    "choices": "The page does not say which choices are right: mark these with (x) or [x].",
    "matching": "Matching exercises are written as lists: the page does not say which items "
    "belong together.",
    "word-bank": "The page does not say which words of a word bank belong in which gaps: write "
    "them after these, `____{word}`, and leave them out of the bank.",
    "diagram": "Diagrams are kept as drawings: the page does not give what they were drawn from.",
}
"""Findings about information that a page does not contain."""

_CHARTS: dict[str, str] = {
    "chart_bar": "bar",
    "chart_stacked": "stacked",
    "chart_line": "line",
    "chart_pie": "pie",
}


def nodes(lang: str, tell: Callable[[str], None]) -> Changes:
    """The changes that restore nodes from marked elements, in a page of a language; ``tell`` is
    called for information that the page lacks."""
    said = words(lang)

    def container(node: model.Container) -> Node | tuple[Node, ...]:
        classes = node.attributes.classes
        for name in classes:
            if name in _UNSAID:
                tell(_UNSAID[name])
        if kinds := KINDS.intersection(classes) if "box" in classes else ():
            (kind,) = kinds
            title, children = _titled(node, "box-title")
            fold = next((c.removeprefix("fold-") for c in classes if c.startswith("fold-")), "")
            return model.Admonition(
                kind=kind,
                title=() if plain_text(title).strip() == said[kind] else title,
                children=children,
                fold=fold,  # type: ignore[arg-type]
                attributes=_id(node),
            )
        make = next((makers[name] for name in classes if name in makers), None)
        if make:
            return make(node)
        if "chart" in classes:
            return _chart(node)
        name = next((name for name in classes if name in _BLOCKS), "")
        if name == "word-bank":
            node = _word_bank(node)
        if node.name in ("div", "section") and name:
            more = tuple(c for c in classes if c != name) if name == "columns" else ()
            width = width_in(classes) if name == "column" else ""
            pairs = (("width", width),) if width else _line_numbers(classes)
            attributes = Attributes(node.attributes.id, more, pairs)
            return model.Container(name=name, children=node.children, attributes=attributes)
        return node

    def _chart(node: model.Container) -> Node | tuple[Node, ...]:
        """A chart with the data next to it; an image and a table if its type is unknown."""
        figure = next((n for n in walk(node.children) if isinstance(n, model.Figure)), None)
        table = next((n for n in walk(node.children) if isinstance(n, model.Table)), None)
        if figure is None:
            return node.children
        figure = replace(figure, attributes=_id(node))
        if table is None:
            tell(_UNSAID["diagram"])
            return figure
        alt = figure.image.alt
        kinds = {said[key]: kind for key, kind in _CHARTS.items()}
        kind = next((kinds[name] for name in kinds if alt.startswith((f"{name}:", f"{name}."))), "")
        if not kind:
            return (figure, table)
        return model.Chart(
            kind=kind,  # type: ignore[arg-type]
            table=table,
            caption=figure.caption,
            attributes=_id(node),
        )

    def listed(node: model.List) -> Node:
        if not node.ordered or "bibliography" in node.attributes.classes:
            items = tuple(replace(item, attributes=NO_ATTRIBUTES) for item in node.items)
            node = replace(node, items=items)
        if "ordering" in node.attributes.classes:
            tell("Ordering exercises are written as lists: the page does not give the right order.")
        if "bibliography" in node.attributes.classes:
            tell("Citations and the works that they cite are written as text.")
        return node

    def exercise(node: model.Container) -> Node:
        title, children = _titled(node, "exercise-title")
        title, pairs = marked(title)
        found = Attributes(_id(node).id, (), pairs)
        if pairs and marks_in(children) == marks_of(model.Exercise(children=(), attributes=found)):
            found = _id(node)
        return model.Exercise(title=title, children=children, attributes=found)

    def item(node: model.ListItem) -> Node:
        """An item; one that begins with a tick box keeps it, a question its marks."""
        first = node.children[0] if node.children else None
        if not isinstance(first, model.Paragraph | model.Plain):
            return node
        children, pairs = marked(first.children)
        checked = node.checked
        box = children[0] if children else None
        if isinstance(box, model.InlineElement) and _has(box, "task"):
            checked, children = _has(box, "done"), trim(children[1:])
        attributes = replace(node.attributes, pairs=(*node.attributes.pairs, *pairs))
        text = (replace(first, children=children),) if children else ()
        return replace(
            node, checked=checked, children=(*text, *node.children[1:]), attributes=attributes
        )

    def marked(inlines: tuple[Inline, ...]) -> tuple[tuple[Inline, ...], Pairs]:
        """A text without the marks at its end, and these as an attribute."""
        last = inlines[-1] if inlines else None
        if not isinstance(last, model.InlineElement) or not _has(last, "marks"):
            return inlines, ()
        shown = " ".join(plain_text((last,)).split())
        for key in MARKS:
            for number, form in reversed([*enumerate(" ".join(said[key].split()).split("|"), 1)]):
                pattern = re.escape(form).replace(r"\{number\}", r"(\d+(?:[.,]\d+)?)")
                if found := re.search(pattern, shown):
                    value = found[1] if found.groups() else str(number)
                    return trim(inlines[:-1]), ((key, value),)
        return inlines, ()

    makers = {**_CONTAINERS, "exercise": exercise}
    return {
        model.Container: container,
        model.BlockQuote: _quote,
        model.InlineElement: _inline,
        model.List: listed,
        model.ListItem: item,
        model.Paragraph: _without_score,
        model.Table: _without_score,
        model.TableCell: _cell,
        model.CodeBlock: _code,
    }


def with_index(blocks: tuple[B, ...], page: OwnPage) -> tuple[B, ...]:
    """Blocks with the index marks of a page, preceded by those that refer to other entries."""

    def mark(node: Node) -> Node:
        own = node.attributes
        if own.id not in page.entries:
            return node
        said = "; ".join(page.entries[own.id])
        is_inline = isinstance(node, model.InlineElement)
        term = plain_text((node,)) if is_inline else ""
        key = "entry" if is_inline else "index"
        pairs = own.pairs if said.casefold() == term.casefold() else (*own.pairs, (key, said))
        classes = (*own.classes, "index") if is_inline else own.classes
        name = "" if own.id.startswith("ix-") else own.id
        node = replace(node, attributes=Attributes(name, classes, pairs))
        is_bare = isinstance(node, model.Container) and node.name == "div"
        return replace(node, name="") if is_bare else node

    def lead(node: model.Index) -> Node | tuple[Node, ...]:
        led = tuple(
            model.InlineElement(
                name="span",
                attributes=Attributes(classes=("index",), pairs=(("entry", entry), ("see", other))),
            )
            for entry, other in page.see
        )
        return (model.Paragraph(children=led), node) if led else node

    kinds = {type(node) for node in walk(blocks) if node.attributes.id in page.entries}
    return rewrite(blocks, leave={**dict.fromkeys(kinds, mark), model.Index: lead})


def speakers(blocks: Iterable[Block]) -> tuple[Speaker, ...]:
    """The speakers of a text."""
    found = {turn.speaker: turn for turn in walk(blocks) if isinstance(turn, model.Turn)}
    return tuple(Speaker(name=t.speaker, role=t.role, asks=t.asks) for t in found.values())


def scores(blocks: Iterable[Block]) -> tuple[ScorePlace, ...]:
    """The positions of score boxes on a page."""
    nodes = [*walk(blocks)]
    texts = [node for node in nodes if isinstance(node, model.Paragraph | model.Table)]
    found: list[ScorePlace] = []
    if any(_has(node, "score") for node in texts[:1]):
        found.append("head")
    if any(_has(node, "score") for node in texts[1:]):
        found.append("foot")
    if any(isinstance(node, model.Table) and _has(node, "score") for node in texts):
        found.append("table")
    if any(_has(inner, "score-box") for n in nodes if _has(n, "marks") for inner in walk(n)):
        found.append("exercises")
    return tuple(found)


def _id(node: Node) -> Attributes:
    return Attributes(node.attributes.id) if node.attributes.id else NO_ATTRIBUTES


def _titled(node: model.Container, name: str) -> tuple[tuple[Inline, ...], tuple[Block, ...]]:
    """The title of a block, and the rest of it."""
    first, *others = node.children or (None,)
    if isinstance(first, model.Paragraph) and name in first.attributes.classes:
        return trim(first.children), tuple(others)
    return (), node.children


def _dialogue(node: model.Container) -> Node | tuple[Node, ...]:
    turns = tuple(n for n in node.children if isinstance(n, model.Turn))
    return model.Dialogue(turns=turns) if turns else node.children


def _turn(node: model.Container) -> Node:
    name, children = _titled(node, "speaker")
    asks = "asks" in node.attributes.classes
    inner = tuple(
        block
        for child in children
        for block in (child.children if isinstance(child, model.Container) else (child,))
    )
    return model.Turn(
        speaker=" ".join(plain_text(name).split()),
        role="interviewer" if asks else "guest",
        asks=asks,
        children=inner,
    )


def _choices(node: model.Container) -> Node:
    prompt, children = _titled(node, "prompt")
    listed = (c.items if isinstance(c, model.List) else (c,) for c in children)
    options = [c for cs in listed for c in cs if isinstance(c, model.Container | model.ListItem)]
    return model.Choices(
        prompt=prompt,
        items=tuple(model.Choice(children=option.children, correct=False) for option in options),
        multiple="several" in node.attributes.classes,
    )


def _figures(node: model.Container) -> Node:
    found = tuple(n for n in walk(node.children) if isinstance(n, model.Figure))
    return model.FigureGroup(figures=found, caption=_caption(node), attributes=_id(node))


def _caption(node: model.Container) -> tuple[Inline, ...]:
    for child in node.children:
        if isinstance(child, model.Paragraph) and "caption" in child.attributes.classes:
            return trim(child.children)
    return ()


def _listing(node: model.Container) -> Node | tuple[Node, ...]:
    """Code with its caption and the name of its file."""
    code = next((n for n in node.children if isinstance(n, model.CodeBlock)), None)
    if code is None:
        return node.children
    caption = _caption(node)
    names = [n for n in caption if isinstance(n, model.InlineElement) and _has(n, "file-name")]
    rest = trim(n for n in caption if n not in names)
    return replace(code, caption=rest, file_name=plain_text(names).strip(), attributes=_id(node))


def _equation(node: model.Container) -> Node | tuple[Node, ...]:
    tex = [n.tex for n in walk(node.children) if isinstance(n, model.Math)]
    if len(tex) != 1:
        return node.children
    return model.MathBlock(tex=f"\n{tex[0]}\n", attributes=_id(node))


def _lines(node: model.Container) -> Node:
    return model.WritingLines(count=_rows(node))


def _space(node: model.Container) -> Node:
    squared = "squared" in node.attributes.classes
    return model.WritingSpace(height=TEXT_ROW * _rows(node), squared=squared)


def _rows(node: Node) -> int:
    said = (c.removeprefix("rows-") for c in node.attributes.classes if c.startswith("rows-"))
    return max(1, int(next(said, "3")))


def _word_bank(node: model.Container) -> model.Container:
    """The words of a bank, with commas between them."""
    said = [plain_text(n.children) for n in walk(node.children) if isinstance(n, model.Plain)]
    if not said or any(COMMAS.search(word) for word in said):
        return node
    words = model.Paragraph(children=(model.Text(text=", ".join(said)),))
    return replace(node, children=(words,))


def _line_numbers(classes: Iterable[str]) -> Pairs:
    """The numbered lines, and the first line's number if it is not 1."""
    said = (name.partition("-") for name in classes)
    return tuple(
        (key, number)
        for key, _, number in said
        if key in ("every", "start") and number.isdecimal() and (key, number) != ("start", "1")
    )


def _without_score(node: model.Paragraph | model.Table) -> Node | tuple[Node, ...]:
    return () if _has(node, "score") else node


def _has(node: Node, name: str) -> bool:
    return name in node.attributes.classes


_CONTAINERS: dict[str, Callable[[model.Container], Node | tuple[Node, ...]]] = {
    "dialogue": _dialogue,
    "turn": _turn,
    "choices": _choices,
    "figures": _figures,
    "listing": _listing,
    "write-lines": _lines,
    "write-space": _space,
    "page-break": lambda node: model.PageBreak(),
    "equation": _equation,
    "formula": lambda node: node.children,
    "index": lambda node: model.Index(),
}


def _quote(node: model.BlockQuote) -> Node:
    if not _has(node, "epigraph"):
        return node
    return model.Container(name="epigraph", children=node.children)


def _inline(node: model.InlineElement) -> Node | tuple[Node, ...]:
    if _has(node, "blank"):
        size = next((c[-1] for c in node.attributes.classes if re.fullmatch(r"size-[1-4]", c)), "2")
        return model.Blank(size=int(size))
    if _has(node, "term") and (term := node.attributes.get("title")):
        return replace(node, attributes=replace(node.attributes, pairs=(("of", term),)))
    return node


def _cell(node: model.TableCell) -> Node:
    align = next((c for c in node.attributes.classes if c in _ALIGNED), node.align)
    return replace(node, align=align)


_ALIGNED = frozenset({"left", "right", "center", "decimal"})


def _code(node: model.CodeBlock) -> Node:
    said = dict(c.partition("-")[::2] for c in node.attributes.classes)
    first = int(said.get("first", "0"))
    lines = (int(n) for n in said.get("marked", "").split("-") if n.isdecimal())
    marked = tuple(number - max(first, 1) + 1 for number in lines)
    return replace(node, first_line=first, marked=marked)
