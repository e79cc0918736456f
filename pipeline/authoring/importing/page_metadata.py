"""The metadata of a web page: in its `meta` elements, JSON-LD, and headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import _Element as Element

from pipeline.authoring.importing.article import line, words
from pipeline.authoring.importing.vocabulary import words_for
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.words import folded
from pipeline.parser.frontmatter.identifiers import BadValueError
from pipeline.parser.frontmatter.languages import language

TITLE = "document-title"
"""The class of the heading that is the title of all."""


_LANGUAGES = ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang")


def metadata_of(root: Element, *, whole_page: bool = False) -> tuple[Metadata, str]:
    """The metadata of a page, and its address, "" if unknown. A ``whole_page`` has its first
    heading as title."""
    said: dict[str, str] = {}
    creators: list[str] = []
    for meta in root.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if key and (content := " ".join((meta.get("content") or "").split())):
            said.setdefault(key, content)
            if key in ("dcterms.creator", "dc.creator"):
                creators.append(content)
    linked = _linked_data(root)
    title = said.get("og:title") or linked.get("headline") or said.get("twitter:title") or ""
    if not title:
        found = root.find(".//title")
        heads = [e for e in root.iter("h1") if words(e)]
        heads = [e for e in heads if e.get("class") == TITLE] or heads
        above = [e for e in heads if folded(" ".join(words(e))) in words_for("head", "kicker")]
        if heads and len(above) == len(heads):  # which only say what part of a paper it is in
            heads = [e for e in root.iter("h2") if words(e)][:1] or heads
            for element in above if heads[0].tag == "h2" else ():
                element.tag = "p"
        title = " ".join(words(found)) if found is not None else ""
        head = " ".join(line(heads[0]).split()) if len(heads) == 1 else ""
        begins = "".join(words(root)).startswith("".join(head.split()))
        if head and (begins or not whole_page):
            is_better = head in title or heads[0].tag == "h2"
            title = head if not title or is_better else title
    author = linked.get("author") or said.get("author") or said.get("article:author") or ""
    if author.startswith(("http://", "https://", "@")):
        author = ""
    dates = ("article:published_time", "", "date", "dcterms.date", "dc.date")
    found_dates = (said.get(key) if key else linked.get("datePublished") for key in dates)
    published = next(filter(None, found_dates), "")
    date = re.match(r"\d{4}-\d{2}-\d{2}", published)
    description = said.get("og:description") or said.get("description") or ""
    names = creators or [name.strip() for name in re.split(r"[,;]| and ", author)]
    canonical = root.xpath("//link[@rel='canonical']/@href")
    address = said.get("og:url") or (canonical[0] if canonical else "")
    metadata = Metadata(
        title=" ".join(title.split()),
        authors=tuple(Contributor(name=found) for found in names[:6] if 0 < len(found) < 60),
        lang=language_of(declared_language(root)),
        date=date[0] if date else "",
        description=description,
        publisher=said.get("dcterms.publisher") or said.get("dc.publisher") or "",
    )
    return metadata, address if address.startswith(("http://", "https://")) else ""


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
        for found in _objects(data):
            if found.get("headline"):
                author = found.get("author")
                author = author[0] if isinstance(author, list) and author else author
                name = author.get("name") if isinstance(author, dict) else author
                return {
                    "headline": str(found["headline"]),
                    "author": name if isinstance(name, str) else "",
                    "datePublished": str(found.get("datePublished") or ""),
                }
    return {}


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    items = data if isinstance(data, list) else [data]
    for item in items:
        if isinstance(item, dict):
            yield item
            if isinstance(item.get("@graph"), list):
                yield from (one for one in item["@graph"] if isinstance(one, dict))
