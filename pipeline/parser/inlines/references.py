"""References that begin with ``@``: to numbered elements (``@fig-x``), and to works (``@key``).

An ``@`` after a letter or digit is text, so that e-mail addresses are unchanged; but it may follow
a letter of scripts without spaces between words. `CROSS_REFERENCE` matches ids that begin with one
of `PREFIXES`; all other names are keys of works.

Citations are written as in Pandoc: ``[see @key, p. 3; -@other]``, ``@key`` and ``@key [p. 3]``. The
scanner tries one when a bracket closes that is not a link, and at an ``@`` that no pattern matches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from typing import NamedTuple

from pipeline.model import CitationItem
from pipeline.model.late import late
from pipeline.parser.characters import unescape
from pipeline.parser.inlines import links
from pipeline.parser.inlines.patterns import InlineSpan, Pattern, Result

_LABELS = {
    "page": "p. pp. page pages pg. S. Seite Seiten pág. págs. página páginas str. ص صفحة 页 頁 第",
    "chapter": "chap. chaps. ch. chapter chapters Kap. Kapitel cap. caps. capítulo capítulos"
    " chapitre chapitres فصل 章",
    "section": "sec. secs. sect. section sections § §§ Abschnitt Abschn. sección seção قسم 节",
    "paragraph": "para. paras. par. paragraph paragraphs ¶ ¶¶ Absatz Abs. párrafo párr. al. alinéa"
    " parágrafo فقرة 段",
    "volume": "vol. vols. volume volumes Bd. Bde. Band tomo t. مجلد 卷",
    "figure": "fig. figs. figure figures Abb. Abbildung figura شكل 图",
    "note": "n. nn. note notes fn. Anm. Fn. nota ملاحظة 注",
    "line": "l. ll. line lines Z. Zeile Zeilen línea linha ligne سطر 行",
    "verse": "v. vv. verse verses Vers verso versículo",
    "part": "pt. pts. part parts Teil parte partie جزء 部",
    "book": "bk. bks. book books Buch libro livro livre كتاب",
    "column": "col. cols. column columns Sp. Spalte columna coluna colonne عمود 栏",
    "appendix": "app. appendix appendices Anhang apéndice apêndice annexe ملحق",
    "article-locator": "art. arts. article articles Art. Artikel artículo artigo مادة 条",
    "issue": "no. nos. issue issues Nr. Heft núm. número numéro",
    "equation": "eq. eqs. equation equations",
    "folio": "fol. fols. folio folios Bl. Blatt",
    "opus": "op. opp. opus",
    "rule": "r. rr. rule rules",
    "scene": "sc. scs. scene scenes",
    "act": "act acts",
    "canon": "can. canon canons",
    "sub-verbo": "s.v. s.vv.",
    "table": "tbl. tbls. table tables Tab. Tabelle tabla tabela tableau",
    "timestamp": "time min.",
    "supplement": "supp. supps. supplement",
    "title-locator": "tit. tits. title",
    "version": "version versions",
}
"""The abbreviated and full words for CSL's locators."""

LABELS = {word.casefold(): label for label, words in _LABELS.items() for word in words.split()}
_WORDS = "|".join(map(re.escape, sorted(LABELS, key=len, reverse=True)))
_NUMBER = r"(?=(?:[^\W\d]|[.:/*'’])*+\d)(?:\.*+[\w:/*'’]++)++"
_ROMAN = r"[ivxlcdm]++(?!\w)"
_VALUE = rf"(?:{_NUMBER}|{_ROMAN})"
_AND = r"\s*+(?:--?|–|—|,|&)\s*+"
_LIST = rf"{_VALUE}(?:{_AND}{_VALUE})*+"
_LABELLED = late(rf"({_WORDS})(?:\s+|(?<=[.§¶])|(?=\d))({_LIST})", re.I)
_BARE = late(rf"({_NUMBER}(?:{_AND}{_NUMBER})*+)")
_WITHIN = late(rf"(?:({_WORDS})(?:\s+|(?<=[.§¶])|(?=\d)))?(.*)", re.I | re.S)
COMMAS = (",", "،", "，", "、")
_BRACES = late(r"\{([^{}]*)\}")


class _Located(NamedTuple):
    """A locator's label and text, and the rest; empty if there is none."""

    label: str
    text: str
    rest: str


def read_locator(written: str) -> _Located:
    """The locator after a key, a comma or a space, perhaps in braces, and the text after it."""
    text = written.strip()
    bare = text[1:].lstrip() if text[:1] in COMMAS else text
    if braces := _BRACES.match(bare):
        inner = _WITHIN.match(braces[1].strip())
        label = LABELS[inner[1].casefold()] if inner and inner[1] else "page"
        return _Located(label, inner[2] if inner else "", bare[braces.end() :].strip())
    if locator := _LABELLED.match(bare):
        return _Located(LABELS[locator[1].casefold()], locator[2], bare[locator.end() :].strip())
    if locator := _BARE.match(bare):
        return _Located("page", locator[1], bare[locator.end() :].strip())
    return _Located("", "", text)


PREFIXES = ("fig", "tbl", "sec", "eq", "lst", "ex", "ln")

# Scripts without spaces between words: an id or a key in other letters ends where these begin.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_NAME = rf"(?>[^\W_{_UNSPACED}]+(?:[-:_]+[^\W_{_UNSPACED}]+)*|[^\W_]+(?:[-:_]+[^\W_]+)*)"
CROSS_REFERENCE = rf"-?@(?:{'|'.join(PREFIXES)})-{_NAME}"
"""A cross-reference; a ``-`` before it asks for the bare number."""

_GAP = r"[ \t]*+(?:\n[ \t]*+)?"
_REFERENCE = late(CROSS_REFERENCE)


def may_begin(data: str, pos: int) -> bool:
    """Return whether a reference may begin at ``pos``, depending on the character before it."""
    while pos and data[pos - 1] == "_":  # it may begin emphasis
        pos -= 1
    return not pos or unicodedata.category(data[pos - 1]) not in {"Lu", "Ll", "Lt", "Lm", "Nd"}


def _bracketed(m: re.Match[str], data: str) -> Result:
    """``[@fig-x; @tbl-y]``: one or several in brackets, which are not shown."""
    matches = list(_REFERENCE.finditer(m[0]))
    if len(matches) == 1:
        return _reference(matches[0][0])
    group = InlineSpan("cross-references")
    for match in matches:
        reference = _reference(match[0])
        reference.offset = m.start() + match.start()
        group.append(reference)
    return group


def example(examples: Mapping[str, int]) -> Pattern:
    """``(@label)``: the number of the example with this label, of ``examples``."""

    def read(m: re.Match[str], data: str) -> Result:
        return f"({examples[m[1]]})" if m[1] in examples else None

    return Pattern("(", r"\(@([\w-]+)\)", read)


def _reference(written: str) -> InlineSpan:
    form = "number" if written.startswith("-") else "full"
    return InlineSpan("cross-reference", target=written.lstrip("-").removeprefix("@"), form=form)


PATTERNS = {
    "bracketed-cross-references": Pattern(
        "[",
        rf"\[{_GAP}{CROSS_REFERENCE}(?:{_GAP};{_GAP}{CROSS_REFERENCE})*{_GAP}\](?![(\[])",
        _bracketed,
    ),
    # `@fig-x` in text, `-@fig-x` for the number alone
    "cross-reference": Pattern(
        "-@",
        CROSS_REFERENCE,
        lambda m, data: _reference(m[0]) if may_begin(data, m.start()) else None,
    ),
}


LONGEST = 2000
"""The maximum length of a citation, so that nested brackets are not searched again and again."""

_LETTER = rf"[^\W{_UNSPACED}]"
_BETWEEN = r"[:.#$%&\-+?<>~/]"
_PLAIN_KEY = rf"{_LETTER}(?:{_BETWEEN}?{_LETTER})*|\w(?:{_BETWEEN}?\w)*"
_KEY = late(rf"(?<![@`])(-?)@(?:({_PLAIN_KEY})|\{{([^{{}}\n]+)\}})")
_LOCATED = late(r"[ \t]*(?:\n[ \t]*)?\[([^\[\]]{1,500})\](?![(\[{:])")
_SEMICOLON = late("[؛；]")
_PARTS = late(r"(?:\\.|\{[^{}]*+\}|[^;؛；\\])++", re.S)


class CitationSpan(InlineSpan):
    """The element that becomes a `Citation`."""

    def __init__(self, items: tuple[CitationItem, ...], in_text: bool, source: str) -> None:
        super().__init__("citation")
        self.items_cited = items
        self.in_text = in_text
        self.source = source


def bracketed(content: str) -> CitationSpan | None:
    """The citation in brackets around ``content``, if each part has a key."""
    if len(content) > LONGEST or "@" not in content:
        return None
    items = _items(content)
    return CitationSpan(items, False, f"[{content}]") if items else None


def in_text(data: str, pos: int, references: Container[str]) -> tuple[CitationSpan, int] | None:
    """The citation whose ``@`` (or ``-``) is at ``pos``, with a locator in brackets after it,
    unless these are a link; and its end."""
    match = _KEY.match(data, pos)
    if not match or not may_begin(data, pos) or _REFERENCE.match(data, pos):
        return None
    item = CitationItem(key=match[2] or match[3].strip(), suppress_author=bool(match[1]))
    end, items = match.end(), [item]
    located = _LOCATED.match(data, end)
    if located and links.normalise(located[1]) not in references:
        first, _, others = _SEMICOLON.sub(";", located[1]).partition(";")
        locator = read_locator(first)
        more = _items(others) if others.strip() else ()
        if locator.text and more is not None and "@" not in first:
            item = CitationItem(
                key=item.key,
                label=locator.label,
                locator=_text(locator.text),
                suffix=_text(locator.rest),
                suppress_author=item.suppress_author,
            )
            end, items = located.end(), [item, *more]
    is_author = not item.suppress_author
    return CitationSpan(tuple(items), is_author, data[match.start() : end]), end


def _items(content: str) -> tuple[CitationItem, ...] | None:
    """The works cited by the parts between semicolons; None if one cites nothing."""
    items = []
    for part in _PARTS.finditer(content):
        item = _item(part[0])
        if item is None:
            return None
        items.append(item)
    return tuple(items) or None


def _item(part: str) -> CitationItem | None:
    for match in _KEY.finditer(part):
        if not may_begin(part, match.start()) or part[: match.start()].endswith("\\"):
            continue
        if _REFERENCE.match(part, match.start()):
            return None
        locator = read_locator(part[match.end() :])
        return CitationItem(
            key=match[2] or match[3].strip(),
            prefix=_text(part[: match.start()]),
            label=locator.label,
            locator=_text(locator.text),
            suffix=_text(locator.rest),
            suppress_author=bool(match[1]),
        )
    return None


def _text(written: str) -> str:
    return " ".join(unescape(written).split())
