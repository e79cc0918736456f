"""Turns of speakers: names that begin paragraphs, and what follows them."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.model import Block, Inline
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span, span_over
from pipeline.model.late import late
from pipeline.model.metadata import Metadata, Speaker
from pipeline.model.names import fold_name, nearest
from pipeline.model.tree import plain_text
from pipeline.parser.markup import trim

# --- utterances ------------------------------------------------------------------------------
# Names that begin paragraphs, and whether what follows them is speech.

ENDS = (model.Heading, model.ThematicBreak, model.PageBreak)
"""Blocks that end a conversation."""

_SENTENCE_END = late(r"[.!?…;:,–—。！？؟،”’\"'»)\]]\s*\Z")
FEWEST_ROUNDS = 3
"""The rounds in which the same two names follow each other that make records of a text."""


class Utterance(NamedTuple):
    """The text after a name that begins a paragraph, with the number of that paragraph, and of the
    stretch of text between headings and breaks in which it is."""

    name: str
    text: str
    at: int
    stretch: int


def is_conversation(utterances: Sequence[Utterance]) -> bool:
    """Return whether what follows names is speech, and not the fields of records, such as “Type:
    Multiple choice” and “Correct answer: B”: someone speaks more than once in a stretch, it is not
    the same that is repeated, and at least half of what stands after their names ends like a
    sentence."""
    if len({(utterance.name, utterance.stretch) for utterance in utterances}) == len(utterances):
        return False
    texts = [utterance.text for utterance in utterances if utterance.text]
    ended = sum(bool(_SENTENCE_END.search(text)) for text in texts)
    return 2 * ended >= len(texts) and not _is_repeated(utterances)


def _is_repeated(utterances: Sequence[Utterance]) -> bool:
    """Return whether the same names always follow each other, and are more than two that take
    turns, or have as many paragraphs each time."""
    names = [utterance.name for utterance in utterances]
    order = list(dict.fromkeys(names))
    rounds = len(names) / len(order)
    fewest = 2 if len(order) > 2 else FEWEST_ROUNDS
    if rounds < fewest or (order * math.ceil(rounds))[: len(names)] != names:
        return False
    lengths = [
        after.at - utterance.at - (not utterance.text)
        for utterance, after in itertools.pairwise(utterances)
    ]
    is_even = lengths == (lengths[: len(order)] * len(names))[: len(lengths)]
    return len(order) > 2 or (is_even and max(lengths) > 1)


# --- dialogue --------------------------------------------------------------------------------
# Turns of speakers: a paragraph that begins ``Name:`` or ``**Name:**`` starts one, which continues
# until the next speaker, heading, thematic break or page break.

_LABEL = late(r"([^\s:][^:]{0,79}):(?:\s+|$)")
_NAME = late(r"[^\W\d_][\w .'’-]{0,59}")
NESTS = (
    model.Container, model.Admonition, model.BlockQuote, model.Exercise, model.Answer,
    model.TeacherNote,
)  # fmt: skip
"""Nodes that may contain a dialogue of their own."""

ROLES = ("interviewer", "guest")
"""The roles of an example."""


def group_turns(
    blocks: tuple[Block, ...], metadata: Metadata
) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """The blocks with turns in dialogues, and a warning for each label that is nearly a name."""
    grouping = _Grouping({fold_name(speaker.name): speaker for speaker in metadata.speakers})
    if not grouping.speakers:
        return blocks, tuple(_warn_of_unnamed(blocks))
    return grouping.blocks(blocks), tuple(grouping.diagnostics)


class _Grouping:
    def __init__(self, speakers: Mapping[str, Speaker]) -> None:
        self.speakers = speakers
        self.diagnostics: list[Diagnostic] = []

    def blocks(self, blocks: Iterable[Block]) -> tuple[Block, ...]:
        grouped: list[Block] = []
        turns: list[_Turn] = []
        for block in blocks:
            started = self._start(block, in_dialogue=bool(turns))
            if started:
                turns.append(started)
            elif turns and not isinstance(block, ENDS):
                turns[-1].children.append(block)
            else:
                _flush(turns, grouped)
                if isinstance(block, NESTS):
                    block = replace(block, children=self.blocks(block.children))
                grouped.append(block)
        _flush(turns, grouped)
        return tuple(grouped)

    def _start(self, block: Block, in_dialogue: bool) -> _Turn | None:
        """The turn that a paragraph begins, if it does."""
        if not isinstance(block, model.Paragraph):
            return None
        label, rest, bold = _split_label(block.children)
        if label is None:
            label, rest = _bold_turn(block.children)
            if label is None or fold_name(label) not in self.speakers:
                return None
        speaker = self.speakers.get(fold_name(label))
        if speaker is None:
            if _NAME.fullmatch(label):
                self._warn(label, block.span, sure=bold and in_dialogue)
            return None
        text = trim(rest)
        first: list[Block] = [replace(block, children=text)] if text else []
        return _Turn(speaker, block.span, first)

    def _warn(self, label: str, span: Span | None, sure: bool) -> None:
        near = nearest(fold_name(label), self.speakers, 0.75)
        if not near and not sure:
            return
        names = ", ".join(speaker.name for speaker in self.speakers.values())
        hint = f"The speakers are {names}."
        if near:
            hint = f"Did you mean “{self.speakers[near].name}”?"
        message = f"“{label}” is not one of the speakers."
        finding = diagnostic(Code.UNKNOWN_SPEAKER, message, span=span, hint=hint, length=len(label))
        self.diagnostics.append(finding)


class _Turn(NamedTuple):
    """An open turn. ``span`` is that of the paragraph with the speaker's name."""

    speaker: Speaker
    span: Span | None
    children: list[Block]

    def finish(self) -> model.Turn:
        last = self.children[-1].span if self.children else None
        return model.Turn(
            speaker=self.speaker.name,
            role=self.speaker.role,
            asks=self.speaker.asks,
            children=tuple(self.children),
            span=span_over(self.span, last),
        )


def _flush(turns: list[_Turn], blocks: list[Block]) -> None:
    if turns:
        done = tuple(turn.finish() for turn in turns)
        blocks.append(model.Dialogue(turns=done, span=span_over(done[0].span, done[-1].span)))
        turns.clear()


def _split_label(inlines: tuple[Inline, ...]) -> tuple[str | None, tuple[Inline, ...], bool]:
    """The label that a paragraph begins with, the rest of it, and whether it is bold."""
    if not inlines:
        return None, (), False
    first, rest = inlines[0], inlines[1:]
    if isinstance(first, model.Text):
        match = _LABEL.match(first.text)
        if match:
            return match[1].strip(), _cut_begin(first, match.end(), rest), False
    elif isinstance(first, model.Strong):
        text = plain_text(first.children).strip()
        after = rest[0].text if rest and isinstance(rest[0], model.Text) else ""
        if text.endswith(":"):
            if rest and isinstance(rest[0], model.Text):
                rest = _cut_begin(rest[0], len(after) - len(after.lstrip()), rest[1:])
            return text[:-1].strip(), rest, True
        if after.startswith(":") and isinstance(rest[0], model.Text):
            end = 1 + len(after[1:]) - len(after[1:].lstrip())
            return text, _cut_begin(rest[0], end, rest[1:]), True
    return None, (), False


def _bold_turn(inlines: tuple[Inline, ...]) -> tuple[str | None, tuple[Inline, ...]]:
    """The label within a paragraph that is bold as a whole, and the rest of it."""
    only = inlines[0] if len(inlines) == 1 else None
    first = only.children[0] if isinstance(only, model.Strong) and only.children else None
    match = _LABEL.match(first.text) if isinstance(first, model.Text) else None
    if not (match and isinstance(only, model.Strong) and isinstance(first, model.Text)):
        return None, ()
    return match[1].strip(), _cut_begin(first, match.end(), only.children[1:])


def _warn_of_unnamed(blocks: Iterable[Block]) -> Iterator[Diagnostic]:
    """A warning about what looks like turns of at least two speakers, each of whom speaks twice."""
    turns: list[tuple[Utterance, Span | None]] = []
    stretch = 0
    for at, block in enumerate(blocks):
        stretch += isinstance(block, ENDS)
        if isinstance(block, model.Paragraph) and isinstance(block.children[0], model.Strong):
            label, rest, _ = _split_label(block.children)
            if label is None:
                label, rest = _bold_turn(block.children)
            if label and _NAME.fullmatch(label) and not label[0].islower():
                turns.append((Utterance(label, plain_text(rest), at, stretch), block.span))
    times = Counter(turn.name for turn, _ in turns)
    several = [label for label, count in times.items() if count > 1]
    if len(several) < 2 or not is_conversation([turn for turn, _ in turns if turn.name in several]):
        return
    names = ", ".join(f"“{name}”" for name in several[:4])
    message = f"These look like turns of speakers: {names}."
    listed = ", ".join(f"{name}: {role}" for name, role in zip(several, ROLES, strict=False))
    hint = f"Name them in the front matter, `speakers: {{{listed}}}`, with their roles."
    span = next(span for turn, span in turns if turn.name in several)
    yield diagnostic(Code.LIKELY_SLIP, message, span=span, hint=hint)


def _cut_begin(text: model.Text, count: int, rest: tuple[Inline, ...]) -> tuple[Inline, ...]:
    left = text.text[count:]
    return (model.Text(text=left, span=text.span), *rest) if left else rest
