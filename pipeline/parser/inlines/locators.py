"""Locators in a work: ``pp. 3-5``, ``chap. 2``, ``S. 12``, in several languages."""

from __future__ import annotations

import re
from typing import NamedTuple

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
_LABELLED = re.compile(rf"({_WORDS})(?:\s+|(?<=[.§¶])|(?=\d))({_LIST})", re.I)
_BARE = re.compile(rf"({_NUMBER}(?:{_AND}{_NUMBER})*+)")
_WITHIN = re.compile(rf"(?:({_WORDS})(?:\s+|(?<=[.§¶])|(?=\d)))?(.*)", re.I | re.S)
COMMAS = (",", "،", "，", "、")
_BRACES = re.compile(r"\{([^{}]*)\}")


class _Located(NamedTuple):
    """A locator's label and text, and the rest; empty if there is none."""

    label: str
    text: str
    rest: str


def read_locator(written: str) -> _Located:
    """The locator after a key, behind a comma or a space, in braces if it should not be guessed,
    and the remaining text."""
    text = written.strip()
    bare = text[1:].lstrip() if text[:1] in COMMAS else text
    if braces := _BRACES.match(bare):
        inner = _WITHIN.match(braces[1].strip())
        label = LABELS[inner[1].casefold()] if inner and inner[1] else "page"
        return _Located(label, inner[2] if inner else "", bare[braces.end() :].strip())
    if found := _LABELLED.match(bare):
        return _Located(LABELS[found[1].casefold()], found[2], bare[found.end() :].strip())
    if found := _BARE.match(bare):
        return _Located("page", found[1], bare[found.end() :].strip())
    return _Located("", "", text)
