"""The article of a saved web page, without menus, adverts, and what is left over of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from re import Pattern

from lxml.etree import XPath
from lxml.etree import _Element as Element

from pipeline.commands.importing.draft import tell_loss
from pipeline.commands.importing.interviews import phrase, words_for, written_words
from pipeline.commands.importing.lines import CopiedLine
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.late import late
from pipeline.model.words import fold_word

# --- leftovers -------------------------------------------------------------------------------
# Leftovers around a text copied from a web page: menus, share links, adverts, counters, readers'
# comments, lists of other pages.

_KINDS = {
    "menu": "it belongs to a menu",
    "share": "it is for sharing the page",
    "page": "it belongs to the page, not to the text",
    "begins": "it belongs to the page, not to the text",
    "comments": "readers' comments begin here",
    "related": "other pages are listed here",
}
_END_OF_MENU = late(r"\s{0,3}[|›»>/·•]\s{0,3}")
_BY_A_READER = late(
    r"\b(?:says|said|wrote|reply|replied|sagt|schrieb|antworten|dit|répondre|dice|responder)\b"
    r"|\b(?:required|logged in|website)\b|\d{4}.{1,6}\d{1,2}[:.]\d{2}",
    re.IGNORECASE,
)
_BY_WORD = ("menu", "share", "page")
_LONGEST_FURNITURE = 60
"""The maximum number of words of a line that may belong to the page and not to its text."""

_LONG = 25
"""The number of words from which a line is a paragraph, whatever it begins with."""


def without_leftovers(
    lines: list[CopiedLine], name: str
) -> tuple[list[CopiedLine], list[Diagnostic]]:
    """The lines that belong to the text, and messages about the others."""
    kinds: dict[int, str] = {}
    for at, line in enumerate(lines):
        kind = _kind(line.text)
        if kind:
            kinds[at] = kind
    total = sum(len(line.text.split()) for line in lines)
    before = 0
    for at, line in enumerate(lines):
        before += len(line.text.split())
        if kinds.get(at) == "comments" and before > 0.4 * total and _readers(lines[at:]):
            kinds.update(dict.fromkeys(range(at, len(lines)), "comments"))
            break
    _fill(lines, kinds)
    _add_lines_above(lines, kinds)
    kept = [line for at, line in enumerate(lines) if at not in kinds]
    if not any(line.text.strip() for line in kept):
        return lines, []
    return kept, [*_omissions(lines, kinds, name)]


def _kind(text: str) -> str:
    """The kind of a line that is not part of the text; "" for all others."""
    line = text.strip(" \t•·*|–—→←»«")
    plain = fold_word(re.sub(r"\(?\d[\d.,]*\s?(?:[kKmM]\b)?\)?", " ", line))
    if not line or len(line.split()) > _LONGEST_FURNITURE:
        return ""
    words = line.split()
    for kind in ("comments", "related"):
        if plain in words_for("leftovers", kind) or (
            kind == "comments"
            and len(words) < 20
            and re.match(r"\d+\s", line)
            and (match := phrase("leftovers", kind).search(line))
            and match.start() < 8
        ):
            return kind
    for kind in _BY_WORD:
        if plain in words_for("leftovers", kind) and len(line) < 60:
            return kind
    parts = [part for part in _END_OF_MENU.split(line) if part]
    if len(parts) > 1 and len(line.split()) < 30:
        known = [
            p for p in parts if any(fold_word(p) in words_for("leftovers", k) for k in _BY_WORD)
        ]
        if len(known) > len(parts) / 2 or (fold_word(parts[0]) in words_for("leftovers", "menu")):
            return "menu"
    if len(words) > 1 and all(fold_word(w) in words_for("leftovers", "share") for w in words):
        return "share"
    if len(words) < _LONGEST_FURNITURE and text.strip().lower().startswith(
        written_words("leftovers", "begins")
    ):
        return "begins"
    is_arrow = re.search(r"\s[»→›]$", text.rstrip()) and len(words) < 15
    return "menu" if is_arrow else ""


def _readers(lines: list[CopiedLine]) -> bool:
    """Return whether the following text looks like readers' comments, or a comment form."""
    said_first = lines[0].text.split()
    if len(said_first) > 2 or len(lines) < 2:  # "Leave a Reply", "3 thoughts on …"
        return True
    near = " ".join(line.text for line in lines[1:40])
    return bool(_BY_A_READER.search(near))


def _fill(lines: list[CopiedLine], kinds: dict[int, str]) -> None:
    """Add the short lines between those of a menu, and those after the heading of a list of other
    pages."""
    texts = [at for at, line in enumerate(lines) if line.text.strip()]
    places = {at: number for number, at in enumerate(texts)}
    menus = [at for at in texts if kinds.get(at) == "menu"]
    for first, second in itertools.pairwise(menus):
        between = texts[places[first] + 1 : places[second]]
        if len(between) <= 8 and all(_is_short(lines[at].text) for at in between):
            kinds.update(dict.fromkeys(between, "menu"))
    last = max((at for at in texts if at not in kinds and _ends(lines[at].text)), default=0)
    for at in [at for at in texts if kinds.get(at) == "related"]:
        following = texts[places[at] + 1 : places[at] + 13]
        for after, beyond in itertools.zip_longest(following, following[1:]):
            words = lines[after].text.split()
            if (
                len(words) > _LONG
                or _ends(lines[after].text)
                or (at < last and re.search(r"[!?”\"]$", lines[after].text.strip()))
                or (after in kinds and kinds[after] != "related")
                or (beyond is not None and _is_paragraph(lines[beyond].text))
            ):
                break
            kinds[after] = "related"


def _add_lines_above(lines: list[CopiedLine], kinds: dict[int, str]) -> None:
    """Add the short lines above a menu, such as the name of a site, if a title comes below it."""
    texts = [at for at, line in enumerate(lines) if line.text.strip()]
    first = next((n for n, at in enumerate(texts) if len(lines[at].text.split()) > _LONG), 20)
    top = texts[: min(first, 20)]
    menus = [n for n, at in enumerate(top) if kinds.get(at) == "menu"]
    below = [at for at in top[menus[-1] + 1 :] if at not in kinds] if menus else []
    if not below or not 2 < len(lines[below[0]].text.split()) <= _LONG:
        return
    for at in top[: menus[-1]]:
        if at not in kinds and len(lines[at].text.split()) < 9:
            kinds[at] = "menu"


def _ends(text: str) -> bool:
    """Return whether a line ends like a sentence, not like a title."""
    return bool(re.search(r"[.…][”\"]?$", text.strip()))


def _is_paragraph(text: str) -> bool:
    return len(text.split()) > 12 and bool(re.search(r"[.!?…”\"]$", text.strip()))


def _is_short(text: str) -> bool:
    return len(text.split()) <= 3 and not re.search(r"[.!?…:]$", text.strip())


def _omissions(lines: list[CopiedLine], kinds: dict[int, str], name: str) -> Iterator[Diagnostic]:
    """A finding for each run of lines that is left out."""
    run: list[CopiedLine] = []
    before = ""
    for at, line in enumerate([*lines, CopiedLine("", 0)]):
        kind = kinds.get(at, "")
        if not line.text.strip() and line.number:
            continue
        if run and kind != before:
            yield _finding(run, before, name)
            run = []
        if kind:
            run.append(line)
        before = kind


def _finding(run: list[CopiedLine], kind: str, name: str) -> Diagnostic:
    words = " ".join(line.text.strip() for line in run).split()
    shown = " ".join(words[:8]) + ("…" if len(words) > 8 else "")
    count = "1 word" if len(words) == 1 else f"{len(words)} words"
    message = f"“{shown}” ({count}) is left out: {_KINDS[kind]}."
    first = run[0]
    column = len(first.text) - len(first.text.lstrip()) + 1
    return tell_loss(message, name, span=Span(first.number, column))


# --- article ---------------------------------------------------------------------------------

HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")

_GOES_ON = frozenset("a abbr b code em i kbd q s strong sub sup u var".split())
"""Elements within words."""

_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_NEVER = frozenset(
    "svg canvas iframe object embed applet form button input select"
    " textarea nav dialog audio video map link meta base".split()
)
_ACCESSORY = late(
    r"(?:^|[-_ ])(?:ad|ads|advert\w*|banner|breadcrumbs?|byline-social|comments?|cookies?|disqus"
    r"|footer|gdpr|masthead|menu|metabox|modal|nav|navbar|navigation|newsletter|noprint|outbrain"
    r"|pagination|paywall|popup|printfooter|promo|recirc|recommended|(?:jp-)?related\w*|rss|share"
    r"|sharedaddy|sharing|shoutbox|sidebar|skip|social|sponsor\w*|subscribe|taboola|tags?|toolbar|widget"
    r"|mw-editsection|mw-jump-link|navbox|catlinks|toc|vector-toc)(?:$|[-_ ])",
    re.I,
)
_READERS = late(
    r"(?:^|[-_ ])(?:comments?|comment-?list|disqus\w*|carousel|swiper)(?:$|[-_ ])", re.I
)
"""Names of what is beside an article however long it is: readers' texts, and rows of teasers."""

_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "menu"}
)
_WRAPPERS = frozenset({"form", "div", "section", "main", "article"})
"""Elements that may contain a whole page, even if they are hidden until a script has run."""

_FURNITURE = frozenset("nav header footer aside article main".split())
_WRITERS = late(r"LibreOffice|OpenOffice|Microsoft Word|Word\.Document|pandoc", re.I)
"""Programs whose pages are documents."""

_OUTSIDE = frozenset("a header footer aside".split())
_LEGAL = late(
    r"©|\bcopyright\b|all rights reserved|licen[sc]ed under|privacy policy"
    r"|terms of (?:use|service)|\bcookies?\b",
    re.IGNORECASE,
)
_UNDIVIDED = frozenset("p table tbody tr ul ol dl blockquote pre".split())
"""Elements that are one piece of an article."""

_LONG_TEXTS = XPath(".//text()[string-length() > 80][not(ancestor::a)]")

_UNDER = frozenset({"p", "ul", "ol", "table", "blockquote", "pre", "figure", "dl"})
PICTURE = 50
"""The characters that an image counts as."""

SMALLEST_SHARE = 0.6
"""The share of a page's text that is in its article, at least."""

MIXED = 1.3
"""Characters around a part of an article, for each of them that is text, at most."""

NEARLY_ALL = 0.75
"""The share of a page's text that is in an element around its article, at least."""

FEWEST_WORDS = 50
"""The fewest words of an article, if its page has many more."""


def words(element: Element) -> list[str]:
    """The words of an element."""
    return " ".join(t for t in element.itertext() if isinstance(t, str)).split()


def line(element: Element) -> str:
    """The text of a heading; its words go on in what is emphasised or raised."""
    parts = [element.text or ""]
    for inner in element:
        gap = "" if inner.tag in _GOES_ON else " "
        text = line(inner) if isinstance(inner.tag, str) else ""
        parts += (gap, text, gap, inner.tail or "")
    return "".join(parts)


def length(element: Element) -> int:
    """The characters of an element, without white space that is folded."""
    return len(" ".join(words(element)))


def links(element: Element) -> int:
    """The characters of its links."""
    return sum(length(link) for link in element.iter("a"))


def strip(root: Element) -> Iterator[Element]:
    """Remove elements of a page that never belong to an article, and return those that contained
    text. Those with nearly all of the text remain, as ordinary ones."""
    for element in [*root.iter()]:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            drop(element)
    body = root.find("body")
    most = NEARLY_ALL * length(root if body is None else body)
    for element in [*root.iter("aside", "header")]:
        if length(element) > most:
            element.tag = "div"
    for element in [*root.iter()]:
        tag = element.tag
        is_of_pages = tag == "div" and element.get("title") in ("header", "footer")  # LibreOffice's
        if tag in ("html", "body") or not (tag in _NEVER or _is_hidden(element) or is_of_pages):
            continue
        if tag in _WRAPPERS and length(element) > most:
            element.tag = "div" if tag in _NEVER else tag
            continue
        if words(element):
            yield element
        drop(element)


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return element.find(".//math") is None
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("role") in _ROLES or bool(
        re.search(r"display:none|visibility:hidden", style)
    )


def drop(element: Element) -> None:
    """Take an element out of its page, and leave the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def is_document(root: Element) -> bool:
    """Return whether a page is all text: a word processor made it, or it has no furniture."""
    made_by = (meta.get("content") or "" for meta in root.iter("meta"))
    if any(map(_WRITERS.match, made_by)):
        return True
    body = root.find("body")
    return body is not None and not any(
        element.tag in _FURNITURE
        or element.get("role") in _ROLES
        or (words(element) and (_is_named(element) or _is_menu(element)))
        for element in body.iter("*")
    )


def find(root: Element) -> Element:
    """The element with the article: the innermost that has most of the text of the page, with what
    stands around it if that is text too."""
    body = root.find("body")
    page = article = root if body is None else body
    weights = _weights(page)
    least = SMALLEST_SHARE * weights.get(page, 0)
    while parts := [
        e
        for e in article
        if weights.get(e, 0) >= least > 0
        and (e.tag not in _UNDIVIDED or any(weights.get(cell, 0) >= least for cell in e.iter("td")))
    ]:
        article = parts[0]
    above = article.getparent()
    while article is not page and above is not None and above is not page:
        if length(above) - length(article) > MIXED * (weights[above] - weights[article]):
            break
        article, above = above, above.getparent()
    return article


def _weights(page: Element) -> dict[Element, int]:
    """The characters of text in each element, without links, menus, and what is beside an article;
    images count as text."""
    weights: dict[Element, int] = {}
    outside: set[Element] = set()
    for element in page.iter("*"):
        above = element.getparent()
        is_outside = element is not page and (element.tag in _OUTSIDE or _is_accessory(element))
        if above in outside or is_outside:
            outside.add(element)
            continue
        weight = 0
        if element.tag == "img":
            weight = PICTURE
        elif element.tag not in _GOES_ON:
            text = " ".join(_direct_text(element).split())
            if not _LEGAL.search(text):
                weight = len(text)
        for holder in (element, *element.iterancestors()) if weight else ():
            weights[holder] = weights.get(holder, 0) + weight
    return weights


def _direct_text(element: Element) -> str:
    """The text of an element that is in no block in it, and in no link."""
    parts = [element.text or ""]
    for inner in element:
        if inner.tag in _GOES_ON and inner.tag != "a":
            parts.append(_direct_text(inner))
        parts.append(inner.tail or "")
    return "".join(parts)


def accessories(chosen: Element) -> Iterator[Element]:
    """The elements with text on a page that are outside the article."""
    for element in (chosen, *chosen.iterancestors()):
        above = element.getparent()
        if above is None or element.tag == "body":
            return
        yield from (other for other in above if other is not element and words(other))


def clean(article: Element) -> Iterator[Element]:
    """Remove asides from an article: lists of links, elements with such classes, headers and
    footers of the page. Those that contained text are returned."""
    for element in [*article.iter()]:
        if element is article or not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _is_accessory(element):
            if words(element):
                yield element
            drop(element)


def _is_accessory(element: Element) -> bool:
    tag = element.tag
    if tag in ("footer", "aside") and element.get("role") != "doc-footnote":
        is_note = "note" in f"{element.get('class') or ''} {element.get('role') or ''}"
        return "epub" not in "".join(map(str, element.keys())) and not is_note
    if is_beside(element):
        return True
    if tag in ("p", "li", "td", "tr", "th", "a", "span", "em", "strong", "code", "pre", "figure"):
        if tag not in ("span", "a", "li", "p") or not _is_named(element):
            return False
        return length(element) < 200
    if not _is_named(element):
        return tag in ("ul", "div") and _is_menu(element)
    size = length(element)
    return len(_LONG_TEXTS(element)) < 3 or links(element) > 0.5 * max(1, size)


def is_beside(element: Element) -> bool:
    """Return whether an element is not of an article, however long it is."""
    return (
        element.tag in ("div", "section", "ul", "ol", "li")
        and _is_named(element, _READERS)
        and element.find(".//h1") is None
    )


def _is_named(element: Element, names: Pattern[str] = _ACCESSORY) -> bool:
    return bool(names.search(f"{element.get('class') or ''} {element.get('id') or ''}"[:500]))


def _is_menu(element: Element) -> bool:
    """Return whether an element contains only links, three or more, which do not make a
    paragraph."""
    anchors = list(element.iter("a"))
    size = length(element)
    if (
        len(anchors) < 3
        or size > 1500
        or any(e.tag in _UNDER for e in element.iter() if e is not element)
    ):
        return False
    return links(element) > 0.8 * max(1, size)
