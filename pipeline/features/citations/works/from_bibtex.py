"""From BibTeX's and BibLaTeX's entries to references, as CSL has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pipeline.features.citations.csl import cases
from pipeline.features.citations.csl import text_marks as marks
from pipeline.features.citations.csl.csl_data import Date, Name, Reference
from pipeline.features.citations.works.bibtex import BibtexEntry
from pipeline.features.citations.works.bibtex_names import read_names
from pipeline.features.citations.works.dates import edtf, year_and_month
from pipeline.features.citations.works.from_csl import CSL_KINDS
from pipeline.features.citations.works.latex_text import plain_text, to_text
from pipeline.model.diagnostics import Span
from pipeline.model.late import late
from pipeline.model.words.writing_conventions import tags_by_name

_KINDS = {
    "article": "article-journal", "newspaper": "article-newspaper",
    "newspaperarticle": "article-newspaper", "magazine": "article-magazine", "artwork": "graphic",
    "audio": "song", "blog": "post-weblog", "bookinbook": "chapter", "booklet": "pamphlet",
    "collection": "book", "commentary": "legislation", "conference": "paper-conference",
    "constitution": "legislation", "convention": "treaty", "electronic": "webpage",
    "film": "motion_picture", "image": "graphic", "inbook": "chapter", "incollection": "chapter",
    "inproceedings": "paper-conference", "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case", "law": "legislation", "lecture": "speech", "legal": "legislation",
    "letter": "personal_communication", "manual": "report", "mastersthesis": "thesis",
    "movie": "motion_picture", "music": "song", "mvbook": "book", "mvcollection": "book",
    "mvproceedings": "book", "mvreference": "book", "online": "webpage", "periodical": "periodical",
    "phdthesis": "thesis", "podcast": "broadcast", "presentation": "speech", "proceedings": "book",
    "reference": "book", "suppbook": "chapter", "suppcollection": "chapter",
    "suppperiodical": "article-journal", "techreport": "report", "unpublished": "manuscript",
    "video": "motion_picture", "website": "webpage", "www": "webpage", "misc": "document",
}  # fmt: skip
_GENRES = {
    "phdthesis": "phd_thesis",
    "mastersthesis": "masters_thesis",
    "mathesis": "masters_thesis",
}
"""Kinds of theses, and the words for them."""
_NAMES = {
    "author": "author", "editor": "editor", "translator": "translator",
    "bookauthor": "container-author", "director": "director", "interviewer": "interviewer",
    "interviewee": "author", "illustrator": "illustrator", "composer": "composer",
    "performer": "performer", "producer": "producer", "recipient": "recipient",
    "reviewedauthor": "reviewed-author", "serieseditor": "collection-editor", "guest": "guest",
    "host": "host", "compiler": "compiler", "chair": "chair", "narrator": "narrator",
    "scriptwriter": "script-writer", "contributor": "contributor",
}  # fmt: skip
_EDITOR_TYPES = {
    "compiler": "compiler", "director": "director", "producer": "producer",
    "interviewer": "interviewer", "translator": "translator", "organizer": "organizer",
}  # fmt: skip
_AND = late(r"(?<!\s)\s++and\s++|[{}]")
_VALUES = {
    "abstract": "abstract", "annote": "annote", "annotation": "annote", "isbn": "ISBN",
    "issn": "ISSN", "pmid": "PMID", "pmcid": "PMCID", "shorttitle": "title-short",
    "edition": "edition", "volume": "volume", "volumes": "number-of-volumes",
    "pagetotal": "number-of-pages", "chapter": "chapter-number", "version": "version",
    "venue": "event-place", "eventtitle": "event-title", "library": "call-number",
    "pubstate": "status", "origtitle": "original-title", "origpublisher": "original-publisher",
    "origlocation": "original-publisher-place", "part": "part-number", "medium": "medium",
    "jurisdiction": "jurisdiction", "authority": "authority", "section": "section",
    "references": "references", "scale": "scale", "dimensions": "dimensions",
    "archive": "archive", "archivelocation": "archive_location", "label": "citation-label",
    "shortjournal": "container-title-short", "source": "source",
}  # fmt: skip
_DATES = {
    "urldate": "accessed", "eventdate": "event-date", "origdate": "original-date",
    "submitted": "submitted",
}  # fmt: skip
_WITH_ISSUES = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_WITH_COLLECTION_NUMBERS = frozenset({"book", "chapter", "paper-conference", "pamphlet"})
_ARTICLES = {"newspaper": "article-newspaper", "magazine": "article-magazine"}

Word = Callable[[str], str]
"""Gives a word that is put on the page, by its key, in the document's language."""


def to_reference(entry: BibtexEntry, file: str, word: Word) -> Reference:
    fields = entry.fields
    language = language_code(plain_text(fields.get("langid") or fields.get("language", "")))
    kind = _kind(entry)
    is_known = entry.kind in _KINDS or entry.kind in CSL_KINDS
    values = _values(fields, kind, entry, word)
    for variable, title in _titles(fields, kind).items():
        if title:
            text = to_text(title, protects=True)
            is_own = variable in ("title", "volume-title") or "booktitle" in fields
            lowers = is_own and variable != "collection-title" and language[:2] in ("", "en")
            values[variable] = sentence_case(text) if lowers else text
    names = _names(fields)
    dates = _dates(fields)
    return Reference(
        key=entry.key,
        kind=kind,
        values={
            **({"language": language} if language else {}),
            **{k: marks.value(v) if k not in _BARE else v for k, v in values.items() if v},
        },
        names={variable: people for variable, people in names.items() if people},
        dates=dates,
        span=Span(entry.place.line, entry.place.column, file=file),
        doubt=""
        if is_known
        else f"There is no entry type `@{entry.kind}`; the work gets the general format.",
    )


_BARE = frozenset({"URL", "DOI", "PMID", "PMCID", "ISBN", "ISSN"})
"""Fields that are not text, and are kept as they are."""


def _kind(entry: BibtexEntry) -> str:
    fields = entry.fields
    kind = _KINDS.get(entry.kind) or (entry.kind if entry.kind in CSL_KINDS else "document")
    subtype = plain_text(fields.get("entrysubtype", "")).lower()
    if kind == "article-journal":
        return _ARTICLES.get(subtype, kind)
    if subtype in CSL_KINDS or subtype in _KINDS:
        return _KINDS.get(subtype, subtype)
    if kind == "document" and _address(fields) and not fields.get("publisher"):
        return "webpage"
    return kind


def _titles(fields: Mapping[str, str], kind: str) -> dict[str, str]:
    """The titles by variable, still in LaTeX."""

    def joined(title: str, subtitle: str, addition: str = "") -> str:
        text = fields.get(title, "").strip()
        if text and (below := fields.get(subtitle, "").strip()):
            text += below if text.endswith(("?", "!")) else f": {below}"
            text = text.replace("?" + below, "? " + below).replace("!" + below, "! " + below)
        if text and addition and fields.get(addition):
            text += f". {fields[addition].strip()}"
        return text

    journal = joined("journaltitle", "journalsubtitle") or fields.get("journal", "")
    container = joined("booktitle", "booksubtitle", "booktitleaddon") or journal
    title = joined("title", "subtitle", "titleaddon")
    main = joined("maintitle", "mainsubtitle")
    if main and kind == "book":
        return {"volume-title": title, "title": main}
    return {
        "title": title,
        "container-title": container or fields.get("websitetitle", "") or fields.get("website", ""),
        "collection-title": fields.get("series", "") or (main if kind == "chapter" else ""),
    }


def _values(fields: Mapping[str, str], kind: str, entry: BibtexEntry, word: Word) -> dict[str, str]:
    values = {v: to_text(fields[f], protects=True) for f, v in _VALUES.items() if f in fields}
    values["URL"] = _address(fields)
    values["DOI"] = re.sub(
        r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", _raw(fields.get("doi", ""))
    )
    if values["DOI"] and "doi.org/" in values["URL"]:
        values["URL"] = ""
    values["page"] = re.sub(r"(?<!\s)\s*+(?:--+|–|—)\s*+", "-", plain_text(fields.get("pages", "")))
    places = ("location", "address")
    values["publisher-place"] = next(
        (_listed(fields[name]) for name in places if fields.get(name)), ""
    )
    houses = ("publisher", "institution", "school", "organization", "howpublished")
    published = [_listed(fields[name]) for name in houses if fields.get(name)]
    values["publisher"] = next((p for p in published if "://" not in p), "")
    values["note"] = ". ".join(
        to_text(fields[name]) for name in ("note", "addendum") if fields.get(name)
    )
    if not values["URL"] and (match := re.search(r"https?://\S+", values["note"])):
        values["URL"], values["note"] = match[0].rstrip(".,"), ""
    number = to_text(fields.get("number") or fields.get("issue", ""))
    if kind in _WITH_ISSUES:
        values["issue"] = number
        values["number"] = to_text(fields.get("eid", "")) if not values["page"] else ""
    elif kind in _WITH_COLLECTION_NUMBERS:
        values["collection-number"] = number
    else:
        values["number"] = number
    genre = _GENRES.get(entry.kind, "")
    label = plain_text(fields.get("type", ""))
    values["genre"] = word(_GENRES[label]) if label in _GENRES else to_text(fields.get("type", ""))
    values["genre"] = values["genre"] or (word(genre) if genre else "")
    if fields.get("eprint"):
        _add_preprint(values, fields)
    return values


def _add_preprint(values: dict[str, str], fields: Mapping[str, str]) -> None:
    """The address of a work in an archive of preprints."""
    eprint = _raw(fields["eprint"])
    where = plain_text(fields.get("eprinttype") or fields.get("archiveprefix", "")).lower()
    starts = {
        "arxiv": "https://arxiv.org/abs/",
        "pubmed": "https://pubmed.ncbi.nlm.nih.gov/",
        "hdl": "https://hdl.handle.net/",
        "jstor": "https://www.jstor.org/stable/",
    }
    if where in starts and not values["URL"] and not values["DOI"]:
        values["URL"] = starts[where] + eprint


def _listed(latex: str) -> str:
    """A list of places or publishers, separated by ``and``."""
    parts, depth, start = [], 0, 0
    for match in _AND.finditer(latex):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth <= 0 and match[0] not in "{}":
            parts.append(latex[start : match.start()])
            start = match.end()
    return "; ".join(to_text(part) for part in (*parts, latex[start:]))


def _raw(latex: str) -> str:
    """An address or an identifier, whose characters have no special meaning."""
    text = re.sub(r"\\url\s*\{([^{}]*)\}", r"\1", latex.strip())
    text = re.sub(r"\\([_%&#$~{}])", r"\1", text).replace("{", "").replace("}", "")
    return re.sub(r"\s+", "", text)


def _address(fields: Mapping[str, str]) -> str:
    for name in ("url", "howpublished"):
        if "://" in fields.get(name, "") or (name == "url" and fields.get(name)):
            match = re.search(r"https?://\S+", _raw(fields[name]))
            return match[0] if match else _raw(fields[name])
    return ""


def _names(fields: Mapping[str, str]) -> dict[str, tuple[Name, ...]]:
    names: dict[str, tuple[Name, ...]] = {}
    for name, variable in _NAMES.items():
        if fields.get(name):
            if name == "editor":
                variable = _EDITOR_TYPES.get(fields.get("editortype", "").strip().lower(), variable)
            names.setdefault(variable, read_names(fields[name]))
    for letter in "abc":  # BibLaTeX's further editors, each with a role
        role = fields.get(f"editor{letter}type", "").strip().lower()
        if role in _EDITOR_TYPES and fields.get(f"editor{letter}"):
            names.setdefault(_EDITOR_TYPES[role], read_names(fields[f"editor{letter}"]))
    return names


def _dates(fields: Mapping[str, str]) -> dict[str, Date]:
    dates: dict[str, Date] = {}
    issued = edtf(plain_text(fields["date"])) if fields.get("date") else None
    if issued is None and fields.get("date"):
        issued = Date(literal=plain_text(fields["date"]))
    if issued is None:
        parts = (plain_text(fields.get(name, "")) for name in ("year", "month", "day"))
        issued = year_and_month(*parts)
    if issued is not None:
        dates["issued"] = issued
    for name, variable in _DATES.items():
        if fields.get(name) and (date := edtf(plain_text(fields[name]))):
            dates[variable] = date
    return dates


_SMALL = frozenset(
    "a an and as at but by for from in into nor of off on onto or over per so than the to up via"
    " with vs about after against among before between during through under upon without".split()
)
_BEGINS = late(r"[:?!.]\s")
"""Characters after which a sentence begins."""

_WORD = late(r"[^\W\d_][\w'’]*")

_LANGUAGES = {
    "american": "en-US", "british": "en-GB", "ukenglish": "en-GB", "usenglish": "en-US",
    "ngerman": "de", "austrian": "de-AT", "naustrian": "de-AT", "norsk": "nb", "norwegian": "nb",
    "portuges": "pt", "brazil": "pt-BR", "brazilian": "pt-BR",
}  # fmt: skip


def language_code(name: str) -> str:
    """The tag of a language by its name in LaTeX, or the tag that is written; else ""."""
    name = name.strip()
    if tag := _LANGUAGES.get(name.lower()) or tags_by_name().get(name.lower()):
        return tag
    return name.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([-_]\w+)*", name) else ""


def sentence_case(title: str) -> str:
    """An English title in title case in sentence case, but for braces: styles can restore it."""
    if not _is_headline(title):
        return title
    lowered = cases.outside(title, lambda part: _WORD.sub(lambda m: _lowered(m[0]), part))

    def recased(match: re.Match[str]) -> str:
        was_small = title[match.end() - 1 : match.end()].islower()  # as in “Proc. of”
        begins = not match.start() or (_BEGINS.search(match[0]) and not was_small)
        return match[0].upper() if begins else match[0]

    return re.sub(r"^\W*+\w|(?<!\W)\W++\w", recased, lowered)


def _lowered(word: str) -> str:
    return word.lower() if (len(word) == 1 and word != "I") or word[1:].islower() else word


def _is_headline(title: str) -> bool:
    """Return whether nearly all words that could be in lower case are capitalised. Two words are
    enough (“Food Chains”), but a single one after a small word may be a name (“Slavery in Qatar”).
    """
    words = _WORD.findall(marks.plain(title))
    telling = [w for w in words[1:] if w.lower() not in _SMALL and not w.isupper() and len(w) > 3]
    capital = sum(1 for word in telling if word[0].isupper())
    least = 2 if any(word.lower() in _SMALL for word in words) else 1
    return len(telling) >= least and capital >= 0.75 * len(telling)
