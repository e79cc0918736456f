"""Inline text: brackets, gaps and references, and the scanner that reads a leaf."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from pipeline.model import CitationItem
from pipeline.model.codes import Code
from pipeline.model.late import late
from pipeline.model.removal import closing_brace
from pipeline.model.variables import CALCULATION, INCLUDE, NAME
from pipeline.parser import leaf as leaf_module
from pipeline.parser.attributes import read_attributes
from pipeline.parser.leaf import (
    BEFORE_NOTE,
    PATTERNS,
    Bracket,
    Delimiter,
    InlineSpan,
    Leaf,
    Pattern,
    Piece,
    Result,
    emphasise,
    read_delimiter,
)
from pipeline.parser.lines import UNSEEN, Line, shorten, unescape
from pipeline.parser.math import FORMULA, caption, is_formula

# --- references ------------------------------------------------------------------------------
# References that begin with ``@``: to numbered elements (``@fig-x``), and to works (``@key``).
#
# An ``@`` after a letter or digit is text, so that e-mail addresses are unchanged; but it may
# follow a letter of scripts without spaces between words. `CROSS_REFERENCE` matches ids that begin
# with one of `PREFIXES`; all other names are keys of works.
#
# Citations are written as in Pandoc: ``[see @key, p. 3; -@other]``, ``@key`` and ``@key [p. 3]``.
# The scanner tries one when a bracket closes that is not a link, and at an ``@`` that no pattern
# matches.

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


def _read_bracketed(m: re.Match[str], data: str) -> Result:
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


REFERENCE_PATTERNS = {
    "bracketed-cross-references": Pattern(
        "[",
        rf"\[{_GAP}{CROSS_REFERENCE}(?:{_GAP};{_GAP}{CROSS_REFERENCE})*{_GAP}\](?![(\[])",
        _read_bracketed,
    ),
    # `@fig-x` in text, `-@fig-x` for the number alone
    "cross-reference": Pattern(
        "-@",
        CROSS_REFERENCE,
        lambda m, data: _reference(m[0]) if may_begin(data, m.start()) else None,
    ),
}


LONGEST_CITATION = 2000
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


def read_bracketed_citation(content: str) -> CitationSpan | None:
    """The citation in brackets around ``content``, if each part has a key."""
    if len(content) > LONGEST_CITATION or "@" not in content:
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
    if located and leaf_module.normalise(located[1]) not in references:
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


# --- brackets --------------------------------------------------------------------------------
# Brackets: links, images (CommonMark 0.31.2, 6.3 and 6.4), spans, citations, notes.

_NOT_BLANK = late(r"\S")
_MEANT = late(
    r" ?\((?P<address>(?:https?://|www\.|mailto:|#)|[^\s()\"']{1,200}\.[A-Za-z]{2,5}(?=[)\"'\s]))?"
    r"[^()\n]{0,200}\)?"
)
"""Text after the brackets of a link or an image that is not a valid target."""


_SIZE = late(r"(?<![ \t])[ \t]++=(\d+)(%?)(?:x\d*%?)?\)?$")
"""The size of an image as several programs write it: `file.png =100x20`."""


class Brackets:
    """The open brackets of a leaf, outermost first; those before ``inactive`` begin no link, but
    may begin a span that holds one."""

    def __init__(self, leaf: Leaf, targets: Mapping[str, tuple[str, str]]) -> None:
        self.leaf = leaf
        self.targets = targets
        self.stack: list[Bracket] = []
        self.inactive = 0

    def open(self, text: str) -> None:
        """Open the bracket ``text`` at this position."""
        leaf = self.leaf
        piece, end = leaf.chain.add_text(text), leaf.pos + len(text)
        if self.stack:
            self.stack[-1].nested = True
        bracket = Bracket(
            piece, leaf.pos, end, leaf.chain.last_delimiter, text == "![", text == "^["
        )
        self.stack.append(bracket)
        leaf.pos = end
        if bracket.note:  # a note in a link may hold links
            bracket.inactive = self.inactive
            self.inactive = len(self.stack)

    def close(self) -> None:
        """Read the ``]`` at this position, with what belongs to it."""
        start = self.leaf.pos
        self.leaf.pos += 1
        if not self.stack:
            self.leaf.chain.add_text("]")
            return
        bracket = self.stack.pop()
        self.inactive = min(self.inactive, len(self.stack))
        if bracket.note:
            self._close_note(bracket, start)
            return
        target = self._link_target(bracket, start) if bracket.active else None
        if target is None:
            listed = self.leaf.attributes()
            if listed is None or bracket.image:
                if bracket.active:
                    if not bracket.image and self._cite(bracket, start):
                        return
                    self.leaf.check_attributes()
                    self._check_target(bracket)
                self.leaf.chain.add_text("]")
                return
            element = InlineSpan("span")
            element.attributes, self.leaf.pos = listed
            self.leaf.marked.append((bracket.start, self.leaf.pos, listed[0]))
        else:
            address, title, self.leaf.pos = target
            tag, key = ("img", "src") if bracket.image else ("a", "href")
            element = InlineSpan(tag, **{key: address})
            if not self.leaf.data.startswith(")", self.leaf.pos - 1):
                element.set("defined", "yes")  # elsewhere, where the address starts from
            if title:
                element.set("title", title)
            self.leaf.take_attributes(element, bracket.start)
        self._wrap(bracket, element)
        if element.tag == "a":  # no links in links
            for other in self.stack[self.inactive :]:
                other.active = other.image
            self.inactive = len(self.stack)

    def _wrap(self, bracket: Bracket, element: InlineSpan) -> None:
        """Move the content of ``bracket`` into ``element``."""
        element.span = self.leaf.places.at(bracket.start)
        emphasise(self.leaf.chain, bracket.delimiter)
        self.leaf.chain.wrap_rest(bracket.piece, element)

    def _cite(self, bracket: Bracket, close: int) -> bool:
        """Convert the content of brackets into a citation, if it is one."""
        element = read_bracketed_citation(self.leaf.data[bracket.content : close])
        if element is None:
            return False
        self._wrap(bracket, element)
        element.clear()  # its text is parsed as a whole
        return True

    def _close_note(self, bracket: Bracket, close: int) -> None:
        """End the note ``^[…]``; an empty one is text."""
        self.inactive = bracket.inactive
        content = _NOT_BLANK.search(self.leaf.data, bracket.content)
        if not content or content.start() == close:
            self.leaf.chain.add_text("]")
            return
        element = InlineSpan("note")
        self.leaf.take_attributes(element, bracket.start)
        self._wrap(bracket, element)

    def _check_target(self, bracket: Bracket) -> None:
        """Report text after ``]`` that seems an address; a number may be that of a work."""
        leaf = self.leaf
        if leaf.data[bracket.content : leaf.pos - 1].isdecimal():
            return
        match = _MEANT.match(leaf.data, leaf.pos)
        if match and (bracket.image or match["address"]):
            written = leaf.data[bracket.start : match.end()]
            message, hint = _not_a_link(written)
            leaf.report(Code.LIKELY_SLIP, message, bracket.start, hint)

    def _link_target(self, bracket: Bracket, close: int) -> tuple[str, str, int] | None:
        """The address and title after ``]``, and their end."""
        data, pos = self.leaf.data, self.leaf.pos
        if self.leaf.at("("):
            inline = leaf_module.read_inline(data, pos)
            if inline:
                title = caption(inline[1]) if bracket.image else unescape(inline[1])
                return leaf_module.encode(inline[0]), title, inline[2]
        label = leaf_module.read_label(data, pos) if self.leaf.at("[") else None
        end = label[1] if label else pos
        name = label[0] if label and label[0] else ""
        if not name:
            if bracket.nested or close - bracket.content > 999:
                return None
            name = data[bracket.content : close]
        target = self.targets.get(leaf_module.normalise(name)) if name.strip() else None
        if target:
            return *target, end
        if label and label[0].strip() and not label[0].startswith("^"):
            message, hint = (
                f"`[{label[0]}]` is not defined.",
                f"Add a line `[{label[0]}]: address`.",
            )
            if label[0].isdecimal():
                hint = f"Delete it if it is the number of a note in another text. {hint}"
            self.leaf.report(Code.UNDEFINED_REFERENCE, message, pos, hint)
        return None


def _not_a_link(written: str) -> tuple[str, str]:
    """The finding about a link or an image that cannot be read as one."""
    kind = "image" if written.startswith("!") else "link"
    target = written[written.rindex("](") + 2 :] if "](" in written else ""
    if size := _SIZE.search(target):
        begin = written[: written.rindex("](") + 2] + target[: size.start()]
        hint = f"Write its width in braces: `{begin}){{width={size[1]}{size[2] or 'px'}}}`."
    elif not target:
        hint = "Leave out the space before the parenthesis."
    elif target.count('"') % 2:
        hint = "Close the quotation mark before the parenthesis."
    elif not target.endswith(")"):
        hint = "End it with a parenthesis."
    else:
        hint = "Write the address without spaces, `%20` for each, and what else it says in quotes."
    return f"`{written}` is not a valid {kind}, and stays as text.", hint


# --- blanks ----------------------------------------------------------------------------------
# Blanks to fill in, ``____`` or ``____{answer}``, and variables, ``{{ name }}``.
#
# Four underscores are a blank anywhere, three only apart from other text. Next to a letter or
# digit they are text; with an answer they may be part of a word (``go____{es}``). Other content of
# double braces, as in templates of other programs, is text, but several words were meant as a
# name.

_NAMES = late(rf"{NAME}(?:[ \t]+[\w-]+)*|{CALCULATION}")
_APART_BEFORE, _APART_AFTER = (late(r"[\s(\[“„«=:/$€£]|\Z"), late(r"[\s)\].,;:!?”“»%/=]|\Z"))
"""Characters next to three underscores that are not emphasis."""

_SPACED = late(rf"[ \t{UNSEEN}]+(?=\{{(?!\{{))")
_PART = late(rf"\\.|{FORMULA}", re.DOTALL)
_COMMENT = late(r"(?<!\\)<!--(?:(?!-->).)*+(?:-->)?", re.DOTALL)
_INCLUDE = late(rf"{INCLUDE}(?:[ \t]|$)")


class AnswerPart(NamedTuple):
    """A piece of an answer: text, or a formula at an ``offset`` from the blank's beginning."""

    text: str
    offset: int = 0


class BlankSpan(InlineSpan):
    answer: tuple[AnswerPart, ...] = ()


def _blank(m: re.Match[str], data: str) -> Result:
    before, after = data[max(0, m.start() - 1) : m.start()], data[m.end() : m.end() + 1]
    if before == "_":  # the rest of a run that was escaped
        return m[0]
    is_apart = _APART_BEFORE.match(before) and _APART_AFTER.match(after)
    if len(m[0]) == 3 and after != "{" and not is_apart:
        return None  # emphasis
    blank = BlankSpan("blank", length=str(len(m[0])))
    begin = m.end()
    if after != "{":
        spaced = _SPACED.match(data, begin)
        if spaced is None or read_attributes(data, spaced.end()):
            return None if before.isalnum() or after.isalnum() else blank
        begin = spaced.end()
        blank.set("spaced", "yes")
    end = closing_brace(data, begin)
    if end is None:  # all that follows may be the answer, and must not be shown
        blank.set("open", "yes")
        return blank, len(data)
    blank.answer = tuple(_parts(data[begin + 1 : end], begin + 1 - m.start()))
    return blank, end + 1


def _parts(answer: str, offset: int) -> Iterator[AnswerPart]:
    """The text and the formulas of an answer, which begins ``offset`` characters after its blank's
    beginning."""
    pos = 0
    for m in _PART.finditer(answer) if "$" in answer else ():
        if m[1] and is_formula(answer, m.start(), m.end() - 1):
            yield AnswerPart(_read_answer(answer[pos : m.start()]))
            yield AnswerPart(m[1], offset + m.start())
            pos = m.end()
    yield AnswerPart(_read_answer(answer[pos:]))


def _read_answer(text: str) -> str:
    """The text of an answer without its comments, which no output contains."""
    text = _COMMENT.sub(lambda m: "" if m[0].endswith("-->") else m[0], text)
    return unescape(text)


def _variable(m: re.Match[str], data: str) -> Result:
    """An include that is not alone on its line looks like a variable too."""
    name = m[1].strip(" \t")
    if data[m.start() - 1 : m.start()] == "{" or data.startswith("}", m.end()):
        return None
    if _INCLUDE.match(name):
        return InlineSpan("include", m[0])
    return InlineSpan("variable", name=name) if _NAMES.fullmatch(name) else None


BRACKET_PATTERNS = {
    "blank": Pattern("_", r"_{3,}", _blank),
    "variable": Pattern("{", r"\{\{([^{}\n]{1,300})\}\}", _variable),
}


# --- scanner ---------------------------------------------------------------------------------
# Reads the text of a leaf from left to right: CommonMark's delimiter and bracket stacks (0.31.2,
# appendix), and the inline processors for single patterns.

# A set comes first, because it is found many times faster than one of several alternatives.
_SPECIAL = late(
    r"[\\`*_~^\[\]!<&$\n=%+{:@(-]"
    r"(?:(?<=[\\`*_~^\[\]!<&$\n])|(?<==)=|(?<=%)%|(?<=\+)\+(?=[A-Za-z0-9])"
    r"|(?<=\{)(?=[{%.#:a-z/>+~=-]|\s/\*)|(?<=:)(?=[A-Za-z0-9_+-]{1,70}:)|(?<=@)(?=[\w{])|(?<=-)@(?=[\w{])"
    r"|(?<=\()(?=@))"
)
_ADDRESS = late(r"(?<![^\W_])(?:https?://|www\.)")
_EXECUTED = late(r"(?:r [\w.]+(?:[($\[]|$)|\{(?:r|python|julia)\} \S)")
_TICKS = late(r"`+")
_EDITS = {"++": "group", "~~": "group", "==": "mark"}
_CLOSERS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}


def scan(
    parent: Element,
    lines: Sequence[Line],
    patterns: Mapping[str, Sequence[Pattern]],
    references: Mapping[str, tuple[str, str]],
) -> Leaf:
    """Read ``lines`` into the children of ``parent``; the leaf with the findings about them."""
    leaf = Leaf(lines)
    _Scanner(leaf, patterns, references).run()
    leaf.chain.fill(parent)
    return leaf


class _Edit(NamedTuple):
    """A change in the text that goes up to ``end``: where it begins, and the element of it."""

    opening: Piece
    delimiter: Delimiter | None
    tag: str
    end: int


class _Scanner:
    def __init__(
        self,
        leaf: Leaf,
        patterns: Mapping[str, Sequence[Pattern]],
        references: Mapping[str, tuple[str, str]],
    ) -> None:
        self.leaf = leaf
        self.patterns = patterns
        self.references = references
        self.brackets = Brackets(leaf, references)
        self._ticks: dict[int, list[int]] | None = None
        self._script: tuple[Piece, Delimiter | None, int] | None = None
        self._edit: _Edit | None = None
        self._last: dict[str, int] = {}

    def run(self) -> None:
        leaf = self.leaf
        data = leaf.data
        special = -1  # each is only searched for again after the last match
        address = -1 if "://" in data or "www." in data else len(data)
        while leaf.pos < len(data):
            if address < leaf.pos:
                address = _begin(_ADDRESS, data, leaf.pos)
            if special < leaf.pos:
                special = _begin(_SPECIAL, data, leaf.pos)
            start = min(address, special, self._edit.end if self._edit else len(data))
            if start > leaf.pos:
                leaf.chain.add_text(data[leaf.pos : start])
                leaf.pos = start
            if start < len(data):
                self._step(data[start])
        emphasise(leaf.chain, None)

    def _step(self, char: str) -> None:
        """Read the construct that begins with ``char``, or the character itself."""
        data, pos = self.leaf.data, self.leaf.pos
        if self._edit and pos >= self._edit.end:
            self._end_edit(self._edit)
            return
        if (char in "~^" and self._takes_script(char)) or (char == "{" and self._begins_edit()):
            return
        for pattern in self.patterns.get(char, ()):
            if char == "<" and not self._may_close():
                continue
            match = pattern.compiled_re.match(data, pos)
            if not match:
                continue
            element, _, end = pattern.handleMatch(match, data)
            if element is None or (char in "$\\" and self._has_code(element, pos, end)):
                continue
            if isinstance(element, str) or data.startswith("<!", pos):
                self.leaf.verbatim.append((pos, end))  # a character, a comment
            self._add(element, end)
            return
        match char:
            case "\n":
                self._line_end()
            case "`":
                self._code()
            case "*" | "_" | "~" | "=":
                mark = read_delimiter(data, pos)
                self.leaf.chain.add_delimiter(mark)
                self.leaf.pos += mark.count
            case "!" if data.startswith("[", pos + 1) and not BEFORE_NOTE.match(data, pos):
                self.brackets.open("![")
            case "[":
                self.brackets.open("[")
            case "^" if data.startswith("[", pos + 1) and not self._is_reference(pos + 1):
                self.brackets.open("^[")
            case "]":
                self.brackets.close()
            case "@" | "-" if cited := in_text(data, pos, self.references):
                self._add(*cited)
            case _:
                self.leaf.chain.add_text(char)
                self.leaf.pos += 1

    def _may_close(self) -> bool:
        """Return whether a comment or the like that begins here has an end, so that many without
        one are not searched again and again."""
        for opening, closing in _CLOSERS.items():
            if self.leaf.at(opening):
                if opening not in self._last:
                    self._last[opening] = self.leaf.data.rfind(closing)
                return self._last[opening] > self.leaf.pos
        return True

    def _add(self, span: str | InlineSpan, end: int) -> None:
        if isinstance(span, str):
            last = self.leaf.chain.last
            if not span and end == len(self.leaf.data) and last:
                last.text = last.text.rstrip(" \t")  # a comment was the last
            self.leaf.chain.add_text(span)
            self.leaf.pos = end
            return
        start = self.leaf.pos
        span.span = self.leaf.places.at(start)
        for part in span:
            assert isinstance(part, InlineSpan)
            part.span = self.leaf.places.at(part.offset)
        self.leaf.pos = end
        if span.tag == "br":
            self.leaf.skip_spaces()
        elif span.tag in ("code", "a", "img", "span", "cross-reference", "cross-references"):
            self.leaf.take_attributes(span, start)
        if span.tag == "code":
            self.leaf.verbatim.append((start, end))
        self.leaf.chain.add(Piece(element=span))

    def _line_end(self) -> None:
        last = self.leaf.chain.last
        hard = last is not None and last.text.endswith("  ")
        if last:
            last.text = last.text.rstrip(" \t")
        self.leaf.chain.add(Piece(element=InlineSpan("br" if hard else "soft-break")))
        self.leaf.pos += 1
        self.leaf.skip_spaces()

    def _runs(self) -> dict[int, list[int]]:
        """The positions of runs of backticks by length, the last first."""
        if self._ticks is None:
            self._ticks = {}
            for run in _TICKS.finditer(self.leaf.data):
                self._ticks.setdefault(len(run[0]), []).append(run.start())
            for runs in self._ticks.values():
                runs.reverse()
        return self._ticks

    def _has_code(self, span: str | InlineSpan, start: int, end: int) -> bool:
        """Return whether code begins inside a possible formula; code binds more tightly."""
        if isinstance(span, str) or span.tag != "math" or span.get("code"):
            return False
        for run in _TICKS.finditer(self.leaf.data, start, end):
            others = self._runs().get(len(run[0]), [])
            if others and others[0] > run.start():
                return True
        return False

    def _code(self) -> None:
        """A code span (section 6.1), or its marks as text."""
        opening = _TICKS.match(self.leaf.data, self.leaf.pos)
        assert opening is not None
        length, start = len(opening[0]), opening.end()
        runs = self._runs().get(length, [])
        while runs and runs[-1] < start:
            runs.pop()
        if not runs:
            self.leaf.chain.add_text(opening[0])
            self.leaf.pos = start
            return
        text = self.leaf.data[start : runs[-1]].replace("\n", " ")
        if len(text) > 1 and text[0] == text[-1] == " " and text.strip(" "):
            text = text[1:-1]
        end = runs[-1] + length
        if raw := leaf_module.raw(self.leaf.data, end, text):
            pieces, after = raw
            for piece in pieces:
                self._add(piece, self.leaf.pos)
            self.leaf.pos = after
            return
        if _EXECUTED.match(text):
            message = f"`{shorten(text)}` is code that R Markdown or Quarto runs; here it is not."
            self.leaf.report(Code.LIKELY_SLIP, message, self.leaf.pos, "Write its result.")
        self._add(InlineSpan("code", text), end)

    def _takes_script(self, char: str) -> bool:
        """Begin or end the subscript or superscript whose mark is here, if it is one."""
        leaf = self.leaf
        if self._script:
            opening, delimiter, end = self._script
            if leaf.pos + 1 >= end:
                self._script = None
            if leaf.pos + 1 == end:
                emphasise(leaf.chain, delimiter)
                element = InlineSpan("sub" if char == "~" else "sup")
                leaf.chain.wrap_rest(opening, element)
                leaf.pos = end
                return True
        elif end := leaf_module.script(leaf.data, leaf.pos):
            delimiter = leaf.chain.last_delimiter
            self._script = (leaf.chain.add_text(char), delimiter, end)
            leaf.pos += 1
            return True
        return False

    def _begins_edit(self) -> bool:
        """Begin the text that replaces a change of CriticMarkup here, if it is one: `{++added++}`,
        `{~~old~>new~~}`, or `{==marked==}`."""
        leaf = self.leaf
        mark = leaf.data[leaf.pos + 1 : leaf.pos + 3]
        if self._edit or mark not in _EDITS:
            return False
        if mark not in self._last:
            self._last[mark] = leaf.data.rfind(f"{mark}}}")
        if self._last[mark] <= leaf.pos + 3:
            return False
        begin = leaf.pos + 3
        if mark == "~~" and begin < self._last.get("~>", 0):
            return False
        end = leaf.data.index(f"{mark}}}", begin)
        if mark == "~~":
            begin = leaf.data.find("~>", begin, end) + 2
            if begin < 2:
                self._last["~>"] = end  # there is none before it
                return False
        opening = leaf.chain.add_text("")
        self._edit = _Edit(opening, leaf.chain.last_delimiter, _EDITS[mark], end)
        leaf.pos = begin
        return True

    def _end_edit(self, edit: _Edit) -> None:
        self._edit = None
        if self.leaf.pos > edit.end:
            return  # what began in it goes on
        emphasise(self.leaf.chain, edit.delimiter)
        self.leaf.chain.wrap_rest(edit.opening, InlineSpan(edit.tag))
        self.leaf.pos = edit.end + len("++}")

    def _is_reference(self, pos: int) -> bool:
        """Return whether a reference to a note is at ``pos``, where ``^`` is then text."""
        return PATTERNS["note-reference"].compiled_re.match(self.leaf.data, pos) is not None


def _begin(pattern: re.Pattern[str], data: str, pos: int) -> int:
    """The place where a pattern matches from ``pos`` on, or the end."""
    match = pattern.search(data, pos)
    return match.start() if match else len(data)
