"""Text that looks like an answer but is not marked as one, so that students get it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline import model
from pipeline.model import NO_ATTRIBUTES, Block, Document, Inline, Node
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.tree import has_condition, is_for_teachers, plain_text, walk
from pipeline.parser.secrets import meaning_of, secret

HOLDERS = (model.BlockQuote, model.Container, model.ListItem, model.Admonition, model.Exercise)
MARKUP = frozenset({"markdown", "md"})
"""Languages in which a gap with its answer is an example of one."""

TASKS = (
    model.Blank, model.Choices, model.Exercise, model.Matching, model.Ordering,
    model.WritingLines, model.WritingSpace,
)  # fmt: skip
"""Tasks for readers, and room for their answers."""

_TITLE_PARTS = re.compile(r"[():\[\]/|]|\s[-–—]\s")
_GAP = re.compile(r"___\{([^{}\n]{1,100})\}")
LONGEST_LABEL = 40
"""The number of letters searched for a word that ends with a colon."""

HINT = "Put it in `::: answer` or `::: teacher` if only teachers should get it"


def unguarded(document: Document) -> Iterator[Diagnostic]:
    """Collapsible blocks and boxes titled with a word for an answer; in a text with tasks also
    sections and lines in bold, and in exercises paragraphs that begin with one. Classes that
    resemble such a word are reported too, because their elements are withheld from students."""
    everything = (*document.blocks, *document.notes)
    yield from _nearly(everything)
    has_tasks = any(isinstance(node, TASKS) for node in walk(document.blocks))
    for block, in_exercise in _public(document.blocks, within=False):
        if found := _unguarded_answer(block, has_tasks, in_exercise):
            what, hint = found
            yield diagnostic(
                Code.LIKELY_SLIP, f"Students also get {what}.", span=block.span, hint=hint
            )


def _unguarded_answer(block: Block, has_tasks: bool, in_exercise: bool) -> tuple[str, str] | None:
    """Text that reads like an answer in place of ``block``, and the hint."""
    if isinstance(block, model.Admonition) and (title := _answer_text(block.title)):
        return f"the box “{title}”", f"{HINT}."
    if isinstance(block, model.Container) and block.name == "details":
        first = block.children[0] if block.children else None
        if isinstance(first, model.Container) and (title := _first_answer_text(first.children)):
            return f"the collapsed text “{title}”", f"{HINT}: in print it is not collapsed."
    if isinstance(block, model.CodeBlock) and (gap := _GAP.search(block.text)):
        hint = "Code is shown as written: put the answer in `::: answer` below it."
        return (
            None if block.language in MARKUP else (f"the answer “{gap[1]}” of a gap in code", hint)
        )
    if isinstance(block, model.Heading) and has_tasks and (title := _answer_title(block.children)):
        if has_condition(block):
            return None
        hint = "Write `{.answer}` after the heading if only teachers should get it; if all should,"
        return f"the section “{title}”", f'{hint} `{{only="html pdf epub"}}`.'
    if isinstance(block, model.Paragraph) and has_tasks and (title := _bold_answer_title(block)):
        return f"the text under “{title}”", f"{HINT}."
    if isinstance(block, model.Paragraph) and in_exercise and (label := _label(block)):
        return f"the text after “{label}”", f"{HINT}."
    return None


def _public(blocks: Iterable[Block], within: bool) -> Iterator[tuple[Block, bool]]:
    """The blocks that students get, with whether they are in an exercise."""
    cut = 0
    for block in blocks:
        if isinstance(block, model.Heading) and not (cut and block.level > cut):
            cut = block.level if is_for_teachers(block) else 0
        if cut or isinstance(block, model.Answer | model.TeacherNote) or is_for_teachers(block):
            continue
        yield block, within
        if isinstance(block, HOLDERS):
            yield from _public(block.children, within or isinstance(block, model.Exercise))
        elif isinstance(block, model.List):
            for item in block.items:
                yield from _public(item.children, within)


def _answer_text(inlines: Iterable[Inline]) -> str:
    text = plain_text(inlines).strip()
    return text if text and meaning_of(text) else ""


def _answer_title(inlines: Iterable[Inline]) -> str:
    """The title of answers, if it is one, such as “Answer key (teachers only)”."""
    text = plain_text(inlines).strip()
    parts = _TITLE_PARTS.split(text)
    several = len(parts) > 1
    is_one = any(
        meaning_of(part) == "answer" or (meaning_of(part) and several and " " in part.strip())
        for part in parts
    )
    return text if is_one else _answer_text(inlines)


def _bold_answer_title(block: model.Paragraph) -> str:
    only = block.children[0] if len(block.children) == 1 else None
    return _answer_title(only.children).rstrip(": ") if isinstance(only, model.Strong) else ""


def _first_answer_text(blocks: Iterable[Node]) -> str:
    return next(
        (_answer_text(b.children) for b in blocks if isinstance(b, model.Paragraph | model.Plain)),
        "",
    )


def _label(block: model.Paragraph) -> str:
    """The word before the colon at the beginning of a paragraph, unless a blank follows."""
    first = block.children[0] if block.children else None
    if any(isinstance(node, model.Blank) for node in block.children):
        return ""
    text = (
        plain_text(block.children[:1])[:LONGEST_LABEL]
        if isinstance(first, model.Text | model.Strong | model.Emphasis)
        else ""
    )
    label, colon, after = text.partition(":")
    if isinstance(first, model.Strong | model.Emphasis):
        second = block.children[1] if len(block.children) > 1 else None
        is_label = (
            bool(colon)
            or label.endswith(".")
            or (isinstance(second, model.Text) and second.text.startswith(":"))
        )
        return label if is_label and len(block.children) > 1 and meaning_of(label) else ""
    more = after.strip(" _.…") or len(block.children) > 1
    return label if colon and more and meaning_of(label) else ""


def _nearly(nodes: Iterable[Node]) -> Iterator[Diagnostic]:
    for node in walk(nodes):
        own = getattr(node, "attributes", NO_ATTRIBUTES)
        for name in own.classes:
            found = secret(name)
            if found and not found.sure:
                yield diagnostic(
                    Code.NEARLY_SECRET,
                    f"The class `.{name}` withholds its content from students, like an answer.",
                    span=node.span,
                    hint=f"Write `.{found.meaning}` if that is right; otherwise choose another "
                    "name.",
                )
