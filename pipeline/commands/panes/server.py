"""Serves a session to the page in ``templates/preview``, on this machine only.

All addresses begin with a random token, which other websites and users do not know; requests for
another host, or from another site's page, are refused. Nothing that is served may load anything
from elsewhere, and outputs run no scripts.
"""

from __future__ import annotations

import abc
import asyncio
import contextlib
import functools
import http.client
import mimetypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import jinja2
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route

from pipeline.commands.panes import page_images
from pipeline.commands.panes.pages import EditionView
from pipeline.commands.panes.session import Session
from pipeline.model.editions import EDITIONS
from pipeline.system.paths import builtin_templates

HOST = "127.0.0.1"
SHELL = ("", "preview.css", "preview.js", "elements.js", "panes.js", "places.js", "tools.js")
START = "preview.html"
SHELL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
BUILT_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'self' 'unsafe-inline' data:;"
    " img-src 'self' data:; font-src 'self' data:; media-src 'self' data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that end a process; the second is that a terminal was closed."""

GRACE = 0.5
"""Seconds that an answer may take after the end was asked for."""

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""The cache header of addresses with a digest."""

TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".ncx": "application/xml",
    ".otf": "font/otf",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xhtml": "application/xhtml+xml",
}

ASGI: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class _Guard:
    """Refuses requests that are not made to this machine by name, or by a page of another site."""

    def __init__(self, app: ASGI, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in (HOST, "localhost")}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        host, origin = request.headers.get("host"), request.headers.get("origin")
        if host not in self._hosts or origin not in (None, f"http://{host}"):
            await PlainTextResponse("Not allowed from here.", 403, HEADERS)(scope, receive, send)
            return
        is_begun = False

        async def note(message: Any) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except asyncio.CancelledError:  # the server ends, and would complain of half an answer
            if is_begun:
                await send({"type": "http.response.body"})
            else:
                await PlainTextResponse("Chapbook has ended.", 503, HEADERS)(scope, receive, send)


class _Server(uvicorn.Server):
    """Ends what it answers when it ends: a window listens as long as it is open."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if answers := self.server_state.tasks:
            await asyncio.wait({*answers}, timeout=GRACE)
        for answer in answers:
            answer.cancel()
        await super().shutdown(sockets)


class LocalServer(abc.ABC):
    """Serves `routes` at `address`, as long as it `run`\\ s, on this machine only: at a ``port``,
    or else at the ``usual`` one, or at any that is free."""

    def __init__(self, port: int = 0, usual: int = 0) -> None:
        # asyncio sends small answers at once only over sockets of which it knows the protocol
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        if os.name != "nt":  # where two could have the same one
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port or usual))
        except OSError:
            if port or not usual:
                raise
            self._socket.bind((HOST, 0))
        self._socket.listen()  # a browser may be there before all is ready
        self.port: int = self._socket.getsockname()[1]
        self._token = secrets.token_urlsafe(24)
        self.address = f"http://{HOST}:{self.port}/{self._token}/"
        self._server: _Server | None = None

    def run(self, ready: Callable[[], object] = lambda: None) -> None:
        """Serve until a signal, of which `SystemExit` tells, or `end`; ``ready`` is called once
        that has begun."""
        app = Starlette(routes=[Mount(f"/{self._token}", routes=self.routes())])
        config = uvicorn.Config(
            _Guard(app, self.port),
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = server = _Server(config)

        signals: list[int] = []

        def hear(number: int, _: object) -> None:
            signals.append(number)
            if server.should_exit:  # and something waits for a build
                sys.exit(128 + number)
            server.should_exit = True

        is_main = threading.current_thread() is threading.main_thread()  # others hear no signal
        for number in ENDS if is_main else ():
            if signal.getsignal(number) != signal.SIG_IGN:  # by nohup
                signal.signal(number, hear)

        async def serve() -> None:
            self.begin(asyncio.get_running_loop())
            ready()
            await server.serve(sockets=[self._socket])

        asyncio.run(serve())
        if signals:
            sys.exit(128 + signals[0])

    def end(self) -> None:
        if self._server:
            self._server.should_exit = True

    @abc.abstractmethod
    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called once it serves."""

    @abc.abstractmethod
    def routes(self) -> list[BaseRoute]:
        """The addresses that it answers."""


def is_served(address: str) -> bool:
    """Return whether a server of this machine answers at the address that it had."""
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(HOST, parts.port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", parts.path)
            return connection.getresponse().status == 200
    return False


class Preview(LocalServer):
    """The page of a session. ``editor`` is a command with ``{file}`` and ``{line}`` in its
    words."""

    def __init__(self, session: Session, port: int = 0, editor: Sequence[str] = ()) -> None:
        super().__init__(port)
        self._panes = Panes(session, editor)

    def run(self, ready: Callable[[], object] = lambda: None) -> None:
        super().run(ready)
        # Only a signal ends it; asyncio forgets one that comes when nothing is left to cancel.
        raise KeyboardInterrupt

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._panes.begin(loop)

    def routes(self) -> list[BaseRoute]:
        page = (
            Route(f"/{name}", functools.partial(shell, f"preview/{name or START}"))
            for name in SHELL
        )
        return [*page, *self._panes.routes()]


class Panes:
    """The addresses of what a session shows. ``more`` is told with every state."""

    def __init__(
        self,
        session: Session,
        editor: Sequence[str] = (),
        more: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self._session = session
        self._editor = editor
        self._more = more
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Event] = set()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._session.changed = self.changed

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/events", self._events),
            Route("/places/{edition}/{digest}", self._places),
            Route("/lines/{edition}/{digest}", self._lines),
            Route("/page/{edition}/{digest}/{page:int}", self._page),
            Route("/file/{edition}/{digest}/{name:path}", self._file),
            Route("/named", self._named),
            Route("/views", self._views, methods=["POST"]),
            Route("/open", self._open, methods=["POST"]),
        ]

    @property
    def is_heard(self) -> bool:
        """Return whether a window listens."""
        return bool(self._listeners)

    def changed(self) -> None:
        """Tell all windows."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the last build has not
            if self._loop:
                self._loop.call_soon_threadsafe(self._notify_all)

    def _notify_all(self) -> None:
        for listener in self._listeners:
            listener.set()

    async def _events(self, request: Request) -> Response:
        """The state, now and whenever it changes."""
        return StreamingResponse(self._states(), media_type="text/event-stream", headers=HEADERS)

    async def _states(self) -> AsyncIterator[bytes]:
        changed = asyncio.Event()
        self._listeners.add(changed)
        try:
            while True:
                changed.clear()
                news = {"editor": bool(self._editor), "state": self._session.state}
                yield b"data: " + msgspec.json.encode({**news, **self._more()}) + b"\n\n"
                await changed.wait()
        finally:
            self._listeners.discard(changed)

    def _view(self, request: Request) -> EditionView | None:
        return self._session.view(request.path_params["edition"], request.path_params["digest"])

    async def _places(self, request: Request) -> Response:
        view = self._view(request)
        return as_json(view.places) if view else gone()

    async def _lines(self, request: Request) -> Response:
        """The text of those pages whose numbers are given. Pictures can be drawn in between."""
        view = self._view(request)
        numbers = request.query_params.get("pages", "").split(",")
        if view is None or not all(map(_is_number, numbers)):
            return gone()
        pages: list[list[page_images.Line]] = []
        try:
            for page in (view.pages[int(number)] for number in numbers):
                read = self._session.draw(page_images.lines, page.path, page.number)
                pages.append(await asyncio.wrap_future(read))
        except IndexError:
            return gone()
        return as_json(pages)

    async def _page(self, request: Request) -> Response:
        view, number = self._view(request), request.path_params["page"]
        width = request.query_params.get("width", "")
        if view is None or not _is_number(width) or number >= len(view.pages):
            return gone()
        page = view.pages[number]
        drawn = self._session.draw(page_images.picture, page.path, page.number, int(width))
        picture = await asyncio.wrap_future(drawn)
        return Response(picture, media_type="image/png", headers=HEADERS | FOREVER)

    async def _file(self, request: Request) -> Response:
        view, name = self._view(request), request.path_params["name"]
        if view is None or name not in view.files:
            return gone()
        suffix = PurePosixPath(name).suffix
        kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = HEADERS | FOREVER | {"Content-Security-Policy": BUILT_POLICY}
        data = view.files[name]
        if "html" in kind:  # the browser would complain of each script that it does not run
            before, *after = data.split(b"<script")
            data = before + b"".join(each.partition(b"</script>")[2] for each in after)
        return Response(data, headers=headers | {"Content-Type": kind})

    async def _named(self, request: Request) -> Response:
        """The name that places and findings have for a file of the text."""
        name = self._session.name_of(request.query_params.get("file", ""))
        return PlainTextResponse(name, headers=HEADERS)

    async def _views(self, request: Request) -> Response:
        """Have those editions made first that somebody looks at, by format."""
        views = dict(request.query_params)
        for format, name in views.items():
            if name and (name not in EDITIONS or EDITIONS[name].format != format):
                return gone()
        self._session.look_at(views)
        return Response(status_code=204, headers=HEADERS)

    async def _open(self, request: Request) -> Response:
        """Have the editor show a line of a file that the text is in, and of no other."""
        line = request.query_params.get("line", "")
        path = self._session.path_of(request.query_params.get("file", ""))
        if not self._editor or path is None or not line.isdecimal() or len(line) > 9:
            return gone()
        placeholders = {"{file}": str(path), "{line}": line}
        command = []
        for word in self._editor:
            for name, value in placeholders.items():
                word = word.replace(name, value)
            command.append(word)
        try:
            subprocess.Popen(command, stdin=subprocess.DEVNULL)
        except OSError as error:
            text = f"{command[0]} could not be started: {error.strerror}."
            return PlainTextResponse(text, 500, HEADERS)
        return Response(status_code=204, headers=HEADERS)


async def shell(file: str, request: Request) -> Response:
    """A file of a page around the views: its path among the templates."""
    if file.endswith(".html"):
        return page_file(page_template(file).render(_=str).encode(), file)
    return page_file((builtin_templates() / file).read_bytes(), file)


def page_template(name: str) -> jinja2.Template:
    """A template of the pages around the views."""
    loader = jinja2.FileSystemLoader(builtin_templates())
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template(name)


def page_file(data: bytes, name: str, nonce: str = "") -> Response:
    """A file of the page, which loads nothing from elsewhere. Its script may write styles with the
    ``nonce``."""
    own = "style-src 'self'"
    policy = SHELL_POLICY.replace(own, f"{own} 'nonce-{nonce}'") if nonce else SHELL_POLICY
    headers = HEADERS | {"Content-Security-Policy": policy}
    kind = TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
    return Response(data, headers=headers | {"Content-Type": kind})


def _is_number(word: str) -> bool:
    return word.isdecimal() and len(word) < 5


def as_json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json", headers=HEADERS)


def gone() -> Response:
    return PlainTextResponse("Not found.", 404, HEADERS)
