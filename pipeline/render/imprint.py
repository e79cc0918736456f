"""The content of imprints, and timings for teachers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from pipeline import model
from pipeline.model import Document, Heading, Node
from pipeline.model.faces import FACES, MATH, MONO
from pipeline.model.kinds import KINDS
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.metadata.structured_values import hyphenate_isbn
from pipeline.model.tree import STARTS, children, facts, find, has, minutes_of
from pipeline.model.words import minutes_in_words, words, written_date

# --- timings ---------------------------------------------------------------------------------
# Timings for teachers: for each part, and in total.


def minutes_in(blocks: tuple[Node, ...]) -> int:
    """The minutes of some blocks. A duration of their own replaces those of the contents."""
    total = 0
    stack = [blocks]
    while stack:
        level = 0  # of the heading that what follows is under, where that says how long it takes
        for node in stack.pop():
            if isinstance(node, Heading) and node.level <= level:
                level = 0
            if level:
                continue
            duration = minutes_of(node)
            total += duration
            if not duration:
                if facts(node).is_marked:  # or nothing in it has a duration
                    stack.append(children(node))
            elif isinstance(node, Heading):  # that is no section's (in a box, say)
                level = node.level
    return total


def minutes(document: Document) -> int:
    """The total time in minutes, 0 if no part has one."""
    return document.minutes or minutes_in(document.blocks)


def total(document: Document) -> str:
    """The total time in words, or "" if no times are given."""
    length = minutes(document)
    vocabulary = words(document.metadata.lang)
    return (
        vocabulary["timing_total"].format(time=minutes_in_words(length, vocabulary))
        if length
        else ""
    )


def timing(node: Node, *, vocabulary: Mapping[str, str], space: str = "\u2002") -> Markup:
    """A node's timing, as after its title: ``space``, at which the line may break, the time of
    day if it is known, and the length."""
    length = minutes_of(node)
    if not length:
        return Markup()
    start = node.attributes.get(STARTS)
    time = f"{start} · " if start else ""
    length_in_words = minutes_in_words(length, vocabulary)
    return Markup('{}<span class="timing">{}{}</span>').format(space, time, length_in_words)


# --- imprint ---------------------------------------------------------------------------------
# The content of imprints: who published what, under which numbers and terms.


def logo(document: model.Document) -> model.Image | None:
    """The logo as an image; None if there is none, or its file cannot be used."""
    brand = document.metadata.brand
    for asset in document.assets:
        if brand.logo and asset.path == brand.logo.text:
            return asset.image(brand.logo_alt)
    return None


def cover_image(document: model.Document) -> model.Asset | None:
    """The image that the front matter names, if that is there."""
    cover = document.metadata.cover
    return next((a for a in document.assets if cover and a.path == cover.source.text), None)


def is_drawing(image: model.Asset) -> bool:
    """Return whether the image has no pixels. Shops and old e-readers want a cover that has."""
    return image.media_type == "image/svg+xml"


def unchanged_cover(document: model.Document) -> model.Asset | None:
    """The image that an e-book has as its cover just as it is."""
    image = cover_image(document)
    return None if image and is_drawing(image) else image


def edited_by(metadata: Metadata) -> str:
    """The editors as the title page and the cover of a novel or of poems name them."""
    word = words(metadata.lang)
    editors = [person.name for person in metadata.contributors if person.role == "edt"]
    if not editors or "bound" not in KINDS[metadata.kind].traits:
        return ""
    return f"{word['role_edt']}{word['colon']}{word['list_separator'].join(editors)}"


class Fact(NamedTuple):
    """A line of an imprint; ``address`` is empty if it has no link."""

    label: str
    value: str
    address: str = ""


def _people(metadata: Metadata) -> Iterator[Fact]:
    """Who else did something, or what else the authors did."""
    word = words(metadata.lang)
    for person in (*metadata.authors, *metadata.contributors):
        for role in person.roles if person in metadata.contributors else person.more_roles:
            yield Fact(word.get(f"role_{role}", word["role_ctb"]), person.name)


def web_facts(metadata: Metadata) -> tuple[Fact, ...]:
    """The imprint at the foot of a web page."""
    word = words(metadata.lang)
    facts = (
        *_people(metadata),
        Fact(word["published_by"], published_by(metadata)),
        Fact(word["series"], in_series(metadata)),
        *licence(metadata),
        Fact(word["rights"], metadata.rights),
        *numbers(metadata, ("isbn", "doi")),
    )
    return tuple(fact for fact in facts if fact.value)


def book_facts(document: model.Document, css: str) -> Iterator[Fact]:
    """The imprint of an e-book with these styles."""
    metadata, word = document.metadata, words(document.metadata.lang)
    if metadata.authors:
        yield Fact(word["by"], names(metadata.authors, metadata.lang))
    yield from _people(metadata)
    date = written_date(metadata.date, word) if metadata.date else ""
    facts = (
        Fact(word["published_by"], published_by(metadata)),
        Fact(word["date"], date),
        Fact(word["book_edition"], metadata.edition_statement),
        Fact(word["version"], metadata.version),
        Fact(word["series"], in_series(metadata)),
    )
    yield from (fact for fact in facts if fact.value)
    yield from numbers(metadata, ("isbn", "doi", "uri", "uuid"))
    yield from licence(metadata)
    if families := _families(document, css):
        yield Fact(word["fonts"], word["font_credit"].format(families=families))


def numbers(metadata: Metadata, schemes: tuple[str, ...]) -> Iterator[Fact]:
    """The ISBN of every format, then the identifiers of these schemes. A UUID means nothing to
    readers, and is only shown if there is nothing else."""
    word, isbns = words(metadata.lang), metadata.isbns
    formats = {"isbn_epub": isbns.epub, "isbn_pdf": isbns.pdf, "isbn_print": isbns.print}
    yield from (Fact(word[name], hyphenate_isbn(isbn)) for name, isbn in formats.items() if isbn)
    main = [metadata.identifier] if metadata.identifier else []
    identifiers = [i for i in dict.fromkeys((*main, *metadata.identifiers)) if i.scheme in schemes]
    further = [i for i in identifiers if i.scheme != "uuid" and i.value not in formats.values()]
    for identifier in further:
        label = {"isbn": "ISBN", "doi": "DOI"}.get(identifier.scheme, word["identifier"])
        value = (
            hyphenate_isbn(identifier.value) if identifier.scheme == "isbn" else identifier.value
        )
        yield Fact(label, value, identifier.uri if identifier.uri.startswith("http") else "")
    if not further and not any(formats.values()):
        yield from (Fact(word["identifier"], identifier.uri) for identifier in identifiers[:1])


def licence(metadata: Metadata) -> Iterator[Fact]:
    if metadata.licence:
        name = words(metadata.lang)["licence"]
        yield Fact(name, metadata.licence.name, metadata.licence.url)


def in_series(metadata: Metadata) -> str:
    """The series and the number in it; nothing if there is none."""
    series = metadata.series
    return f"{series.name} {series.position}".strip() if series else ""


def published_by(metadata: Metadata) -> str:
    """Imprint, publisher and place, as far as they are known."""
    return ", ".join(filter(None, (metadata.imprint, metadata.publisher, metadata.place)))


def names(people: tuple[Contributor, ...], lang: str) -> Markup:
    """Names in a row, the last after “and”."""
    word = words(lang)
    *earlier, last = (escape(person.name) for person in people)
    text = Markup(escape(word["list_separator"])).join(earlier)
    return text + f" {word['and']} " + last if earlier else last


def _families(document: model.Document, css: str) -> str:
    has_code = any(
        _is_code(node)
        for _, node, _ in find(document, model.InlineElement, model.Code, model.CodeBlock)
    )
    families = dict.fromkeys(face.family for face in FACES)
    shown_families = [f for f in families if f in css and (f != MONO or has_code)]
    if document.metadata.embed_fonts and has(document, model.Math, model.MathBlock):
        shown_families.append(MATH)
    return words(document.metadata.lang)["list_separator"].join(shown_families)


def _is_code(node: model.Node) -> bool:
    if isinstance(node, model.InlineElement):
        return node.name in {"kbd", "samp"}
    return isinstance(node, model.Code | model.CodeBlock)
