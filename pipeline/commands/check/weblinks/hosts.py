"""Servers, each with one request at a time and a pause after it, in accordance with ``robots.txt``
(RFC 9309)."""

from __future__ import annotations

import threading
import time
import urllib.robotparser
from urllib.parse import urlsplit

from pipeline.commands.check.weblinks.requests import NAME, Method, NoReplyError, Reply, send

PAUSE = 0.5
LONGEST_PAUSE = 10.0
"""Seconds; a server may ask for more than `PAUSE`, but not for more than this."""

MOST_REDIRECTS = 5
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
        for _ in range(MOST_REDIRECTS):
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
