"""Looks up addresses on the web: the only part that uses the network, and only on request."""

from __future__ import annotations

import contextlib
import functools
import http
import http.client
import socket
import ssl
import threading
import time
import urllib.request
import urllib.robotparser
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias
from urllib.error import URLError
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit, urlunsplit

import msgspec

from pipeline.driver import resolve_for
from pipeline.flow.steps import parse
from pipeline.flow.values import Options, request_for
from pipeline.model import Document, Link
from pipeline.model.codes import Code, diagnostic
from pipeline.model.diagnostics import Diagnostic, Span, sort_findings
from pipeline.model.editions import EDITIONS
from pipeline.model.tree import top_level, walk_spans
from pipeline.system import outputs
from pipeline.system.paths import scheme, shown_name
from pipeline.system.store import cache_folder, packages

# --- requests --------------------------------------------------------------------------------
# One request and its response: no redirects, no cookies, only http and https.

TIMEOUT = 15.0
"""Seconds without a word from the server."""

LARGEST_ANSWER = 500 * 1024
"""Bytes of an answer that are read."""

NAME = "Chapbook"
_SAFE = "!#$&'()*+,-./:;=?@[]_~%"

Method = Literal["HEAD", "GET"]


class Reply(NamedTuple):
    """``location`` is where a redirect leads, as an absolute address."""

    status: int
    location: str = ""
    body: bytes = b""


class NoReplyError(Exception):
    """Nothing came back. ``reason`` ends a sentence that begins with the address; ``final``
    where another request would end in the same way."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


def send(method: Method, address: str, timeout: float = TIMEOUT, *, read: bool = False) -> Reply:
    """Ask once. Raises `NoReplyError`."""
    headers = {"User-Agent": _agent(), "Accept": "*/*"}
    try:
        request = urllib.request.Request(address, headers=headers, method=method)
        with _opener().open(request, timeout=timeout) as response:
            location = response.headers.get("Location") or ""
            body = response.read(LARGEST_ANSWER) if read else b""
            return Reply(response.status, _resolve(address, location), body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _no_reply(error, timeout) from error


@functools.cache
def _agent() -> str:
    version = packages().get("chapbook", "")
    return f"{NAME}/{version} (checks links)" if version else f"{NAME} (checks links)"


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
    ):
        opener.add_handler(handler)
    return opener


def plain(address: str) -> str:
    """An address as it is sent: ASCII, without fragment. Raises `ValueError`."""
    parts = urlsplit(address)
    host = unquote(parts.hostname or "").encode("idna").decode()
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise ValueError(address)
    place = f"[{host}]" if ":" in host else host
    if parts.port is not None:
        place += f":{parts.port}"
    path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE)
    return urlunsplit((parts.scheme, place, path, query, ""))


def _resolve(address: str, location: str) -> str:
    """``Location`` may be relative, and its bytes are read as Latin-1."""
    if not location:
        return ""
    text = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return plain(urljoin(address, text))
    except ValueError:
        return text


def phrase(status: int) -> str:
    """A status for people: ``404 (Not Found)``."""
    try:
        return f"{status} ({http.HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _no_reply(error: Exception, timeout: float) -> NoReplyError:
    cause = error.reason if isinstance(error, URLError) else error
    match cause:
        case socket.gaierror():
            return NoReplyError("names a server that cannot be found", final=True)
        case TimeoutError():
            return NoReplyError(f"does not answer within {timeout:g} seconds", final=True)
        case ssl.SSLCertVerificationError():
            return NoReplyError("has a certificate that browsers warn about", final=True)
        case ConnectionRefusedError():
            return NoReplyError("refuses connections", final=True)
        case ValueError() if not isinstance(cause, OSError):
            return NoReplyError("is not an address that can be checked", final=True)
        case _:
            return NoReplyError("breaks off the connection", final=False)


# --- hosts -----------------------------------------------------------------------------------
# Servers, each with one request at a time and a pause after it, in accordance with ``robots.txt``
# (RFC 9309).

PAUSE = 0.5
LONGEST_PAUSE = 10.0
"""Seconds; a server may ask for more than `PAUSE`, but not for more than this."""

MOST_REDIRECTS_OF_ROBOTS = 5
"""The maximum number of redirects to a ``robots.txt``."""


class ForbiddenError(Exception):
    """The server asks programs not to visit an address."""


class Hosts:
    """All servers of one run. ``pause`` is the least time between two requests to one."""

    def __init__(self, pause: float, timeout: float) -> None:
        self._pause = pause
        self._timeout = timeout
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def ask(self, method: Method, address: str) -> Reply:
        """Ask when it is the address's turn. Raises `ForbiddenError` and `NoReplyError`."""
        with self._lock:
            host = self._hosts.setdefault(host_of(address), _Host(self._pause, self._timeout))
        with host.lock:
            return host.ask(method, address)


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


class _Host:
    def __init__(self, pause: float, timeout: float) -> None:
        self.lock = threading.Lock()
        self._pause = pause
        self._timeout = timeout
        self._next = 0.0
        self._rules: dict[str, urllib.robotparser.RobotFileParser] = {}
        self._failed: dict[str, NoReplyError] = {}

    def ask(self, method: Method, address: str) -> Reply:
        scheme, place, *_ = urlsplit(address)
        origin = f"{scheme}://{place}"
        if origin in self._failed:
            raise self._failed[origin]
        if origin not in self._rules:
            try:
                self._rules[origin] = rules = self._read_rules(origin)
            except NoReplyError as error:
                self._failed[origin] = error  # nor would any other address be answered
                raise
            wished = rules.crawl_delay(NAME)
            self._pause = max(self._pause, min(float(wished or 0), LONGEST_PAUSE))
            self._next = time.monotonic() + self._pause
        if not self._rules[origin].can_fetch(NAME, address):
            raise ForbiddenError
        return self._send(method, address)

    def _send(self, method: Method, address: str, *, read: bool = False) -> Reply:
        time.sleep(max(0.0, self._next - time.monotonic()))
        try:
            return send(method, address, self._timeout, read=read)
        finally:
            self._next = time.monotonic() + self._pause

    def _read_rules(self, origin: str) -> urllib.robotparser.RobotFileParser:
        """The server's rules for programs: none if it has no such file."""
        rules = urllib.robotparser.RobotFileParser()
        address = f"{origin}/robots.txt"
        reply = Reply(404)
        for _ in range(MOST_REDIRECTS_OF_ROBOTS):
            try:
                reply = self._send("GET", address, read=True)
            except NoReplyError as error:
                if error.final:
                    raise
                break
            if not reply.location or host_of(reply.location) != host_of(origin):
                break
            address = reply.location
        body = reply.body if reply.status == 200 else b""
        rules.parse(body.decode("utf-8", "replace").splitlines())
        return rules


# --- lookup ----------------------------------------------------------------------------------
# From addresses to results, with many servers at a time. Recent results are kept in the user's
# cache folder: good news for a day, bad news for minutes, since somebody may be fixing it.

GOOD_FOR = 24 * 60 * 60
BAD_FOR = 10 * 60
"""Seconds."""

FILE = "links.json"


class _Entry(msgspec.Struct, frozen=True):
    time: float
    answer: LinkAnswer


class LinkMemory:
    """Only an aid: if it cannot be read or written, everything is looked up again."""

    def __init__(self) -> None:
        folder = cache_folder()
        self._file = folder / FILE if folder else None
        self._entries: dict[str, _Entry] = {}
        if self._file:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                entries = msgspec.json.decode(self._file.read_bytes(), type=dict[str, _Entry])
                self._entries = {name: entry for name, entry in entries.items() if _is_fresh(entry)}

    def get(self, address: str) -> LinkAnswer | None:
        entry = self._entries.get(address)
        return entry.answer if entry else None

    def add(self, address: str, answer: LinkAnswer) -> None:
        self._entries[address] = _Entry(time.time(), answer)

    def write(self) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                outputs.write(self._file, msgspec.json.encode(self._entries))


def _is_fresh(entry: _Entry) -> bool:
    bad = entry.answer.outcome in ("gone", "unknown")
    age = time.time() - entry.time
    return 0 <= age < (BAD_FOR if bad else GOOD_FOR)


Outcome: TypeAlias = Literal["there", "moved", "gone", "unknown", "forbidden"]


class LinkAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """``moved``: the page exists, but permanently at the address ``to``. ``gone``: the server says
    that the page does not exist. ``unknown``: unclear. ``forbidden``: programs are excluded.
    ``reason`` ends a sentence that begins with the address."""

    outcome: Outcome
    reason: str = ""
    to: str = ""


# --- looking up ---------------------------------------------------------------------------


MOST_HOSTS = 8
"""The number of servers that are contacted at the same time."""

MOST_REDIRECTS = 10
PERMANENT, REDIRECTS = frozenset({301, 308}), frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
PATIENCE = frozenset({429, 503})
"""The server is overloaded, so it gets no second request."""


def look_up(
    addresses: Iterable[str], *, pause: float = PAUSE, timeout: float = TIMEOUT
) -> dict[str, LinkAnswer]:
    """The result for each address: a recent one, or a new one."""
    memory = LinkMemory()
    results: dict[str, LinkAnswer] = {}
    by_host: dict[str, list[str]] = defaultdict(list)
    distinct = dict.fromkeys(urldefrag(address).url for address in addresses)
    for address in distinct:
        known = memory.get(address)
        if known:
            results[address] = known
            continue
        try:
            by_host[host_of(plain(address))].append(address)
        except ValueError:
            results[address] = LinkAnswer("unknown", "is not an address that can be checked")
    hosts = Hosts(pause, timeout)

    def ask_all(group: list[str]) -> list[tuple[str, LinkAnswer]]:
        return [(address, look_up_address(address, hosts)) for address in group]

    pool = ThreadPoolExecutor(MOST_HOSTS)
    try:
        for answers in pool.map(ask_all, by_host.values()):
            for address, answer in answers:
                results[address] = answer
                memory.add(address, answer)
    finally:
        pool.shutdown(cancel_futures=True)
        memory.write()
    return results


def look_up_address(address: str, hosts: Hosts) -> LinkAnswer:
    """Request the head of a page, and the page if that fails: many servers answer the former
    differently, or not at all."""
    answer, sure = _follow("HEAD", address, hosts)
    return answer if sure else _follow("GET", address, hosts)[0]


def _follow(method: Method, address: str, hosts: Hosts) -> tuple[LinkAnswer, bool]:
    """The answer, and whether it is worth no second question."""
    hops: list[tuple[Reply, str]] = []
    at = plain(address)
    try:
        while True:
            reply = hosts.ask(method, at)
            hops.append((reply, at))
            if reply.status not in REDIRECTS or not reply.location:
                return _judge(hops)
            if len(hops) > MOST_REDIRECTS:
                return LinkAnswer("unknown", "redirects without end"), False
            at = reply.location
            if at != plain(at):
                raise ValueError(at)
    except ForbiddenError:
        return LinkAnswer("forbidden"), True
    except ValueError:
        return LinkAnswer("unknown", f"redirects to {at}, which cannot be followed"), False
    except NoReplyError as error:
        return LinkAnswer("unknown", error.reason), error.final


def _judge(hops: list[tuple[Reply, str]]) -> tuple[LinkAnswer, bool]:
    status, _, _ = hops[-1][0]
    if 200 <= status < 300:
        moves = len(list(takewhile(lambda hop: hop[0].status in PERMANENT, hops)))
        return LinkAnswer("moved", to=hops[moves][1]) if moves else LinkAnswer("there"), True
    outcome = "gone" if status in GONE else "unknown"
    return LinkAnswer(outcome, f"answers {phrase(status)}"), status in PATIENCE  # type: ignore[arg-type]


# --- weblinks --------------------------------------------------------------------------------
# Looks up addresses on the web: the only part that uses the network, and only on request. It is
# polite: one request at a time per server, with a pause in between, no cookies, and no requests
# where the server's ``robots.txt`` excludes programs.

__all__ = ["LinkAnswer", "look_up"]


# --- link places -----------------------------------------------------------------------------
# The web links of a source, looked up to find broken ones.


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
    return LinkReport(sort_findings((*errors, *problems)), len(answers), tuple(left_out))


def _places(source: Path, document: Document) -> Iterator[_Place]:
    """All links of all editions, in order, because a link in one may be missing from another."""
    request = request_for(source, document, Options())
    for edition in EDITIONS.values():
        resolved = resolve_for(request, edition).document
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
