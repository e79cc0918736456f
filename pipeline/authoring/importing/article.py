"""The article of a saved web page: the part that people read, without menus, adverts and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")

_GOES_ON = frozenset("a abbr b code em i kbd q s strong sub sup u var".split())
"""Elements within words."""

_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_NEVER = frozenset(
    "svg canvas iframe object embed applet form button input select"
    " textarea nav dialog audio video map link meta base".split()
)
_BESIDE = re.compile(
    r"(?:^|[-_ ])(?:ad|ads|advert\w*|banner|breadcrumbs?|byline-social|comments?|cookies?|disqus"
    r"|footer|gdpr|masthead|menu|metabox|modal|nav|navbar|navigation|newsletter|noprint|outbrain"
    r"|pagination|paywall|popup|printfooter|promo|recirc|recommended|related|rss|share|sharedaddy"
    r"|sharing|shoutbox|sidebar|skip|social|sponsor\w*|subscribe|taboola|tags?|toolbar|widget"
    r"|mw-editsection|mw-jump-link|navbox|catlinks|toc|vector-toc)(?:$|[-_ ])",
    re.I,
)
_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "menu"}
)
_ARTICLES = (
    "//*[@itemprop='articleBody']",
    "//article",
    "//main//article",
    "//*[@role='article']",
    "//main",
    "//*[@role='main']",
)
_FURNITURE = frozenset("nav header footer aside article main".split())
_WRITERS = re.compile(r"LibreOffice|OpenOffice|Microsoft Word|Word\.Document|pandoc", re.I)
"""Programs whose pages are documents."""

_TEXT = frozenset({"p", "pre", "blockquote", "td", "li", "dd", "figcaption"})
_UNDER = frozenset({"p", "ul", "ol", "table", "blockquote", "pre", "figure", "dl"})
SHORT = 25
"""Characters of a paragraph that says nothing about where the article is."""


SCATTERED, GATHERED = 0.4, 0.7
"""The minimum share of a page's text in the densest element to be the article; and the share of its
parent that is used otherwise."""


def words(element: Element) -> list[str]:
    """The words of an element."""
    return " ".join(t for t in element.itertext() if isinstance(t, str)).split()


def line(element: Element) -> str:
    """The text of a heading; its words go on in what is emphasised or raised."""
    parts = [element.text or ""]
    for inner in element:
        gap = "" if inner.tag in _GOES_ON else " "
        said = line(inner) if isinstance(inner.tag, str) else ""
        parts += (gap, said, gap, inner.tail or "")
    return "".join(parts)


def length(element: Element) -> int:
    """The characters of an element, without white space that is folded."""
    return len(" ".join(words(element)))


def links(element: Element) -> int:
    """The characters of its links."""
    return sum(length(link) for link in element.iter("a"))


def strip(root: Element) -> Iterator[Element]:
    """Remove elements of a page that never belong to an article, and return those that contained
    text."""
    for element in [*root.iter()]:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            drop(element)
    for element in [*root.iter()]:
        tag = element.tag
        is_of_pages = tag == "div" and element.get("title") in ("header", "footer")  # LibreOffice's
        if tag not in ("html", "body") and (tag in _NEVER or _is_hidden(element) or is_of_pages):
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
        or (words(element) and (_named(element) or _is_menu(element)))
        for element in body.iter("*")
    )


def find(root: Element) -> Element:
    """The element with the article; the whole page if none stands out."""
    body = root.find("body")
    page = root if body is None else body
    whole = max(1, length(page))
    for path in _ARTICLES:
        found = [e for e in root.xpath(path) if length(e) > 200]
        if len(found) == 1 and length(found[0]) > 0.25 * whole:
            return found[0]
        if len(found) > 1:
            largest = max(found, key=length)
            if length(largest) > 0.6 * sum(map(length, found)):
                return largest
    return _densest(page)


def _densest(page: Element) -> Element:
    """The element with the most text in paragraphs, as Readability finds it."""
    scores: dict[Element, float] = {}
    held: dict[Element, float] = {}
    for element in page.iter(*_TEXT):
        text = " ".join(words(element))
        if len(text) < SHORT or (element.tag == "li" and links(element) > 0.5 * len(text)):
            continue
        score = 1 + text.count(",") + min(len(text) / 100, 3)
        for above in element.iterancestors():
            held[above] = held.get(above, 0) + score
        above = element.getparent()
        for share in (1.0, 0.5, 0.25):
            if above is None or above.tag in ("html",):
                break
            scores[above] = scores.get(above, 0) + score * share
            above = above.getparent()
    if not scores:
        return page
    best = max(scores, key=lambda e: scores[e] * (1 - links(e) / max(1, length(e))))
    # An element with several parts of the article is better than one of its parts.
    above = best.getparent()
    while above is not None and above.tag not in ("html", "body"):
        if length(above) > 3 * length(best) or scores.get(above, 0) < 0.6 * scores[best]:
            break
        if links(above) > 0.35 * max(1, length(above)):
            break
        best, above = above, above.getparent()
    if held.get(best, 0) < SCATTERED * held[page]:  # its parts are all over the page
        for above in best.iterancestors():
            if held[above] >= GATHERED * held[page] and links(above) < 0.35 * length(above):
                return above
    return best


def beside(chosen: Element) -> Iterator[Element]:
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
        if _is_beside(element):
            if words(element):
                yield element
            drop(element)


def _is_beside(element: Element) -> bool:
    tag = element.tag
    if tag in ("footer", "aside") and element.get("role") != "doc-footnote":
        return "epub" not in "".join(map(str, element.keys())) and not _is_note(element)
    if tag in ("p", "li", "td", "tr", "th", "a", "span", "em", "strong", "code", "pre", "figure"):
        if tag not in ("span", "a", "li", "p") or not _named(element):
            return False
        return length(element) < 200
    if not _named(element):
        return tag in ("ul", "div") and _is_menu(element)
    size = length(element)
    paragraphs = sum(1 for p in element.iter("p") if length(p) > 80)
    return paragraphs < 3 or links(element) > 0.5 * max(1, size)


def _is_note(element: Element) -> bool:
    return bool(re.search(r"note", f"{element.get('class') or ''} {element.get('role') or ''}"))


def _named(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_BESIDE.search(names[:500]))


def _is_menu(element: Element) -> bool:
    """Return whether an element contains only links, three or more, which do not make a
    paragraph."""
    found = list(element.iter("a"))
    size = length(element)
    if (
        len(found) < 3
        or size > 1500
        or any(e.tag in _UNDER for e in element.iter() if e is not element)
    ):
        return False
    return links(element) > 0.8 * max(1, size)
