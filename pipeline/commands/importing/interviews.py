"""Interviews in imported text: the speakers, recognised by names before their turns, by questions
in bold, or by questions alone; and who asks, judged by the text."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.draft import Draft, count, lost
from pipeline.commands.importing.labels import (
    TIME,
    SpeakerLabel,
    as_written,
    label_of,
    line_of,
    lines_apart,
    names_in,
    person_for,
    role_of,
    speech_role,
)
from pipeline.commands.importing.turns import (
    QUESTION,
    About,
    InputTurn,
    about_of,
    ended,
    plainly,
    quiet,
    text_line,
    utterances,
    without_lead,
)
from pipeline.model import Block, Inline, Paragraph, Text
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.metadata import Metadata, Speaker
from pipeline.model.names import nearest
from pipeline.model.tree import plain_text
from pipeline.model.words import called, folded
from pipeline.parser.dialogue import group_turns
from pipeline.parser.utterances import is_conversation

LONGEST = 90
"""Maximum words of a question identified only by its mark."""

FEWEST = 3
"""Questions that make an interview of a text that is called one."""

MOST_NAMES = 100
"""Names before colons, above which they are not names of speakers."""

FEWEST_LINES = 6
"""Turns that make a dialogue of a text in which nobody asks."""


class _Detection(NamedTuple):
    turns: list[InputTurn]
    speakers: tuple[Speaker, ...]
    guesses: list[str]
    """The guesses, in sentences."""

    sure: str
    """The kind of text, and how certain it is."""


def with_speakers(draft: Draft, name: str) -> Draft:
    """The draft with its turns, and their speakers in its metadata."""
    metadata = draft.metadata
    if metadata.speakers or any(isinstance(b, model.Dialogue) for b in draft.blocks):
        return draft
    blocks = tuple(lines_apart(draft.blocks))
    by_names, by_questions = _by_names(blocks, metadata), _by_questions(blocks, metadata)
    detection = by_names or by_questions
    if by_names and by_questions and 2 * len(by_names.turns) < len(by_questions.turns):
        detection = by_questions  # the names stand before the first turns alone
    if not detection:
        return draft
    names = [speaker.name for speaker in detection.speakers]
    marked = [*blocks]
    for turn in plainly(detection.turns):
        start = Text(text=f"{turn.name}: " if turn.children else f"{turn.name}:")
        marked[turn.at] = Paragraph(children=(start, *turn.children), span=blocks[turn.at].span)
    marked = ended(marked, detection.turns[-1].at, names)
    plain = quiet(marked, {turn.at for turn in detection.turns}, names)
    metadata = replace(metadata, speakers=detection.speakers)
    blocks, _ = group_turns(tuple(plain), metadata)
    was, now = count(draft.blocks, ()), count(blocks, ())
    counts = dict(draft.counts)
    for row in ("paragraphs", "words"):  # a name in a line of its own is no paragraph any more
        counts[row] = counts.get(row, 0) + now[row] - was[row]
    return replace(
        draft,
        metadata=metadata,
        blocks=blocks,
        counts=counts,
        findings=(*draft.findings, *_findings(detection, name)),
    )


def _findings(detection: _Detection, name: str) -> Iterator[Diagnostic]:
    counts = Counter(turn.name for turn in detection.turns)
    parts, otherwise = [], "speaks" if detection.sure == "perhaps a dialogue" else "replies"
    for speaker in detection.speakers:
        turns = "1 turn" if counts[speaker.name] == 1 else f"{counts[speaker.name]} turns"
        does = "asks" if speaker.asks else otherwise
        parts.append(f"{speaker.name} {does} ({turns})")
    description = " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    hint = "Names and roles are under `speakers` in the front matter: correct them there."
    yield lost(f"This is {detection.sure}: {description}.", name, hint)
    for sentence in detection.guesses:
        yield lost(sentence, name)


# --- by names ---------------------------------------------------------------------------


def _by_names(blocks: tuple[Block, ...], metadata: Metadata) -> _Detection | None:
    """The turns that names begin."""
    labels: dict[int, SpeakerLabel] = {}
    for at, block in enumerate(blocks):
        if isinstance(block, Paragraph):
            label = label_of(block.children)
            if label and (label.rest or _is_followed(blocks, at)):
                labels[at] = label
            elif not label and (line := line_of(block.children)) and _is_followed(blocks, at):
                labels[at] = SpeakerLabel(line, (), "line")
    if not labels:
        return None
    about = about_of(blocks, metadata, min(labels))
    written = {label.name for label in labels.values()}
    if len(written) > MOST_NAMES:
        return None
    cased = {name: as_written(name, about.text) for name in written}
    full = _full_names(cased[label.name] for label in labels.values())
    named = (*about.authors, about.guest, *names_in(about.text))
    people = [as_written(name, about.text) for name in named]
    known = [*full, *(name for name in people if name and name not in full)]
    notes: list[str] = []
    persons: dict[str, str] = {}
    for name in sorted(written):
        role = speech_role(name)
        persons[name] = _stood_for(role, name, about) if role else person_for(cased[name], known)[0]
    turns = _accepted(labels, persons, about, blocks)
    if not turns:
        return None
    turns = without_lead(turns)
    names = list(dict.fromkeys(turn.name for turn in turns))
    for name in sorted({labels[turn.at].name for turn in turns}):
        if folded(persons[name]) != folded(name):
            why = "" if speech_role(name) else person_for(cased[name], known)[1]
            notes.append(f"“{name}” is taken for {persons[name]}{f', {why}' if why else ''}.")
    if len(names) == 1:
        if not _asks_alone(turns):
            return None
        turns, replier = _answered(turns, blocks, about.guest, metadata)
        if not replier:
            return None
        names.append(replier)
        notes.append(f"What follows a question is attributed to {replier}, which is a guess.")
    speakers = _speakers(names, turns, blocks, metadata, labels)
    if any(TIME.search(text_line(blocks[at])[:80]) for at in labels):
        notes.append("The time stamps before the turns are left out.")
    if not any(speaker.asks for speaker in speakers):
        return _Detection(turns, speakers, notes, "perhaps a dialogue")
    is_sure = len(turns) > 5 and all(labels[t.at].form == "colon" for t in turns if t.at in labels)
    sure = "surely an interview" if is_sure else "most likely an interview"
    return _Detection(turns, speakers, notes, sure)


def _full_names(names: Iterable[str]) -> list[str]:
    """The full names among some, except for typing errors: those that occur once and resemble
    another."""
    counts = Counter(name for name in names if len(name.split()) > 1 and not name.isupper())
    full_names: list[str] = []
    for name, number in counts.most_common():
        if number > 1 or not nearest(name, full_names, 0.85):
            full_names.append(name)
    return full_names


def _is_followed(blocks: tuple[Block, ...], at: int) -> bool:
    return at + 1 < len(blocks) and isinstance(blocks[at + 1], Paragraph | model.BlockQuote)


def _stood_for(role: str, label: str, about: About) -> str:
    """The people that "Q" and "A" stand for: the author, if there is one, and the guest."""
    if role == "reply" and about.guest:
        return about.guest
    if role == "question" and about.asker:
        return about.asker
    return re.sub(r"\s?\d{1,4}$", "", label)


def _accepted(
    labels: dict[int, SpeakerLabel],
    persons: dict[str, str],
    about: About,
    blocks: tuple[Block, ...],
) -> list[InputTurn]:
    """The turns, if the names are those of people in a conversation."""
    known = {folded(name) for name in (*about.authors, about.guest) if name}
    turns: list[InputTurn] = []
    for forms in (("colon",), ("colon", "bold", "line")):
        chosen = {at: label for at, label in labels.items() if label.form in forms}
        counts = Counter(folded(persons[label.name]) for label in chosen.values())
        sure = {
            folded(persons[label.name])
            for label in chosen.values()
            if label.form == "colon"
            and (
                speech_role(label.name)
                or folded(persons[label.name]) in known
                or any(called(label.name, role) for role in ("asks", "replies"))
            )
        }
        accepted = {person for person, number in counts.items() if number > 1 or person in sure}
        turns = [
            InputTurn(at, persons[label.name], label.rest)
            for at, label in sorted(chosen.items())
            if folded(persons[label.name]) in accepted
        ]
        if _is_dialogue(turns, sure, about) and (
            about.is_interview
            or {folded(turn.name) for turn in turns} <= sure
            or is_conversation(list(utterances(turns, blocks)))
        ):
            return turns
    return []


def _is_dialogue(turns: list[InputTurn], sure: set[str], about: About) -> bool:
    people = {folded(turn.name) for turn in turns}
    if len(people) < 2:
        return len(turns) > 1 and bool(people & sure or about.is_interview)
    if len(turns) < 3 and not (people <= sure):
        return False
    pairs = list(itertools.pairwise(turns))
    has_questions = any(
        not turn.children or QUESTION.search(plain_text(turn.children)) for turn in turns
    )
    if not has_questions and not about.is_interview and len(turns) < FEWEST_LINES:
        return False
    changes = sum(folded(first.name) != folded(following.name) for first, following in pairs)
    reaches = turns[-1].at - turns[0].at + 1
    return len(people) <= 12 and changes >= 0.5 * len(pairs) and len(turns) >= 0.12 * reaches


def _asks_alone(turns: list[InputTurn]) -> bool:
    questions = sum(bool(QUESTION.search(plain_text(turn.children))) for turn in turns)
    return questions >= 0.6 * len(turns)


def _answered(
    turns: list[InputTurn], blocks: tuple[Block, ...], guest: str, metadata: Metadata
) -> tuple[list[InputTurn], str]:
    """The turns of the interviewer, each with the reply after it."""
    places = {turn.at for turn in turns}
    name = guest or role_of(metadata, 1).capitalize()
    answered: list[InputTurn] = []
    for turn in turns:
        answered.append(turn)
        after = blocks[turn.at + 1] if turn.at + 1 < len(blocks) else None
        if isinstance(after, Paragraph) and turn.at + 1 not in places:
            answered.append(InputTurn(turn.at + 1, name, after.children))
    return answered, name if len(answered) > len(turns) else ""


# --- by questions -----------------------------------------------------------------------


def _by_questions(blocks: tuple[Block, ...], metadata: Metadata) -> _Detection | None:
    """The turns of a text that is called an interview, whose questions are paragraphs in bold or
    italics, or paragraphs that consist only of a question."""
    paragraphs = {at: b for at, b in enumerate(blocks) if isinstance(b, Paragraph)}
    first = min((at for at, b in paragraphs.items() if QUESTION.search(text_line(b))), default=0)
    about = about_of(blocks, metadata, first)
    if not about.is_interview:
        return None
    questions: dict[int, tuple[Inline, ...]] = {}
    ways = {
        "in bold": _emphasised(paragraphs, model.Strong),
        "in italics": _emphasised(paragraphs, model.Emphasis),
        "that end in a question mark": {
            at: b.children for at, b in paragraphs.items() if _is_question(text_line(b))
        },
    }
    for form in ways:
        questions = ways[form]
        asking = [at for at, inner in questions.items() if QUESTION.search(plain_text(inner))]
        answered = [at for at in questions if at + 1 in paragraphs and at + 1 not in questions]
        if (
            len(asking) >= FEWEST
            and len(answered) >= 0.7 * len(questions) <= 0.7 * len(asking) / 0.6
        ):
            break
    else:
        return None
    asker = _first_name(questions.values()) or about.asker or role_of(metadata, 0).capitalize()
    turns = [InputTurn(at, asker, questions[at]) for at in sorted(questions) if at >= first]
    replies = [
        b.children for at, b in paragraphs.items() if at - 1 in questions and at not in questions
    ]
    guest = _first_name(replies) or about.guest
    turns, replier = _answered(turns, blocks, guest, metadata)
    if not replier:
        return None
    turns = [_without_name(turn) for turn in turns]
    speakers = (
        Speaker(asker, role_of(metadata, 0), asks=True),
        Speaker(replier, role_of(metadata, 1)),
    )
    sentence = (
        f"Paragraphs {form} are taken for what {asker} asks, and what follows for what {replier} "
        "says; names stand before the first of them at most."
    )
    return _Detection(turns, speakers, [sentence], "perhaps an interview")


def _first_name(texts: Iterable[tuple[Inline, ...]]) -> str:
    """The name before the first of some texts, if there is one."""
    label = next((label_of(children) for children in texts), None)
    return label.name if label and label.form == "colon" and not speech_role(label.name) else ""


def _without_name(turn: InputTurn) -> InputTurn:
    """A turn without its speaker's name."""
    label = label_of(turn.children)
    is_own = label and label.form == "colon" and folded(label.name) == folded(turn.name)
    return turn._replace(children=label.rest) if label and is_own and label.rest else turn


def _emphasised(
    paragraphs: dict[int, Paragraph], kind: type[model.Strong] | type[model.Emphasis]
) -> dict[int, tuple[Inline, ...]]:
    """The texts of the paragraphs that are entirely bold, or entirely in italics."""
    texts: dict[int, tuple[Inline, ...]] = {}
    for at, paragraph in paragraphs.items():
        inner = [n for n in paragraph.children if not isinstance(n, model.LineBreak)]
        if len(inner) == 1 and isinstance(inner[0], kind):
            texts[at] = inner[0].children
    return texts


def _is_question(text: str) -> bool:
    return bool(re.search('[?？؟][”"»’)]?$', text.strip())) and len(text.split()) <= LONGEST


# --- roles ------------------------------------------------------------------------------


def _speakers(
    names: list[str],
    turns: list[InputTurn],
    blocks: tuple[Block, ...],
    metadata: Metadata,
    labels: dict[int, SpeakerLabel],
) -> tuple[Speaker, ...]:
    """The speakers with their likely roles: the one with most of the questions is the
    interviewer."""
    questions: Counter[str] = Counter()
    spoke: Counter[str] = Counter()
    for turn, after in zip(turns, [*turns[1:], None], strict=True):
        end = after.at if after else min(turn.at + 2, len(blocks))
        texts = [
            plain_text(turn.children),
            *(text_line(block) for block in blocks[turn.at + 1 : end]),
        ]
        last = next((text for text in reversed(texts) if text.strip()), "")
        spoke[turn.name] += 1
        questions[turn.name] += bool(QUESTION.search(last[-200:]))
    shares = {name: questions[name] / spoke[name] for name in names}
    most = max(shares.values())
    asks = {name for name in names if shares[name] >= max(0.4, 0.75 * most)}
    by_word = {
        folded(turn.name): role
        for turn in turns
        if turn.at in labels and (role := speech_role(labels[turn.at].name) or _called(turn.name))
    }
    if "question" in by_word.values():
        asks = {name for name in names if by_word.get(folded(name)) == "question"}
    if len(asks) == len(names):
        asks = {turns[0].name} if most and shares[turns[0].name] == most else set()
    speakers = []
    for name in names:
        role = role_of(metadata, 0 if name in asks else 1 if asks else 2)
        speakers.append(Speaker(name, role, asks=name in asks))
    return tuple(speakers)


def _called(name: str) -> str:
    if called(name, "asks"):
        return "question"
    return "reply" if called(name, "replies") else ""
