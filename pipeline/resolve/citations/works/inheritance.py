"""BibTeX's ``crossref`` and ``xdata``: fields that an entry has from another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.resolve.citations.works.bibtex import Entry

_PARTS = frozenset(
    "inbook incollection inproceedings conference suppbook suppcollection bookinbook"
    " inreference".split()
)
_NEVER = frozenset(
    "crossref ids label entryset options shorttitle subtitle title titleaddon xdata author".split()
)


def inherited(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries with the fields that they have from others; parts have the title of the
    whole as that of their book. What is only there to be inherited from is left out."""
    by_key = {entry.key: entry for entry in entries}
    for entry in entries:
        if entry.kind == "xdata":
            continue
        fields = dict(entry.fields)
        for key in [k.strip() for k in entry.fields.get("xdata", "").split(",") if k.strip()]:
            if key in by_key:
                fields = {**by_key[key].fields, **fields}
        parent = by_key.get(entry.fields.get("crossref", "").strip())
        if parent is not None and parent is not entry:
            for name, value in parent.fields.items():
                if name not in _NEVER:
                    fields.setdefault(name, value)
            if entry.kind in _PARTS and "title" in parent.fields:
                fields.setdefault("booktitle", parent.fields["title"])
                if "subtitle" in parent.fields:
                    fields.setdefault("booksubtitle", parent.fields["subtitle"])
        yield entry._replace(fields=fields)
