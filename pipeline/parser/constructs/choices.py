"""Lists of choices, and marks of choices outside of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Choice, Choices, Document, Inline, Node, Paragraph
from pipeline.model.block_parts import Report
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span, span_over
from pipeline.model.late import late
from pipeline.model.tree import PATH, Changes, facts, rewrite, walk
from pipeline.parser.blank_rules import blank
from pipeline.parser.blockparser import BlockElement
from pipeline.parser.lines import RIGHT, UNSEEN, X
from pipeline.parser.markup import trim

# --- choices ---------------------------------------------------------------------------------
# Lists of choices: ``- ( ) one`` anywhere, ``- [x] several`` in exercises, else tasks.

_SPACE = rf"[ \t{UNSEEN}]"
_MARK = late(rf"([(\[])({_SPACE}{{0,9}})((?:{RIGHT}|[•*])?){_SPACE}{{0,9}}([)\]])({_SPACE}*)(?!\()")
LABEL = late(rf"\((?![{X}]\))\w{{1,5}}\)", re.IGNORECASE)
_PAIRS = ("()", "[]")
_TEXT = "If the marks are text, put a backslash before them."
_EMPHASIS = ("strong", "em")


class ChoiceMark(NamedTuple):
    """The beginning of an item: the kind of brackets, if any, and whether there is an x in them."""

    brackets: str
    is_right: bool


class _Mark(NamedTuple):
    """A mark at the beginning of ``holder``, up to ``end``. A ``plain`` one is almost certain."""

    mark: ChoiceMark
    holder: Element
    end: int
    plain: bool


NO_MARK = ChoiceMark("", False)


def take_marks(items: Sequence[BlockElement], in_exercise: bool) -> list[ChoiceMark]:
    """The marks at the beginning of a list's items, which are removed from their text; none if it
    is not a list of choices.

    An empty ``( )`` is unambiguous: two marks, one of them empty, make choices, even if other items
    have none. So does ``(x)`` alone, unless it is one of several labels, ``(w)``, ``(x)``. In a
    list of choices, malformed marks count as well: ``(✓)``, ``**(x)**``, ``(x)b``.
    """
    if any(map(_has_more, items)):
        return []
    marks = [_find(item, _PAIRS if in_exercise else _PAIRS[:1]) for item in items]
    plain = [choice for choice in marks if choice and choice.plain]
    if all(choice.mark.is_right for choice in plain):
        are_choices = bool(plain) and not any(map(_is_label, items))
    else:
        are_choices = in_exercise or sum(map(bool, marks)) > 1
    if not are_choices:
        return []
    for choice, item in zip(marks, items, strict=True):
        if choice:
            _take(choice, item)
        else:
            _restore(item)
    return [choice.mark if choice else NO_MARK for choice in marks]


def _find(item: BlockElement, pairs: Sequence[str]) -> _Mark | None:
    first = item.first
    if first is None or first.tag != "p" or first.lines[0].startswith("\\"):
        return None
    holder: Element = first
    if not first.text and len(first) and first[0].tag in _EMPHASIS:
        holder = first[0]
    match = _MARK.match(holder.text or "")
    if match is None or match[1] + match[4] not in pairs:
        return None
    is_apart = bool(match[5]) or match.string[match.end() :][:1] in ("", "\n")
    is_x = match[2] == "" and match[3] != "" and match[3] in X and is_apart and holder.tag != "em"
    plain = is_x if match[3] else bool(match[2])
    return _Mark(ChoiceMark(match[1] + match[4], bool(match[3])), holder, match.end(), plain)


def _restore(item: BlockElement) -> None:
    r"""Make an escaped mark of a choice, ``\(x\)``, text, which it is no formula in."""
    first = item.first
    if first is None or first.text or not len(first) or first[0].tag != "math":
        return
    if first.lines[0].startswith("\\(") and (first[0].text or " ").strip() in set(X):
        first.text = f"({first[0].text}){first[0].tail or ''}"
        del first[0]


def _has_more(item: BlockElement) -> bool:
    """Return whether the first line of an item is one of several choices."""
    lines = item.first.lines if item.first is not None else ()
    return len(lines) > 1 and sum(_MARK.match(line) is not None for line in lines) > 1


def _is_label(item: BlockElement) -> bool:
    return item.first is not None and bool(LABEL.match(item.first.text or ""))


def _take(mark: _Mark, item: Element) -> None:
    """Remove a mark with its bold markup, which would reveal the right answer."""
    holder, first = mark.holder, item[0]
    text = (holder.text or "")[mark.end :]
    if holder is first:
        first.text = text
        return
    within, after = list(holder), holder.tail or ""
    first.remove(holder)
    first[:0] = within
    if within:
        within[-1].tail = (within[-1].tail or "") + after
    else:
        text = (text + after).lstrip()
    first.text = text


def choices(
    items: Sequence[tuple[tuple[Block, ...], Span]],
    marks: list[ChoiceMark],
    span: Span,
    report: Report,
) -> Choices:
    """The choices that are items of a list, each given as its blocks and its place."""
    brackets = next(mark.brackets for mark in marks if mark.brackets)
    is_multiple = brackets == "[]"
    empty, right = " ".join(brackets), "x".join(brackets)
    rights = 0
    for (blocks, place), mark in zip(items, marks, strict=True):
        if not mark.brackets:
            message = f"An item of a list of choices begins without `{empty}`: it counts as wrong."
            hint = f"Begin it with `{empty}`, or `{right}` if it is right."
            report(Code.WRONG_CHOICES, message, place, f"{hint} {_TEXT}")
        elif mark.brackets != brackets:
            message = "A list of choices has either `( )`, for one answer, or `[ ]`, for several."
            hint = f"Begin it with `{empty}`, or `{right}` if it is right."
            report(Code.WRONG_CHOICES, message, place, hint)
        elif not blocks:
            report(Code.WRONG_CHOICES, "A choice has no text.", place, "Write it after the mark.")
        elif mark.is_right and len(items) == 1:
            message = f"There is only one choice. Students do not see the mark in `{right}`."
            hint = f"Write the others below it, each with `{empty}`. {_TEXT}"
            report(Code.WRONG_CHOICES, message, place, hint)
        rights += mark.is_right
        if mark.is_right and rights == 2 and not is_multiple:
            message = "Two answers are marked as right in a list where one is to be chosen."
            hint = "If several are right, use `[ ]`; to begin another list, put some text between."
            report(Code.WRONG_CHOICES, message, place, hint)
    return Choices(
        items=tuple(
            Choice(children=blocks, correct=mark.is_right, span=place)
            for (blocks, place), mark in zip(items, marks, strict=True)
        ),
        multiple=is_multiple,
        span=span,
    )


def lone_blank(item: BlockElement) -> Paragraph | None:
    """The blank of an item of nothing but underscores, elsewhere a line to write on."""
    first = item.first if len(item) == 1 else None
    if first is None or first.tag != "lines" or first.get("count") != "1":
        return None
    place = Span(first.line, first.column)
    return Paragraph(children=(blank(len(first.get("mark", "")), span=place),), span=place)


def attach_prompts(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Neighbouring blocks, with each paragraph before choices as their prompt."""
    if not any(isinstance(block, Choices) for block in blocks):
        return blocks
    result: list[Block] = []
    for block in blocks:
        before = result[-1] if result else None
        if (
            isinstance(block, Choices)
            and not block.prompt
            and isinstance(before, Paragraph)
            and before.attributes == NO_ATTRIBUTES
        ):
            result[-1] = replace(
                block, prompt=before.children, span=span_over(before.span, block.span)
            )
        else:
            result.append(block)
    return tuple(result)


# --- loose marks -----------------------------------------------------------------------------
# Marks of choices outside lists of choices: in lines of a paragraph, in cells, at the end of
# items. They become blanks, so that students do not see the right answers; lists in HTML are
# choices under the same conditions as in Markdown.

_INNER = rf"([ \t{UNSEEN}]{{1,9}}|{RIGHT})"
_MAY_BEGIN = late(rf"[(\[](?:[ \t{UNSEEN}]|{RIGHT})")

# The text before it is tested last: the first letter is found faster.
_ROUND = late(rf"\((?<![\w)\]]\(){_INNER}\)(?!\()")
_SQUARE = late(rf"\[(?<![\w)\]]\[){_INNER}\](?![(\[])")
_X = late(rf"\([{X}]\)(?=\s|$)")

_BOLD = (model.Strong, model.Emphasis, model.InlineElement)
"""Characters that may surround a mark."""

N = TypeVar("N", bound=Node)


def fill(document: Document, text: str) -> Document:
    """The document of a text with a blank for each such mark, and a finding for marks with an x.

    An empty mark is unambiguous: a paragraph or cell that has one and an x has choices, and if the
    text contains both at beginnings or ends of lines, those are choices too. Square brackets count
    in exercises only, because elsewhere they are tasks.
    """
    if not _MAY_BEGIN.search(text):
        return document
    doubts: list[Diagnostic] = []
    blocks = _fill(document.blocks, _ROUND, doubts)
    notes = _fill(document.notes, _ROUND, doubts)
    if any(model.Exercise in facts(node).kinds for node in blocks):

        def enter(node: model.Exercise) -> model.Exercise:
            return replace(node, children=_fill(node.children, _SQUARE, doubts))

        blocks = rewrite(blocks, enter={model.Exercise: enter})
    if not doubts:
        return document
    findings = (*document.diagnostics, *doubts)
    return replace(document, blocks=attach_prompts(blocks), notes=notes, diagnostics=findings)


def _fill(
    blocks: tuple[N, ...], mark: re.Pattern[str], findings: list[Diagnostic]
) -> tuple[N, ...]:
    runs = [
        node.children for node in walk(blocks) if isinstance(node, model.Paragraph | model.Plain)
    ]
    if not any(_kinds(run, mark) for run in runs):
        return blocks
    at_edges = {is_right for run in runs for is_right in _at_edges(run, mark)}

    def report(code: Code, message: str, span: Span | None, hint: str) -> None:
        findings.append(diagnostic(code, message, span=span, hint=hint))

    def enter_list(node: model.List, path: tuple[Node, ...]) -> model.List | model.Choices:
        begins = [_first_text(item) for item in node.items]
        has_more = any(sum(1 for _ in _at_edges(_run(item), mark)) > 1 for item in node.items)
        if not any(map(_X.match, begins)) or any(map(LABEL.match, begins)) or has_more:
            return node
        span = next((outer.span for outer in path if outer.span), Span(0))
        items = [(_without_mark(item.children), item.span or span) for item in node.items]
        marks = [ChoiceMark("()", True) if _X.match(text) else NO_MARK for text in begins]
        return choices(items, marks, span, report)

    def enter(
        run: model.Paragraph | model.Plain, path: tuple[Node, ...]
    ) -> model.Paragraph | model.Plain:
        kinds = _kinds(run.children, mark)
        is_alone = len(at_edges) < 2 or not any(True for _ in _at_edges(run.children, mark))
        if len(kinds) < 2 and is_alone:
            return run
        if True in kinds:
            message = (
                "A right answer is marked outside a multiple-choice list: students see an empty "
                "mark."
            )
            span = next((node.span for node in path if node.span), None)
            hint = "Write a list, `- ( ) wrong` and `- (x) right`; if the x is text, `(*x*)`."
            report(Code.LIKELY_SLIP, message, span, hint)
        return replace(run, children=tuple(_with_gaps(run.children, mark)))

    changes: Changes = {model.List: enter_list, model.Paragraph: enter, model.Plain: enter}
    return rewrite(blocks, enter=changes, context=PATH)


def _first_text(item: model.ListItem) -> str:
    """The text that an item begins with, if it begins with text."""
    run = _run(item)
    text = _text(run[0]) if run else None
    return text.text.lstrip() if text else ""


def _run(item: model.ListItem) -> tuple[Inline, ...]:
    first = item.children[0] if item.children else None
    return first.children if isinstance(first, model.Paragraph | model.Plain) else ()


def _without_mark(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of an item, with a paragraph for its text, without the mark, and not bold."""
    first = blocks[0] if blocks else None
    if not isinstance(first, model.Paragraph | model.Plain):
        return blocks
    children = list(first.children)
    text = _text(children[0]) if children else None
    if text and _X.match(text.text.lstrip()):
        bold = children[0]
        within = bold.children[1:] if isinstance(bold, _BOLD) else ()
        rest = _X.sub("", text.text.lstrip(), count=1).lstrip()
        children[:1] = [*([replace(text, text=rest)] if rest else []), *within]
    return (model.Paragraph(children=trim(children), span=first.span), *blocks[1:])


def _kinds(run: tuple[Inline, ...], mark: re.Pattern[str]) -> set[bool]:
    """The kinds of marks in a text: whether there is an x in them."""
    texts = [text.text for child in run if (text := _text(child))]
    return {_is_right(match) for text in texts for match in mark.finditer(text)}


def _is_right(mark: re.Match[str]) -> bool:
    return bool(mark[1].strip())


def _text(node: Inline) -> model.Text | None:
    """The text that may have marks: the node itself, or the first text in bold."""
    first = node.children[0] if isinstance(node, _BOLD) and node.children else node
    return first if isinstance(first, model.Text) else None


def _at_edges(run: tuple[Inline, ...], mark: re.Pattern[str]) -> Iterator[bool]:
    """Return whether there is an x in the marks that lines begin or end with."""
    last = len(run) - 1
    for index, child in enumerate(run):
        text = _text(child)
        if text is None:
            continue
        begins = index == 0 or isinstance(run[index - 1], model.SoftBreak | model.LineBreak)
        ends = index == last or isinstance(run[index + 1], model.SoftBreak | model.LineBreak)
        for match in mark.finditer(text.text):
            before, after = text.text[: match.start()], text.text[match.end() :]
            if (begins and not before.strip()) or (ends and not after.strip(" .")):
                yield _is_right(match)


def _with_gaps(run: Iterable[Inline], mark: re.Pattern[str]) -> Iterator[Inline]:
    for child in run:
        if isinstance(child, _BOLD):
            yield replace(child, children=tuple(_with_gaps(child.children, mark)))
            continue
        if not isinstance(child, model.Text):
            yield child
            continue
        pos, text = 0, child.text
        for match in mark.finditer(text):
            answer = match[1].strip()
            yield replace(child, text=text[pos : match.start(1)])
            yield model.Blank(answer=(answer,) if answer else (), size=1, span=child.span)
            pos = match.end(1)
        if pos < len(text):
            yield replace(child, text=text[pos:])
