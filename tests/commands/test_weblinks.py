"""Web links are only looked up on request, politely. The web is a local server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import commands
from pipeline.commands.check import weblinks
from pipeline.commands.check.weblinks import LinkAnswer, look_up, plain
from tests.helpers.sentences import no_sentences

REDIRECTS = {
    "/moved": (301, "/there"),
    "/moved-308": (308, "there"),
    "/for-now": (302, "/there"),
    "/moved-twice": (301, "/moved"),
    "/moved-then-for-now": (301, "/for-now"),
    "/for-now-then-moved": (303, "/moved"),
    "/moved-to-nothing": (301, "/none"),
    "/moved-é": (301, "/thére"),
    "/loop": (302, "/loop"),
    "/to-ftp": (302, "ftp://127.0.0.1/x"),
    "/to-file": (301, "file:///etc/hostname"),
    "/to-private": (302, "/private/a"),
    "/no-location": (302, ""),
}
STATUS = {"/none": 404, "/gone": 410, "/error": 500, "/secret": 403, "/busy": 429, "/odd": 799}
WITHOUT_HEAD = {"/no-head": 405, "/no-head-501": 501, "/no-head-404": 404, "/no-head-403": 403}
SLOW = "/slow"

PATIENCE = 3600
"""Seconds, of which a busy machine takes few."""


@dataclass
class Clock:
    """A clock that only goes on while somebody waits."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Request:
    """A request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    begun: float
    ended: float = 0.0


@dataclass
class Server:
    address: str
    clock: Clock = field(default_factory=Clock)
    asked: list[Request] = field(default_factory=list)
    robots: str = ""
    barrier: threading.Barrier | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.address}{path}"

    def paths(self) -> list[str]:
        """The requested paths, except ``robots.txt``."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("CHAPBOOK_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with running() as found:
        yield found


@contextmanager
def running() -> Iterator[Server]:
    server = Server("")

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Request(self.command, self.path, headers, server.clock.now)
            server.asked.append(asked)
            if server.barrier and self.path != "/robots.txt":
                server.barrier.wait(PATIENCE)
            if self.path == SLOW:
                server.ended.wait()
            asked.ended = server.clock.now
            self.respond()

        def respond(self) -> None:
            if self.path == "/drops" or (self.path == "/drops-head" and self.command == "HEAD"):
                self.close_connection = True
                return
            if self.path == "/robots.txt":
                self.send(200 if server.robots else 404, server.robots)
            elif self.path in REDIRECTS:
                status, location = REDIRECTS[self.path]
                self.send(status, location=location)
            elif self.path in WITHOUT_HEAD and self.command == "HEAD":
                self.send(WITHOUT_HEAD[self.path])
            else:
                self.send(STATUS.get(self.path, 200), "<html>")

        def send(self, status: int, body: str = "", location: str = "") -> None:
            self.send_response(status)
            if location:
                self.send_header("Location", location.encode().decode("latin-1"))
            self.send_header("Set-Cookie", "known=yes")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body.encode())

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.address = str(web.server_port)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        web.shutdown()
        thread.join()
        web.server_close()


def one(server: Server, path: str) -> LinkAnswer:
    address = server.url(path)
    timeout = 0.5 if path == SLOW else PATIENCE
    return look_up([address], pause=0, timeout=timeout)[address.partition("#")[0]]


# --- one address -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/there", "/there?a=b&c=d#e", "/for-now", *WITHOUT_HEAD])
def test_what_is_there(path: str, server: Server) -> None:
    assert one(server, path) == LinkAnswer("there")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/moved", "/there"),
        ("/moved-308", "/there"),
        ("/moved-twice", "/there"),
        ("/moved-then-for-now", "/for-now"),
        ("/moved-é", "/th%C3%A9re"),
        ("/moved#here", "/there"),
    ],
)
def test_what_has_moved_for_good(path: str, to: str, server: Server) -> None:
    REDIRECTS[plain(server.url("/moved-é")).partition(server.address)[2]] = REDIRECTS["/moved-é"]
    assert one(server, path) == LinkAnswer("moved", to=server.url(to))


def test_what_is_elsewhere_for_now_keeps_its_address(server: Server) -> None:
    assert one(server, "/for-now-then-moved") == LinkAnswer("there")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/none", "answers 404 (Not Found)"),
        ("/gone", "answers 410 (Gone)"),
        ("/moved-to-nothing", "answers 404 (Not Found)"),
    ],
)
def test_what_is_gone(path: str, reason: str, server: Server) -> None:
    assert one(server, path) == LinkAnswer("gone", reason)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/error", "answers 500 (Internal Server Error)"),
        ("/secret", "answers 403 (Forbidden)"),
        ("/busy", "answers 429 (Too Many Requests)"),
        ("/odd", "answers 799"),
        ("/no-location", "answers 302 (Found)"),
        ("/loop", "redirects without end"),
        ("/to-ftp", "redirects to ftp://127.0.0.1/x, which cannot be followed"),
        ("/to-file", "redirects to file:///etc/hostname, which cannot be followed"),
        (SLOW, "does not answer within 0.5 seconds"),
        ("/drops", "breaks off the connection"),
    ],
)
def test_what_cannot_be_reported(path: str, reason: str, server: Server) -> None:
    assert one(server, path) == LinkAnswer("unknown", reason)


@pytest.mark.parametrize("path", ["/drops-head"])
def test_a_head_that_fails_is_no_answer(path: str, server: Server) -> None:
    assert one(server, path) == LinkAnswer("there")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://localhost:1/", "refuses connections"),
        ("http://no-such-host.invalid/", "names a server that cannot be found"),
        ("http://user:word@127.0.0.1/", "is not an address that can be checked"),
        ("http://[::1/", "is not an address that can be checked"),
        ("http://a..b/", "is not an address that can be checked"),
        ("https://127.0.0.1:99999/", "is not an address that can be checked"),
    ],
)
def test_servers_that_are_not_there(address: str, reason: str, server: Server) -> None:
    assert look_up([address], pause=0, timeout=PATIENCE) == {address: LinkAnswer("unknown", reason)}


def test_addresses_are_sent_as_the_web_wants_them() -> None:
    assert plain("https://m%C3%BCnchen.example/ä?q=ö#x") == (
        "https://xn--mnchen-3ya.example/%C3%A4?q=%C3%B6"
    )
    assert plain("http://[::1]:80") == "http://[::1]:80/"


# --- politeness ------------------------------------------------------------------------


def test_one_request_at_a_time_with_a_pause_after_each(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weblinks, "time", server.clock)
    look_up([server.url(path) for path in ("/a", "/no-head", "/moved")], pause=0.1)
    assert [f"{one.method} {one.path}" for one in server.asked] == [
        "GET /robots.txt",
        "HEAD /a",
        "HEAD /no-head",
        "GET /no-head",
        "HEAD /moved",
        "HEAD /there",
    ]
    for before, after in zip(server.asked, server.asked[1:], strict=False):
        assert after.begun - before.ended >= 0.095


def test_programs_say_who_they_are_and_take_no_cookies(server: Server) -> None:
    look_up([server.url("/a"), server.url("/b")], pause=0)
    for asked in server.asked:
        assert asked.headers["user-agent"].startswith("Chapbook")
        assert not {"cookie", "authorization", "referer"} & asked.headers.keys()


def test_servers_are_asked_at_the_same_time(server: Server) -> None:
    server.barrier = threading.Barrier(2)
    addresses = [server.url("/a"), server.url("/b", "localhost")]
    found = look_up(addresses, pause=0, timeout=PATIENCE)
    assert set(found.values()) == {LinkAnswer("there")}
    assert not server.barrier.broken


def test_an_address_is_asked_for_once(server: Server) -> None:
    look_up([server.url("/a"), server.url("/a#x"), server.url("/a")], pause=0)
    assert server.paths() == ["/a"]


@pytest.mark.parametrize("path", ["/private/a", "/to-private"])
def test_what_robots_are_asked_to_leave_alone(path: str, server: Server) -> None:
    server.robots = "User-agent: *\nDisallow: /private/\n"
    assert one(server, path) == LinkAnswer("forbidden")
    assert "/private/a" not in server.paths()


def test_a_server_may_ask_for_a_longer_pause(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weblinks, "time", server.clock)
    server.robots = "User-agent: chapbook\nCrawl-delay: 1\n"
    look_up([server.url("/a")], pause=0)
    robots, page = server.asked
    assert page.begun - robots.ended >= 0.95


def test_a_server_without_an_answer_is_not_asked_again(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        found = look_up([f"http://127.0.0.1:{port}/{n}" for n in range(9)], pause=0, timeout=0.5)
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()
    assert set(found.values()) == {LinkAnswer("unknown", "does not answer within 0.5 seconds")}


# --- memory ----------------------------------------------------------------------------


def test_good_news_is_remembered_for_a_day_and_bad_news_for_minutes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [server.url(path) for path in ("/a", "/moved", "/none", "/error")]
    first = look_up(addresses, pause=0)
    server.asked.clear()
    assert look_up(addresses, pause=0) == first
    assert not server.asked
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + weblinks.BAD_FOR)
    assert look_up(addresses, pause=0) == first
    assert set(server.paths()) == {"/none", "/error"}
    server.asked.clear()
    monkeypatch.setattr("time.time", lambda: now + weblinks.GOOD_FOR)
    assert look_up(addresses, pause=0) == first
    assert set(server.paths()) >= {"/a", "/moved"}


@pytest.mark.parametrize("data", [b"", b"{", b'{"http://a/": 1}', b"\xff"])
def test_a_damaged_memory_is_no_harm(data: bytes, server: Server, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / weblinks.FILE).write_bytes(data)
    assert one(server, "/a") == LinkAnswer("there")
    server.asked.clear()
    assert one(server, "/a") == LinkAnswer("there")
    assert not server.asked


# --- the command -----------------------------------------------------------------------


def check(source: Path, text: str, *options: str) -> Result:
    source.write_text(text, "utf-8")
    return CliRunner().invoke(commands.main, ["check", "--external", str(source), *options])


@pytest.fixture
def source(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(
        "pipeline.commands.check.weblinks.look_up.__kwdefaults__",
        {"pause": 0, "timeout": PATIENCE},
    )
    monkeypatch.chdir(tmp_path)
    return Path("talk.md")


def test_findings_say_where_the_link_stands(source: Path, server: Server) -> None:
    Path("part.md").write_text(f"\nMore [of it]({server.url('/none')}).\n", "utf-8")
    result = check(
        source,
        f"# Talk\n\n[a]({server.url('/there')}) and [b]({server.url('/moved#x')}).[^n]\n\n"
        f"- <{server.url('/error')}>\n\n[^n]: See {server.url('/gone')}.\n\n"
        "{{ include part.md }}\n\n[mail](mailto:a@b.example), [inside](#more)\n\n## More\n\n"
        f"::: {{edition=teacher}}\n[c]({server.url('/none')})\n:::\n",
    )
    lines = [line for line in result.output.splitlines() if line.startswith(("part", "talk"))]
    assert lines == [
        f"part.md:2:14: error[dead-link]: `{server.url('/none')}` answers 404 (Not Found):"
        " there is no such page.",
        f"talk.md:3:{len(server.url('/there')) + 15}: warning[moved-link]:"
        f" `{server.url('/moved#x')}` has moved permanently.",
        f"talk.md:5:4: warning[unreachable-link]: `{server.url('/error')}` answers 500"
        " (Internal Server Error).",
        f"talk.md:7:11: error[dead-link]: `{server.url('/gone')}` answers 410 (Gone):"
        " there is no such page.",
        f"talk.md:16:5: error[dead-link]: `{server.url('/none')}` answers 404 (Not Found):"
        " there is no such page.",
    ]
    assert f"hint: Write `{server.url('/there#x')}`." in result.output
    assert "hint: Look for its new address, or link to another source." in result.output
    assert "check    talk.md: 5 addresses on the web, 5 findings" in result.output
    assert result.exit_code == 1
    assert server.paths().count("/none") == 2, "the head, and the page"


def test_warnings_are_no_failure(source: Path, server: Server) -> None:
    result = check(source, f"# Talk\n\n[a]({server.url('/moved')})\n")
    assert (result.exit_code, "1 address on the web, 1 finding" in result.output) == (0, True)


def test_what_was_not_looked_up_is_named(source: Path, server: Server) -> None:
    server.robots = "User-agent: *\nDisallow: /\n"
    result = check(source, f"# Talk\n\n[a]({server.url('/a')})\n")
    assert result.output.splitlines() == [
        "check    talk.md: 1 address on the web, no findings",
        f"         not checked, at the server's request: {server.url('/a')}",
    ]
    assert not server.paths()


def test_findings_for_programs(source: Path, server: Server) -> None:
    result = check(source, f"# Talk\n\n[a]({server.url('/none')})\n", "--json")
    (found,) = json.loads(result.stdout)
    assert (found["code"], found["source"], found["line"], found["column"]) == (
        "dead-link",
        "talk.md",
        3,
        5,
    )


def test_a_source_that_cannot_be_read(source: Path, server: Server) -> None:
    result = check(source, "")
    assert result.exit_code == 1
    assert "talk.md: error[empty-file]" in result.output


def test_findings_are_sentences(
    source: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.commands.check.weblinks import check_links

    monkeypatch.setattr(
        "pipeline.commands.check.weblinks.look_up.__kwdefaults__",
        {"pause": 0, "timeout": 0.5},
    )
    links = [f"[a]({server.url(path)})" for path in ("/none", "/moved", "/error", "/loop", SLOW)]
    source.write_text("# Talk\n\n" + "\n".join(links), "utf-8")
    found = check_links(source).diagnostics
    assert len(found) == len(links)
    assert not no_sentences(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--external", "a.html"], "a.html is not one"), (["a.md"], "--external")],
)
def test_files_of_the_other_kind(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(arguments[-1]).write_text("Text.", "utf-8")
    result = CliRunner().invoke(commands.main, ["check", *arguments])
    assert result.exit_code == 2
    assert message in result.output
