"""The cases of the official CSL suite, if the variable ``CHAPBOOK_CSL_SUITE`` names their folder:
``processor-tests/humans`` of https://github.com/citation-style-language/test-suite.

``csl_suite.txt`` lists the cases that pass, and only grows: `--accept` adds to it. Results are
compared as text: white space, tags and the shape of quotation marks aside.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.features.citations.citation_places import positions
from pipeline.features.citations.csl.style import Cite, Locator
from pipeline.features.citations.csl_references import mark_tags
from pipeline.model import CitationItem
from tests.helpers.citing import Style, read_works, style_of
from tests.helpers.paths import TESTS
from tests.helpers.trees import plain_text

SUITE = os.environ.get("CHAPBOOK_CSL_SUITE", "")
PASSING = TESTS / "features" / "csl_suite.txt"

_SECTION = re.compile(r">>=+ *([A-Z-]+) *=+(?:>>)?\n(.*?)<<=+ *\1 *=+(?:<<)?", re.S)
_POSITIONS = (
    frozenset[str](),
    frozenset({"subsequent"}),
    frozenset({"subsequent", "ibid"}),
    frozenset({"subsequent", "ibid", "ibid-with-locator"}),
)

Cites = list[Cite]


class Case(NamedTuple):
    """A case by its sections."""

    mode: str
    csl: str
    works: str
    citations: list[Any]
    citation_items: list[Any]
    result: str


def read(path: Path) -> Case:
    sections = dict(_SECTION.findall(path.read_text("utf-8-sig").replace("\r\n", "\n")))
    return Case(
        mode=sections["MODE"].strip(),
        csl=sections["CSL"].strip(),
        works=sections["INPUT"],
        citations=json.loads(sections.get("CITATIONS", "[]")),
        citation_items=json.loads(sections.get("CITATION-ITEMS", "[]")),
        result=sections["RESULT"],
    )


def result(case: Case) -> str:
    """The citations or entries that the processor makes of a case, one on each line."""
    works = read_works(_with_ids(case.works), "input.json").by_key
    read_style = style_of(case.csl)
    clusters = list(_clusters(case, list(works), read_style.near))
    cited = dict.fromkeys(cite.key for cites in clusters for cite in cites)
    style = Style(read_style, [works[key] for key in (cited if case.citations else works)])
    processor = style.processor
    if case.mode == "bibliography":
        texts = [f"{entry.label} {entry.text}" for entry in processor.entries()]
    else:
        write = processor.note if read_style.is_note else processor.cite
        texts = [write(cluster) for cluster in clusters]
    return "\n".join(plain_text(style.inlines(text)) for text in texts)


def _with_ids(works: str) -> bytes:
    """The works of a case, with an id where it needs none; of those with the same, the last."""
    data = [{"id": f"item-{number}", **work} for number, work in enumerate(json.loads(works))]
    return json.dumps(list({work["id"]: work for work in data}.values())).encode()


def _clusters(case: Case, keys: list[str], near: int) -> Iterator[Cites]:
    """The citations of a case: those of a document, some that stand alone, or one of all works."""
    if case.citations:
        yield from _document(case.citations, near)
        return
    for items in case.citation_items or [[{"id": key} for key in keys]]:
        yield [_cite(data, _position(data), int(data.get("note", 0))) for data in items]


def _document(citations: list[Any], near: int) -> Iterator[Cites]:
    """The citations of a document in their final order. Each of those given was inserted between
    others, or took the place of an earlier one."""
    by_id = {}
    order: list[str] = []
    for citation, before, after in citations:
        by_id[citation["citationID"]] = citation
        order = [name for name, _ in before] + [citation["citationID"]] + [n for n, _ in after]
    works = [by_id[name]["citationItems"] for name in order]
    notes = [by_id[name].get("properties", {}).get("noteIndex", 0) for name in order]
    items = [[_item(data) for data in cluster] for cluster in works]
    first_notes: dict[str, int] = {}
    where = positions(list(zip(items, notes, strict=True)), near)
    for cluster, note, position in zip(works, notes, where, strict=True):
        yield [
            _cite(data, at, first_notes.get(str(data["id"]), 0))
            for data, at in zip(cluster, position, strict=True)
        ]
        for data in cluster:
            first_notes.setdefault(str(data["id"]), note)


def _item(data: dict[str, Any]) -> CitationItem:
    return CitationItem(
        key=str(data["id"]),
        label=data.get("label", "").replace(" ", "-"),
        locator=str(data.get("locator", "")),
    )


def _cite(data: dict[str, Any], position: frozenset[str], first_note: int) -> Cite:
    item = _item(data)
    return Cite(
        key=item.key,
        prefix=mark_tags(data.get("prefix", "").strip()),
        suffix=mark_tags(data.get("suffix", "").rstrip()),
        locator=Locator(item.label or "page", item.locator) if item.locator else None,
        suppress_author=bool(data.get("suppress-author")),
        position=position,
        first_note=first_note,
    )


def _position(data: dict[str, Any]) -> frozenset[str]:
    near = frozenset({"near-note"}) if data.get("near-note") else frozenset[str]()
    return _POSITIONS[int(data.get("position", 0))] | near


def comparable(text: str) -> str:
    """Text without white space, tags, and the shape of quotation marks."""
    text = re.sub(r"(?m)^(?:>>|\.\.)\[\d+\]", "", text)
    text = html.unescape(re.sub(r"</?[a-z][^<>]*>", "", text))
    text = re.sub("[“”„«»‹›]|''", '"', text)
    text = re.sub("[‘’‚]", "'", text).replace('"', "'")
    return re.sub(r"\s+", "", text)


def passes(path: Path) -> bool:
    case = read(path)
    return comparable(result(case)) == comparable(case.result)


@pytest.mark.skipif(not SUITE, reason="CHAPBOOK_CSL_SUITE does not name the suite's folder")
def test_cases_that_pass(accept: bool) -> None:
    paths = sorted(Path(SUITE).glob("*.txt"))
    assert paths, f"there are no cases in {SUITE}"
    passing = {path.stem for path in paths if passes(path)}
    before = set(PASSING.read_text("utf-8").split())
    if accept:
        PASSING.write_text("".join(f"{name}\n" for name in sorted(before | passing)), "utf-8")
    assert not {path.stem for path in paths} & before - passing
