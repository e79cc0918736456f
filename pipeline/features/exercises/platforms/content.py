"""The content that learning platforms can show in a question: a few kinds of blocks and text, to
which others are reduced. What is lost by that is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from msgspec.structs import replace

from pipeline import model
from pipeline.features.exercises.platforms.questions import Content
from pipeline.model import Answered, Block, Document, Inline, Node
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.rewriting import Changes, rewrite
from pipeline.model.tree import BLANK, SPAN, answer_text, inlines_of, plain_text
from pipeline.resolve.findings import Findings

SCRIPTS = frozenset({"sub", "sup"})
"""The elements that change the meaning of their text."""

_GAP = late("_{4,}")
GAP_IN_FORMULA = r"\\underline{\\qquad}"
TASKS = (model.Choices, model.Matching, model.Ordering)


class Portable:
    """Reduces the blocks of a document."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self._findings = findings
        self._notes = {note.number: note for note in document.notes}
        self._answers: list[Answered] = []
        self._changes = self._all_changes()

    def content(self, blocks: Iterable[Node]) -> Content:
        """Blocks for pupils; gaps are lines."""
        content, answers = self.with_gaps(blocks)
        for answer in answers:
            message = f"The answer “{answer_text(answer)}” is left out: no gap can stand there."
            self._tell(message, next((block.span for block in content if block.span), None))
        return rewrite(content, leave={model.Blank: lambda node: model.Text(text=BLANK)})

    def with_gaps(self, blocks: Iterable[Node]) -> tuple[Content, tuple[Answered, ...]]:
        """Blocks for pupils, with a blank for each gap that has an answer, and these answers; the
        gaps of formulas follow after them."""
        self._answers = []
        content = self._reduced(tuple(blocks))
        return content, tuple(self._answers)

    def answer(self, blocks: Iterable[Node]) -> Content:
        """Blocks of an answer, with the answers of their gaps."""
        self._answers = []
        content = self._reduced(tuple(blocks))
        answers = iter(self._answers)
        return rewrite(content, leave={model.Blank: lambda node: inlines_of(next(answers))})

    def _reduced(self, blocks: tuple[Node, ...]) -> Content:
        reduced = rewrite(blocks, leave=self._changes, context=SPAN)
        return cast(Content, reduced)

    def _all_changes(self) -> Changes:
        return {
            model.SoftBreak: lambda node, span: model.Text(text=" "),
            model.Link: lambda n, s: n.children if n.href[:1] in ("#", "") else _bare(n),
            model.InlineElement: lambda n, s: _bare(n) if n.name in SCRIPTS else n.children,
            model.Citation: lambda n, s: (
                n.children or _text(", ".join(f"@{item.key}" for item in n.items))
            ),
            model.CrossReference: lambda n, s: model.Text(text=n.text or n.target),
            model.Variable: lambda n, s: model.Text(text=plain_text((n,))),
            model.Abbreviation: lambda n, s: model.Text(text=n.text),
            model.Strikethrough: self._struck,
            model.NoteReference: self._note,
            model.Blank: self._blank,
            model.Math: self._formula,
            model.MathBlock: self._formula,
            model.Heading: lambda n, s: _strong(n.children),
            model.Section: lambda n, s: (*_titled(n.title), *n.children),
            model.Admonition: lambda n, s: (*_titled(n.title), *n.children),
            model.Exercise: lambda n, s: (*_titled(n.title), *n.children),
            model.Answer: lambda n, s: n.children,
            model.TeacherNote: lambda n, s: n.children,
            model.Container: lambda n, s: n.children,
            model.Dialogue: lambda n, s: tuple(
                block for turn in n.turns for block in turn.children
            ),
            model.Turn: lambda n, s: replace(n, children=(*_titled(_text(n.speaker)), *n.children)),
            model.DefinitionList: lambda n, s: defined(n),
            model.Figure: lambda n, s: (_plain(n.image), *_captioned(n.caption)),
            model.FigureGroup: lambda n, s: (*n.figures, *_captioned(n.caption)),
            model.Chart: _chart,
            model.Table: lambda n, s: (replace(_bare(n), caption=()), *_captioned(n.caption)),
            **dict.fromkeys(TASKS, self._task),
            **dict.fromkeys(NOTHING, lambda node, span: ()),
            **dict.fromkeys(BARE, lambda node, span: _bare(node)),
        }

    def _struck(self, node: model.Strikethrough, span: Span | None) -> tuple[Inline, ...]:
        self._tell("The line through this text is lost: a platform shows it as other text.", span)
        return node.children

    def _note(self, node: model.NoteReference, span: Span | None) -> Inline:
        """The text of a note in brackets."""
        note = self._notes.get(node.number)
        text = plain_text(note.children).strip() if note else ""
        return model.Text(text=f" [{text}]" if text else "")

    def _blank(self, node: model.Blank, span: Span | None) -> Inline:
        if node.answer:
            self._answers.append(node.answer)
            return model.Blank()
        self._tell("This gap has no answer: on a platform it is a line that nobody fills in.", span)
        return model.Text(text=BLANK)

    def _formula(self, node: Any, span: Span | None) -> tuple[Node, ...]:
        """A formula with its gaps after it, as gaps of the text."""
        gaps = [self._blank(model.Blank(answer=answer), span) for answer in node.gaps]
        if not gaps:
            return (_bare(node),)
        listed = [part for gap in gaps for part in (model.Text(text=" "), gap)]
        bare = replace(_bare(node), tex=_GAP.sub(GAP_IN_FORMULA, node.tex), gaps=())
        if isinstance(node, model.Math):
            return (bare, *listed)
        return (bare, model.Paragraph(children=tuple(listed[1:])))

    def _task(self, node: Node, span: Span | None) -> tuple[Node, ...]:
        self._tell("A task within other text is left out: a platform has one after another.", span)
        return ()

    def _tell(self, message: str, span: Span | None) -> None:
        self._findings.add(Code.NOT_ON_PLATFORM, message, span)


NOTHING = (
    model.PageMark, model.ThematicBreak, model.PageBreak, model.Bibliography, model.Index,
    model.WritingLines, model.WritingSpace,
)  # fmt: skip
BARE = (
    model.Paragraph, model.Plain, model.List, model.ListItem, model.BlockQuote, model.CodeBlock,
    model.TableCell, model.TableRow, model.Emphasis, model.Strong, model.Code, model.Image,
)  # fmt: skip
"""The kinds of nodes that stay, without attributes."""


def _bare(node: Any) -> Any:
    return replace(node, attributes=model.NO_ATTRIBUTES)


def _text(text: str) -> tuple[Inline, ...]:
    return (model.Text(text=text),) if text else ()


def _strong(inlines: tuple[Inline, ...]) -> Block:
    return model.Paragraph(children=(model.Strong(children=inlines),))


def _titled(title: tuple[Inline, ...]) -> tuple[Block, ...]:
    return (_strong(title),) if title else ()


def _captioned(caption: tuple[Inline, ...]) -> tuple[Block, ...]:
    return (model.Paragraph(children=caption),) if caption else ()


def _plain(image: model.Image) -> Block:
    return model.Paragraph(children=(image,))


def defined(node: model.DefinitionList) -> tuple[Block, ...]:
    """The terms of a list, each with what it means below."""
    return tuple(
        block
        for item in node.items
        for block in (*map(_strong, item.terms), *(b for d in item.definitions for b in d))
    )


def _chart(node: model.Chart, span: Span | None) -> tuple[Block, ...]:
    drawing = (_plain(node.image),) if node.image else ()
    table = () if node.image or not node.table.body else (node.table,)
    return (*drawing, *table, *_captioned(node.caption))
