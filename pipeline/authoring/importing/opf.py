"""The metadata in an e-book's package: Dublin Core, with refinements, or in the form of EPUB 2."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from pipeline.authoring.importing.page_metadata import language_of
from pipeline.model.metadata import Contributor, Metadata
from pipeline.model.metadata.parts import Series, Subject
from pipeline.parser.frontmatter.roles import MARC

_DC = "{http://purl.org/dc/elements/1.1/}"
OPF = "{http://www.idpf.org/2007/opf}"
_SCHEMES = {
    "BISAC": "BISAC",
    "Thema": "Thema",
    "http://id.loc.gov/authorities/classification": "LCC",
}


class OpfPackage:
    """The elements of a package document, and their refinements."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._refined: dict[str, dict[str, str]] = {}
        self._said: dict[str, str] = {}
        for meta in root.iter(f"{OPF}meta"):
            key = meta.get("property") or meta.get("name") or ""
            text = " ".join((meta.text or meta.get("content") or "").split())
            if refined := (meta.get("refines") or "").removeprefix("#"):
                self._refined.setdefault(refined, {}).setdefault(key, text)
            else:
                self._said.setdefault(key, text)

    def metadata(self) -> Metadata:
        """The metadata, as the front matter has them."""
        titles = [(self.refined(e, "title-type"), text) for e, text in self._all("title")]
        main = next((text for kind, text in titles if kind in ("", "main")), "")
        date = re.match(r"\d{4}(?:-\d{2}){0,2}", self._first("date"))
        authors, others = self._people()
        return Metadata(
            title=main or (titles[0][1] if titles else ""),
            subtitle=next((text for kind, text in titles if kind == "subtitle"), ""),
            short_title=next((text for kind, text in titles if kind == "short"), ""),
            edition_statement=next((text for kind, text in titles if kind == "edition"), ""),
            authors=authors,
            contributors=others,
            lang=language_of(self._first("language")),
            date=date[0] if date else "",
            publisher=self._first("publisher"),
            rights=self._first("rights"),
            description=re.sub(r"<[^<>]{1,200}>", "", self._first("description")),
            keywords=tuple(text for e, text in self._all("subject") if not self._subject(e, text)),
            subjects=tuple(
                subject for e, text in self._all("subject") if (subject := self._subject(e, text))
            ),
            series=self._series(),
        )

    def identifiers(self) -> list[str]:
        """The identifiers that people know: numbers of shops and libraries."""
        found = (text for _, text in self._all("identifier"))
        return [text for text in found if re.search(r"isbn|doi|^97[89]", text, re.IGNORECASE)]

    def cover(self) -> str:
        """The path of the cover's image, from the package's folder."""
        named = self._said.get("cover", "")
        for item in self._root.iter(f"{OPF}item"):
            is_cover = "cover-image" in (item.get("properties") or "").split()
            if is_cover or (named and item.get("id") == named):
                return item.get("href") or ""
        return ""

    def refined(self, element: Element, name: str) -> str:
        """The refinement of an element, or the value of its EPUB 2 attribute."""
        found = self._refined.get(element.get("id") or "", {}).get(name, "")
        return found or element.get(f"{OPF}{name}") or ""

    def _all(self, tag: str) -> list[tuple[Element, str]]:
        found = ((e, " ".join((e.text or "").split())) for e in self._root.iter(f"{_DC}{tag}"))
        return [(element, text) for element, text in found if text]

    def _first(self, tag: str) -> str:
        found = self._all(tag)
        return found[0][1] if found else ""

    def _people(self) -> tuple[tuple[Contributor, ...], tuple[Contributor, ...]]:
        """The authors, and the other people."""
        found: list[list[Contributor]] = [[], []]
        for number, tag in enumerate(("creator", "contributor")):
            for element, name in self._all(tag):
                role = self.refined(element, "role")
                role = role if role in MARC else "aut" if tag == "creator" else ""
                if not role or role == "bkp":  # a program
                    continue
                sort_name = self.refined(element, "file-as")
                first, _, last = name.rpartition(" ")
                if sort_name in (name, f"{last}, {first}"):  # as anybody would sort it
                    sort_name = ""
                found[number or role != "aut"].append(
                    Contributor(name=name, role=role, sort_name=sort_name)
                )
        return tuple(found[0]), tuple(found[1])

    def _subject(self, element: Element, text: str) -> Subject | None:
        scheme, code = self.refined(element, "authority"), self.refined(element, "term")
        scheme = _SCHEMES.get(scheme, "")
        name = "" if text == code else text
        return Subject(scheme=scheme, code=code, name=name) if scheme and code else None

    def _series(self) -> Series | None:
        for meta in self._root.iter(f"{OPF}meta"):
            if meta.get("property") == "belongs-to-collection" and (meta.text or "").strip():
                position = self.refined(meta, "group-position")
                name = " ".join((meta.text or "").split())
                return Series(name=name, position=_number(position))
        if name := self._said.get("calibre:series", ""):
            return Series(name=name, position=_number(self._said.get("calibre:series_index", "")))
        return None


def _number(text: str) -> str:
    found = re.fullmatch(r"(\d{1,4}(?:\.\d{1,4})?)", text)
    return re.sub(r"\.0+$", "", found[1]) if found else ""
