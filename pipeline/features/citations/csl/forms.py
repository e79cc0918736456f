"""The forms of text, numbers and dates that a style asks for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from pipeline.features.citations.csl.marked_text import ADDRESS, CLOSE, NO_CASE, TERM, plain
from pipeline.features.citations.csl.style import Date, Element, Locale
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import roman

# --- cases -----------------------------------------------------------------------------------
# Upper and lower case, as required by styles, except in text marked to keep its case.

_SMALL = frozenset(
    "a an and as at but by down for from in into nor of on onto or over so the till to up via"
    " with yet about across against along among around before behind between beyond during"
    " near off per plus than through under until upon versus vs vs. v v. de von van et".split()
)
"""Words that stay in lower case within a title: articles, conjunctions and prepositions."""

_SENTINELS = "\ufdd0-\ufdef"
_SITE = late(r"[\w.-]+\.[a-z]{2,3}")
_INITIAL = late(r"(?:^|\s)[A-Z]\.$")
_WORD = late(rf"[^\s{_SENTINELS}–—/:]+")


def text_case(text: str, case: str, language: str) -> str:
    """``text`` in a case of CSL. Titles are capitalised in English alone."""
    match case:
        case "lowercase":
            return outside(text, str.lower)
        case "uppercase":
            # Turkish and its neighbours have a capital letter with a dot
            turkic = language.lower().startswith(("tr", "az"))
            return outside(text.replace("i", "İ") if turkic else text, str.upper)
        case "capitalize-first":
            return outside(text, _first, once=True)
        case "capitalize-all":
            return outside(text, lambda part: _WORD.sub(lambda m: _first(m[0]), part))
        case "sentence":
            return _sentence(text)
        case "title" if language.lower().startswith("en"):
            return _title(text)
    return text


def sentence_start(text: str) -> str:
    """Text of a style at the beginning of a sentence: a term there gets a capital."""
    before, mark, rest = text.partition(TERM)
    if not mark or re.search(r"\w", plain(before)):
        return text
    return before + mark + outside(rest, _first, once=True)


def _first(text: str) -> str:
    """The text with a capital first letter, if it begins with a letter."""
    match = re.search(r"\w", text)
    if not match:
        return text
    at = match.start()
    return text[:at] + text[at].upper() + text[at + 1 :]


def _parts(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, and whether each may be changed: not marks, addresses, or kept groups."""
    pieces: list[tuple[str, bool]] = []
    groups: list[bool] = []
    for piece in re.split(f"({ADDRESS}|[{_SENTINELS}])", text):
        if not piece:
            continue
        if piece == CLOSE:
            if groups:
                groups.pop()
            pieces.append((piece, False))
        elif re.match(f"[{_SENTINELS}]", piece):
            if piece != "\ufdde":
                groups.append(piece == NO_CASE)
            pieces.append((piece, False))
        else:
            pieces.append((piece, not any(groups)))
    return pieces


def outside(text: str, change: Callable[[str], str], once: bool = False) -> str:
    """Change the pieces that may be changed; with ``once``, only the first with a letter."""
    done, result = False, []
    for piece, free in _parts(text):
        if not (free and done and once):
            has_letter = re.search(r"\w", piece) is not None
            if free:
                piece = change(piece)
            done = done or (has_letter and not re.match(f"[{_SENTINELS}]", piece))
        result.append(piece)
    return "".join(result)


def _sentence(text: str) -> str:
    """Sentence case: lower case except for the first letter and for words with capitals of their
    own (ILO, McDonald); a text all in capitals is converted."""
    shouts = _shouts(text)

    def lower(part: str) -> str:
        return _WORD.sub(
            lambda m: m[0].lower() if shouts or m[0][1:].islower() or len(m[0]) == 1 else m[0], part
        )

    return outside(outside(text, lower), _first, once=True)


def _shouts(text: str) -> bool:
    """Return whether a text is in capitals that are not abbreviations: it has three words."""
    return text.isupper() and len(re.findall(r"[^\W\d_]{2,}", plain(text))) > 2


def _title(text: str) -> str:
    """Title case: capitals except for small words, which are capitalised first, last and after a
    colon; a word with a capital anywhere stays as it is, and so does each part of a compound. So
    do a small word after a full stop, which may end an abbreviation (Proc. of), and any word after
    a capital letter with one (E. coli)."""
    pieces = _parts(text)
    shouts = _shouts(text)
    words = [
        (index, match)
        for index, (piece, _) in enumerate(pieces)
        if not re.match(f"[{_SENTINELS}]", piece)
        for match in _WORD.finditer(piece)
        if re.search(r"\w", match[0])
    ]
    changed: dict[tuple[int, int], str] = {}
    continued = _pieces_within_words(pieces)
    for number, (index, match) in enumerate(words):
        piece, free = pieces[index]
        if not free or (index in continued and not match.start()):
            continue
        word = match[0].lower() if shouts else match[0]
        before = piece[: match.start()].rstrip() if match.start() else ""
        starts = number == 0 or before.endswith((":", "?", "!", "."))
        ends = number == len(words) - 1
        bare = word.strip("()[]{}\"'“”‘’«».,;!?").lower()
        if (bare in _SMALL and before.endswith(".")) or _INITIAL.search(before):
            pass
        elif bare in _SMALL and not starts and not ends:
            if shouts or (word[:1].isupper() and word[1:].islower()):
                word = word.lower()
        elif not _SITE.fullmatch(word):
            word = "-".join(map(_capitalise, word.split("-"), itertools.count()))
        changed[index, match.start()] = word
    result = []
    for index, (piece, free) in enumerate(pieces):
        if free:
            piece = _WORD.sub(lambda m, i=index: changed.get((i, m.start()), m[0]), piece)  # type: ignore[misc]
        result.append(piece)
    return "".join(result)


def _pieces_within_words(pieces: list[tuple[str, bool]]) -> set[int]:
    """The pieces that begin within a word: `{Qatar}'s`."""
    indexes, last = set(), " "
    for index, (piece, _) in enumerate(pieces):
        if re.match(f"[{_SENTINELS}]", piece):
            continue
        if re.match(r"\w", last) and re.match(r"[\w'’]", piece):
            indexes.add(index)
        last = piece[-1]
    return indexes


def _capitalise(part: str, place: int) -> str:
    """A part of a compound with a capital, if it is a Latin word without one, and not a small one
    within the compound."""
    if part != part.lower() or (place and part in _SMALL) or part[:1] > "\u024f":
        return part
    return _first(part)


# --- number forms ----------------------------------------------------------------------------
# Numbers, ordinals and ranges of pages.

DIGITS = 18
"""The maximum number of digits of a number; more are text, as they are."""

_WITH_DIGIT = r"(?=[^\W\d]*+\d)\w++"
_NUMERIC = late(rf"{_WITH_DIGIT}(?:\s*+(?:--?|[,&–—])\s*+{_WITH_DIGIT})*+\.?")
_PAGE = rf"([A-Za-z]*+)(\d{{1,{DIGITS}}})(?!\d)([A-Za-z]*+)"
_RANGE = late(rf"(?<![A-Za-z0-9]){_PAGE}\s*+(?:–|—|--?|‑)\s*+{_PAGE}")
_WHOLE = late(rf"(?<!\w)\d{{1,{DIGITS}}}(?!\w)")
_DASH = late(r"[-–—‑]")
_ROMANS = late(r"\b([ivxlcdm]+)\s*(?:–|—|--?|‑)\s*([ivxlcdm]+)\b", re.I)
_NUMBER = r"(?:[A-Za-z]?\d+|[ivxlc]+)"
_SEVERAL = late(rf"(?:\d|\b[ivxlc]+)[A-Za-z]?(?:\s*+[-,;&–—‑])++\s*+{_NUMBER}\b")


def is_numeric(text: str) -> bool:
    return _NUMERIC.fullmatch(plain(text).strip()) is not None


def is_plural(variable: str, text: str, locale: Locale) -> bool:
    """Return whether the label of a number is plural."""
    word = re.escape(locale.text("and") or "and")
    text = re.sub(rf"\b(?:and|{word})\b", "&", plain(text).strip())
    if variable.startswith("number-of-"):
        return text != "1"
    return _SEVERAL.search(text) is not None


def number(text: str, form: str, locale: Locale, gender: str) -> str:
    """A number, or each of several, in a form; other text as it is."""
    if not is_numeric(text):
        return text
    text = re.sub(r"(?<!\s)\s*+(?:--?|—)\s*+(?=[^\W\d]*+\d)", "–", text)
    text = re.sub(r"(?<!\s)\s*,\s*", ", ", _with_and(text, locale))
    if form in ("", "numeric"):
        return text
    return _WHOLE.sub(lambda m: _in_form(int(m[0]), form, locale, gender), text)


def _in_form(value: int, form: str, locale: Locale, gender: str) -> str:
    if form == "roman" and 0 < value < 5000:
        return roman(value).lower()
    if form == "long-ordinal" and 0 < value <= 10:
        term = locale.term(f"long-ordinal-{value:02}", gender=gender)
        if term and term.single:
            return term.single
    return ordinal(value, locale, gender) if form.endswith("ordinal") else str(value)


def ordinal(value: int, locale: Locale, gender: str = "") -> str:
    """12th, 3rd, with the locale's terms: first the one for the whole number, then those for its
    last two digits and its last one."""
    tests = (
        (value, ("whole-number",)),
        (value % 100, ("last-two-digits", "" if value % 100 > 9 else "last-two-digits")),
        (value % 10, ("last-digit", "")),
    )
    for digits, matches in tests:
        if digits > 99:
            continue
        term = locale.term(f"ordinal-{digits:02}", gender=gender)
        if term and term.match in matches and (digits < 10 or value % 100 == digits):
            return f"{value}{term.single}"
    term = locale.term("ordinal", gender=gender)
    return f"{value}{term.single if term else ''}"


def _with_and(text: str, locale: Locale) -> str:
    """Numbers with the locale's sign between two of them."""
    return re.sub(r"(?<!\s)\s*&\s*", f" {locale.ampersand} ", text)


def pages(text: str, form: str, locale: Locale) -> str:
    """Pages with the locale's range delimiter, and the last one as the style's
    ``page-range-format`` requires. A hyphen after a backslash is no range."""
    sign = locale.text("page-range-delimiter") or "–"

    def replace(match: re.Match[str]) -> str:
        before, first, after, before_last, last, after_last = match.groups()
        if after or after_last or (before_last and before_last != before):
            return f"{before}{first}{after}{sign}{before_last}{last}{after_last}"
        return f"{before}{first}{sign}{_last_page(before, first, before_last, last, form)}"

    text = _with_and(text, locale)
    if not _DASH.search(text):
        return text
    text = _ROMANS.sub(rf"\1{sign}\2", _RANGE.sub(replace, text))
    return re.sub(r"(?<!\s)\s*,\s*", ", ", text).replace("\\-", "-")


def _last_page(before: str, first: str, before_last: str, last: str, form: str) -> str:
    """The end of a range, shortened or written out."""
    full = first[: len(first) - len(last)] + last if len(last) < len(first) else last
    if not form or int(full) < int(first):
        return before_last + last
    if form == "expanded":
        return (before_last or before) + full
    if form in ("chicago", "chicago-15", "chicago-16"):
        if int(first) < 100 or int(first) % 100 == 0 or len(full) > len(first):
            return full
        if first[-2] == "0":
            return _minimal(first, full, 1)
        if len(first) == 4 and form != "chicago-16" and len(first) - _common(first, full) > 2:
            return full
        return _minimal(first, full, 2)
    return _minimal(first, full, 2 if form == "minimal-two" else 1)


def _minimal(first: str, last: str, digits: int) -> str:
    """The last digits that differ, with a minimum number."""
    if len(first) != len(last):
        return last
    return last[min(_common(first, last), max(0, len(last) - digits)) :]


def _common(first: str, last: str) -> int:
    """The number of leading digits that two numbers share."""
    pairs = enumerate(zip(first, last, strict=False))
    return next((at for at, (a, b) in pairs if a != b), len(first))


# --- date forms ------------------------------------------------------------------------------
# Dates in the words and the order of a locale or a style.

PARTS = ("year", "month", "day")


class DateFormat:
    """The format of a ``date`` element: its parts in order, each an element."""

    def __init__(self, element: Element, locale: Locale) -> None:
        self.locale = locale
        self.element = element
        form = element.get("form")
        part_names = (element.get("date-parts") or "year-month-day").split("-") if form else PARTS
        parts = {child.get("name"): child for child in element.children if child.tag == "date-part"}
        base = locale.dates.get(form) if form else None
        if base is None:
            self.delimiter = element.get("delimiter")
            self.parts = [c for c in element.children if c.tag == "date-part"]
            return
        self.delimiter = element.get("delimiter") or base.get("delimiter")
        self.parts = [
            _overridden(part, parts.get(part.get("name")))
            for part in base.children
            if part.get("name") in part_names
        ]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(part.get("name") for part in self.parts)


def _overridden(part: Element, style_part: Element | None) -> Element:
    """A locale's date part, merged with the style's, without affixes."""
    if style_part is None:
        return part
    extra = {k: v for k, v in style_part.attributes.items() if k not in ("prefix", "suffix")}
    return Element(part.tag, {**part.attributes, **extra}, part.children)


def known_parts(date: tuple[int, ...]) -> dict[str, int]:
    """Year, month and day, as far as they are known."""
    return {name: value for name, value in zip(PARTS, date, strict=False) if value}


def part_text(part: Element, numbers: dict[str, int], locale: Locale) -> str:
    """One part of a date without affixes and formatting, or "" if it is unknown."""
    name, form = part.get("name"), part.get("form")
    value = numbers.get(name)
    if value is None:
        return ""
    match name:
        case "year":
            return _year(value, form, locale)
        case "month":
            return _month(value, form, locale)
    month = locale.term(f"month-{numbers.get('month', 1):02}")
    limited = locale.options.get("limit-day-ordinals-to-day-1") == "true"
    if form == "ordinal" and not (limited and value > 1):
        return ordinal(value, locale, month.gender if month else "")
    return f"{value:02}" if form == "numeric-leading-zeros" else str(value)


def _year(value: int, form: str, locale: Locale) -> str:
    if form == "short" and value > 999:
        return f"{value % 100:02}"
    if value < 0:
        return f"{-value}{locale.text('bc')}"
    return f"{value}{locale.text('ad')}" if value < 1000 else str(value)


def _month(value: int, form: str, locale: Locale) -> str:
    if value > 12:  # a season: 13 to 16 in CSL, 21 to 24 in EDTF
        season = (value - 1) % 4 + 1 if value < 21 else value - 20
        return locale.text(f"season-{season:02}")
    if form == "numeric":
        return str(value)
    if form == "numeric-leading-zeros":
        return f"{value:02}"
    return locale.text(f"month-{value:02}", "short" if form == "short" else "long")


def differing_parts(date: Date) -> tuple[str, ...]:
    """The parts that both ends of a range need: from the largest one that differs downwards."""
    start, end = known_parts(date.start), known_parts(date.end)
    for index, name in enumerate(PARTS):
        if start.get(name) != end.get(name):
            return PARTS[index:]
    return ()


def sort_key(date: Date, part_names: tuple[str, ...] = PARTS) -> str:
    """Digits that sort as the date does."""
    if not date.start:
        return date.literal

    def digits(parts: tuple[int, ...]) -> str:
        numbers = known_parts(parts)
        year = numbers.get("year", 0) + 10000 if "year" in part_names else 0
        month, day = (numbers.get(n, 0) if n in part_names else 0 for n in ("month", "day"))
        return f"{year:05}{month:02}{day:02}"

    return digits(date.start) + ("-" + digits(date.end) if len(date.end) > 0 else "")
