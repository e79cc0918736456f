"""Copied text: lines, made paragraphs, headings, lists and tables, under a title and an author."""

from __future__ import annotations

import codecs
import datetime
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import ftfy
from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.decoding import cleaned, decoded
from pipeline.commands.importing.draft import Draft, InputText, count, lost, unread
from pipeline.commands.importing.interviews import (
    is_name,
    label_of,
    line_of,
    months,
    phrase,
    speech_role,
    text_line,
    words_for,
)
from pipeline.commands.importing.leftovers import without_leftovers
from pipeline.commands.importing.markdown import of_markdown
from pipeline.commands.importing.page_reader import number_by
from pipeline.commands.importing.rtf import of_rtf
from pipeline.commands.importing.tidying import as_worksheet
from pipeline.model import Block, Inline, Paragraph, Text
from pipeline.model.codes import Code
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.words import folded
from pipeline.model.words.guessing import language_of_text
from pipeline.parser import parse
from pipeline.parser.source import normalise
from pipeline.parser.table_options import with_head_rows

# --- copied lines ----------------------------------------------------------------------------
#
# Lines of a text: their grouping, their width, and the markup in them.

ADDRESS = late(
    r"(?:https?://|www\.)[^\s<>\"“”]{2,2000}|[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}"
)
ENDS = late(r"[.!?…:;,。！？؟][”\"’»)\]]?$")
_NARROWEST, _WIDEST = 40, 100
"""The minimum length of a line that may have been broken to fit a width."""


class CopiedLine(NamedTuple):
    """A line of a text, and its number."""

    text: str
    number: int


def groups(lines: list[CopiedLine]) -> Iterator[list[CopiedLine]]:
    """Groups of lines without empty ones between them."""
    group: list[CopiedLine] = []
    for line in lines:
        if line.text.strip():
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def width_of(lines: list[CopiedLine]) -> int:
    """The width at which lines were wrapped, or 0: most long lines are then nearly as long as the
    longest, and end within a sentence."""
    pairs = [(a.text, b.text) for a, b in itertools.pairwise(lines) if a.text and b.text]
    texts = sorted((a for a, _ in pairs if len(a) >= _NARROWEST), key=len)
    if not texts:
        return 0
    widest = len(texts[int(0.95 * (len(texts) - 1))])
    near = [text for text in texts if len(text) > 0.75 * widest]
    cut = [text for text in near if not ENDS.search(text)]
    is_broken = len(near) >= 0.5 * len(texts) and len(cut) >= 0.5 * len(near)
    return widest if widest <= _WIDEST and is_broken else 0


def is_spaced(lines: list[CopiedLine]) -> bool:
    """Return whether empty lines separate the paragraphs."""
    lengths = [len(group) for group in groups(lines)]
    return len(lengths) > 1 and len(lengths) > 0.15 * sum(lengths)


def inlines(text: str) -> tuple[Inline, ...]:
    """A text, with its addresses as links."""
    nodes: list[Inline] = []
    last = 0
    text = " ".join(text.replace("\u00ad", "").split(" "))
    text = re.sub(r"[ \t]{2,}", " ", text)
    for match in ADDRESS.finditer(text):
        address = match[0].rstrip(".,;:!?'’”)]")
        if "(" in address and match[0][len(address) :].startswith(")"):
            address += ")"
        href = address
        if "@" in address and not address.startswith(("http", "www")):
            href = f"mailto:{address}"
        elif address.startswith("www."):
            href = f"https://{address}"
        if match.start() > last:
            nodes.append(Text(text=text[last : match.start()]))
        nodes.append(model.Link(children=(Text(text=address),), href=href))
        last = match.start() + len(address)
    if text[last:]:
        nodes.append(Text(text=text[last:]))
    return tuple(nodes)


# --- typed lists -----------------------------------------------------------------------------
#
# Lists of paragraphs that begin with typed bullets, numbers or letters, as elements of HTML.

BULLET = late(r"(\s*)(?:([•◦▪‣·●○■□▸►➤➢✓✔✗⁃∙\uf0b7\uf0a7*+–—-])\s+|(o)\s{2,})(?=\S)")
"""The bullet that a line begins with."""

NUMBER = late(r"(\s*)\(?(\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s+(?=\S)")
"""The number or letter that a line begins with."""

TO_TICK = {"☐": False, "☑": True, "☒": True}
"""Boxes, and whether they are ticked."""

_CAPITAL = late(r"(\s*)\(?([A-Z])\)\s+(?=\S)")
_BOX = late(rf"(\s*)([{(boxes := ''.join(TO_TICK))}])\s*[^\s{boxes}][^{boxes}]*$")
RULED = late(r"[\s_]{4,}|[\s.…]{10,}")
"""A line of underscores or dots to write on."""

_ROMAN = {sign: n for n, sign in enumerate("i ii iii iv v vi vii viii ix x".split(), 1)}
_SENTENCE = late(r"[.!?…][”\"’»]?\s*$")
AHEAD = 100
"""Paragraphs after an item among which the next one of its list is looked for."""

_HOLDERS = ("body", "div", "section", "article", "main", "li", "td", "th", "blockquote", "aside")


class TypedMark(NamedTuple):
    """A typed mark: its form (the bullet, or the kind of number and the signs around it), its
    number, and the length of what is typed."""

    form: str
    number: int
    text: str
    length: int


class _Open(NamedTuple):
    """A list that is open, and the mark of its last item."""

    element: Element
    mark: TypedMark


def make_lists(root: Element) -> list[str]:
    """Make lists of paragraphs, and of lines in them, that begin with marks, and give their
    marks."""
    for paragraph in [*root.iter("p")]:
        _divide(paragraph)
    marks: list[str] = []
    for holder in [*root.iter(*_HOLDERS)]:
        marks += _lists_in(holder)
    return marks


def _divide(paragraph: Element) -> None:
    """Make paragraphs of the lines of one that begin with marks which follow each other."""
    breaks = [child for child in paragraph if child.tag == "br"]
    lines = [paragraph.text or ""]
    for child in paragraph:
        lines += [""] if child.tag == "br" else []
        lines[-1] += ("" if child.tag == "br" else _text(child)) + (child.tail or "")
    marks = [[*_marks(line)] for line in lines]
    pairs = pairwise(filter(None, marks))
    if not any(_goes_on(mark, last) for a, b in pairs for last in a for mark in b):
        return
    for line_break, begins in zip(reversed(breaks), reversed(marks[1:]), strict=True):
        if begins:
            line = etree.Element("p")
            line.text = line_break.tail
            line.extend([*line_break.itersiblings()])
            paragraph.remove(line_break)
            paragraph.addnext(line)


def _lists_in(holder: Element) -> Iterator[str]:
    children = [*holder]
    marks = [[*_marks(_text(child))] if child.tag == "p" else [] for child in children]
    are_lines = [
        child.tag == "p" and bool(RULED.fullmatch(_text(child).strip())) for child in children
    ]
    lists: list[_Open] = []
    for at, child in enumerate(children):
        if (child.tail or "").strip():
            marks[at] = []
        mark = _continued(lists, marks[at])
        if mark is None:
            near = slice(at + 1, at + 1 + AHEAD)
            after = [*zip(marks[near], are_lines[near], strict=True)]
            mark = next((m for m in marks[at] if m.form == "☐" or _goes_on_in(after, m)), None)
            if mark:
                while lists and not (
                    _rank(mark) > _rank(lists[-1].mark) or _goes_on_in(after, lists[-1].mark)
                ):
                    lists.pop()
                to = lists[-1].element[-1] if lists else holder
                element = etree.Element("ol" if mark.number else "ul")
                if lists:
                    to.append(element)
                else:
                    to.insert(to.index(child), element)
                if mark.number:
                    number_by(element, mark.text)
                lists.append(_Open(element, mark))
        if mark is None and not (lists and are_lines[at]):
            lists.clear()
        elif mark is None:
            lists[-1].element[-1].append(child)
        else:
            lists[-1] = lists[-1]._replace(mark=mark)
            child.tail = None
            etree.SubElement(lists[-1].element, "li").append(child)
            if mark.length:
                _cut(child, mark.length)
                yield mark.text


def _text(element: Element) -> str:
    return "".join(str(text) for text in element.itertext())


def _marks(text: str) -> Iterator[TypedMark]:
    """The marks that a text may begin with: ``i)`` is a letter, or a number."""
    if box := _BOX.match(text):
        yield TypedMark("☐", 0, box[2], 0)
    elif match := BULLET.match(text):
        sign = match[2] or match[3]
        # a dash may begin what somebody says
        if sign != "—" and not (sign == "–" and _SENTENCE.search(text)):
            yield TypedMark(sign, 0, sign, match.end())
    elif match := NUMBER.match(text) or _CAPITAL.match(text):
        sign, typed = match[2], match[0].strip()
        around = typed.replace(sign, "#")
        if sign.isdigit():
            yield TypedMark(f"1{around}", int(sign), typed, match.end())
        else:
            if sign in _ROMAN:
                yield TypedMark(f"i{around}", _ROMAN[sign], typed, match.end())
            if len(sign) == 1:
                yield TypedMark(
                    f"{'a' if sign.islower() else 'A'}{around}",
                    ord(sign.lower()) - 96,
                    typed,
                    match.end(),
                )


def _goes_on(mark: TypedMark, last: TypedMark) -> bool:
    return mark.form == last.form and (not mark.number or mark.number == last.number + 1)


def _continued(lists: list[_Open], marks: Sequence[TypedMark]) -> TypedMark | None:
    """The mark that continues an open list, whose inner lists are closed."""
    for depth in range(len(lists) - 1, -1, -1):
        for mark in marks:
            if _goes_on(mark, lists[depth].mark):
                del lists[depth + 1 :]
                return mark
    return None


def _rank(mark: TypedMark) -> int:
    """The place of a mark among others: numbers stand above letters, and these above bullets."""
    return {"1": 0, "A": 1, "a": 1, "i": 2}[mark.form[0]] if mark.number else 3


def _goes_on_in(after: Iterable[tuple[Sequence[TypedMark], bool]], mark: TypedMark) -> bool:
    """Return whether the next item of a list comes before other text."""
    for marks, is_line in after:
        if any(_goes_on(other, mark) for other in marks):
            return True
        if not marks and not is_line:
            break
    return False


def _cut(element: Element, length: int) -> int:
    """Take the first characters of an element away, and give the number of those that are left to
    take."""
    text = element.text or ""
    element.text, length = text[length:], max(0, length - len(text))
    for inner in element:
        length = _cut(inner, length)
        text = inner.tail or ""
        inner.tail, length = text[length:], max(0, length - len(text))
    return length


# --- text head -------------------------------------------------------------------------------
#
# The head of a copied text: title, author and date.


class _Head(NamedTuple):
    metadata: Metadata
    blocks: tuple[Block, ...]
    findings: list[Diagnostic]


_MOST_WORDS = 25
"""The maximum number of words of a title."""

_HEAD = 8
"""The number of lines with text that are examined."""

_SHORT_LINE = 14
"""The maximum number of words of a line below the title that continues it."""

_WRITTEN = late(
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?(?P<m>[^\W\d_]{3,12})\.?"
    r"|(?P<m2>[^\W\d_]{3,12})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?)"
    r"(?:,|\s+de|\s+del)?\s+(?P<y>(?:19|20)\d{2})"
)
_NUMBERS = late(
    r"(?P<y>(?:19|20)\d{2})(?:-|/|\.|年)(?P<m>\d{1,2})(?:-|/|\.|月)(?P<d>\d{1,2})日?"
    r"|(?P<d2>\d{1,2})\.\s?(?P<m2>\d{1,2})\.\s?(?P<y2>(?:19|20)\d{2})"
)
_MONTH = late(r"(?P<m>[^\W\d_]{3,12})\s+(?:de\s+)?(?P<y>(?:19|20)\d{2})")


def head_of(
    lines: list[CopiedLine], lang: str, name: str
) -> tuple[Metadata, list[CopiedLine], list[Diagnostic]]:
    """The metadata in the lines at the top, and the remaining lines."""
    head = _HeadReader(lines, name)
    head.read_keyword()
    head.read_title()
    head.read_facts()
    keyword = head.keyword.capitalize() if head.keyword.isupper() else head.keyword
    metadata = Metadata(
        title=head.title,
        subtitle=head.subtitle,
        authors=tuple(Contributor(name=author) for author in head.authors),
        lang=lang,
        date=head.date,
        keywords=(keyword,) if keyword else (),
    )
    rest = [line for at, line in enumerate(lines) if at not in head.used]
    return metadata, rest, head.findings


class _HeadReader:
    """Reads the lines at the top in their order; those with metadata are ``used``."""

    def __init__(self, lines: list[CopiedLine], name: str) -> None:
        self._lines, self._name = lines, name
        self._texts = [(at, line) for at, line in enumerate(lines) if line.text.strip()][:_HEAD]
        self.used: set[int] = set()
        self.findings: list[Diagnostic] = []
        self.keyword = self.title = self.subtitle = self.date = ""
        self.authors: tuple[str, ...] = ()

    def _use(self, at: int, message: str) -> None:
        self.used.add(at)
        self.findings.append(lost(message, self._name, span=Span(self._lines[at].number)))

    def read_keyword(self) -> None:
        """Read what stands above the title, such as the part of a paper."""
        below = self._texts[1][1].text if len(self._texts) > 1 else ""
        times = sum(line.text == below for line in self._lines)
        is_speaker = _is_full_name(below.strip()) and times > 1
        if below and not is_speaker and _is_kicker(self._texts[0][1].text, below):
            at, line = self._texts.pop(0)
            self.keyword = " ".join(line.text.split())
            self._use(at, f"“{self.keyword}” stands above the title, and is taken for a keyword.")

    def read_title(self) -> None:
        """Read the title, which may be underlined."""
        after = [line.text for _, line in self._texts[1:3]]
        if not self._texts or not _is_title(self._texts[0][1].text, after):
            return
        at, line = self._texts.pop(0)
        self.title = " ".join(re.sub(r"^#+\s+", "", line.text.strip()).split())
        self._use(at, f"The first line, “{self.title[:60]}”, is taken for the title.")
        under = self._lines[at + 1].text if at + 1 < len(self._lines) else ""
        if re.fullmatch(r"\s*[=-]{3,}\s*", under):
            self.used.add(at + 1)
            self._texts = [entry for entry in self._texts if entry[0] != at + 1]

    def read_facts(self) -> None:
        """Read authors, a date and a subtitle, up to the first line that is none of these."""
        for number, (at, line) in enumerate(self._texts):
            text = line.text.strip()
            if len(text.split()) > _MOST_WORDS:
                break
            day, without = date_in(text)
            by = _authors(without if day else text)
            if by and not self.authors:
                self.authors = by
                self._use(at, f"“{text[:60]}” is taken for the author: {'; '.join(by)}.")
            elif day and len(_without_words(without).split()) < 4 and not self.date:
                self._use(at, f"“{text[:60]}” is taken for the date.")
            elif self.title and number == 0 and _is_subtitle(text, self._texts[1:]):
                self.subtitle = text
                self._use(at, f"“{text[:60]}” is taken for the subtitle.")
            elif self.title and number == 0 and self._is_author_of_interview(text):
                self.authors = (text,)
                reason = "since it is right below the title"
                self._use(at, f"“{text}” is taken for the author, {reason}.")
            elif self.authors or self.date:
                break
            if day and at in self.used:
                self.date = self.date or day

    def _is_author_of_interview(self, text: str) -> bool:
        """Return whether a text is a name that stands alone in what is called an interview."""
        is_interview = phrase("speech", "interview").search(f"{self.keyword}. {self.title}")
        times = sum(line.text.strip() == text for line in self._lines)
        return bool(is_interview) and _is_full_name(text) and times == 1


def _is_title(text: str, after: list[str]) -> bool:
    text = text.strip()
    words = text.split()
    if not after or len(words) > _MOST_WORDS or len(text) > 200:
        return False
    if re.match(r"[•*–-]\s", text) or re.search(r"[.;,:]$", text):
        return False
    return not re.search(r"https?://", text)


def with_head(blocks: tuple[Block, ...], known: Metadata, name: str) -> _Head:
    """The blocks of an article without those at its top that say which part of a paper it is in,
    who wrote it and when; the metadata with that, as far as nothing is ``known``."""
    top = [*itertools.takewhile(lambda block: isinstance(block, Paragraph), blocks[:_HEAD])]
    lines = [CopiedLine(text_line(block), at) for at, block in enumerate(top, 1)]
    kicker = bool(lines) and _is_kicker(lines[0].text, known.title)
    title = CopiedLine(known.title, 0)
    lines = [lines[0], title, *lines[1:]] if kicker else [title, *lines]
    head, rest, head_findings = head_of(lines, known.lang, name)
    if head.title != known.title:
        return _Head(known, blocks, [])
    names = {author.name for author in known.authors}
    if known.date and head.date not in ("", known.date):
        return _Head(known, blocks, [])
    metadata = replace(
        known,
        authors=known.authors
        if names >= {author.name for author in head.authors}
        else head.authors,
        date=known.date or head.date,
        subtitle=known.subtitle or head.subtitle,
        keywords=known.keywords or head.keywords,
    )
    left = {line.number for line in rest}
    kept = (block for at, block in enumerate(blocks, 1) if at > len(top) or at in left)
    findings = [replace(finding, line=0, column=0) for finding in head_findings if finding.line]
    return _Head(metadata, tuple(kept), findings)


def _is_kicker(text: str, after: str) -> bool:
    """Return whether a line only names the section of the paper above the headline."""
    parts = re.split("[|/›»>•·]", text.strip(" :|"))
    is_known = any(folded(part) in words_for("head", "kicker") for part in parts)
    return len(text.split()) < 8 and is_known and _is_title(after, [text]) and not _authors(after)


def _is_full_name(text: str) -> bool:
    return is_name(text) and 1 < len(text.split()) < 4 and all(map(str.isalpha, text.split()))


def _is_subtitle(text: str, after: list[tuple[int, CopiedLine]]) -> bool:
    """Return whether a line continues the title: it is short, and a byline or a date follows."""
    if len(text.split()) > _SHORT_LINE or re.search(r"[.:;,]$", text):
        return False
    return any(_authors(line.text.strip()) or date_in(line.text)[0] for _, line in after[:1])


def _authors(text: str) -> tuple[str, ...]:
    """The names in a byline."""
    match = phrase("head", "by").match(text)
    if not match:
        return ()
    rest = text[match.end() :].lstrip(" :：")
    rest = re.split(r"\s[|·•–—-]\s|,?\s(?:on|am|le|el|em)\s\d|\|", rest)[0]
    words = rest.strip(" .,|·–—-").split()
    while words and folded(words[-1]) in words_for("head", "published"):
        words.pop()
    parts = re.split(r",|;| (?:and|und|et|y|e|en|&) |、", " ".join(words))
    names = [part.strip() for part in parts if part.strip()]
    if not names or not all(is_name(n) and len(n.split()) <= 4 for n in names):
        return ()
    is_cased = match[0].upper() != match[0].lower()
    is_full = all(len(n.split()) > 1 or n.isupper() for n in names)
    if ":" not in text and is_cased and not is_full:
        return ()
    return tuple(n.title() if n.isupper() and len(n.split()) > 1 else n for n in names)


def _without_words(text: str) -> str:
    without = re.sub(r"\d{1,2}:\d{2}|\b[ap]\.?m\b|\b(?:at|by|um|à)\b|[|·•]", " ", text, flags=re.I)
    return phrase("head", "published").sub(" ", without).strip(" .,:|·–—-")


def date_in(text: str) -> tuple[str, str]:
    """A date in the form of the front matter, "" if there is none, and the text without it."""
    for pattern in (_WRITTEN, _NUMBERS, _MONTH):
        for match in pattern.finditer(text):
            parts = {key[0]: value for key, value in match.groupdict().items() if value}
            month = parts["m"]
            number = int(month) if month.isdigit() else months().get(folded(month), 0)
            if not number:
                number = months().get(folded(month)[:3], 0) if len(month) < 5 else 0
            try:
                day = datetime.date(int(parts["y"]), number, int(parts.get("d", 1)))
            except ValueError:
                continue
            written = day.isoformat() if "d" in parts else day.isoformat()[:7]
            return written, text[: match.start()] + text[match.end() :]
    return "", text


# --- text ------------------------------------------------------------------------------------
#
# Copied text: lines, made paragraphs, headings, lists and tables.

_RULE = late(r"\s*(?:[*•·-]\s+){2,}[*•·-]\s*|\s*([*_=~–—#-])\1{2,}\s*|\s*⁂\s*")
_UNDERLINE = late(r"\s*([=~-])\1{2,}\s*")
_SECTION = late(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+(?=\S)|[IVX]{1,4}\.\s+|[A-H]\.\s+")
_HEADING_WORDS, _HEADING_LENGTH = 12, 80
_SHORT = 60
"""Characters of a line of verse at most."""

_MARK = late(r"^> ?(?:(?:> ?){20,})?")
"""The mark of a quotation, or of one that is quoted more often than anyone reads."""

_MARKDOWN = late(
    r"^#{1,6} \S|^(?:```|~~~)\w*$|\[[^\]\n]{1,200}\]\(|\*\*[^\s*]|^\|.{1,999}\|$", re.MULTILINE
)
"""Syntax that only Markdown has."""

_FIX = ftfy.TextFixerConfig(uncurl_quotes=False, fix_character_width=False, unescape_html="auto")


def _is_binary(start: bytes) -> bool:
    """Return whether what a file begins with is no text, by its control characters."""
    is_utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return not is_utf16 and 20 * len(re.findall(rb"[\0-\x08\x0e-\x1f]", start)) > len(start)


def of_text(data: bytes | str, name: str, folder: Path = Path()) -> Draft:
    """A text, as copied from anywhere; Markdown in it is read as such."""
    if isinstance(data, bytes) and data.startswith(b"{\\rtf"):
        return of_rtf(data, name, "")
    if isinstance(data, bytes) and _is_binary(data[:4096]):
        message = "This is not a text file, so Chapbook cannot import it."
        hint = "Open it in a word processor, and save it as .docx."
        return unread(message, name, hint)
    raw, findings = cleaned(decoded(data).replace("\r\n", "\n").replace("\r", "\n"), name)
    text = ftfy.fix_text(raw, _FIX)
    if not text.strip():
        return unread("There is no text in it.", name, code=Code.EMPTY_FILE)
    findings += _mended(raw, text, name)
    if len(_MARKDOWN.findall(text)) > 2:
        text = normalise(text)
        draft = of_markdown(text, parse(text, name, folder), folder, name)
        return replace(draft, findings=(*findings, *draft.findings))
    lines = [CopiedLine(t.rstrip(), n) for n, t in enumerate(text.expandtabs(8).split("\n"), 1)]
    tabbed = {n: t for n, t in enumerate(text.split("\n"), 1) if "\t" in t.strip()}
    kept, left = without_leftovers(lines, name)
    findings += left
    lang = language_of_text(text)
    if not lang:
        hint = "If that is wrong, change `lang` in the front matter."
        findings.append(lost("Its language is not clear; English is assumed.", name, hint))
    metadata, rest, head_findings = head_of(kept, lang or "en", name)
    findings += head_findings
    reader = _Reader(rest, tabbed, metadata, name)
    blocks, message = as_worksheet(reader.blocks())
    findings += (*reader.findings, *([lost(message, name)] if message else ()))
    counts = count(blocks, ())
    unmarked = (
        line.text[mark.end() :] if (mark := NUMBER.match(line.text)) else line.text for line in rest
    )
    words = " ".join([metadata.title, *unmarked]).split()
    counts["words"] = sum(any(map(str.isalnum, word)) for word in words)
    in_order = sorted(findings, key=lambda finding: finding.line or 0)
    passages = tuple(InputText(line.text, line.number) for line in rest)
    return Draft(metadata, blocks, counts=dict(counts), findings=tuple(in_order), passages=passages)


def _mended(raw: str, text: str, name: str) -> Iterator[Diagnostic]:
    """The finding that characters were corrected, with the first of them."""
    raw_lines, lines = raw.split("\n"), text.split("\n")
    if len(raw_lines) != len(lines):
        return
    changed = [
        (n, a, b) for n, (a, b) in enumerate(zip(raw_lines, lines, strict=True), 1) if a != b
    ]
    for number, before, after in changed[:1]:
        words = [(a, b) for a, b in zip(before.split(), after.split(), strict=False) if a != b]
        if words:
            where = "1 line" if len(changed) == 1 else f"{len(changed)} lines"
            message = (
                f"Garbled characters are corrected in {where}, such as “{words[0][0][:40]}” to "
                f"“{words[0][1][:40]}”."
            )
            yield lost(message, name, span=Span(number))


class _Reader:
    """Reads lines into blocks."""

    def __init__(
        self, lines: list[CopiedLine], tabbed: dict[int, str], metadata: Metadata, name: str
    ) -> None:
        self.findings: list[Diagnostic] = []
        self._lines = lines
        self._tabbed = tabbed
        self._name = name
        self._places = {line.number: at for at, line in enumerate(lines)}
        self._words = frozenset(re.findall(r"[^\W\d_]{4,}", " ".join(line.text for line in lines)))
        self._width = width_of(lines)
        self._is_spaced = is_spaced(lines)
        words = " ".join([metadata.title, *metadata.keywords, *(line.text for line in lines[:12])])
        self._is_interview = bool(phrase("speech", "interview").search(words))
        self._names = Counter(filter(None, map(_name_before, lines)))

    def blocks(self) -> tuple[Block, ...]:
        """The blocks of all lines."""
        blocks: list[Block] = []
        for group in groups(self._lines):
            blocks += self._group(group)
        return _as_headings_go(blocks)

    def _group(self, lines: list[CopiedLine]) -> Iterator[Block]:
        """The blocks of lines without an empty one between them."""
        at = 0
        run: list[CopiedLine] = []
        while at < len(lines):
            end, block = self._special(lines, at)
            if block is None:
                run.append(lines[at])
                at += 1
                continue
            yield from self._paragraphs(run)
            yield block
            at, run = end, []
        yield from self._paragraphs(run)

    def _special(self, lines: list[CopiedLine], at: int) -> tuple[int, Block | None]:
        """The element other than a paragraph that begins at a line, and its end."""
        line = lines[at]
        if _RULE.fullmatch(line.text):
            return at + 1, model.ThematicBreak()
        if line.text.startswith(">"):
            return self._quotation(lines, at)
        if at + 1 < len(lines) and _UNDERLINE.fullmatch(lines[at + 1].text):
            level = 2 if "=" in lines[at + 1].text else 3
            return at + 2, _heading(line, level)
        if BULLET.match(line.text) and not self._is_speech(lines, at):
            return self._list(lines, at, BULLET)
        number = NUMBER.match(line.text)
        if number and number[2] in ("1", "a", "i") and self._has_second(line):
            return self._list(lines, at, NUMBER)
        if line.number in self._tabbed and (end := self._table_end(lines, at)) > at + 1:
            return end, self._table(lines[at:end])
        return at, None

    def _is_speech(self, lines: list[CopiedLine], at: int) -> bool:
        """Return whether a dash begins direct speech, not a list item."""
        mark = BULLET.match(lines[at].text)
        if not mark or mark[2] not in ("–", "—", "-"):
            return False
        alone = at + 1 == len(lines) or not BULLET.match(lines[at + 1].text)
        before = at and BULLET.match(lines[at - 1].text)
        return mark[2] in "–—" and alone and not before

    def _has_second(self, first: CopiedLine) -> bool:
        """Return whether a list has a second item before other text."""
        start = self._places[first.number]
        long = 0
        for line in self._lines[start + 1 : start + 40]:
            number = NUMBER.match(line.text)
            if number and number[2] in ("2", "b", "ii"):
                return long < 2
            long += bool(line.text.strip())
        return False

    def _list(
        self, lines: list[CopiedLine], at: int, mark: re.Pattern[str]
    ) -> tuple[int, Block | None]:
        """The list that begins at a line, with those in its items."""
        first = mark.match(lines[at].text)
        if not first:
            return at, None
        indent = len(first[1])
        items: list[model.ListItem] = []
        start = int(first[2]) if mark is NUMBER and first[2].isdigit() else 1
        while at < len(lines):
            match = mark.match(lines[at].text)
            if not match or len(match[1]) != indent:
                break
            inner = [lines[at]._replace(text=" " * match.end() + lines[at].text[match.end() :])]
            at += 1
            nested: list[Block] = []
            while at < len(lines):
                other = BULLET.match(lines[at].text) or NUMBER.match(lines[at].text)
                depth = len(lines[at].text) - len(lines[at].text.lstrip())
                if other and depth > indent:
                    pattern = BULLET if BULLET.match(lines[at].text) else NUMBER
                    at, child = self._list(lines, at, pattern)
                    nested += [child] if child else []
                elif not other and (depth > indent or self._goes_on(lines[at - 1], lines[at])):
                    inner.append(lines[at])
                    at += 1
                else:
                    break
            text = [w._replace(text=w.text.strip()) for w in inner]
            paragraphs = (Paragraph(children=self._joined(text)),)
            items.append(model.ListItem(children=(*paragraphs, *nested)))
        return at, model.List(ordered=mark is NUMBER, start=start, tight=True, items=tuple(items))

    def _quotation(self, lines: list[CopiedLine], at: int) -> tuple[int, Block]:
        end = at
        while end < len(lines) and lines[end].text.startswith(">"):
            end += 1
        inner = [w._replace(text=_MARK.sub("", w.text, count=1)) for w in lines[at:end]]
        children = [block for group in groups(inner) for block in self._group(group)]
        return end, model.BlockQuote(children=tuple(children))

    def _table_end(self, lines: list[CopiedLine], at: int) -> int:
        columns = self._cells(lines[at])
        end = at
        while end < len(lines) and self._cells(lines[end]) == columns:
            end += 1
        return end

    def _cells(self, line: CopiedLine) -> int:
        return self._tabbed.get(line.number, "").strip("\n").count("\t")

    def _table(self, lines: list[CopiedLine]) -> Block:
        rows = []
        for line in lines:
            texts = (cell.strip() for cell in self._tabbed[line.number].split("\t"))
            cells = tuple(model.TableCell(children=_plain(text)) for text in texts)
            rows.append(model.TableRow(cells=cells))
        message = "Lines with tabs are read as a table, and the first as its header."
        self.findings.append(lost(message, self._name, span=Span(lines[0].number)))
        return with_head_rows(model.Table(head=(), body=tuple(rows)), 1)

    def _paragraphs(self, lines: list[CopiedLine]) -> Iterator[Block]:
        """The paragraphs of lines: wrapped lines are joined, others are a paragraph each; short
        ones, as in verse, stay lines."""
        parts: list[list[CopiedLine]] = []
        is_prose = max((len(line.text) for line in lines), default=0) > _SHORT or (
            len(lines) == 2 and bool(ENDS.search(lines[1].text))
        )
        for line in lines:
            begins = bool(parts) and not label_of((Text(text=line.text.strip()),))
            before = parts[-1][-1] if parts else line
            is_cut = line.text.lstrip()[:1].islower() and (
                before.text.endswith(",") or not ENDS.search(before.text)
            )
            if begins and (self._goes_on(before, line) or (is_prose and is_cut)):
                parts[-1].append(line)
            else:
                parts.append([line])
        is_verse = (
            len(parts) > 2
            and self._is_spaced
            and all(len(part) == 1 and len(part[0].text) <= _SHORT for part in parts)
            and not any(label_of((Text(text=p[0].text.strip()),)) for p in parts)
        )
        if is_verse:
            children: list[Inline] = []
            for part in parts:
                children += [model.LineBreak(), *inlines(part[0].text.strip())]
            yield Paragraph(children=tuple(children[1:]), span=Span(lines[0].number))
            return
        named = False
        for at, part in enumerate(parts):
            is_alone = len(part) == 1 and (len(parts) == 1 or not self._is_spaced)
            stands_above = (
                at == 0 and len(parts) > 1 and len(parts[1][0].text) > _HEADING_LENGTH / 2
            )
            level = 0
            if not named and (is_alone or (len(part) == 1 and stands_above)):
                level = self._heading_level(part[0])
            named = bool(line_of((Text(text=part[0].text.strip()),))) and not level
            if level:
                yield _heading(part[0], level)
            else:
                texts = [w._replace(text=w.text.strip()) for w in part]
                yield Paragraph(children=self._joined(texts), span=Span(part[0].number))

    def _goes_on(self, line: CopiedLine, after: CopiedLine) -> bool:
        """Return whether a line was broken because the next word did not fit."""
        if not self._width or after.number != line.number + 1:
            return False
        if re.search(r"[^\W\d_]{2}-$", line.text) and after.text.lstrip()[:1].islower():
            return True
        first = after.text.split(maxsplit=1)[0] if after.text.strip() else ""
        return len(line.text) + 1 + len(first) > 0.88 * self._width

    def _heading_level(self, line: CopiedLine) -> int:
        """The level of a line that looks like a heading, or 0."""
        text = line.text.strip()
        if len(text) > _HEADING_LENGTH or len(text.split()) > _HEADING_WORDS:
            return 0
        if ENDS.search(text) and not text.endswith(("?", "!", "？")):
            return 0
        if text.endswith("?") and self._is_interview:
            return 0
        if not text[0].isalnum() or text[0].islower() or ADDRESS.search(text):
            return 0
        before = text.partition(":")[0]
        if self._names[_name_before(line)] > 1 or folded(before) in words_for("speech", "nobody"):
            return 0
        if re.match(r".{0,60}\d{1,2}:\d{2}", text):
            return 0
        number = _SECTION.match(text)
        return min(6, 2 + number[1].count(".")) if number and number[1] else 2

    def _joined(self, lines: list[CopiedLine]) -> tuple[Inline, ...]:
        """Lines as one text; a word that was cut at their end is joined."""
        parts = [lines[0].text]
        for line in lines[1:]:
            cut = re.search(r"(?<!\w)[^\W\d_]{2,60}-$", parts[-1])
            if cut and line.text[:1].islower():
                whole = cut[0][:-1] + re.match(r"\w*", line.text)[0]  # type: ignore[index]
                if whole in self._words:
                    parts[-1] = parts[-1][:-1]
                parts.append(line.text)
            else:
                parts.append(f" {line.text}")
        return inlines("".join(parts))


def _name_before(line: CopiedLine) -> str:
    """The name that begins a line, or is all of it."""
    text = (Text(text=line.text.strip()),)
    label = label_of(text)
    name = label.name if label else line_of(text)
    return folded(name.rstrip("0123456789") if speech_role(name) else name)


def _plain(text: str) -> tuple[Block, ...]:
    return (model.Plain(children=inlines(text)),) if text else ()


def _heading(line: CopiedLine, level: int) -> model.Heading:
    text = re.sub(r"^#{1,6}\s+", "", line.text.strip())
    return model.Heading(level=level, children=inlines(text), span=Span(line.number))


def _as_headings_go(blocks: list[Block]) -> tuple[Block, ...]:
    """The blocks; a heading that nothing follows is a paragraph, and so are several that follow
    each other."""
    result: list[Block] = []
    for at, block in enumerate(blocks):
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        if isinstance(block, model.Heading) and (
            after is None
            or isinstance(after, model.ThematicBreak)
            or (isinstance(after, model.Heading) and after.level <= block.level)
        ):
            result.append(Paragraph(children=block.children, span=block.span))
        else:
            result.append(block)
    return tuple(result)
