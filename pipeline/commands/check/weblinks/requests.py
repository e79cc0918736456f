"""One request and its response: no redirects, no cookies, only http and https."""

from __future__ import annotations

import functools
import http
import http.client
import socket
import ssl
import urllib.request
from typing import Literal, NamedTuple
from urllib.error import URLError
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from pipeline.system.store import packages

TIMEOUT = 15.0
"""Seconds without a word from the server."""

LARGEST = 500 * 1024
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
            body = response.read(LARGEST) if read else b""
            return Reply(response.status, _resolved(address, location), body)
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


def _resolved(address: str, location: str) -> str:
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
