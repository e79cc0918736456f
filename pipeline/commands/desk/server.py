"""Serves the desk: a folder's sources, an editor, and the views of the preview.

Each source that is open has a session of its own, under ``/open/KEY/``, as long as a window shows
it. Nothing outside the folder is read or written, but for files that a window sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import io
import os
import re
import secrets
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, Router

from pipeline.commands.desk import command_runs, source_facts
from pipeline.commands.desk.draft import SaveResult, SentHistory, SentText, SourceText
from pipeline.commands.panes import page_images
from pipeline.commands.panes.server import (
    HEADERS,
    SHELL,
    LocalServer,
    Panes,
    as_json,
    gone,
    page_file,
    page_template,
    shell,
)
from pipeline.commands.panes.session import PageDrawing, Session
from pipeline.model.editions import EDITIONS, stem_of
from pipeline.model.names import slug
from pipeline.system import outputs

OWN = ("desk.css", "desk.js", "editor.js", "hand_out.js", "settings.js")
DEPTH = 2
"""Folders below the desk's in which sources are looked for."""

MOST_SOURCES = 500
LARGEST = 256 * 2**20
"""Bytes of a file that a window sends."""

MOST_COVERS, LARGEST_COVERED = 40, 100_000
"""Texts of which first pages are made before somebody opens them, and their bytes."""

COVERS_AFTER = 2.0
"""Seconds until then, in which a text may be opened."""

DELETED = "_deleted"
"""The folder for sources that somebody deletes, in which none are looked for."""

LEFT = 5.0
"""Seconds after the last window was closed until the desk ends: another page may be opened."""

LOOK = 20.0
"""Seconds between looks for windows: their browser may have been ended without a word. After two
that find none, the desk ends. Windows that nobody sees do not listen, and say so before."""

PASTED = "pasted"
"""The beginning of the names of folders with pictures that were pasted with a text."""

PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".webp", ".gif")
STARTERS = (
    *("worksheet", "handout", "exam", "newsletter", "leaflet", "interview", "article", "recipe"),
    *("book", "novel", "poetry", "play"),
)

FOR_PUPILS = "pupils-"
"""The beginning of the names of archives that hold no answers."""

LANGUAGE_COOKIE = "chapbook-language"

NewSession = Callable[[Path, PageDrawing], Session]


class OpenSource:
    """A source that windows show, with its session and its text."""

    def __init__(self, desk: Desk, key: str, path: Path) -> None:
        self.desk, self.key, self.path = desk, key, path
        self.out = desk.out_of(path)
        self.draft = SourceText(path)
        self.windows: set[str] = set()
        self.session = desk.new_session(path, desk.drawing)
        self.panes = Panes(self.session, more=self._more)
        self.panes.begin(asyncio.get_running_loop())
        self.router = Router(
            [
                Route("/", self._page),
                Route("/text", self._text),
                Route("/save", self._save, methods=["POST"]),
                Route("/kept", self._keep, methods=["POST"]),
                Route("/picture", self._picture, methods=["POST"]),
                Route("/pasted", self._pasted, methods=["POST"]),
                Route("/file", self._file, methods=["POST"]),
                Route("/words", self._words),
                Route("/front", self._front, methods=["POST"]),
                Route("/editions", self._editions),
                Route("/facts", self._facts),
                Route("/hand-out", self._hand_out, methods=["POST"]),
                Route("/made/{edition}/{name}", self._made),
                *self.panes.routes(),
            ]
        )
        self.session.look_at({"pdf": ""})  # the view that a window opens with
        self.session.begin()

    def _more(self) -> Mapping[str, object]:
        return {"desk": {"digest": self.draft.digest(), "windows": len(self.windows)}}

    def _history_file(self, path: Path | None = None) -> Path:
        """The file with what a window wants to find again: outside what is handed out."""
        return outputs.model_of(self.out / stem_of(path or self.path)).with_name("desk.json")

    async def _page(self, request: Request) -> Response:
        return self.desk.page(request, self)

    async def _text(self, request: Request) -> Response:
        try:
            text, digest = self.draft.read()
        except (OSError, UnicodeDecodeError):
            return PlainTextResponse("This file cannot be read as text.", 409, HEADERS)
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            kept = msgspec.json.decode(self._history_file().read_bytes())
            return as_json({"text": text, "digest": digest, "kept": kept})
        return as_json({"text": text, "digest": digest, "kept": None})

    async def _save(self, request: Request) -> Response:
        sent = msgspec.json.decode(await _body(request), type=SentText)
        text = self.draft.sent(sent)
        if text is None:
            return as_json(SaveResult("", unknown=True))
        try:
            saved = self.draft.save(text, sent.base)
        except (OSError, UnicodeDecodeError) as error:
            return PlainTextResponse(str(error), 409, HEADERS)
        return as_json(saved)

    async def _keep(self, request: Request) -> Response:
        sent = msgspec.json.decode(await _body(request), type=SentHistory)
        text = self.draft.version(sent.base) if sent.text is None else sent.text
        if text is not None:
            kept = msgspec.json.encode({"text": text, "kept": sent.kept})
            outputs.write(self._history_file(), kept)
        return Response(status_code=204, headers=HEADERS)

    async def _file(self, request: Request) -> Response:
        """Rename the source, copy or delete it; returns the key of the one to show."""
        asked = msgspec.json.decode(await _body(request), type=dict[str, str])
        title, action = asked.get("name", "").strip(), asked.get("action", "")
        try:
            if action == "delete":
                (self.path.parent / DELETED).mkdir(exist_ok=True)
                self.path.rename(_free(self.path.parent / DELETED / self.path.name))
                await self.desk.forget(self)
                return as_json({"key": ""})
            if not title or action not in ("rename", "copy"):
                return gone()
            path = self.path.with_name(f"{slug(title) or 'text'}.md")
            if action == "copy":
                path = _free(path)
                outputs.write(path, self.path.read_bytes())
            elif path != self.path:
                path = _free(path)
                self.path.rename(path)
                with contextlib.suppress(OSError):
                    outputs.write(self._history_file(path), self._history_file().read_bytes())
                await self.desk.forget(self)
            source_facts.retitle(path, title)
        except (OSError, UnicodeDecodeError) as error:
            return PlainTextResponse(str(error), 409, HEADERS)
        return as_json({"key": _key(path)})

    async def _picture(self, request: Request) -> Response:
        """Put a picture beside the source; returns the path to write in the text."""
        name = _file_name(request.query_params.get("name", ""), "picture")
        if not name.lower().endswith(PICTURES):
            return PlainTextResponse("This is not a picture that can be shown.", 415, HEADERS)
        data = await _body(request)
        folder = self.path.parent / "images"
        path = _free(folder / name, data)
        folder.mkdir(exist_ok=True)
        outputs.write(path, data)
        return PlainTextResponse(f"images/{path.name}", headers=HEADERS)

    async def _pasted(self, request: Request) -> Response:
        """The Markdown of text that was copied with its looks, and what was lost; its pictures are
        put beside the source."""
        data = await _body(request)
        name = f"{PASTED}-{hashlib.sha256(data).hexdigest()[:8]}"
        with tempfile.TemporaryDirectory(prefix="chapbook-desk-") as folder:
            given, made = Path(folder) / f"{name}.html", Path(folder) / f"{name}.md"
            given.write_bytes(data)
            run = await command_runs.run("import", given, "-o", made, folder=self.desk.folder)
            if run.code or not made.exists():
                return PlainTextResponse("This cannot be pasted with its looks.", 409, HEADERS)
            images = Path(folder) / "images" / name
            if images.exists():
                shutil.copytree(images, self.path.parent / "images" / name, dirs_exist_ok=True)
            heading, text = source_facts.title(made), source_facts.body(made)
        if not slug(heading).startswith(PASTED):  # the only heading of its level
            text = f"## {heading}\n\n{text}"
        told = _as_list(_told(run, folder), given.name)
        return as_json({"text": text, "told": told if " fewer\n" in told else ""})

    async def _words(self, request: Request) -> Response:
        found = await asyncio.to_thread(source_facts.words, self.session.document, self.path.parent)
        return as_json(found)

    async def _front(self, request: Request) -> Response:
        """The settings at the head of a text, and those that a form has."""
        text = (await _body(request)).decode()
        return as_json(source_facts.front(text))

    async def _editions(self, request: Request) -> Response:
        run = await command_runs.run("editions", self.path, "--json", folder=self.desk.folder)
        found = msgspec.json.decode(run.out) if not run.code else []
        answers = {name: edition.has_answers for name, edition in EDITIONS.items()}
        return as_json([edition | {"answers": answers[edition["name"]]} for edition in found])

    async def _facts(self, request: Request) -> Response:
        """The findings of `chapbook report` on the paper and the cost of a printed edition."""
        asked = request.query_params
        edition, numbers = asked.get("edition", ""), ("copies", "paper-price", "page-price")
        if edition not in EDITIONS or not all(_is_price(asked.get(n, "")) for n in numbers):
            return gone()
        options = [f"--{name}={asked[name]}" for name in numbers if asked.get(name)]
        given: tuple[str | Path, ...] = ("--json", "--edition", edition, "--out", self.out)
        run = await command_runs.run("report", self.path, *given, *options, folder=self.desk.folder)
        if run.code:
            return PlainTextResponse(run.told or run.out, 409, HEADERS)
        return as_json(msgspec.json.decode(run.out)["editions"][0]["printed"])

    async def _hand_out(self, request: Request) -> Response:
        """Build editions; the files of each with their bytes, and the findings."""
        names = msgspec.json.decode(await _body(request), type=list[str])
        if not names or not EDITIONS.keys() >= {*names}:
            return gone()
        words = ("build", self.path, "--edition", ",".join(names), "--out", self.out, "--json")
        run = await command_runs.run(*words, folder=self.desk.folder)
        if run.code and not run.out:
            return PlainTextResponse(run.told, 409, HEADERS)
        made = {} if run.code else command_runs.list_outputs(self.path, self.out)
        files = {
            name: {path.name: path.stat().st_size for path in made.get(name, ())} for name in names
        }
        return as_json({"files": files, "findings": msgspec.json.decode(run.out)})

    async def _made(self, request: Request) -> Response:
        """A file of editions (``a,b``) that were built; of several files, or ``.zip``, all."""
        names, name = request.path_params["edition"].split(","), request.path_params["name"]
        if name.startswith(FOR_PUPILS) and not all(map(is_for_pupils, names)):
            return gone()
        files = command_runs.list_outputs(self.path, self.out)
        wanted = [path for edition in names for path in files.get(edition, ())]
        if not name.endswith(".zip") or any(path.name == name for path in wanted):
            path = next((path for path in wanted if path.name == name), None)
            if path is None or not path.is_file():
                return gone()
            kind = "inline" if path.suffix == ".pdf" else "attachment"
            return FileResponse(
                path, headers=HEADERS, filename=path.name, content_disposition_type=kind
            )
        if any(edition in names for edition in ("web", "teacher-web")):
            wanted += files.get("", [])
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in wanted:
                inside = path.relative_to(self.out / stem_of(self.path)).as_posix()
                archive.writestr(zipfile.ZipInfo(inside), path.read_bytes())
        return Response(data.getvalue(), media_type="application/zip", headers=HEADERS)


class Desk(LocalServer):
    """The desk of a folder. ``new_session`` makes the session of a source."""

    def __init__(
        self, folder: Path, out: Path, new_session: NewSession, port: int = 0, usual: int = 0
    ) -> None:
        super().__init__(port, usual)
        self.folder, self.out, self.new_session = folder, out, new_session
        self.drawing = PageDrawing()
        self._loop: asyncio.AbstractEventLoop
        self._making_covers: asyncio.Task[None]
        self._open: dict[str, OpenSource] = {}
        self._windows: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        self._ending: asyncio.TimerHandle | None = None
        self._hidden: set[str] = set()
        self._starts = 0  # windows that show no source
        self._silent = 0

    def close(self) -> None:
        """End all sessions."""
        for source in self._open.values():
            source.session.close()
        self.drawing.close()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        loop.call_later(LOOK, self._look)
        self._making_covers = loop.create_task(self._make_covers())

    def routes(self) -> list[BaseRoute]:
        files = [(name, f"preview/{name}") for name in SHELL if name]
        files += [(name, f"desk/{name}") for name in OWN]
        return [
            Route("/", self._start),
            *(Route(f"/{name}", functools.partial(shell, file)) for name, file in files),
            Route("/codemirror/{name}", _codemirror),
            Route("/sources", self._sources),
            Route("/cover/{key}", self._cover),
            Route("/new", self._new, methods=["POST"]),
            Route("/import", self._import, methods=["POST"]),
            Route("/listen", self._listen),
            Route("/here/{window}", self._here, methods=["POST"]),
            Route("/left/{window}", self._left, methods=["POST"]),
            Mount("/open/{key}", self._of_source),
        ]

    def path_of(self, key: str) -> Path | None:
        """The source with a key."""
        if key not in self._paths:
            self._paths = {_key(path): path for path in self._list_sources()}
        path = self._paths.get(key)
        return path if path and path.is_file() else None

    def out_of(self, path: Path) -> Path:
        """The folder of a source's outputs: sources of the same name are in different folders."""
        return self.out / path.parent.relative_to(self.folder)

    def page(self, request: Request, source: OpenSource | None = None) -> Response:
        """The page, in a language of the browser's."""
        language, words = words_for(_languages(request))
        nonce = secrets.token_urlsafe(16)
        page = page_template("desk/desk.html").render(
            _=lambda text: words.get(text, text),
            language=language,
            languages=_interface()["names"],
            words=msgspec.json.encode(words).decode().replace("<", "\\u003c"),
            root="../../" if source else "",
            source=source and source.path.relative_to(self.folder).as_posix(),
            folder=self.folder.name,
            nonce=nonce,
        )
        return page_file(page.encode(), "desk.html", nonce)

    async def _start(self, request: Request) -> Response:
        return self.page(request)

    async def _of_source(self, scope: Any, receive: Any, send: Any) -> None:
        key = scope["path_params"]["key"]
        path = self.path_of(key)
        if path is None:
            await gone()(scope, receive, send)
            return
        if key not in self._open:
            self._open[key] = OpenSource(self, key, path)
        await self._open[key].router(scope, receive, send)

    def _list_sources(self) -> Iterable[Path]:
        """The sources in the folder, and in folders in it."""
        count = 0
        for folder, folders, names in os.walk(self.folder):
            inside = Path(folder).relative_to(self.folder)
            hidden = (self.out.name, "node_modules")
            folders[:] = sorted(f for f in folders if f[0] not in "._" and f not in hidden)
            if len(inside.parts) >= DEPTH:
                folders.clear()
            for name in sorted(names):
                if name.endswith(".md") and name[0] != "." and count < MOST_SOURCES:
                    count += 1
                    yield Path(folder) / name

    async def _sources(self, request: Request) -> Response:
        self._paths = {_key(path): path for path in self._list_sources()}
        return as_json(
            [
                {
                    "key": key,
                    "name": path.relative_to(self.folder).as_posix(),
                    "title": source_facts.title(path),
                    "cover": (pdf := self._pdf(path)) and f"{pdf.stat().st_mtime_ns}",
                }
                for key, path in self._paths.items()
            ]
        )

    def _pdf(self, path: Path) -> Path | None:
        outs = self.out_of(path), Path(self.drawing.folder) / _key(path)
        pdfs = (out / stem_of(path) / f"{stem_of(path)}.pdf" for out in outs)
        return next((pdf for pdf in pdfs if pdf.is_file()), None)

    async def _make_covers(self) -> None:
        """Print texts that nobody has opened yet, to show their first pages: outside the folder,
        in which only who opens a text has something made of it."""
        await asyncio.sleep(COVERS_AFTER)
        for path in [*self._list_sources()][:MOST_COVERS]:
            while any(source.session.state.doing for source in self._open.values()):
                await asyncio.sleep(COVERS_AFTER)  # a text that somebody writes comes first
            out = Path(self.drawing.folder) / _key(path)
            with contextlib.suppress(OSError):
                if not self._pdf(path) and path.stat().st_size <= LARGEST_COVERED:
                    words = ("build", path, "--edition", "handout", "--out", out)
                    await command_runs.run(*words, folder=self.folder)

    async def _cover(self, request: Request) -> Response:
        """A picture of the first printed page."""
        path = self.path_of(request.path_params["key"])
        pdf = path and self._pdf(path)
        if not pdf:
            return gone()
        drawn = self.drawing.draw(page_images.first_picture, str(pdf), 160)
        try:
            picture = await asyncio.wrap_future(drawn)
        except (OSError, RuntimeError, IndexError):  # no PDF, or one that is damaged
            return gone()
        return Response(picture, media_type="image/png", headers=HEADERS)

    async def _new(self, request: Request) -> Response:
        asked = msgspec.json.decode(await _body(request), type=dict[str, str])
        title, kind = asked.get("name", "").strip(), asked.get("kind", "")
        if not title or kind not in STARTERS:
            return gone()
        path = _free(self.folder / f"{slug(title) or kind}.md")
        run = await command_runs.run("new", path, "--from", kind, folder=self.folder)
        if run.code:
            return PlainTextResponse(run.told or run.out, 409, HEADERS)
        source_facts.retitle(path, title)
        language, _ = words_for(_languages(request))
        body = asked.get("body", "")
        source_facts.sign(path, asked.get("author", "").strip(), language, body)
        return as_json({"key": _key(path)})

    async def _import(self, request: Request) -> Response:
        """Import a file that a window sends; what was lost is told."""
        name = _file_name(request.query_params.get("name", ""), "text")
        data = await _body(request)
        target = _free(self.folder / f"{slug(Path(name).stem) or 'text'}.md")
        with tempfile.TemporaryDirectory(prefix="chapbook-desk-") as folder:
            given = Path(folder) / name
            given.write_bytes(data)
            run = await command_runs.run("import", given, "-o", target, folder=self.folder)
        told = _told(run, folder, self.folder)
        if run.code or not target.exists():
            return PlainTextResponse(told.strip() or "This file cannot be read.", 409, HEADERS)
        if self._making_covers.done():
            self._making_covers = self._loop.create_task(self._make_covers())
        return as_json({"key": _key(target), "told": _as_list(told, name)})

    # --- windows -----------------------------------------------------------------------------

    async def _here(self, request: Request) -> Response:
        """A window is open, on a source or on none."""
        window = request.path_params["window"]
        self._windows[window] = request.query_params.get("key", "")
        self._hidden.discard(window)
        if request.query_params.get("hidden"):
            self._hidden.add(window)
        self._tell()
        if self._ending:
            self._ending.cancel()
        return Response(status_code=204, headers=HEADERS)

    async def _left(self, request: Request) -> Response:
        self._windows.pop(request.path_params["window"], None)
        self._hidden.discard(request.path_params["window"])
        self._tell()
        if self._ending:
            self._ending.cancel()
        if not self._windows:
            self._ending = self._loop.call_later(LEFT, self.end)
        else:
            self._loop.call_later(LEFT, self._close_unseen)
        return Response(status_code=204, headers=HEADERS)

    async def _listen(self, request: Request) -> Response:
        """A connection that is there as long as a window without a source."""

        async def nothing() -> AsyncIterator[bytes]:
            self._starts += 1
            try:
                yield b":\n\n"
                await asyncio.Event().wait()
            finally:
                self._starts -= 1

        return StreamingResponse(nothing(), media_type="text/event-stream", headers=HEADERS)

    def _look(self) -> None:
        """End if all windows are gone without a word."""
        is_heard = self._starts or any(source.panes.is_heard for source in self._open.values())
        is_left = self._windows and not is_heard and self._windows.keys() - self._hidden
        self._silent = self._silent + 1 if is_left else 0
        if self._silent > 1:
            self.end()
        self._loop.call_later(LOOK, self._look)

    def _tell(self) -> None:
        """Let the windows on a source know how many they are."""
        for key, source in self._open.items():
            windows = {window for window, shown in self._windows.items() if shown == key}
            if windows != source.windows:
                source.windows = windows
                source.panes.changed()

    async def forget(self, source: OpenSource) -> None:
        """End the session of a source that has gone, and remove what was made of it."""
        self._open.pop(source.key, None)
        await self._loop.run_in_executor(None, source.session.close)
        command_runs.remove_made(source.path, source.out)

    def _close_unseen(self) -> None:
        """End the sessions of sources that no window shows."""
        for key in [key for key in self._open if key not in self._windows.values()]:
            source = self._open.pop(key)
            self._loop.run_in_executor(None, source.session.close)


def place_of(path: Path) -> str:
    """The part of the address at which a source is open that follows the address of its desk."""
    return f"open/{_key(path)}/"


def is_for_pupils(name: str) -> bool:
    """Return whether an edition has no answers, not even in its source."""
    return name in EDITIONS and EDITIONS[name].is_for_readers


def words_for(accepted: str) -> tuple[str, dict[str, str]]:
    """The words of the first language that a browser accepts and we have, English if none."""
    table = _interface()
    for entry in accepted.split(","):
        tag = entry.partition(";")[0].strip().lower().partition("-")[0]
        if tag == "en":
            break
        if tag in table["languages"]:
            at = table["languages"].index(tag)
            return tag, {text: words[at] for text, words in table["words"].items()}
    return "en", {}


def _languages(request: Request) -> str:
    """The language that was chosen in the window, or those that its browser accepts."""
    accepted = request.headers.get("accept-language", "")
    return request.cookies.get(LANGUAGE_COOKIE, accepted)


@functools.cache
def _interface() -> dict[str, Any]:
    """The words of the page, which no document needs: they are not among those of `model.words`."""
    return tomllib.loads((Path(__file__).parent / "interface.toml").read_text("utf-8"))


def _key(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _told(run: command_runs.CommandRun, *folders: str | Path) -> str:
    """The words of an import, without the places of its files."""
    told = f"{run.out}\n{run.told}"
    for folder in folders:
        told = told.replace(f"{folder}{os.sep}", "")
    return told


def _as_list(told: str, name: str) -> str:
    """The words of an import about a file with a name, as a list of findings."""
    told = re.sub(rf"(?m)^{re.escape(name)}[:\d]*: \w+\[[\w-]+\]: ", "– ", told)
    return told.replace("\n    hint: ", " ")


def _file_name(name: str, default: str) -> str:
    """A name for a file, whatever a window calls it: no path, and nothing hidden."""
    end = re.sub(r"[^\w.\- ]", "_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    return end[-100:] or default


def _free(path: Path, data: bytes | None = None) -> Path:
    """A path that no file has, or one with the same content."""
    number, found = 2, path
    while found.exists() and not (data is not None and found.read_bytes() == data):
        found, number = path.with_stem(f"{path.stem}-{number}"), number + 1
    return found


def _is_price(word: str) -> bool:
    return len(word) < 10 and bool(re.fullmatch(r"(?:\d+(?:[.,]\d+)?)?", word, re.ASCII))


async def _body(request: Request) -> bytes:
    """The body of a request. Raises `HTTPException` if there is too much of it."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise HTTPException(413, "This file is too large.", HEADERS)
    return bytes(data)


@functools.cache
def editor_folder() -> Path | None:
    """The folder of CodeMirror, which comes with the package NiceGUI."""
    found = find_spec("nicegui")
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / "elements" / "codemirror" / "dist"
        if (folder / "index.js").is_file():
            return folder
    return None


async def _codemirror(request: Request) -> Response:
    folder, name = editor_folder(), request.path_params["name"]
    if folder is None or not re.fullmatch(r"[\w-]+\.js", name) or not (folder / name).is_file():
        return gone()
    return page_file((folder / name).read_bytes(), name)
