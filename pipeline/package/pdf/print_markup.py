"""Readies the markup of the print edition for WeasyPrint."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement

from pipeline.model.late import late
from pipeline.model.page_map import OUTLINE, SPOKEN
from pipeline.model.paper import POINT, Sheet
from pipeline.model.rendered import Pages
from pipeline.package.pdf.engine.adapter.page_layout import (
    KEY,
    MOVES,
    MOVES_FROM_HEADING,
    PAGE_FLOAT,
    PAGE_FOOT,
    STOPS,
)

# --- print markup ----------------------------------------------------------------------------

BLOCKS = frozenset(
    "blockquote dd div dl dt figcaption figure li ol p pre section table tbody td th thead tr"
    " ul".split()
)

ASIDE = frozenset({"note-call", "timing"})
"""Classes of elements that are not part of the surrounding text."""

EMOJI = "emoji"
"""The class of emoji."""

MAY_BE_EMOJI = late("[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001ffff]")

SKIPPED = frozenset({"head", "title", "style", "svg", "script"})
"""Elements whose text is not set."""

ASSET = "asset:"
"""The scheme of image addresses. It names no host, so that only files served by the packager can be
loaded; links keep their addresses."""


CONTAINERS = frozenset({"html", "body", "main"})
"""The elements around the blocks of a text."""


def replace_characters(root: Element, characters: Iterable[str]) -> None:
    """Put the replacement character for each of ``characters``, in all text and bookmark titles."""
    table = dict.fromkeys(map(ord, characters), "\N{REPLACEMENT CHARACTER}")
    if not table:
        return
    for element in root.iter():
        element.text = element.text and element.text.translate(table)
        element.tail = element.tail and element.tail.translate(table)
        if title := element.get(OUTLINE):
            element.set(OUTLINE, title.translate(table))


_IDEOGRAPH = late("[\u2e80-\ud7ff\uf900-\ufaff]|[\U00020000-\U0003ffff]")
"""Characters between which lines break without a space."""

LONGEST_WORD = 100
"""Letters, above which text without spaces is not a word, and may be broken anywhere."""

_NO_WORD = late(r"[!-~\u00a1-\u024f]{300,}")
"""Text too long for hyphenation. Only in scripts with spaces between words: elsewhere, lines break
within it anyway."""

_PART = late(r".{60}(?=.)", re.DOTALL)

_NO_BREAK = late(r"(?<=\s)(?=[./]\w)")
"""Names such as ``.htm`` and ``/tmp``, before which lines do not break even after a space (Unicode
Standard Annex 14, LB13)."""


def ready_text(root: Element, missing: Collection[str]) -> None:
    """Prepare the text of a tree; characters that are ``missing`` are in no font."""
    if MAY_BE_EMOJI.search("".join(root.itertext())):
        wrap_pictographs(root, missing)
    replace_characters(root, missing)
    let_break(root)
    divide(root)


def ready(root: Element, sheet: Sheet | None = None) -> None:
    """Add information to the tree that WeasyPrint would otherwise lack: addresses of images, start
    numbers of lists, bookmark titles of headings with notes, and classes for the contents of
    elements and for what follows them. In notes, white space between blocks would make lines of its
    own; an item that is kept whole does not end in a line of one word."""
    has_whole_items = "whole-items" in classes(root)
    for element in root.iter():
        match element.tag:
            case "img":
                element.set("src", ASSET + element.get("src", ""))
            case "ol" if (start := element.get("start")) is not None:
                element.set("style", f"counter-reset: list-item {int(start) - 1}")
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if shows_more(element):
                element.set(OUTLINE, read_text(element))
            case "span" if "note" in classes(element):
                for inner in element.iter():
                    _close_up(inner)
            case "span" if "verse-line" in classes(element):
                element.text = _INDENT.sub(
                    lambda indent: len(indent[0]) * "\u2002", element.text or ""
                )
            case "li" if has_whole_items and not len(element):
                element.text = _LAST_SPACE.sub("\u00a0", element.text or "")
    _mark_relations(root, letters_on_line(sheet) if sheet else LINE)


_INDENT = late("^\u00a0+")
"""The indentation of a line of verse: narrow spaces, where authors see wide ones."""

_LAST_SPACE = late(r"(?<=\S) (?=\S{1,8}\s*\Z)")


def letters_on_line(sheet: Sheet) -> float:
    """The letters of a paragraph that may fit on a line."""
    return min(LINE, LINE_IN_EMS * sheet.line / (sheet.text * POINT))


def let_break(root: Element) -> None:
    """Allow breaks in content without any, between its elements and at intervals within a text:
    WeasyPrint looks back at everything on a line, and forward to the end of a word."""
    letters, last = 0, ""
    stack: list[tuple[Element, str]] = [(root, "text")]
    while stack:
        element, part = stack.pop()
        if part == "text":
            if element.tag == "pre":
                letters = 0
            else:
                stack += [(e, name) for e in reversed(element) for name in ("tail", "text")]
        text = getattr(element, part) or ""
        if _NO_BREAK.search(last + text) and element.tag != "pre":
            text = _NO_BREAK.sub("\u200b", last + text)[len(last) :]
            setattr(element, part, text)
        last = text[-1:] or last
        if len(text) > LONGEST_WORD:
            text = _NO_WORD.sub(lambda word: _PART.sub("\\g<0>\u200b", word[0]), text)
            setattr(element, part, text)
        words = text.split(maxsplit=1)
        if letters > LONGEST_WORD and words and not text[0].isspace():
            setattr(element, part, f"\u200b{text}")
            letters = 0
        has_space = len(words) > 1 or text[:1].isspace() or text[-1:].isspace()
        has_space = has_space or (not text.isascii() and bool(_IDEOGRAPH.search(text)))
        letters = 0 if has_space else letters + len(text)


LONGEST_TEXT = 10_000
_PIECE = late(rf".{{1,{LONGEST_TEXT}}}(?:(?<=[\s\u200b])|\Z)|.{{{LONGEST_TEXT}}}", re.DOTALL)
"""A part of a text up to where a line may end, if possible."""


def divide(root: Element) -> None:
    """Put longer texts into several elements: WeasyPrint encodes a text for each line of it."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in SKIPPED:
            continue
        children = [*element]
        waiting += children
        if len(element.text or "") > LONGEST_TEXT:
            element.text, *others = _PIECE.findall(element.text or "")
            element[:0] = map(_span, others)
        for child in [child for child in children if len(child.tail or "") > LONGEST_TEXT]:
            child.tail, *others = _PIECE.findall(child.tail or "")
            after = [*element].index(child) + 1
            element[after:after] = map(_span, others)


def _span(text: str) -> Element:
    span = Element("span")
    span.text = text
    return span


def _close_up(element: Element) -> None:
    """Take the white space between an element's blocks out."""
    if not any(child.tag in BLOCKS for child in element):
        return
    element.text = element.text if (element.text or "").strip() else None
    for child in element:
        child.tail = child.tail if (child.tail or "").strip() else None


def classes(element: Element) -> frozenset[str]:
    return frozenset(element.get("class", "").split())


def shows_more(element: Element) -> bool:
    """Return whether an element contains something besides its text, such as a note or a
    formula."""
    has_aside = any(ASIDE & classes(inner) for inner in element.iter())
    return has_aside or element.find(".//img") is not None


def read_text(element: Element) -> str:
    """The text of an element as it is read: with alternatives of images and formulas, and without
    asides."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if element.tag == "img":
        yield element.get(SPOKEN, "") or element.get("alt", "")
    yield element.text or ""
    for child in element:
        if not ASIDE & classes(child):
            yield from _texts(child)
        yield child.tail or ""


CHILDREN = frozenset(
    (
        "blank choices gaps in-words ingredients marks qr-code task verse wrap writing-lines"
        " writing-space"
    ).split()
)
BLANKS = frozenset({"blank", "gaps"})
"""The classes of blanks, and of formulas with some."""

SUM_TEXT = late(r"[\d\s+\-\u2212*\u00d7\u00b7:\u00f7/=<>().,]*")
"""The text of a short sum, beside its formulas and blanks."""

MOST_IN_SUM = 3
"""Formulas, figures and blanks of a short sum."""

TALL_ITEMS = frozenset({"div", "figure", "table"})
"""Elements that make an item of a list more than a few lines."""

NEXT = frozenset("activity contents exercise score writing-lines writing-space".split())

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

LINE, LINE_IN_EMS = 75, 2.4
"""Letters of a paragraph that may fit on one line of a handout, and on an em of others."""

RIGHT = frozenset({"mark", "right"})
"""The classes of the mark at a right choice."""


def _mark_relations(root: Element, line: float) -> None:
    """Give elements classes for their children, such as ``has-blank``, and for what follows them,
    such as ``before-exercise``. A paragraph that ends with a colon ``leads-in``, and so does one in
    an exercise to what follows it there. Items ``begin`` with a blank in their first paragraph, and
    paragraphs with an image. Items have the tall formulas in them, rows the blanks of their cells,
    and definition lists the notes of their terms.

    (Styles could use `:has()`, but WeasyPrint then searches all descendants of each element.)"""
    parents: dict[Element, Element] = {}
    blanks, notes, tall = [], [], []
    for parent in root.iter():
        before: Element | None = None
        is_exercise = "exercise" in parent.get("class", "").split()
        for child in parent:
            parents[child] = parent
            if names := frozenset(child.get("class", "").split()):
                has = names - {"writing-lines"} if "long" in names else names
                _mark(parent, "has", has & CHILDREN)
                if names >= RIGHT:
                    _mark(parent, "has", {"right-mark"})
                if before is not None:
                    _mark(before, "before", names & NEXT)
                if names & BLANKS:
                    blanks.append(child)
                if "formula-image" in names and "for-teachers" in parent.get("class", "").split():
                    _mark(parent, "has", {"formula"})
                if "note" in names:
                    notes.append(child)
                if "tall" in names:
                    tall.append(child)
            if child.tag in TALL_ITEMS and parent.tag == "li":
                _mark(parent, "has", {"block"})
            if child.tag == "ol" and is_exercise:
                _mark(parent, "has", {"questions"})
            begins = child is parent[0] and not (parent.text or "").strip()
            if child.tag == "img" and parent.tag == "p" and begins and "formula-image" not in names:
                _mark(parent, "begins-with", {"image"})
            # a heading needs two lines below it, so this paragraph stays with the next block
            if child.tag == "p" and before is not None and before.tag in HEADINGS:
                _mark(child, "one", {"line"} if len(read_text(child)) <= line else ())
            elif child.tag != "p" and before is not None and before.tag == "p":
                leads = is_exercise or _leads_in(before, names, line)
                _mark(before, "leads", {"in"} if leads else ())
            before = child
    for blank in blanks:
        holder = parents[blank]
        item = parents.get(holder)
        if item is not None and _is_sum(holder):
            _mark(holder, "is", {"sum"})
            _mark(item, "has", {"sums"} if all(map(_is_sum, item)) else ())
        if holder.tag == "p" and item is not None and item.tag == "li" and item[0] is holder:
            _mark(item, "begins-with", {"blank"})
    for item in _elements_around(tall, "li", parents):
        _mark(item, "has", {"tall"})
    for row in _elements_around(blanks, "tr", parents):
        _mark(row, "has", {"blank"})
    for entries in _elements_around(_elements_around(notes, "dt", parents), "dl", parents):
        _mark(entries, "has", {"notes"})


def _is_sum(element: Element) -> bool:
    """Return whether there is nothing but a short sum and the blank for it in an element."""
    kinds = ["".join(classes(child) & {"blank", "formula-image", "lining"}) for child in element]
    texts = (child.text or "" for child in element if "lining" in classes(child))
    text = "".join((element.text or "", *texts, *(child.tail or "" for child in element)))
    if "blank" not in kinds or not all(kinds) or len(kinds) > MOST_IN_SUM:
        return False
    return bool(("formula-image" in kinds or text.strip()) and SUM_TEXT.fullmatch(text))


def _leads_in(paragraph: Element, following: frozenset[str], line: float) -> bool:
    """Return whether a paragraph announces what follows it: it ends with a colon, or is a line
    before an exercise."""
    if "".join(paragraph.itertext()).rstrip().endswith((":", "\N{FULLWIDTH COLON}")):
        return True
    return "exercise" in following and len(read_text(paragraph)) <= line


def _mark(element: Element, relation: str, names: Iterable[str]) -> None:
    classes = element.get("class", "").split()
    new = [name for name in sorted(f"{relation}-{name}" for name in names) if name not in classes]
    if new:
        element.set("class", " ".join((*classes, *new)))


def _elements_around(
    elements: Iterable[Element], tag: str, parents: dict[Element, Element]
) -> Iterator[Element]:
    """All elements with a tag that are around some others, each once."""
    seen: set[Element] = set()
    for element in elements:
        around = parents.get(element)
        while around is not None and around not in seen:
            seen.add(around)
            if around.tag == tag:
                yield around
            around = parents.get(around)


def blocks_of(container: Element) -> Iterator[Element]:
    """The blocks of a text, in its containers."""
    for child in container:
        if child.tag in CONTAINERS:
            yield from blocks_of(child)
        elif child.tag != "head":
            yield child


def first_blocks(root: Element) -> list[Element]:
    """The blocks with which the front matter of a book begins, and its text, after its contents. An
    abstract, which is short, need not face an empty page."""
    texts = (main for main in root.iter("main") if main.get("class") != "opening")
    blocks = [block for main in texts if (block := next(blocks_of(main), None)) is not None]
    return [block for block in blocks if "abstract" not in classes(block)]


def has_roman_folios(pages: Pages) -> bool:
    """Return whether the pages before the text of a book have Roman numbers. Large print counts
    all pages alike."""
    is_book = pages.sheet is not None and pages.sheet.is_book
    return is_book and pages.metadata.front_numbers == "roman" and pages.row.look != "large"


# --- pictographs -----------------------------------------------------------------------------
# Emoji in print: each is set as a unit in the emoji font, with its name as actual text, whatever
# glyphs draw it. Screens have their own fonts for them.

FIRST = "\N{DIAMETER SIGN}"
"""Of the signs before this one, © and arrows say, the faces of text have their own."""

LONGEST_RUN = 200
"""Characters of a run. For each line that it fills, all of a longer one would be read again."""

_AS_TEXT = "\ufe0e"


def wrap_pictographs(root: Element, missing: Container[str] = ()) -> None:
    """Put every run of emoji in a tree into an element of its own. One with a character of
    ``missing``, which no font has, is replaced by its name: ``:shaking face:``."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in SKIPPED:
            continue
        children = list(element)
        waiting += children
        if element.text and (pieces := _pieces(element.text, missing)):
            element.text = pieces[0]
            for at, span in enumerate(pieces[1]):
                element.insert(at, span)
        for child in children:
            if child.tail and (pieces := _pieces(child.tail, missing)):
                child.tail = pieces[0]
                at = list(element).index(child) + 1
                for number, span in enumerate(pieces[1]):
                    element.insert(at + number, span)


def _pieces(text: str, missing: Container[str]) -> tuple[str, list[Element]] | None:
    """The text before the first emoji, and an element for each run of them with the text after
    it."""
    if not MAY_BE_EMOJI.search(text):
        return None
    runs = list(_runs(text, missing))
    if not runs:
        return None
    spans: list[Element] = []
    nexts = [start for start, _, _ in runs[1:]] + [len(text)]
    for (start, end, name), following in zip(runs, nexts, strict=True):
        span = Element("span", {} if name else {"class": EMOJI})
        span.text = name or text[start:end]
        span.tail = text[end:following]
        spans.append(span)
    return text[: runs[0][0]], spans


def _runs(text: str, missing: Container[str]) -> Iterator[tuple[int, int, str]]:
    """The positions of runs of emoji, or of a single one that no font has, with its name."""
    begin = last = -1
    for start, end, name in _emoji(text):
        is_missing = any(character in missing for character in text[start:end])
        if begin >= 0 and (is_missing or start != last or last - begin >= LONGEST_RUN):
            yield begin, last, ""
            begin = -1
        if is_missing:
            yield start, end, name.replace("_", " ")
        elif begin < 0:
            begin = start
        last = end
    if begin >= 0:
        yield begin, last, ""


def _emoji(text: str) -> Iterator[tuple[int, int, str]]:
    """The positions and names of the emoji in a text."""
    import emoji

    for token in emoji.analyze(text, non_emoji=False, join_emoji=True):
        match = token.value
        assert not isinstance(match, str)
        written = getattr(match, "emoji", token.chars)
        if len(written) == 1 and written < FIRST:
            continue
        if text.startswith(_AS_TEXT, match.end):
            continue
        data = getattr(match, "data", None) or {}
        yield match.start, match.end, data.get("en", written)


# --- page floats -----------------------------------------------------------------------------
# Figures and tables that go to the top of the next page if there is no room (``float=top``, or all
# that have numbers), or to the foot of a page (``float=foot``): the text goes on in their place, so
# that no page is left short.

AROUND = frozenset({"body", "main", "section"})
"""The elements from which something can go to the next page: what is in a box stays in it."""

STYLE = "float: left; clear: both; width: 100%"

KEPT = "; break-after: avoid"
"""The style of what stands between a heading and its text."""

COLONS = (":", "\uff1a")
"""The ends of a text that announces what follows it at once."""


def float_to_pages(root: Element, pages: Pages) -> None:
    """Make page floats of what may be one in a tree. A heading before one stays with the text
    below. None goes past a figure or table that has a number and stays, or the end of a chapter
    (`short_pages`). Columns have none."""
    sheet = pages.sheet
    if sheet is None or sheet.columns == 1:
        _float_within(root, bool(sheet and sheet.floats))


def _float_within(parent: Element, is_usual: bool) -> None:
    """Make page floats in an element."""
    before: Element | None = None
    for number, child in enumerate(parent):
        place = child.get(KEY) or ("auto" if is_usual else "here")
        is_numbered = child.tag in ("figure", "table") and _has_number(child)
        if child.tag in AROUND:
            _float_within(child, is_usual)
        elif place == "foot":
            parent[number] = _wrap_at_foot(child, before)
        elif place == "top" or (
            place == "auto" and is_numbered and not _is_announced(child, before)
        ):
            is_headed = before is not None and before.tag in HEADINGS
            child.set(KEY, MOVES_FROM_HEADING if is_headed else MOVES)
            child.set("class", f"{child.get('class', '')} {PAGE_FLOAT}".lstrip())
            if place == "top":
                child.set("style", f"{child.get('style', '')}; break-inside: avoid")
        elif is_numbered:
            child.set(KEY, STOPS)
        before = child


def _has_number(block: Element) -> bool:
    """Return whether a figure or table has a number of its own; listings go on on the next page."""
    captions = (child for child in block if child.tag in ("caption", "figcaption"))
    labels = (inner for caption in captions for inner in caption if "label" in classes(inner))
    return not {"listing", "wrap"} & classes(block) and next(labels, None) is not None


def _is_announced(block: Element, before: Element | None) -> bool:
    """Return whether the text ``before`` a block says that it follows, or it is to stay there."""
    return before is not None and "".join(before.itertext()).rstrip().endswith(COLONS)


def _wrap_at_foot(block: Element, before: Element | None) -> Element:
    """An element around a block that is at the foot of a page, of the next one if it does not fit:
    the engine breaks the element after its empty first part."""
    style = STYLE + KEPT * (before is not None and before.tag in HEADINGS)
    wrapper = Element("div", {"class": f"{PAGE_FLOAT} {PAGE_FOOT}", "style": style})
    wrapper.tail, block.tail = block.tail, None
    block.set("style", f"{block.get('style', '')}; break-inside: avoid")
    SubElement(wrapper, "div", {"style": "height: 0"})
    wrapper.append(block)
    return wrapper
