"""Upper and lower case, as required by styles, except in text marked to keep its case."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from pipeline.features.citations.csl.text_marks import ADDRESS, CLOSE, NO_CASE, TERM, plain
from pipeline.model.late import late

_SMALL = frozenset(
    "a an and as at but by down for from in into nor of on onto or over so the till to up via"
    " with yet about across against along among around before behind between beyond during"
    " near off per plus than through under until upon versus vs vs. v v. de von van et".split()
)
"""Words that stay in lower case within a title: articles, conjunctions and prepositions."""

_MARKS = "\ufdd0-\ufdef"
_SITE = late(r"[\w.-]+\.[a-z]{2,3}")
_INITIAL = late(r"(?:^|\s)[A-Z]\.$")
_WORD = late(rf"[^\s{_MARKS}–—/:]+")


def text_case(text: str, case: str, language: str) -> str:
    """``text`` in a case of CSL. Titles are capitalised in English alone."""
    match case:
        case "lowercase":
            return outside(text, str.lower)
        case "uppercase":
            return outside(text, str.upper)
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
    for piece in re.split(f"({ADDRESS}|[{_MARKS}])", text):
        if not piece:
            continue
        if piece == CLOSE:
            if groups:
                groups.pop()
            pieces.append((piece, False))
        elif re.match(f"[{_MARKS}]", piece):
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
            done = done or (has_letter and not re.match(f"[{_MARKS}]", piece))
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
        if not re.match(f"[{_MARKS}]", piece)
        for match in _WORD.finditer(piece)
        if re.search(r"\w", match[0])
    ]
    changed: dict[tuple[int, int], str] = {}
    continued = _continued(pieces)
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
            word = "-".join(map(_capitalised, word.split("-"), itertools.count()))
        changed[index, match.start()] = word
    result = []
    for index, (piece, free) in enumerate(pieces):
        if free:
            piece = _WORD.sub(lambda m, i=index: changed.get((i, m.start()), m[0]), piece)  # type: ignore[misc]
        result.append(piece)
    return "".join(result)


def _continued(pieces: list[tuple[str, bool]]) -> set[int]:
    """The pieces that begin within a word: `{Qatar}'s`."""
    indexes, last = set(), " "
    for index, (piece, _) in enumerate(pieces):
        if re.match(f"[{_MARKS}]", piece):
            continue
        if re.match(r"\w", last) and re.match(r"[\w'’]", piece):
            indexes.add(index)
        last = piece[-1]
    return indexes


def _capitalised(part: str, place: int) -> str:
    """A part of a compound with a capital, if it is a Latin word without one, and not a small one
    within the compound."""
    if part != part.lower() or (place and part in _SMALL) or part[:1] > "\u024f":
        return part
    return _first(part)
