"""The title, authors, date and language of an input: in the head of a copied text, or in the
elements of a web page.
"""

from __future__ import annotations

import datetime
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline.commands.importing.article import is_beside, line, words
from pipeline.commands.importing.draft import tell_loss
from pipeline.commands.importing.interviews import is_name, months, phrase, text_line, words_for
from pipeline.commands.importing.lines import CopiedLine
from pipeline.model import Block, Paragraph
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.words import fold_word
from pipeline.parser.frontmatter.registered import BadValueError, language

# --- heads of texts -------------------------------------------------------------------------------
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
        self.findings.append(tell_loss(message, self._name, span=Span(self._lines[at].number)))

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
        for number, (at, copied) in enumerate(self._texts):
            text = copied.text.strip()
            if len(text.split()) > _MOST_WORDS:
                break
            day, without = date_in(text)
            by = authors_in(without if day else text)
            if by and not self.authors:
                self.authors = by
                self._use(at, f"“{text[:60]}” is taken for the author: {'; '.join(by)}.")
            elif day and len(_without_words(without).split()) < 4 and not self.date:
                self._use(at, f"“{text[:60]}” is taken for the date.")
            elif self.title and number == 0 and self._is_author(text):
                self.authors = (text,)
                reason = "since it is right below the title"
                self._use(at, f"“{text}” is taken for the author, {reason}.")
            elif self.title and number == 0 and _is_subtitle(text, self._texts[1:]):
                self.subtitle = text
                self._use(at, f"“{text[:60]}” is taken for the subtitle.")
            elif self.authors or self.date:
                break
            if day and at in self.used:
                self.date = self.date or day

    def _is_author(self, text: str) -> bool:
        """Return whether a text is a name that stands alone, above a date or in what is called an
        interview."""
        below = self._texts[1][1].text.strip() if len(self._texts) > 1 else ""
        is_dated = bool(date_in(below)[0]) and not authors_in(date_in(below)[1])
        is_interview = bool(phrase("speech", "interview").search(f"{self.keyword}. {self.title}"))
        times = sum(line.text.strip() == text for line in self._lines)
        return (is_dated or (is_interview and not authors_in(below))) and (
            _is_full_name(text) and times == 1
        )


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
    is_known = any(fold_word(part) in words_for("head", "kicker") for part in parts)
    return len(text.split()) < 8 and is_known and _is_title(after, [text]) and not authors_in(after)


def _is_full_name(text: str) -> bool:
    return is_name(text) and 1 < len(text.split()) < 4 and all(map(str.isalpha, text.split()))


def _is_subtitle(text: str, after: list[tuple[int, CopiedLine]]) -> bool:
    """Return whether a line continues the title: it is short, and a byline or a date follows."""
    if len(text.split()) > _SHORT_LINE or re.search(r"[.:;,]$", text):
        return False
    return any(authors_in(line.text.strip()) or date_in(line.text)[0] for _, line in after[:1])


def authors_in(text: str) -> tuple[str, ...]:
    """The names in a byline."""
    match = phrase("head", "by").match(text)
    if not match:
        return ()
    rest = text[match.end() :].lstrip(" :：")
    rest = re.split(r"\s[|·•–—-]\s|,?\s(?:on|am|le|el|em)\s\d|\|", rest)[0]
    words = rest.strip(" .,|·–—-").split()
    while words and fold_word(words[-1]) in words_for("head", "published"):
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
            number = int(month) if month.isdigit() else months().get(fold_word(month), 0)
            if not number:
                number = months().get(fold_word(month)[:3], 0) if len(month) < 5 else 0
            try:
                day = datetime.date(int(parts["y"]), number, int(parts.get("d", 1)))
            except ValueError:
                continue
            written = day.isoformat() if "d" in parts else day.isoformat()[:7]
            return written, text[: match.start()] + text[match.end() :]
    return "", text


# --- web pages ---------------------------------------------------------------------------
# The metadata of a web page: in its `meta` elements, JSON-LD, and headings.

TITLE = "document-title"
"""The class of the heading that is the title of all."""


_NOTHING = late(
    r"\.(?:docx?|dvi|indd|odt|pdf|qxd|rtf|tex)$|^Word Document$|^Microsoft Word"
    r"|^generated by python|^python-docx$|^\((?:anonymous|unspecified)\)$"
    r"|^untitled$|^Unknown Title$",
    re.IGNORECASE,
)
"""Meaningless values that programs write into properties."""

_CREATORS = ("dcterms.creator", "dc.creator", "dcterm.creator")
_AUTHORS = ("author", "parsely-author", "sailthru.author", "byl", "article.author")
_BYLINE = late(
    r"(?:^|[\s_-])(?:byline|author|authors|auth?or_*name|auteur|autor|autore)(?:$|[\s_-])", re.I
)
"""Names of elements that say who wrote a page."""

_LONGEST_BYLINE = 100
"""Characters of a line with authors, at most."""

_ADDRESSES = ("http://", "https://", "@")
_LANGUAGES = ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang")


def metadata_of(root: Element, *, whole_page: bool = False) -> tuple[Metadata, str]:
    """The metadata of a page, and its address, "" if unknown. A ``whole_page`` has its first
    heading as title."""
    values: dict[str, str] = {}
    creators: list[str] = []
    for meta in root.iter("meta"):
        keys = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        content = " ".join((meta.get("content") or "").split())
        for key in keys.split() if content else ():
            values.setdefault(key, content)
            if key.replace(":", ".") in _CREATORS:
                creators.append(content)
    linked = _linked_data(root)
    title = values.get("og:title") or linked.get("headline") or values.get("twitter:title") or ""
    if not title:
        heading = root.find(".//title")
        heads = [e for e in root.iter("h1") if words(e)]
        heads = [e for e in heads if e.get("class") == TITLE] or heads
        above = [e for e in heads if fold_word(" ".join(words(e))) in words_for("head", "kicker")]
        if heads and len(above) == len(heads):  # they only name its part of a paper
            heads = [e for e in root.iter("h2") if words(e)][:1] or heads
            for element in above if heads[0].tag == "h2" else ():
                element.tag = "p"
        title = " ".join(words(heading)) if heading is not None else ""
        head = " ".join(line(heads[0]).split()) if len(heads) == 1 else ""
        begins = "".join(words(root)).startswith("".join(head.split()))
        if head and (begins or not whole_page):
            is_better = head in title or heads[0].tag == "h2"
            title = head if not title or is_better else title
    said = [linked.get("author", ""), *(values.get(key, "") for key in _AUTHORS)]
    author = next((one for one in said if one and not one.startswith(_ADDRESSES)), "")
    dates = ("article:published_time", "", "date", "dcterms.date", "dc.date")
    found_dates = (values.get(key) if key else linked.get("datePublished") for key in dates)
    published = next(filter(None, found_dates), "")
    date = re.match(r"\d{4}-\d{2}-\d{2}", published)
    description = values.get("og:description") or values.get("description") or ""
    if by := phrase("head", "by").match(author):
        author = author[by.end() :]
    names = creators or [meaningful(name) for name in re.split(r"[,;]| and ", author)]
    if not (any(names) or whole_page):
        names = [*_byline(root)]
    canonical = root.xpath("//link[@rel='canonical']/@href")
    address = values.get("og:url") or (canonical[0] if canonical else "")
    metadata = Metadata(
        title=meaningful(title),
        authors=tuple(
            Contributor(name=author_name) for author_name in names[:6] if 0 < len(author_name) < 60
        ),
        lang=language_of(declared_language(root)),
        date=date[0] if date else "",
        description=meaningful(description),
        publisher=values.get("dcterms.publisher") or values.get("dc.publisher") or "",
    )
    return metadata, address if address.startswith(("http://", "https://")) else ""


def _byline(root: Element) -> tuple[str, ...]:
    """The authors that the first element with such a name, or a link in it, consists of."""
    body = root.find("body")
    for element in () if body is None else body.iter("*"):
        named = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if element.get("rel") != "author" and not _BYLINE.search(named[:500]):
            continue
        if any(is_beside(holder) for holder in (element, *element.iterancestors())):
            continue
        for part in (element, *element.iter("a")):
            whole = line(part).strip()
            for written in dict.fromkeys((whole, whole.partition("  ")[0])):
                text = " ".join(written.split())
                names = authors_in(text) or authors_in(f"By {text}")
                if names and len(text) < _LONGEST_BYLINE:
                    return names
    return ()


def meaningful(text: str) -> str:
    """A value of a property on one line, "" if it only means that there is none."""
    text = " ".join(text.split())
    return "" if _NOTHING.search(text) else text


def declared_language(root: Element) -> str:
    """The declared language of a page; "" if there is none."""
    tops = [top for top in (root, root.find("body")) if top is not None]
    said_here = (top.get(key) for top in tops for key in _LANGUAGES if top.get(key))
    return next(said_here, "").strip()


def language_of(written: str) -> str:
    """A language in the form of the front matter; English for an invalid one."""
    try:
        return language(written) if written else "en"
    except BadValueError:
        return "en"


def _linked_data(root: Element) -> dict[str, str]:
    """Headline, author and date from a page's JSON data."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        try:
            data: Any = json.loads(script.text or "")
        except ValueError:
            continue
        for item in _objects(data):
            if item.get("headline"):
                authors = item.get("author")
                authors = authors if isinstance(authors, list) else [authors]
                names = (one.get("name") if isinstance(one, dict) else one for one in authors)
                return {
                    "headline": str(item["headline"]),
                    "author": "; ".join(name for name in names if isinstance(name, str)),
                    "datePublished": str(item.get("datePublished") or ""),
                }
    return {}


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    items = data if isinstance(data, list) else [data]
    for item in items:
        if isinstance(item, dict):
            yield item
            if isinstance(item.get("@graph"), list):
                yield from (node for node in item["@graph"] if isinstance(node, dict))
