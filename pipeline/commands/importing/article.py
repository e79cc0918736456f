"""The article of a saved web page: the part that people read, without menus, adverts and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from pipeline.model.late import late

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
    r"|pagination|paywall|popup|printfooter|promo|recirc|recommended|related|rss|share|sharedaddy"
    r"|sharing|shoutbox|sidebar|skip|social|sponsor\w*|subscribe|taboola|tags?|toolbar|widget"
    r"|mw-editsection|mw-jump-link|navbox|catlinks|toc|vector-toc)(?:$|[-_ ])",
    re.I,
)
_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "menu"}
)
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

_UNDER = frozenset({"p", "ul", "ol", "table", "blockquote", "pre", "figure", "dl"})
PICTURE = 50
"""The characters that an image counts as."""

MOST = 0.6
"""The share of a page's text that is in its article, at least."""

MIXED = 1.3
"""Characters around a part of an article, for each of them that is text, at most."""


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
    """The element with the article: the innermost that has most of the text of the page, with what
    stands around it if that is text too."""
    body = root.find("body")
    page = article = root if body is None else body
    weights = _weights(page)
    least = MOST * weights.get(page, 0)
    while parts := [
        e for e in article if weights.get(e, 0) >= least > 0 and e.tag not in _UNDIVIDED
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
    if tag in ("p", "li", "td", "tr", "th", "a", "span", "em", "strong", "code", "pre", "figure"):
        if tag not in ("span", "a", "li", "p") or not _named(element):
            return False
        return length(element) < 200
    if not _named(element):
        return tag in ("ul", "div") and _is_menu(element)
    size = length(element)
    paragraphs = sum(1 for p in element.iter("p") if length(p) > 80)
    return paragraphs < 3 or links(element) > 0.5 * max(1, size)


def _named(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_ACCESSORY.search(names[:500]))


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
