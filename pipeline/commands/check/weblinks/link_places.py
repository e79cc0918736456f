"""The web links of a source, looked up to find broken ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urldefrag

import msgspec

from pipeline.commands.check.weblinks import LinkAnswer, look_up
from pipeline.driver import resolved_for
from pipeline.flow.steps import parse
from pipeline.flow.values import Options, request_for
from pipeline.model import Document, Link
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span, in_order
from pipeline.model.editions import EDITIONS
from pipeline.model.tree import top_level, walk_spans
from pipeline.system.paths import scheme, shown_name


class _Place(NamedTuple):
    """The position of a link; without a span, if it is not directly in the source."""

    address: str
    span: Span | None


class LinkReport(msgspec.Struct, frozen=True):
    """The findings, the number of ``addresses``, and those ``withheld`` because their servers
    exclude programs."""

    diagnostics: tuple[Diagnostic, ...] = ()
    addresses: int = 0
    withheld: tuple[str, ...] = ()


def check_links(source: Path) -> LinkReport:
    """Look up all addresses on the web that any edition of ``source`` has."""
    document, name = parse(source), shown_name(str(source))
    errors = tuple(finding for finding in document.diagnostics if finding.is_error)
    places = tuple(dict.fromkeys(_places(source, document)))
    answers = look_up(place.address for place in places)
    problems = [
        problem
        for place in places
        if (problem := _problem(place, answers[urldefrag(place.address).url], name))
    ]
    left_out = [name for name, answer in answers.items() if answer.outcome == "forbidden"]
    return LinkReport(in_order((*errors, *problems)), len(answers), tuple(left_out))


def _places(source: Path, document: Document) -> Iterator[_Place]:
    """All links of all editions, in order, because a link in one may be missing from another."""
    request = request_for(source, document, Options())
    for edition in EDITIONS.values():
        resolved = resolved_for(request, edition).document
        for node, span in walk_spans(top_level(resolved)):
            if isinstance(node, Link) and scheme(node.href) in ("http", "https"):
                yield _Place(node.href, resolved.place(span))


def _problem(place: _Place, answer: LinkAnswer, source: str) -> Diagnostic | None:
    shown = f"`{place.address}`"
    match answer.outcome:
        case "there" | "forbidden":
            return None
        case "moved":
            code, message = Code.MOVED_LINK, f"{shown} has moved permanently."
            fragment = urldefrag(place.address).fragment
            hint = f"Write `{answer.to}{'#' + fragment if fragment else ''}`."
        case "gone":
            code, message = Code.DEAD_LINK, f"{shown} {answer.reason}: there is no such page."
            hint = "Look for its new address, or link to another source."
        case _:
            code, message = Code.UNREACHABLE_LINK, f"{shown} {answer.reason}."
            hint = "Follow the link yourself: it may work in a browser."
    return diagnostic(code, message, span=place.span, source=source, hint=hint)
