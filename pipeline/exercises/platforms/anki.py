"""Anki decks, written by genanki: a card for each question, and for each entry of the glossary."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from markupsafe import Markup

from pipeline.exercises.platforms.questions import Content, Question, QuestionSheet
from pipeline.model.rendered import Page
from pipeline.package.bundle import rewrite_archive
from pipeline.package.result import NO_DATE, publication_moment

DAY = 86400
"""Seconds."""

STYLE = ".card { font-family: serif; font-size: 20px; text-align: left; }"


class Card(msgspec.Struct, frozen=True):
    """A card; its ``name`` stays the same when its text changes, so that Anki updates it."""

    name: str
    front: str
    back: str


class Deck(msgspec.Struct, frozen=True):
    """Cards of a ``day``, in seconds since 1970."""

    title: str
    cards: tuple[Card, ...]
    day: int


def pages(questions: Iterable[Question], sheet: QuestionSheet) -> tuple[Page, ...]:
    """The cards as JSON."""
    cards = [card for question in questions if (card := _card(question, sheet))]
    metadata = sheet.metadata
    moment = publication_moment(metadata.modified or metadata.date) or NO_DATE
    deck = Deck(sheet.title, (*cards, *_glossary(sheet)), int(moment.timestamp()))
    return (Page("deck.json", sheet.title, msgspec.json.encode(deck).decode()),)


def data(files: tuple[Page, ...], images: Mapping[str, bytes]) -> bytes:
    """The package. Its cards have the time of their day that follows from their content, images
    included, since Anki takes corrections only if the time is another, later one: surely with a
    later date in the front matter."""
    import genanki

    deck = msgspec.json.decode(files[0].markup, type=Deck)
    all_content = "".join(
        (files[0].markup, *(f"{name} {data.hex()}" for name, data in images.items()))
    )
    moment = deck.day + _number(all_content) % DAY
    kind = genanki.Model(
        _number("Chapbook"),
        "Chapbook",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Front}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{Back}}",
            }
        ],
        css=STYLE,
    )
    cards = genanki.Deck(_number(deck.title), deck.title)
    for card in deck.cards:
        guid = genanki.guid_for(deck.title, card.name)
        cards.add_note(genanki.Note(kind, [card.front, card.back], guid=guid))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in images.items():
            (Path(folder) / name).write_bytes(content)
        package = genanki.Package(cards, [str(Path(folder) / name) for name in images])
        written = io.BytesIO()
        package.write_to_file(written, timestamp=moment)
    return rewrite_archive(written)


def _number(text: str) -> int:
    """A number from a text, as Anki has them."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) & 0x7FFFFFFF


def _card(question: Question, sheet: QuestionSheet) -> Card | None:
    """A card with the choices, or the things to match or order, below what is asked."""
    front = str(sheet.html(question.prompt, images=""))
    shown: list[Content]
    if question.kind == "matching":
        shown = [left for left, _ in question.pairs]
    else:
        shown = [*(choice.content for choice in question.choices), *sorted(question.order, key=str)]
    if shown:
        front += f"<ul>{''.join(f'<li>{sheet.html(content)}</li>' for content in shown)}</ul>"
    back = sheet.answer_text(question)
    if not back:
        sheet.tell("A question without an answer is no card, and is left out.", question.span)
        return None
    right = [choice.content for choice in question.choices if choice.is_right]
    shown_back = Markup().join(map(sheet.html, right)) or Markup("<p>{}</p>").format(back)
    if question.kind == "long":
        shown_back = Markup()
    return Card(question.name, front, str(shown_back + sheet.html(question.answer)))


def _glossary(sheet: QuestionSheet) -> Iterable[Card]:
    """The entries of the glossary, from the term to what it is."""
    for term, definition in sheet.terms:
        name, front = sheet.text(term), str(sheet.html(term))
        yield Card(f"glossary {name}", front, str(sheet.html(definition)))
