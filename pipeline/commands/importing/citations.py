"""Links, citations, bibliographies and index marks of word processors and pages."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from pipeline import model
from pipeline.commands.importing.draft import INDEXED, NODE_SENTINEL, Draft, count, tell_loss
from pipeline.commands.importing.files import parse_xml
from pipeline.model import NO_ATTRIBUTES, Attributes, Block, Node, Note, Text
from pipeline.model.late import late
from pipeline.model.metadata import Placed
from pipeline.model.names import slug
from pipeline.model.tree import Changes, plain_text, rewrite, walk
from pipeline.parser import parse
from pipeline.parser.markup import trim

# --- link targets ----------------------------------------------------------------------------
# Links within imported text, and their target ids, in the form that a person would choose.

LABEL = late(
    r"(?<!\s)\s*+(?:table|tab\.|figure|fig\.|tabelle|abbildung|abb\.|tableau|tabla|tabela|figura"
    r"|listing)"
    r"\s*+\d{1,3}(?:\.\d{1,3})?\s*+[.:–—-]?\s*+",
    re.IGNORECASE,
)
"""The word and number before a caption."""


def strip_label(text: str) -> str:
    """A text without the label that it begins with."""
    label = LABEL.match(text)
    return text[label.end() :] if label else text


_PREFIXES = {"figure": "fig-", "table": "tbl-", "listing": "lst-"}
"""The prefixes of ids for captioned elements."""

N = TypeVar("N", bound=Node)


class _Links:
    """The ids that nodes get, and the changes of nodes with ids and of links. ``names`` are the new
    ids by the old ones, ``numbered`` the new ones of elements with numbers."""

    def __init__(self, nodes: Sequence[Node], tell: Callable[[str], None]) -> None:
        self._tell = tell
        headings = [node for node in nodes if isinstance(node, model.Heading)]
        self._from_headings = Counter(slug(plain_text(node.children)) for node in headings)
        self._explicit = Counter(node.attributes.id for node in nodes)
        self._targets = {node.target for node in nodes if isinstance(node, model.CrossReference)}
        self.names = {name: name for name in (*self._explicit, *self._from_headings)}
        self.numbered: set[str] = set()
        for node in nodes:
            old = node.attributes.id
            if old and isinstance(node, model.Heading):
                self._name_heading(old, slug(plain_text(node.children)))
            elif old and (kind := model.CAPTIONED.get(type(node))) and (caption := node.caption):  # type: ignore[attr-defined]
                self._name_captioned(old, plain_text(caption), _PREFIXES[kind])

    def _name_heading(self, old: str, name: str) -> None:
        is_only = self._from_headings[name] == 1 and self._explicit[name] == (old == name)
        if name and is_only and old not in self._targets:
            self.names[old] = name

    def _name_captioned(self, old: str, caption: str, prefix: str) -> None:
        name = old
        if not old.startswith(prefix):
            stem, number = slug(caption)[:40].strip("-") or old, 2
            name = f"{prefix}{stem}"
            while self._explicit[name] or name in self.numbered:
                name, number = f"{prefix}{stem}-{number}", number + 1
            self.names[old] = name
        self.numbered.add(name)

    def name(self, node: N) -> N:
        """A node with its new id; a heading gets its own, which is not written."""
        name = self.names.get(node.attributes.id, "")
        is_heading = isinstance(node, model.Heading) and name in self._from_headings
        if is_heading and node.attributes.id not in self._targets:
            name = ""
        attributes = replace(node.attributes, id=name)
        return replace(
            node, attributes=NO_ATTRIBUTES if attributes == NO_ATTRIBUTES else attributes
        )

    def lead(self, node: model.Link) -> Node | tuple[Node, ...]:
        if not node.href.startswith("#"):
            return node
        name, text = self.names.get(node.href[1:], ""), plain_text(node.children).strip()
        if not name:
            self._tell(f"The link “{text[:60]}” leads nowhere in the source; its text is kept.")
            return node.children
        if name in self.numbered and LABEL.fullmatch(text):
            return model.CrossReference(target=name)
        if name in self.numbered and text.isdecimal():
            return model.CrossReference(target=name, form="number")
        return replace(node, href=f"#{name}")

    def refer(self, node: model.CrossReference) -> Node:
        return replace(node, target=self.names.get(node.target, node.target))


def with_targets(
    parts: tuple[tuple[Block, ...], tuple[Note, ...]], tell: Callable[[str], None]
) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Blocks and notes with links to such ids: headings have their own, and elements with captions
    ids derived from those. A link whose text is only the number becomes a cross-reference, and a
    broken one text."""
    nodes = [*walk((*parts[0], *parts[1]))]
    links = _Links(nodes, tell)
    changes: Changes = {
        **dict.fromkeys({type(node) for node in nodes if node.attributes.id}, links.name),
        model.Link: links.lead,
        model.CrossReference: links.refer,
    }
    return rewrite(parts[0], leave=changes), rewrite(parts[1], leave=changes)


# --- citations -------------------------------------------------------------------------------
# Citations, bibliographies and index marks, which word processors keep in fields: each leaves a
# placeholder in the text, which is replaced by its node at the end.

MARKED = late(f"{NODE_SENTINEL}([0-9]{{1,6}}){NODE_SENTINEL}")
"""The pattern of such a mark."""

_DATA = "CSL_CITATION"
_ENDNOTE = "EN.CITE"
_BIBLIOGRAPHIES = ("ZOTERO_BIBL", "CSL_BIBLIOGRAPHY", "EN.REFLIST")
_SWITCH = late(r'\\(\w)\s*(?:"([^"]*)"|([^\s\\"]+))?')
_SEE = late(r"^\W*(?:see|siehe|voir|véase|ver)(?: also)?\s+", re.IGNORECASE)
_B = "{http://schemas.openxmlformats.org/officeDocument/2006/bibliography}"

_KINDS = {
    "Book": "book", "BookSection": "chapter", "JournalArticle": "article-journal",
    "ArticleInAPeriodical": "article-magazine", "ConferenceProceedings": "paper-conference",
    "Report": "report", "InternetSite": "webpage", "DocumentFromInternetSite": "webpage",
    "Film": "motion_picture", "Interview": "interview", "Case": "legal_case", "Patent": "patent",
    "article": "article-journal", "book": "book", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "journal": "article-journal", "phdthesis": "thesis",
    "mastersthesis": "thesis", "techreport": "report", "www": "webpage",
    "Journal Article": "article-journal", "Electronic Article": "article-journal",
    "Magazine Article": "article-magazine", "Newspaper Article": "article-newspaper",
    "Edited Book": "book", "Electronic Book": "book", "Book Section": "chapter",
    "Conference Proceedings": "paper-conference", "Conference Paper": "paper-conference",
    "Thesis": "thesis", "Web Page": "webpage", "Film or Broadcast": "motion_picture",
}  # fmt: skip
"""The kinds of works of Word, LibreOffice and EndNote, in the words of CSL."""

_FIELDS = {
    "Title": "title", "City": "publisher-place", "Publisher": "publisher", "Volume": "volume",
    "JournalName": "container-title", "PeriodicalTitle": "container-title", "Issue": "issue",
    "BookTitle": "container-title", "ConferenceName": "container-title", "Pages": "page",
    "InternetSiteTitle": "container-title", "Edition": "edition", "URL": "URL", "DOI": "DOI",
    "Institution": "publisher", "Medium": "medium", "title": "title", "address":
    "publisher-place", "publisher": "publisher", "volume": "volume", "journal": "container-title",
    "booktitle": "container-title", "number": "issue", "pages": "page", "edition": "edition",
    "url": "URL", "institution": "publisher", "school": "publisher",
    "titles/title": "title", "titles/secondary-title": "container-title",
    "pub-location": "publisher-place", "isbn": "ISBN",
    "electronic-resource-num": "DOI", "urls/related-urls/url": "URL",
}  # fmt: skip


class Marks:
    """The nodes for placeholders. ``works`` are the cited ones, by their keys, as CSL data;
    ``sources`` are the works that Word knows, by their tags."""

    def __init__(self, sources: Iterable[Element] = ()) -> None:
        self.nodes: list[Node] = []
        self.works: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, str] = {}
        self._sources = {element.findtext(f"{_B}Tag") or "": element for element in sources}

    def field(self, instruction: str, data: str = "") -> str:
        """The placeholder for the content of a field, which may have ``data``; nothing if it is not
        one of these."""
        name = instruction.split(None, 1)[0].upper() if instruction.strip() else ""
        if _DATA in instruction:
            return self._citation_of_data(instruction.partition(_DATA)[2])
        if _ENDNOTE in instruction:
            return self._citation_of_endnote(instruction.partition(_ENDNOTE)[2].strip() or data)
        if name == "BIBLIOGRAPHY" or any(program in instruction for program in _BIBLIOGRAPHIES):
            return self._add(model.Bibliography()) if self.works else ""
        if name == "INDEX":
            has_marks = any("index" in node.attributes.classes for node in self.nodes)
            return self._add(model.Index()) if has_marks else ""
        if name == "CITATION":
            return self._citation_of_tags(instruction)
        if name == "XE":
            return self._entry(instruction)
        return ""

    def index(self, path: Iterable[str], see: str = "") -> str:
        """The mark of an index entry below others."""
        levels = (re.sub(r"([!;])", r"\\\1", " ".join(level.split())) for level in path)
        entry = "!".join(level for level in levels if level)
        if not entry:
            return ""
        pairs = (("entry", entry), ("see", see)) if see else (("entry", entry),)
        attributes = Attributes(classes=("index",), pairs=pairs)
        return self._add(model.InlineElement(name="span", attributes=attributes))

    def work(self, fields: dict[str, str]) -> str:
        """The mark of a citation of a work, by the fields that LibreOffice has of it."""
        people = re.split(r" and |;", fields.get("author", ""))
        authors = [{"literal": name.strip()} for name in people if name.strip()]
        kind, year = fields.get("bibliography-type", ""), fields.get("year", "")
        data = _data_of_fields(kind, fields, year, {"author": authors})
        is_known = data.get("title") and "\\" not in fields.get("identifier", "")
        return self._cite([(self._key(data), {})]) if is_known else ""

    def _add(self, node: Node) -> str:
        self.nodes.append(node)
        return f"{NODE_SENTINEL}{len(self.nodes) - 1}{NODE_SENTINEL}"

    def _entry(self, instruction: str) -> str:
        match = re.match(r'\s*+XE\s++["“]?((?:\\.|[^"\\])*+)', instruction, re.I)
        switches = {key: a or b for key, a, b in _SWITCH.findall(instruction)}
        see = _SEE.sub("", switches.get("t", ""))
        path = re.split(r"(?<!\\):", match[1]) if match else ()
        return self.index((level.replace("\\", "") for level in path), see)

    def _citation_of_data(self, instruction: str) -> str:
        """The citation of Zotero or Mendeley, with the data of the cited work."""
        try:
            data, _ = json.JSONDecoder().raw_decode(instruction, instruction.index("{"))
            items = [item for item in data["citationItems"] if item.get("itemData")]
        except (ValueError, KeyError, TypeError, AttributeError):
            return ""
        return self._cite([(self._key(item["itemData"]), item) for item in items])

    def _citation_of_endnote(self, instruction: str) -> str:
        """The citation of EndNote, with the records of the cited works."""
        try:
            root = parse_xml(instruction.strip("\0 \n").encode())
        except (etree.XMLSyntaxError, ValueError):
            return ""
        items = []
        for cite in root.iter("Cite"):
            record = cite.find("record")
            if record is None:
                return ""
            keys = {"Pages": "locator", "Prefix": "prefix", "Suffix": "suffix"}
            more: dict[str, Any] = {key: _text(cite, tag) for tag, key in keys.items()}
            more["suppress-author"] = cite.get("ExcludeAuth") == "1"
            items.append((self._key(_data_of_record(record)), more))
        return self._cite(items)

    def _citation_of_tags(self, instruction: str) -> str:
        """The citation of Word, which names works by their tags."""
        items = []
        for part in re.split(r"\\m\s+", instruction.partition("CITATION")[2].strip()):
            tag = part.split(None, 1)[0] if part else ""
            if tag not in self._sources:
                return ""
            switches = {key: a or b for key, a, b in _SWITCH.findall(part)}
            more = {
                "locator": switches.get("p", ""), "prefix": switches.get("f", ""),
                "suffix": switches.get("s", ""), "suppress-author": "n" in switches,
            }  # fmt: skip
            items.append((self._key(_data_of_source(self._sources[tag])), more))
        return self._cite(items)

    def _cite(self, items: list[tuple[str, dict[str, Any]]]) -> str:
        if not items:
            return ""
        source = "[" + "; ".join(_write_citation(key, item) for key, item in items) + "]"
        citations = [n for n in walk(parse(source).blocks) if isinstance(n, model.Citation)]
        if len(citations) != 1 or citations[0].source != source:
            source = "[" + "; ".join(f"@{key}" for key, _ in items) + "]"
            citations = [n for n in walk(parse(source).blocks) if isinstance(n, model.Citation)]
        return self._add(replace(citations[0], span=None))

    def _key(self, data: dict[str, Any]) -> str:
        """The key of a work: who made it, and when."""
        record = json.dumps(data, sort_keys=True)
        if record not in self._keys:
            people: Any = next((data[k] for k in ("author", "editor") if data.get(k)), ({},))
            name = people[0].get("family") or people[0].get("literal") or data.get("title") or ""
            parts = (data.get("issued") or {}).get("date-parts") or [[""]]
            stem = slug(str(name).split(",")[0])[:24].strip("-") or "work"
            stem = f"{stem}{parts[0][0] if parts[0] else ''}"
            key, number = stem, 1
            while key in self.works:
                number += 1
                key = f"{stem}-{number}"
            self._keys[record] = key
            self.works[key] = {**data, "id": key}
        return self._keys[record]


def _write_citation(key: str, item: dict[str, Any]) -> str:
    """A citation of one work as it is written."""
    sign = "-@" if item.get("suppress-author") else "@"
    prefix, suffix = (_bare(item.get(name)) for name in ("prefix", "suffix"))
    locator = _bare(item.get("locator"))
    label = str(item.get("label") or "page")
    place = "" if not locator else f", {locator}" if label == "page" else f", {label} {locator}"
    after = "" if not suffix else suffix if suffix.startswith(",") else f", {suffix}"
    return f"{prefix} {sign}{key}{place}{after}".strip()


def _bare(text: object) -> str:
    return " ".join(re.sub(r"[\[\];@<>*_`\\{}]", " ", str(text or "")).split())


def _data_of_source(source: Element) -> dict[str, Any]:
    """The data of a work as Word keeps it."""

    def text_of(tag: str) -> str:
        return (source.findtext(f"{_B}{tag}") or "").strip()

    people: dict[str, list[dict[str, str]]] = {}
    for role, name in (("Author", "author"), ("Editor", "editor"), ("Translator", "translator")):
        people[name] = []
        for person in source.iterfind(f"{_B}Author/{_B}{role}/{_B}NameList/{_B}Person"):
            last, *first = (person.findtext(f"{_B}{n}") or "" for n in ("Last", "First", "Middle"))
            people[name].append({"family": last, "given": " ".join(first).strip()})
        if corporate := source.findtext(f"{_B}Author/{_B}{role}/{_B}Corporate"):
            people[name].append({"literal": corporate})
    fields = {e.tag.removeprefix(_B): e.text or "" for e in source}
    return _data_of_fields(text_of("SourceType"), fields, text_of("Year"), people)


def _text(element: Element, path: str) -> str:
    inner = element.find(path)
    return "" if inner is None else " ".join("".join(map(str, inner.itertext())).split())


def _data_of_record(record: Element) -> dict[str, Any]:
    """The data of a work as EndNote keeps it."""
    kind = record.find("ref-type")
    fields = {path: _text(record, path) for path in _FIELDS if path[0].islower()}
    people: dict[str, list[dict[str, str]]] = {"author": [], "editor": []}
    for path, role in (("authors", "author"), ("secondary-authors", "editor")):
        for person in record.iterfind(f"contributors/{path}/author"):
            family, _, first_names = "".join(map(str, person.itertext())).partition(",")
            whole = {"literal": family.strip()}
            named = {"family": family.strip(), "given": first_names.strip()}
            people[role].append(named if first_names.strip() else whole)
    name = "" if kind is None else kind.get("name") or ""
    return _data_of_fields(name, fields, _text(record, "dates/year"), people)


def _data_of_fields(
    kind: str, fields: dict[str, str], year: str, people: dict[str, list[dict[str, str]]]
) -> dict[str, Any]:
    """The data of a work that a program stores in named fields, with its year and its people."""
    values = {_FIELDS[key]: text.strip() for key, text in fields.items() if key in _FIELDS}
    issued = {"date-parts": [[int(year)]]} if year.isdecimal() else None
    given = {key: value for key, value in {**values, **people, "issued": issued}.items() if value}
    return {"type": _KINDS.get(kind, "document"), **given}


def with_marks(draft: Draft, marks: Marks, name: str, stem: str) -> Draft:
    """A draft with placeholders replaced by their nodes, and a file of the works cited."""
    if not marks.nodes:
        return draft
    entries = {node.attributes.get("entry").casefold() for node in marks.nodes}
    nodes = tuple(_settle_entry(node, entries) for node in marks.nodes)
    changes: Changes = {
        Text: lambda node: tuple(_parts(node, nodes)),
        model.Paragraph: lambda node: _split_at_marks(node, nodes),
        model.Plain: lambda node: _split_at_marks(node, nodes),
    }
    unmarked: Changes = {Text: lambda node: replace(node, text=MARKED.sub("", node.text))}
    notes = rewrite(rewrite(draft.notes, leave=changes), leave=unmarked)
    numbers = count(nodes, ())  # type: ignore[arg-type]
    counts = {**draft.counts, **{row: numbers[row] for row in ("citations", INDEXED)}}
    counts["paragraphs"] = counts.get("paragraphs", 0) - sum(map(_is_block, nodes))
    blocks = rewrite(rewrite(draft.blocks, leave=changes), leave=unmarked)
    draft = replace(draft, blocks=blocks, notes=notes, counts=counts)
    if numbers[INDEXED] and not any(isinstance(node, model.Index) for node in nodes):
        message = "It has index marks but no index: editions will have one at the end."
        hint = "Remove the marks, `[]{.index …}`, if you do not want one."
        draft = replace(draft, findings=(*draft.findings, tell_loss(message, name, hint)))
    if not marks.works:
        return draft
    name = f"{slug(stem) or 'works'}.references.json"
    data = json.dumps([*marks.works.values()], ensure_ascii=False, indent=1) + "\n"
    return replace(
        draft,
        metadata=replace(draft.metadata, bibliography=(Placed(name),)),
        images={**draft.images, name: data.encode()},
    )


def _settle_entry(node: Node, entries: set[str]) -> Node:
    """A node, which refers to another index entry only if that exists."""
    attributes = node.attributes
    is_known = attributes.get("see").casefold() in entries
    return node if is_known else replace(node, attributes=attributes.without({"see"}))


def _is_block(node: Node) -> bool:
    return isinstance(node, model.Bibliography | model.Index)


def _parts(node: Text, nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The text with the nodes within a line that it has marks of; marks of blocks stay."""
    for at, part in enumerate(MARKED.split(node.text)):
        node_here = nodes[int(part)] if at % 2 and int(part) < len(nodes) else None
        if node_here is not None and _is_block(node_here):
            yield Text(text=f"{NODE_SENTINEL}{part}{NODE_SENTINEL}")
        elif node_here is not None:
            yield node_here
        elif part and not at % 2:
            yield replace(node, text=part)


def _split_at_marks(
    node: model.Paragraph | model.Plain, nodes: tuple[Node, ...]
) -> tuple[Node, ...]:
    """A paragraph; blocks that it has marks of stand after it."""
    marks = [n for n in node.children if isinstance(n, Text) and MARKED.fullmatch(n.text)]
    rest = trim(n for n in node.children if n not in marks)
    kept = (replace(node, children=rest),) if rest or not marks else ()
    return (*kept, *(nodes[int(mark.text.strip(NODE_SENTINEL))] for mark in marks))
