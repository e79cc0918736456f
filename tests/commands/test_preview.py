"""Building and showing while somebody writes: `chapbook watch` and `chapbook preview`."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from unittest.mock import Mock

import pytest
import uvicorn
from click.testing import CliRunner
from uvicorn.protocols.http.auto import AutoHTTPProtocol

import pipeline
from pipeline import Begun, Result, parse
from pipeline.commands import main, watcher
from pipeline.commands.panes.pages import places
from pipeline.commands.panes.server import Preview
from pipeline.commands.panes.session import Session
from pipeline.commands.watcher import Watcher
from pipeline.driver import Listener, Memory
from tests.helpers import checkers
from tests.helpers.paths import ROOT

NAMES = ("first", "second", "third", "fourth", "fifth", "sixth")
REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: {}\r\n\r\n"
SENTENCE = "In {1} nobody asked about the {0} well, and nobody knew how deep it was."


def source() -> str:
    """Six sections of five paragraphs that all differ."""
    parts = ["---\ntitle: The village well\nlang: en-GB\n---"]
    for section, name in enumerate(NAMES):
        parts.append(f"## The {name}")
        parts += (" ".join([SENTENCE.format(name, 1900 + 10 * section + n)] * 4) for n in range(5))
    return "\n\n".join(parts) + "\n"


def save(path: Path, text: str) -> None:
    """Write a file as many editors do: whole, in the place of the old."""
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)


# --- watch -----------------------------------------------------------------------------------


class Watched:
    """A watched source, and the reported results."""

    def __init__(self, source: Path, run: Callable[[Listener], Result], **options: Any) -> None:
        def build(listener: Listener) -> Iterator[Result]:
            yield run(listener)

        self.outcomes: list[Result | Exception] = []
        self._news = threading.Condition()
        self.watcher = Watcher(source, build, self._notify, **options)
        self._thread = threading.Thread(target=self.watcher.run)
        self._thread.start()

    def _notify(self, outcome: Result | Exception) -> None:
        with self._news:
            self.outcomes.append(outcome)
            self._news.notify_all()

    def wait(self, number: int) -> Result | Exception:
        with self._news:
            self._news.wait_for(lambda: len(self.outcomes) >= number)
            return self.outcomes[number - 1]

    def end(self) -> None:
        self.watcher.stop()
        self._thread.join()


def test_a_save_of_any_file_that_was_read_builds_again(tmp_path: Path) -> None:
    """Included files, missing ones, and those in the folder of templates; and files that an editor
    replaces."""
    templates = tmp_path / "mine"
    templates.mkdir()
    file, part = tmp_path / "a.md", tmp_path / "parts" / "part.md"
    front = "---\ntitle: A\nlang: en\neditions: [web]\npage_list: false\n---\n\n"
    file.write_text(f"{front}{{{{ include parts/part.md }}}}\n", "utf-8")

    def build(listener: Listener) -> Result:
        options = pipeline.Options(templates=templates)
        out = tmp_path / "build"
        return pipeline.build(file, ["web"], out=out, options=options, listener=listener)

    def page() -> str:
        return (tmp_path / "build" / "a" / "a.html").read_text("utf-8")

    watched = Watched(file, build, templates=templates)
    try:
        watched.wait(1)
        part.parent.mkdir()
        save(part, "It has come.\n")
        watched.wait(2)
        assert "It has come." in page()
        with part.open("a", encoding="utf-8") as opened:
            opened.write("And more.\n")
        watched.wait(3)
        assert "And more." in page()
        (tmp_path / "html").mkdir()
        (tmp_path / "html" / "style.css").write_text("p { color: #123456 }", "utf-8")
        (tmp_path / "html").rename(templates / "html")
        watched.wait(4)
        assert "#123456" in page()
        save(file, f"{front}The end.\n")
        watched.wait(5)
        assert "The end." in page()
    finally:
        watched.end()
    assert len(watched.outcomes) == 5


def test_a_folder_that_was_deleted_is_watched_when_it_is_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    monkeypatch.chdir(folder)
    text = "---\ntitle: A\nlang: en\n---\n\n{}\n"
    Path("a.md").write_text(text.format("Before."), "utf-8")

    def build(listener: Listener) -> Result:
        return pipeline.build(Path("a.md"), ["web"], out=tmp_path / "build", listener=listener)

    watched = Watched(Path("a.md"), build)
    try:
        watched.wait(1)
        shutil.rmtree(folder)
        assert "is no longer there" in str(watched.wait(2))
        folder.mkdir()
        save(folder / "a.md", text.format("After."))
        watched.wait(3)
        assert "After." in (tmp_path / "build" / "a" / "a.html").read_text("utf-8")
    finally:
        watched.end()


def test_the_newest_edit_wins(tmp_path: Path) -> None:
    """A build overtaken by an edit is dropped, and a failed one ends nothing."""
    file, begun = tmp_path / "a.md", list[str]()
    file.write_text("one", "utf-8")

    def build(listener: Listener) -> Result:
        begun.append(file.read_text("utf-8"))
        if begun[-1] == "one":
            save(file, "broken")
            while True:
                listener(Begun("render", "web"))
                time.sleep(0.001)
        if begun[-1] == "broken":
            raise RuntimeError("broken")
        return pipeline.build(file, ["word"], out=tmp_path, listener=listener)

    watched = Watched(file, build)
    try:
        assert isinstance(watched.wait(1), RuntimeError)
        save(file, "mended")
        assert isinstance(watched.wait(2), Result)
    finally:
        watched.end()
    assert begun == ["one", "broken", "mended"]


def test_a_build_whose_process_was_killed_is_repeated_once(tmp_path: Path) -> None:
    file, texts = tmp_path / "a.md", list[str]()
    file.write_text("one", "utf-8")

    def build(listener: Listener) -> Result:
        texts.append(file.read_text("utf-8"))
        if texts[-1] == "one" or texts.count("three") == 1:
            raise BrokenExecutor
        return pipeline.build(file, ["word"], out=tmp_path, listener=listener)

    watched = Watched(file, build)
    try:
        assert isinstance(watched.wait(2), BrokenExecutor)
        for text, number in (("two", 3), ("three", 5)):
            save(file, text)
            assert isinstance(watched.wait(number), Result)
    finally:
        watched.end()
    assert texts == ["one", "one", "two", "three", "three"]


# --- places ----------------------------------------------------------------------------------


def places_of(text: str, since: bool = False) -> list[tuple[int, str]]:
    parsed = parse(f"---\ntitle: T\nlang: en\n---\n{text}", "x.md")
    found = places(parsed)
    return [((place.since if since else place.line) - 4, place.text) for place in found]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("```python\n", "```\n", 3),
        ("```{.python caption=Three}\n", "```\n\nAfter.\n", 3),
        ("```\n", "", 3),
        ("~~~ {python}\n#| label: cell\n", "~~~\n", 4),
        ("<pre>\n", "</pre>\n", 3),
    ],
)
def test_each_line_of_code_has_its_own_place(before: str, after: str, line: int) -> None:
    found = places_of(f"Short.\n{before}one = 1\nthe_longest = 2\n\nlast = 4\n{after}")
    lines = [place for place in found if "=" in place[1]]
    assert lines == [(line, "one = 1"), (line + 1, "the_longest = 2"), (line + 3, "last = 4")]


def test_indented_code_and_code_in_a_list_have_their_lines() -> None:
    assert places_of("    a\n    b\n\n- Item\n\n  ```\n  c\n  ```\n") == [
        (1, "a"),
        (2, "b"),
        (4, "Item"),
        (7, "c"),
    ]


def test_a_line_that_opens_a_fence_shows_the_first_line_of_code() -> None:
    text = "Before.\n\n```\na\nb\n```\n\nNote.[^1]\n\n[^1]: Text.\n\n    ```\n    c\n    ```\n"
    found = places_of(text, since=True)
    assert [place for place in found if len(place[1]) == 1] == [(3, "a"), (5, "b"), (12, "c")]


def test_a_block_has_a_place_where_it_begins_and_one_where_it_is_easily_found() -> None:
    words = "the words that all the others have to be told from by what they say"
    assert places_of(f"See [it](#t): {words}.\n") == [(1, "See"), (1, f": {words}"[:60])]


# --- preview ---------------------------------------------------------------------------------


class Previewed(NamedTuple):
    source: Path
    out: Path
    address: str
    port: int
    token: str

    def get(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """The answer, or its first part if it does not end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        stream = answer.headers.get_content_type() == "text/event-stream"
        data = answer.readline() if stream else answer.read()
        connection.close()
        return answer.status, data, {name.lower(): value for name, value in answer.headers.items()}

    def state(self) -> dict[str, Any]:
        status, data, _ = self.get(f"/{self.token}/events")
        assert status == 200
        state: dict[str, Any] = json.loads(data.removeprefix(b"data: "))["state"]
        return state


def wait_for_parts(address: str) -> None:
    """Wait until something is shown."""
    with urllib.request.urlopen(f"{address}events") as events:
        while not json.loads(events.readline().removeprefix(b"data: ") or b"0")["state"]["parts"]:
            assert events.readline() == b"\n"


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previewed]:
    folder = tmp_path_factory.mktemp("preview")
    file, out = folder / "well.md", folder / "build"
    file.write_text(source(), "utf-8")
    run = functools.partial(pipeline.build, out=out, memory=Memory())
    with contextlib.closing(Session(file, run)) as session:
        preview = Preview(session, editor=("edit", "{file}:{line}"))
        threading.Thread(target=preview.run, args=(session.begin,), daemon=True).start()
        wait_for_parts(preview.address)
        yield Previewed(file, out, preview.address, preview.port, preview.address.split("/")[3])


def test_what_is_shown_is_what_was_built(previewed: Previewed) -> None:
    state = previewed.state()
    assert list(state["parts"]) == ["web", "handout", "ebook"]
    web = state["parts"]["web"]
    status, data, headers = previewed.get(f"/{previewed.token}/file/web/{web['digest']}/well.html")
    assert status == 200
    built = (previewed.out / "well" / "well.html").read_bytes()
    assert data == re.sub(rb"(?s)<script.*?</script>", b"", built)
    assert headers["content-security-policy"].startswith("sandbox allow-same-origin;")
    assert "script-src" not in headers["content-security-policy"]
    page = f"/{previewed.token}/page/handout/{state['parts']['handout']['digest']}"
    assert previewed.get(f"{page}/0?width=200")[1].startswith(b"\x89PNG")
    assert previewed.get(f"{page}/99?width=200")[0] == 404


def test_an_answer_does_not_wait_until_the_last_one_is_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Browsers acknowledge after 40 ms, and ask for each file of an e-book."""
    at_once: list[int] = []
    made = AutoHTTPProtocol.connection_made

    def connection_made(self: Any, transport: Any) -> None:
        made(self, transport)
        connection = transport.get_extra_info("socket")
        at_once.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(AutoHTTPProtocol, "connection_made", connection_made)
    began = threading.Event()
    preview = Preview(cast(Session, SimpleNamespace()))
    threading.Thread(target=preview.run, args=(began.set,), daemon=True).start()
    began.wait()
    with socket.create_connection(("127.0.0.1", preview.port)) as connection:
        connection.sendall(REQUEST.format("close").encode())
        while connection.recv(4096):
            pass
    assert at_once
    assert all(at_once)


def test_the_page_loads_nothing_from_elsewhere_and_runs_its_own_script_alone(
    previewed: Previewed,
) -> None:
    _, data, headers = previewed.get(f"/{previewed.token}/")
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert b"//" not in data


@pytest.mark.parametrize("path", ["/", "/events", "/{}x/", "/x{}/", "/{}/../", "/preview.js"])
def test_nobody_gets_in_without_the_token(previewed: Previewed, path: str) -> None:
    assert previewed.get(path.format(previewed.token))[0] == 404


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Host", "evil.example"),
        ("Host", "evil.example:{}"),
        ("Host", "127.0.0.1"),
        ("Host", "127.0.0.1.evil.example:{}"),
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "https://127.0.0.1:{}"),
        ("Origin", "http://127.0.0.1:1"),
    ],
)
def test_other_hosts_and_sites_are_refused(previewed: Previewed, header: str, value: str) -> None:
    given = {header: value.format(previewed.port)}
    for path in ("", "events", "preview.js"):
        assert previewed.get(f"/{previewed.token}/{path}", **given)[0] == 403
    assert previewed.get(f"/{previewed.token}/open?file=&line=1", "POST", **given)[0] == 403


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that were started, but for nothing."""
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda words, **_: commands.append((*words,)))
    return commands


def test_the_editor_is_opened_at_places_of_the_text_alone(
    previewed: Previewed, opened: list[tuple[str, ...]]
) -> None:
    base = f"/{previewed.token}/open"
    refused = ("file=/etc/passwd&line=1", "file=../x.md&line=1", "file=&line=x", "file=&line=-1")
    for query in refused:
        assert previewed.get(f"{base}?{query}", "POST")[0] == 404
    assert previewed.get(f"{base}?file=&line=7")[0] == 405
    assert not opened
    assert previewed.get(f"{base}?file=&line=7", "POST")[0] == 204
    assert opened == [("edit", f"{previewed.source}:7")]


def test_the_command_serves_a_browser_and_an_editor_until_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "a.md"
    servers: list[uvicorn.Server] = []
    serve = uvicorn.Server.serve

    async def served(server: uvicorn.Server, **options: Any) -> None:
        servers.append(server)
        await serve(server, **options)

    monkeypatch.setattr(uvicorn.Server, "serve", served)
    file.write_text("---\ntitle: A\nlang: en\npage_list: false\n---\n\nA text.\n", "utf-8")

    def look(address: str) -> None:
        try:
            wait_for_parts(address)
            with urllib.request.urlopen(f"{address}open?file=&line=7", b""):
                pass
        finally:
            servers[0].should_exit = True  # as after Ctrl-C

    monkeypatch.setattr(
        "webbrowser.open", lambda address: threading.Thread(target=look, args=(address,)).start()
    )
    options = ("--edition=web", "--out", str(tmp_path / "out"), "--editor", "edit {file}:{line}")
    done = CliRunner().invoke(main, ["preview", str(file), *options])
    assert done.exit_code == 130
    assert opened == [("edit", f"{file}:7")]


def test_a_file_may_be_named_from_the_folder_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source, part, told = Path("pv/a.md"), "pv/parts/p.md", threading.Event()
    source.parent.mkdir()
    source.touch()
    found = Result(parse("Text without a title.", part).diagnostics)
    session = Session(source, lambda *_, **__: found)
    session.changed = told.set
    session.begin()
    try:
        told.wait()
        for name in (part, "parts/p.md", "./parts/p.md", str(tmp_path / part)):
            assert session.name_of(name) == part
        for name in ("a.md", "pv/a.md", str(tmp_path / "pv" / "a.md")):
            assert session.name_of(name) == ""
        assert session.name_of("p.md") == "p.md"
        assert session.name_of("\0") == "\0"
    finally:
        session.close()


class Looking:
    """Somebody who looks at a preview; each build is one in ``builds``, with what it made."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
        monkeypatch.setattr(watcher, "QUIET", 0)
        source = folder / "a.md"
        source.write_text(f"---\ntitle: A\npage_list: false\n{keys}\n---\n\nA text.\n", "utf-8")
        self.builds: list[list[str]] = []
        self._news = threading.Condition()

        def run(source: Path, editions: tuple[str, ...], **options: Any) -> Result:
            result = pipeline.build(source, editions, out=folder / "out", **options)
            self.builds.append([output.edition for output in result.outputs])
            return result

        self.session = Session(source, run)
        self.session.changed = self._changed

    def _changed(self) -> None:
        with self._news:
            self._news.notify_all()

    def wait(self, *parts: str) -> None:
        """Wait until these editions are shown, and no others."""
        with self._news:
            self._news.wait_for(lambda: {*self.session.state.parts} == {*parts})


def test_what_is_in_view_is_built_before_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = Looking(tmp_path, monkeypatch, "editions: [web, teacher-web, ebook]")
    with contextlib.closing(looking.session):
        looking.session.begin()
        looking.wait("web", "teacher-web", "ebook")
    assert looking.builds == [["web", "ebook"], ["web", "teacher-web", "ebook"]]


def test_the_first_version_is_shown_when_all_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = Looking(tmp_path, monkeypatch, "editions: [web]\nversions: 2")
    with contextlib.closing(looking.session):
        looking.session.begin()
        looking.wait("web")
        view = looking.session.view("web", looking.session.state.parts["web"].digest)
    assert view is not None
    assert view.documents == ("a.html",)


def test_an_edition_may_be_chosen_before_the_first_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = Looking(tmp_path, monkeypatch, "editions: [web, ebook]")
    with contextlib.closing(looking.session):
        looking.session.look_at({"html": "teacher-web", "epub": ""})
        looking.session.begin()
        looking.wait("web", "teacher-web", "ebook")
    assert looking.builds[0] == ["teacher-web", "ebook"]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("name", "code", "edition"),
    [
        *(("SIGKILL", -9, "handout"), ("SIGHUP", 129, "web")),
        *(("SIGTERM", 143, "web"), ("SIGINT", 130, "web")),
    ],
)
def test_nothing_is_left_when_it_is_killed(
    name: str, code: int, edition: str, tmp_path: Path
) -> None:
    """Its output ends when the last of its processes has. A window is open."""
    file, temporary = tmp_path / "a.md", tmp_path / "temporary"
    file.write_text("---\ntitle: A\npage_list: false\n---\n\nA text.\n", "utf-8")
    temporary.mkdir()
    command = [sys.executable, "-m", "pipeline", "preview", str(file), "--no-open"]
    process = subprocess.Popen(
        [*command, f"--edition={edition}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # tests may run by nohup
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
    )
    assert process.stdout
    address = process.stdout.readline().split()[1]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
    wait_for_parts(address)
    with urllib.request.urlopen(f"{address}events", timeout=60):
        process.send_signal(getattr(signal, name))
        _, said = process.communicate()
    assert process.returncode == code
    assert name == "SIGKILL" or said.strip() == ("chapbook: stopped" if name == "SIGINT" else "")
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("command", "said"),
    [('code "{file}:{line}', "No closing quotation"), ("code", "it needs {file} in it")],
)
def test_a_command_that_opens_nothing_is_refused(command: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.touch()
    done = CliRunner().invoke(main, ["preview", str(file), "--editor", command])
    assert done.exit_code == 2
    assert "Invalid value for '--editor'" in done.output
    assert said in done.output


@pytest.fixture(scope="module")
def seen(previewed: Previewed) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.commands.panes.server.subprocess", Mock())  # opens nothing
        return checkers.preview(previewed.address, previewed.source)


@pytest.mark.checkers
@pytest.mark.slow
class TestInABrowser:
    def test_an_edit_above_leaves_what_is_read_where_it_is(self, seen: dict[str, Any]) -> None:
        assert seen["half_way"]["before"] == seen["half_way"]["after"]
        assert seen["half_way"]["before"][0][0] == seen["half_way"]["before"][1][0]
        line = source().splitlines()[seen["half_way"]["line"] - 1]
        assert line.startswith(seen["half_way"]["before"][0][0])

    def test_who_is_at_the_top_stays_there(self, seen: dict[str, Any]) -> None:
        assert seen["at the top"] == [0, 0, 0]

    def test_an_error_stands_over_the_last_good_page_until_it_is_mended(
        self, seen: dict[str, Any]
    ) -> None:
        found = seen["error"]
        assert "well.md:2:" in found["said"]
        assert "^" in found["said"]
        assert found["headline"] == "1 error. Nothing was written."
        assert found["still shown"][0]
        assert not found["after"]
        assert found["mended"]

    def test_a_click_on_any_of_the_three_gives_the_line(self, seen: dict[str, Any]) -> None:
        lines = source().splitlines()
        fifth = str(lines.index("## The fifth") + 1)
        assert seen["places"]["asked"] == 1
        assert seen["places"]["said"] == [str(lines.index("## The second") + 1), fifth, fifth]

    def test_a_click_on_a_line_of_code_gives_this_line(self, seen: dict[str, Any]) -> None:
        first = len(source().splitlines()) + 3
        assert seen["places"]["code"] == [first, first + 1, first + 3, first, first + 1, first + 3]
        assert seen["places"]["beside"] == first + 1
        assert seen["places"]["printed"] == first + 3
        assert seen["places"]["fence"] == "short = 1"

    def test_lines_before_the_first_block_and_of_other_files_are_answered(
        self, seen: dict[str, Any]
    ) -> None:
        found, line = seen["asking"], source().splitlines().index("## The fifth") + 1
        assert found["front"] == [[0, 0, 0], 2]
        assert [name.rpartition("/")[2] for name in found["files"]] == [
            f"well.md:{line}",
            f"well.md:{line}",
            f"Nothing is shown of nope.md:{line}",
        ]

    def test_the_mark_in_print_moves_with_its_block(self, seen: dict[str, Any]) -> None:
        before, after = seen["asking"]["marked"]
        assert len(before) == len(after) == 1
        assert before != after

    def test_views_that_were_hidden_are_where_they_were(self, seen: dict[str, Any]) -> None:
        assert max(seen["hiding"]["apart"]) < 20

    def test_findings_can_be_folded(self, seen: dict[str, Any]) -> None:
        assert not seen["hiding"]["folded"]

    def test_a_view_of_nothing_says_so_and_can_be_built(self, seen: dict[str, Any]) -> None:
        assert seen["one view"] == {
            "shown": ["not built", "not built"],
            "asked": "html=web&pdf=handout&epub=",
        }

    def test_after_many_edits_two_windows_show_the_last(self, seen: dict[str, Any]) -> None:
        assert seen["many"] == {"windows": [True, True], "same": True}

    def test_what_ends_the_load_of_a_frame_does_not_end_the_view(
        self, seen: dict[str, Any]
    ) -> None:
        assert seen["on the way"] == [True, True]

    def test_the_page_is_for_everybody_and_asks_for_nothing_from_elsewhere(
        self, seen: dict[str, Any]
    ) -> None:
        assert seen["findings"] == []
        assert seen["complaints"] == []
