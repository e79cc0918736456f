"""Interviews in imported text: the speakers, recognised by names before their turns, by questions
or by letters.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.draft import Draft, count, tell_loss
from pipeline.model import Block, Inline, Paragraph, Text
from pipeline.model.diagnostics import Diagnostic
from pipeline.model.late import late
from pipeline.model.metadata import Metadata, Speaker
from pipeline.model.names import fold_name as same_name
from pipeline.model.names import nearest
from pipeline.model.tree import plain_text
from pipeline.model.words import fold_word, is_called, words
from pipeline.parser.dialogue import ENDS, Utterance, group_turns, is_conversation
from pipeline.parser.markup import trim

# --- vocabulary ------------------------------------------------------------------------------
# The words that surround the author's text in copied texts, from `words.toml`.


@functools.lru_cache
def words_for(table: str, meaning: str) -> frozenset[str]:
    """The words for ``meaning``, as `fold_word` writes them."""
    return frozenset(map(fold_word, _words()[table][meaning])) - {""}


@functools.lru_cache
def written_words(table: str, meaning: str) -> tuple[str, ...]:
    """The words for ``meaning``, as they are written."""
    return tuple(_words()[table][meaning])


@functools.lru_cache
def phrase(table: str, meaning: str) -> re.Pattern[str]:
    """One of the words for ``meaning``, whole where its script has spaces."""
    longest = sorted(_words()[table][meaning], key=len, reverse=True)
    cased = "|".join(re.escape(word) for word in longest if word.upper() != word.lower())
    others = "|".join(re.escape(word) for word in longest if word.upper() == word.lower())
    pattern = rf"(?<!\w)(?:{cased})(?!\w)" + (f"|{others}" if others else "")
    return re.compile(pattern, re.IGNORECASE)


@functools.lru_cache
def months() -> dict[str, int]:
    """The months by their names in all languages, whole and with the first three letters."""
    named = [words(lang)["months"].split("|") for lang in ("en", "de", "fr", "es", "pt", "ar")]
    numbers: dict[str, int] = {}
    for names in (*named, *_words()["months"].values()):
        for number, name in enumerate(names, 1):
            numbers[fold_word(name)] = number
            numbers.setdefault(fold_word(name)[:3], number)
    return numbers | {"sept": 9}


@functools.lru_cache
def _words() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


# --- labels ----------------------------------------------------------------------------------
# Names before speech, as they occur at the beginning of paragraphs; and people whom a text names:
# in its title, its byline and before its first turn.

Form = Literal["colon", "bold", "line"]
"""Before a colon; bold, and no colon after it; in a line of its own."""

_STAMP = r"[(\[]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[)\]]?"
TIME = late(_STAMP)
"""The time of an utterance in a transcript."""

_STAMPED = late(rf"\s{{0,9}}{_STAMP}\s{{0,9}}[-–:]?\s{{0,9}}")
_COLON = late(
    rf"([^\W\d_][^:：\n?!]{{0,59}}?)\s{{0,9}}(?:{_STAMP}\s{{0,9}})?[:：](?:\s+|$|(?<=：))"
)
_POINT = late(r"([A-Z]\d{0,3})\s*[.)]\s+(?=\S)")
_SMALL = frozenset(
    "de da do dos das del della di du la le van von der den ter ten zu zum el al bin ibn ben abu "
    "af av y e und and et i a ap o'".split()
)
_EMPHASES = (model.Strong, model.Emphasis)


class SpeakerLabel(NamedTuple):
    """A name at the beginning of a paragraph, and the rest of the paragraph."""

    name: str
    rest: tuple[Inline, ...]
    form: Form


MOST_WORDS_IN_NAME, MOST_WORDS_IN_BOLD_NAME = 5, 4
"""The words of a speaker's name, and of one that only bold type sets apart."""

LONGEST_LABEL = 60
"""Characters of a line that may be nothing but a name."""


def is_name(text: str) -> bool:
    """Return whether a text may be a name, initials, or a word for a person."""
    parts = text.split()
    bare = re.sub(r"\W{0,3}\d{1,4}\W{0,3}$", "", text)  # Table 1.
    if (
        not parts
        or len(parts) > MOST_WORDS_IN_NAME
        or fold_word(bare) in words_for("speech", "nobody")
    ):
        return False
    if re.search(r"[^\w\s.'’&()-]", text):
        return False
    large = [p for p in parts if p.strip("(\"'’)")[:1] and not p.strip("(\"'’)")[0].islower()]
    small = [p for p in parts if p not in large]
    return bool(large) and all(p.lower() in _SMALL for p in small) and not parts[0].isdigit()


def label_of(children: tuple[Inline, ...]) -> SpeakerLabel | None:
    """The name that a paragraph begins with, if it does."""
    if not children:
        return None
    first, *rest = children
    if isinstance(first, model.Text):
        parts = _read_prefix(first.text.lstrip())
        if not parts:
            return None
        name, left = parts
        return SpeakerLabel(
            name, trim((model.Text(text=left), *rest)) if left else trim(rest), "colon"
        )
    if not isinstance(first, _EMPHASES):
        return None
    inner = " ".join(plain_text(first.children).split())
    after = rest[0].text if rest and isinstance(rest[0], model.Text) else ""
    colon = re.match(r"\s*[:：]\s*", after)
    stamp = re.match(rf"\s{{0,9}}{_STAMP}\s{{0,9}}[:：]?\s{{0,9}}", after)
    cut = colon or stamp
    bare = _bare(inner)
    if cut and is_name(bare):
        return SpeakerLabel(bare, trim((model.Text(text=after[cut.end() :]), *rest[1:])), "colon")
    if re.search(r"[:：]$", inner) and is_name(bare):
        return SpeakerLabel(bare, trim(rest), "colon")
    if (
        isinstance(first, model.Strong)
        and is_name(bare)
        and len(bare.split()) <= MOST_WORDS_IN_BOLD_NAME
    ):
        dashed = re.match(r"\s*[–—-]\s+|\s+", after)
        if not rest:
            return SpeakerLabel(bare, (), "line")
        if dashed and after[dashed.end() : dashed.end() + 1].strip():
            return SpeakerLabel(
                bare, trim((model.Text(text=after[dashed.end() :]), *rest[1:])), "bold"
            )
    within = label_of(first.children)
    if within and within.form == "colon" and within.rest:
        # everything that is asked is bold
        return within._replace(rest=trim((*within.rest, *rest)))
    return None


def line_of(children: tuple[Inline, ...]) -> str:
    """The name that makes up a paragraph, perhaps with a time; "" if it is not one."""
    text = plain_text(children).strip()
    if len(text) > LONGEST_LABEL or any(isinstance(n, model.Image | model.Link) for n in children):
        return ""
    name = _bare(text)
    return name if is_name(name) else ""


def _read_prefix(text: str) -> tuple[str, str] | None:
    stamp = _STAMPED.match(text)
    start = stamp.end() if stamp else 0
    match = _COLON.match(text, start)
    if match and is_name(_bare(match[1])):
        return _bare(match[1]), text[match.end() :]
    point = _POINT.match(text, start)
    if point and speech_role(point[1]):
        return point[1], text[point.end() :]
    return None


def _bare(text: str) -> str:
    """A name without times, initials in brackets, and a colon."""
    text = re.sub(rf"{_STAMP}|\([A-Z]{{1,4}}\)", " ", text)
    return " ".join(text.split()).strip(" :：-–")


def speech_role(name: str) -> Literal["", "question", "reply"]:
    """Return whether a name is one of the words for interviewers or interviewees."""
    plain = fold_word(re.sub(r"\s?\d{1,4}$", "", name))
    if plain in words_for("speech", "question"):
        return "question"
    return "reply" if plain in words_for("speech", "reply") else ""


def lines_apart(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Blocks, with paragraphs whose lines begin with names cut there."""
    for block in blocks:
        breaks = isinstance(block, Paragraph) and any(
            isinstance(node, model.LineBreak) for node in block.children
        )
        if not breaks or not isinstance(block, Paragraph):
            yield block
            continue
        run: list[Inline] = []
        for at, node in enumerate(block.children):
            begins = isinstance(node, model.LineBreak) and label_of(
                trim(block.children[at + 1 : at + 1 + NODES_OF_LABEL])
            )
            if begins and begins.form == "colon" and run:
                yield replace(block, children=trim(run))
                run = []
            else:
                run.append(node)
        if run:
            yield replace(block, children=trim(run))


# --- people -------------------------------------------------------------------------------


NODES_OF_LABEL = 3
"""The nodes after a line break that a name at the beginning of a line can consist of."""

_WORD = r"[A-ZÀ-ÖØ-ÞŁŚŠŽČĆĐİ][\w'’.-]{0,30}"
_BETWEEN = r"(?:(?:de|da|do|dos|della|di|du|la|le|van|von|der|den|ten|al|el|bin|ibn|abu)\s+){0,2}"
_NAME = late(rf"{_WORD}(?:\s+{_BETWEEN}{_WORD}){{1,3}}")
_TITLES = late(r"(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Herr|Frau|Sir|Dame|Lord|Rev)\b\.?\s*)+")
MOST_INITIALS, MOST_CAPITALS = 4, 3
"""The letters of initials, and of a word in capitals that is not a name written large."""

LIKENESS_OF_SLIP = 0.85
"""The likeness from which another spelling is a slip of the pen."""

LONGEST_LEAD = 5000
"""Characters above the first turn that are looked at for names."""

MOST_BEFORE_GUEST = 60
"""Maximum characters between the announcement of a guest and the name: "the author and
activist"."""

_ROLES = {
    "en": ("interviewer", "guest", "speaker"),
    "de": ("Interviewer", "Gast", "Sprecher"),
    "fr": ("intervieweur", "invité", "participant"),
    "es": ("entrevistador", "entrevistado", "participante"),
    "pt": ("entrevistador", "entrevistado", "participante"),
    "it": ("intervistatore", "intervistato", "partecipante"),
    "nl": ("interviewer", "gast", "spreker"),
    "ar": ("المحاور", "الضيف", "متحدث"),
    "zh": ("采访者", "嘉宾", "发言人"),
}
"""The person who asks, the one who replies, and the one who speaks if nobody asks."""


def names_in(text: str) -> list[str]:
    """The possible full names in a text, in order."""
    candidates = (_clean(match[0]) for match in _NAME.finditer(text[:LONGEST_LEAD]))
    return [name for name in dict.fromkeys(candidates) if len(name.split()) > 1]


def _clean(name: str) -> str:
    name = re.sub(r"['’]s$", "", name.strip(" .,'’-"))
    return _TITLES.sub("", name).strip()


def guest_in(title: str, lead: str, authors: Iterable[str]) -> str:
    """The person who is interviewed according to a text; "" if it names nobody."""
    for text in (title, lead):
        for match in phrase("speech", "with").finditer(text):
            after = text[match.end() : match.end() + MOST_BEFORE_GUEST + LONGEST_LABEL].lstrip(" :")
            if re.match(r"[\u3400-\u9fff]", after):
                han = re.match(r"[\u3400-\u9fff·]{2,4}(?=[\s：:，,。、]|$)", after)
                if han:
                    return han[0]
                continue
            for name in names_in(after):
                if after.find(name) <= MOST_BEFORE_GUEST and name not in authors:
                    return name
    first = _NAME.match(title)
    if first and re.match(r"\s*(?:[:,–—-]\s|on\s|über\s|sobre\s|sur\s)", title[first.end() :]):
        return _clean(first[0])
    return ""


def person_for(label: str, known: Iterable[str]) -> tuple[str, str]:
    """The person that a label stands for, among those ``known`` by their full names, and by the
    data from which it follows: "" if these are the same."""
    plain = fold_word(label)
    full = {fold_word(name): name for name in known}
    if plain in full:
        return full[plain], ""
    letters = label.replace(".", "").replace(" ", "")
    ways: dict[str, set[str]] = {"by the initials": set(), "by the name": set()}
    for name in full.values():
        parts = re.split(r"[\s-]+", name)
        large = "".join(part[0] for part in parts if part[0].isupper())
        short = letters.isupper() and 2 <= len(letters) <= MOST_INITIALS
        if short and letters in (large, large[:1] + large[-1:]):
            ways["by the initials"].add(name)
        if plain in (fold_word(parts[0]), fold_word(parts[-1]), fold_word(" ".join(parts[1:]))):
            ways["by the name"].add(name)
        if fold_word(_TITLES.sub("", label)) in (fold_word(name), fold_word(parts[-1])):
            ways["by the name"].add(name)
    for evidence, names in ways.items():
        if len(names) == 1:
            return names.pop(), evidence
    if len(label.split()) > 1 and not speech_role(label):
        near = nearest(label, full.values(), LIKENESS_OF_SLIP)
        if near:
            return near, "as a slip of the pen"
    return label, ""


def as_written(label: str, texts: str) -> str:
    """A name without capitals all through, unless it is always written so."""
    if not label.isupper() or len(label) <= MOST_CAPITALS:
        return label
    small = label.title()
    if small in texts or len(label.split()) > 1:
        return small
    return label


def role_of(metadata: Metadata, number: int) -> str:
    """The word for an interviewer (0), an interviewee (1), or a speaker where nobody asks (2)."""
    return _ROLES.get(metadata.lang.split("-")[0].lower(), _ROLES["en"])[number]


# --- turns -----------------------------------------------------------------------------------
# Turns of a possible interview, the text above them, and their surroundings: paragraphs that look
# like turns but are not, and the notes about the text after the last.

QUESTION = late("[?？؟]")


class InputTurn(NamedTuple):
    """A turn: its beginning, its speaker, and its first paragraph."""

    at: int
    name: str
    children: tuple[Inline, ...]


class About(NamedTuple):
    """The information above the first turn of a text, and the people it names."""

    text: str
    authors: tuple[str, ...]
    guest: str
    is_interview: bool

    @property
    def asker(self) -> str:
        """The only author who is not a guest."""
        only = self.authors[0] if len(self.authors) == 1 else ""
        return only if only != self.guest else ""


def about_of(blocks: tuple[Block, ...], metadata: Metadata, first: int) -> About:
    """The information above the block of the ``first`` turn."""
    lead = " ".join(text_line(block) for block in blocks[:first])
    authors = tuple(author.name for author in metadata.authors)
    texts = (metadata.title, metadata.subtitle, metadata.description, *metadata.keywords, lead)
    text = ". ".join(texts)
    is_interview = any(phrase("speech", word).search(text) for word in ("interview", "with"))
    guest = guest_in(metadata.title, text, authors) or guest_in(metadata.subtitle, "", authors)
    return About(f"{text} {', '.join(authors)}", authors, guest, is_interview)


WORDS_OF_TURN, BLOCKS_BEFORE_TURN = 25, 3
"""From so many words, or after so many blocks, the first turn is more than the person's name."""


def without_lead(turns: list[InputTurn]) -> list[InputTurn]:
    """The turns without one at the top that only names the person whom the text is about."""
    first, second = turns[0], turns[1]
    counts = Counter(turn.name for turn in turns)
    text = plain_text(first.children)
    is_lead = (
        len(counts) > 1
        and not QUESTION.search(text)
        and not re.search(r"[.!…”\"»]$", text)
        and 0 < len(text.split()) < WORDS_OF_TURN
        and (second.at - first.at > 1 or second.name == first.name)
        and counts[first.name] > 1
        and first.at < BLOCKS_BEFORE_TURN
    )
    return turns[1:] if is_lead else turns


def utterances(turns: list[InputTurn], blocks: tuple[Block, ...]) -> Iterator[Utterance]:
    """The turns, and between which headings and breaks they are."""
    ends = [at for at, block in enumerate(blocks) if isinstance(block, ENDS)]
    for turn in turns:
        stretch = bisect.bisect(ends, turn.at)
        yield Utterance(turn.name, plain_text(turn.children), turn.at, stretch)


def plainly(turns: list[InputTurn]) -> Iterator[InputTurn]:
    """The turns; bold or italics that cover everything a speaker says are removed."""
    shown = Counter[tuple[str, bool]]()
    for turn in turns:
        if turn.children:
            shown[turn.name, _is_set_apart(turn)] += 1
    for turn in turns:
        if _is_set_apart(turn) and not shown[turn.name, False]:
            (only,) = turn.children
            yield turn._replace(children=only.children)  # type: ignore[union-attr]
        else:
            yield turn


def _is_set_apart(turn: InputTurn) -> bool:
    return len(turn.children) == 1 and isinstance(turn.children[0], model.Strong | model.Emphasis)


def end_interview(blocks: list[Block], last: int, names: list[str]) -> list[Block]:
    """The blocks, with a thematic break before text about the publication after the ``last``
    turn."""
    for at in range(last + 1, len(blocks)):
        block = blocks[at]
        if isinstance(block, ENDS):
            return blocks
        if isinstance(block, Paragraph) and _is_after(block, names):
            return [*blocks[:at], model.ThematicBreak(), *blocks[at:]]
    return blocks


MOST_STRESSED = 3
"""The words of an emphasised line that may still be said by somebody."""


def _is_after(block: Paragraph, names: list[str]) -> bool:
    text = text_line(block).strip("*_[](– —")
    if phrase("speech", "after").match(text):
        return True
    inner = [n for n in block.children if not isinstance(n, model.LineBreak)]
    if (
        len(inner) == 1
        and isinstance(inner[0], model.Emphasis)
        and len(text.split()) > MOST_STRESSED
    ):
        return True
    for name in names:
        if text.startswith(name):
            after = re.match(r"[\s,]*([^\W\d_]+)", text[len(name) :])
            if after and fold_word(after[1]) in words_for("speech", "is"):
                return True
    return False


def quiet(blocks: list[Block], turns: Collection[int], names: list[str]) -> Iterator[Block]:
    """The blocks; names that only look like the beginning of a turn are put in italics."""
    speakers = {same_name(name) for name in names}
    for at, block in enumerate(blocks):
        if at in turns or not isinstance(block, Paragraph):
            yield block
            continue
        first, *rest = block.children or (Text(text=""),)
        label = label_of(block.children)
        if isinstance(first, model.Strong) and plain_text(block.children).startswith(
            (f"{plain_text(first.children).strip(' :')}:", f"{plain_text(first.children)}:")
        ):
            yield replace(block, children=(model.Emphasis(children=first.children), *rest))
        elif label and label.form == "colon" and same_name(label.name) in speakers:
            start = model.Emphasis(children=(Text(text=f"{label.name}:"),))
            yield replace(block, children=(start, Text(text=" "), *label.rest))
        else:
            yield block


def text_line(block: Block) -> str:
    """The text of a block, on one line."""
    return " ".join(plain_text((block,)).split())


# --- interviews ------------------------------------------------------------------------------

LONGEST_QUESTION = 90
"""Maximum words of a question identified only by its mark."""

FEWEST_QUESTIONS = 3
"""Questions that make an interview of a text that is called one."""

MOST_NAMES = 100
"""Names before colons, above which they are not names of speakers."""

FEWEST_LINES, FEWEST_SURE, FEWEST_UNSURE = 6, 6, 3
"""Turns that make a dialogue of a text in which nobody asks; from which a text is surely one; and
that there are at least if not all who speak are certainly people."""

QUESTIONS_SHARE, ANSWERED_SHARE = 0.6, 0.7
"""The shares of what is taken for questions that have a question mark, and a reply after them, at
least."""

LETTERS_OF_TIME, LETTERS_OF_END = 80, 200
"""Characters at the beginning of a paragraph where its time stands, and at the end of a turn where
a question stands."""


class _Detection(NamedTuple):
    turns: list[InputTurn]
    speakers: tuple[Speaker, ...]
    guesses: list[str]
    """The guesses, in sentences."""

    certainty: Literal["surely", "most likely", "perhaps"]
    is_dialogue: bool = False
    """True if nobody asks; otherwise it is an interview."""


def with_speakers(draft: Draft, name: str) -> Draft:
    """The draft with its turns, and their speakers in its metadata."""
    metadata = draft.metadata
    if metadata.speakers or any(isinstance(b, model.Dialogue) for b in draft.blocks):
        return draft
    blocks = tuple(lines_apart(draft.blocks))
    by_names, by_questions = (
        _turns_by_names(blocks, metadata),
        _turns_by_questions(blocks, metadata),
    )
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
    marked = end_interview(marked, detection.turns[-1].at, names)
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
    parts, otherwise = [], "speaks" if detection.is_dialogue else "replies"
    for speaker in detection.speakers:
        turns = "1 turn" if counts[speaker.name] == 1 else f"{counts[speaker.name]} turns"
        does = "asks" if speaker.asks else otherwise
        parts.append(f"{speaker.name} {does} ({turns})")
    description = " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    hint = "Names and roles are under `speakers` in the front matter: correct them there."
    kind = "a dialogue" if detection.is_dialogue else "an interview"
    yield tell_loss(f"This is {detection.certainty} {kind}: {description}.", name, hint)
    for sentence in detection.guesses:
        yield tell_loss(sentence, name)


# --- by names ---------------------------------------------------------------------------


def _turns_by_names(blocks: tuple[Block, ...], metadata: Metadata) -> _Detection | None:
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
        persons[name] = (
            _person_behind(role, name, about) if role else person_for(cased[name], known)[0]
        )
    turns = _accept_turns(labels, persons, about, blocks)
    if not turns:
        return None
    turns = without_lead(turns)
    names = list(dict.fromkeys(turn.name for turn in turns))
    for name in sorted({labels[turn.at].name for turn in turns}):
        if fold_word(persons[name]) != fold_word(name):
            why = "" if speech_role(name) else person_for(cased[name], known)[1]
            notes.append(f"“{name}” is taken for {persons[name]}{f', {why}' if why else ''}.")
    if len(names) == 1:
        questions = sum(bool(QUESTION.search(plain_text(turn.children))) for turn in turns)
        if questions < QUESTIONS_SHARE * len(turns):
            return None
        turns, replier = _with_replies(turns, blocks, about.guest, metadata)
        if not replier:
            return None
        names.append(replier)
        notes.append(f"What follows a question is attributed to {replier}, which is a guess.")
    speakers = _speakers(names, turns, blocks, metadata, labels)
    if any(TIME.search(text_line(blocks[at])[:LETTERS_OF_TIME]) for at in labels):
        notes.append("The time stamps before the turns are left out.")
    if not any(speaker.asks for speaker in speakers):
        return _Detection(turns, speakers, notes, "perhaps", is_dialogue=True)
    has_colons = all(labels[turn.at].form == "colon" for turn in turns if turn.at in labels)
    is_sure = len(turns) >= FEWEST_SURE and has_colons
    return _Detection(turns, speakers, notes, "surely" if is_sure else "most likely")


def _full_names(names: Iterable[str]) -> list[str]:
    """The full names among some, except for typing errors: those that occur once and resemble
    another."""
    counts = Counter(name for name in names if len(name.split()) > 1 and not name.isupper())
    full_names: list[str] = []
    for name, number in counts.most_common():
        if number > 1 or not nearest(name, full_names, LIKENESS_OF_SLIP):
            full_names.append(name)
    return full_names


def _is_followed(blocks: tuple[Block, ...], at: int) -> bool:
    return at + 1 < len(blocks) and isinstance(blocks[at + 1], Paragraph | model.BlockQuote)


def _person_behind(role: str, label: str, about: About) -> str:
    """The people that "Q" and "A" stand for: the author, if there is one, and the guest."""
    if role == "reply" and about.guest:
        return about.guest
    if role == "question" and about.asker:
        return about.asker
    return re.sub(r"\s?\d{1,4}$", "", label)


def _accept_turns(
    labels: dict[int, SpeakerLabel],
    persons: dict[str, str],
    about: About,
    blocks: tuple[Block, ...],
) -> list[InputTurn]:
    """The turns, if the names are those of people in a conversation."""
    known = {fold_word(name) for name in (*about.authors, about.guest) if name}
    turns: list[InputTurn] = []
    for forms in (("colon",), ("colon", "bold", "line")):
        chosen = {at: label for at, label in labels.items() if label.form in forms}
        counts = Counter(fold_word(persons[label.name]) for label in chosen.values())
        sure = {
            fold_word(persons[label.name])
            for label in chosen.values()
            if label.form == "colon"
            and (
                speech_role(label.name)
                or fold_word(persons[label.name]) in known
                or any(is_called(label.name, role) for role in ("asks", "replies"))
            )
        }
        accepted = {person for person, number in counts.items() if number > 1 or person in sure}
        turns = [
            InputTurn(at, persons[label.name], label.rest)
            for at, label in sorted(chosen.items())
            if fold_word(persons[label.name]) in accepted
        ]
        if _is_dialogue(turns, sure, about) and (
            about.is_interview
            or {fold_word(turn.name) for turn in turns} <= sure
            or is_conversation(list(utterances(turns, blocks)))
        ):
            return turns
    return []


MOST_PEOPLE = 12
"""The people who speak in one text."""

CHANGING_SHARE = 0.5
"""The share of turns that are followed by another person's, at least."""

TURNS_SHARE = 0.12
"""The share of blocks, from the first turn to the last, that begin a turn, at least."""


def _is_dialogue(turns: list[InputTurn], sure: set[str], about: About) -> bool:
    people = {fold_word(turn.name) for turn in turns}
    if len(people) < 2:
        return len(turns) > 1 and bool(people & sure or about.is_interview)
    if len(turns) < FEWEST_UNSURE and not people <= sure:
        return False
    pairs = list(itertools.pairwise(turns))
    has_questions = any(
        not turn.children or QUESTION.search(plain_text(turn.children)) for turn in turns
    )
    if not has_questions and not about.is_interview and len(turns) < FEWEST_LINES:
        return False
    changes = sum(fold_word(first.name) != fold_word(following.name) for first, following in pairs)
    reaches = turns[-1].at - turns[0].at + 1
    takes_turns = changes >= CHANGING_SHARE * len(pairs)
    return len(people) <= MOST_PEOPLE and takes_turns and len(turns) >= TURNS_SHARE * reaches


def _with_replies(
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


def _turns_by_questions(blocks: tuple[Block, ...], metadata: Metadata) -> _Detection | None:
    """The turns of a text that is called an interview, whose questions are paragraphs in bold or
    italics, or paragraphs that consist only of a question."""
    paragraphs = {at: b for at, b in enumerate(blocks) if isinstance(b, Paragraph)}
    first = min((at for at, b in paragraphs.items() if QUESTION.search(text_line(b))), default=0)
    about = about_of(blocks, metadata, first)
    if not about.is_interview:
        return None
    questions: dict[int, tuple[Inline, ...]] = {}
    ways = {
        "in bold": _emphasised_texts(paragraphs, model.Strong),
        "in italics": _emphasised_texts(paragraphs, model.Emphasis),
        "that end in a question mark": {
            at: b.children for at, b in paragraphs.items() if _is_question(text_line(b))
        },
    }
    for form in ways:
        questions = ways[form]
        asking = [at for at, inner in questions.items() if QUESTION.search(plain_text(inner))]
        answered = [at for at in questions if at + 1 in paragraphs and at + 1 not in questions]
        if (
            len(asking) >= FEWEST_QUESTIONS
            and len(answered) >= ANSWERED_SHARE * len(questions)
            and len(asking) >= QUESTIONS_SHARE * len(questions)
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
    turns, replier = _with_replies(turns, blocks, guest, metadata)
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
    return _Detection(turns, speakers, [sentence], "perhaps")


def _first_name(texts: Iterable[tuple[Inline, ...]]) -> str:
    """The name before the first of some texts, if there is one."""
    label = next((label_of(children) for children in texts), None)
    return label.name if label and label.form == "colon" and not speech_role(label.name) else ""


def _without_name(turn: InputTurn) -> InputTurn:
    """A turn without its speaker's name."""
    label = label_of(turn.children)
    is_own = label and label.form == "colon" and fold_word(label.name) == fold_word(turn.name)
    return turn._replace(children=label.rest) if label and is_own and label.rest else turn


def _emphasised_texts(
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
    return (
        bool(re.search('[?？؟][”"»’)]?$', text.strip())) and len(text.split()) <= LONGEST_QUESTION
    )


# --- roles ------------------------------------------------------------------------------

ASKING_SHARE = 0.4
"""The share of an interviewer's turns that end with a question, at least."""

LIKE_MOST_ASKING = 0.75
"""The same, of the share of whoever asks most."""


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
        questions[turn.name] += bool(QUESTION.search(last[-LETTERS_OF_END:]))
    shares = {name: questions[name] / spoke[name] for name in names}
    most = max(shares.values())
    asks = {n for n in names if shares[n] >= max(ASKING_SHARE, LIKE_MOST_ASKING * most)}
    by_word = {
        fold_word(turn.name): role
        for turn in turns
        if turn.at in labels and (role := speech_role(labels[turn.at].name) or _name_of(turn.name))
    }
    if "question" in by_word.values():
        asks = {name for name in names if by_word.get(fold_word(name)) == "question"}
    if len(asks) == len(names):
        asks = {turns[0].name} if most and shares[turns[0].name] == most else set()
    speakers = []
    for name in names:
        role = role_of(metadata, 0 if name in asks else 1 if asks else 2)
        speakers.append(Speaker(name, role, asks=name in asks))
    return tuple(speakers)


def _name_of(name: str) -> str:
    if is_called(name, "asks"):
        return "question"
    return "reply" if is_called(name, "replies") else ""
