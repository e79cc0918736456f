"""Writing, seeing and handing out in one window: `chapbook desk`."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import docx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import pipeline
from pipeline.commands import main
from pipeline.commands.desk import launcher
from pipeline.commands.desk.draft import SourceText, merge
from pipeline.commands.desk.server import Desk, is_for_pupils, words_for
from pipeline.commands.panes.session import PageDrawing, Session
from pipeline.model.editions import EDITIONS
from tests.helpers import checkers
from tests.helpers.paths import ROOT

SOURCE = """---
title: The well
author: [Ann, Ben]
lang: en
page_list: false
---

## Deep wells {#sec-deep}

It is ____{seventy} metres deep.
"""


class Served(NamedTuple):
    """A desk that runs, and its folder."""

    desk: Desk
    folder: Path
    at: str

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """The answer to a request; with a body, to one that changes something."""
        connection = http.client.HTTPConnection("127.0.0.1", self.desk.port)
        with contextlib.closing(connection):
            method = "GET" if body is None else "POST"
            connection.request(method, f"{self.at}{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def json(self, path: str, body: Any = None) -> Any:
        status, data = self.ask(path, None if body is None else json.dumps(body).encode())
        assert status == 200, data
        return json.loads(data)

    def key(self, name: str = "well.md") -> str:
        return str(next(each["key"] for each in self.json("sources") if each["name"] == name))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk") / "texts"
    folder.mkdir()
    (folder / "well.md").write_text(SOURCE, "utf-8")
    (folder / "parts").mkdir()
    (folder / "parts" / "rope.md").write_text("A rope.\r\n", "utf-8", newline="")
    (folder.parent / "secret.md").write_text("Nobody's.\n", "utf-8")

    turn = threading.Lock()  # as in the command, one text is built at a time

    def build(*given: Any, **options: Any) -> Any:
        with turn:
            return pipeline.build(*given, out=folder / "build", **options)

    def session(path: Path, drawing: PageDrawing) -> Session:
        return Session(path, build, ("web",), drawing=drawing)

    desk = Desk(folder, folder / "build", session)
    began = threading.Event()
    thread = threading.Thread(target=desk.run, args=(began.set,), daemon=True)
    thread.start()
    began.wait()
    yield Served(desk, folder, f"/{desk.address.split('/')[3]}/")
    desk.end()
    thread.join()
    desk.close()


def test_file_actions(served: Served) -> None:
    """A file is copied under another title, renamed and put away; no other file is overwritten."""
    body = "# Titel\n"
    begun = {"name": "Wasser: im Dorf", "author": "A: B", "kind": "novel", "body": body}
    headers = {"accept-language": "de-DE,de;q=0.9"}
    status, data = served.ask("new", json.dumps(begun).encode(), **headers)
    assert status == 200, data
    text = (served.folder / "wasser-im-dorf.md").read_text("utf-8")
    assert '- "A: B"' in text
    assert "lang: de\n" in text
    assert re.search(r'\nrights: "© \d+ A: B"\n', text)
    assert text.endswith(f"---\n\n{body}")
    assert "Your" not in text

    def act(file: str, action: str, title: str = "") -> Any:
        asked = {"action": action, "name": title}
        return served.json(f"open/{served.key(file)}/file", asked)

    act("wasser-im-dorf.md", "copy", "The well")  # there is a well.md, and no the-well
    built = served.folder / "build" / "the-well" / "the-well.html"
    served.json(f"open/{served.key('the-well.md')}/hand-out", ["web"])
    assert built.is_file()
    act("the-well.md", "rename", "Well")
    assert not built.parent.exists()
    names = {each["name"]: each["title"] for each in served.json("sources")}
    assert names["well-2.md"] == "Well"
    assert names["well.md"] == "The well"
    assert act("well-2.md", "delete") == {"key": ""}
    assert act("wasser-im-dorf.md", "delete") == {"key": ""}
    assert (served.folder / "_deleted" / "well-2.md").is_file()
    left = {each["name"] for each in served.json("sources")}
    assert left == {*names} - {"well-2.md", "wasser-im-dorf.md"}


def test_the_sources_of_the_folder_are_listed_with_their_titles(served: Served) -> None:
    found = {each["name"]: each["title"] for each in served.json("sources")}
    assert found["well.md"] == "The well"
    assert found["parts/rope.md"] == "rope"
    assert "secret.md" not in str(found)


def test_texts_that_nobody_has_opened_have_first_pages(served: Served) -> None:
    """They are made outside the folder, in which nobody has asked for anything."""
    for _ in range(1200):
        covers = {each["name"]: each["cover"] for each in served.json("sources")}
        if covers["parts/rope.md"]:
            break
        time.sleep(0.1)
    status, data = served.ask(f"cover/{served.key('parts/rope.md')}")
    assert (status, data[:4]) == (200, b"\x89PNG")
    assert not (served.folder / "build" / "parts").exists()


def test_works_that_can_be_cited_are_offered(served: Served) -> None:
    (served.folder / "works.bib").write_text("@book{knuth, title={The {TeX}book}}\n", "utf-8")
    text = "---\ntitle: A\nbibliography: works.bib\n---\n\n# B {#b}\n\n[c]{.term}\n"
    (served.folder / "citing.md").write_text(text, "utf-8")
    key = served.key("citing.md")
    for _ in range(1200):
        found = served.json(f"open/{key}/words")
        if found["ids"]:
            break
        time.sleep(0.1)
    assert found["works"] == [["knuth", "The TeXbook"]]
    assert found["ids"] == [["b", "B"]]


def test_nothing_outside_the_folder_is_read_or_written(served: Served) -> None:
    at = f"open/{served.key()}"
    for path in (
        f"{at}/made/web/..%2F..%2Fsecret.md",
        "open/../secret.md/",
        "codemirror/..%2Findex.js",
    ):
        assert served.ask(path)[0] == 404
    name = quote("../../up.png")
    assert served.ask(f"{at}/picture?name={name}", b"picture") == (200, b"images/up.png")
    assert served.ask(f"{at}/picture?name=x.exe", b"picture")[0] == 415
    assert [path.name for path in served.folder.parent.iterdir() if "up" in path.name] == []
    assert (
        served.ask("new", json.dumps({"name": "../../Out", "kind": "handout"}).encode())[0] == 200
    )
    assert not (served.folder.parent.parent / "Out.md").exists()


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_other_hosts_and_sites_can_do_nothing(served: Served, headers: dict[str, str]) -> None:
    at = f"open/{served.key()}"
    for path in ("new", "import?name=a.txt", f"{at}/save", f"{at}/hand-out", "left/x"):
        assert served.ask(path, b"{}", **headers)[0] == 403


def test_a_text_is_saved_over_the_version_that_it_was_written_over(served: Served) -> None:
    at, path = f"open/{served.key('parts/rope.md')}", served.folder / "parts" / "rope.md"
    text = served.json(f"{at}/text")
    assert text["text"] == "A rope.\n"
    sent = {"head": 8, "lines": "It is 𝓁ong.\n", "base": text["digest"]}
    saved = served.json(f"{at}/save", sent)
    sent = {"head": 14, "lines": "l", "tail": 5, "base": saved["digest"]}
    assert served.json(f"{at}/save", sent | {"base": "other"})["unknown"]
    saved = served.json(f"{at}/save", sent)
    assert path.read_bytes() == b"A rope.\r\nIt is long.\r\n"
    path.write_bytes(b"By somebody.\r\n" + path.read_bytes())
    merged = served.json(
        f"{at}/save", {"text": "A rope.\nIt is longer.\n", "base": saved["digest"]}
    )
    assert merged["text"] == "By somebody.\nA rope.\nIt is longer.\n"
    conflict = served.json(f"{at}/save", {"text": "Mine.\n", "base": saved["digest"]})
    assert conflict["conflict"]
    assert conflict["text"] == merged["text"]
    served.json(f"{at}/save", {"text": "Mine.\n", "base": conflict["digest"]})
    assert path.read_bytes() == b"Mine.\r\n"


def test_the_way_back_is_kept_without_sending_the_text_again(served: Served) -> None:
    at = f"open/{served.key()}"
    text = served.json(f"{at}/text")
    for sent in ({"base": text["digest"], "kept": {"n": 1}}, {"base": "other", "kept": {"n": 2}}):
        assert served.ask(f"{at}/kept", json.dumps(sent).encode())[0] == 204
    assert served.json(f"{at}/text")["kept"] == {"text": text["text"], "kept": {"n": 1}}
    served.ask(f"{at}/kept", json.dumps({"text": "Other", "kept": {}}).encode())
    assert served.json(f"{at}/text")["kept"] == {"text": "Other", "kept": {}}


def test_files_for_pupils_hold_no_edition_with_answers(served: Served) -> None:
    at = f"open/{served.key()}"
    made = served.json(f"{at}/hand-out", ["web", "answers"])
    assert {name: any(files.values()) for name, files in made["files"].items()} == {
        "web": True,
        "answers": True,
    }
    assert served.ask(f"{at}/made/web,answers/pupils-well.zip")[0] == 404
    status, data = served.ask(f"{at}/made/web/pupils-well.zip")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["well.html"]
        assert b"seventy" not in archive.read("well.html")
    assert not is_for_pupils("archive")  # whose source is inside
    assert not any(row.has_answers and is_for_pupils(name) for name, row in EDITIONS.items())


def test_a_form_has_the_settings_under_the_names_that_the_text_has(served: Served) -> None:
    status, data = served.ask(f"open/{served.key()}/front", SOURCE.encode())
    fields = {each["key"]: each for each in json.loads(data)}
    assert status == 200
    assert fields["title"]["value"] == "The well"
    assert fields["author"]["value"] == "Ann, Ben"
    assert "authors" not in fields
    assert fields["theme"]["choices"] == ["classic", "modern", "plain"]
    assert fields["contents"]["choices"] == ["auto", "always", "never"]
    assert fields["fit"]["kind"] == "text"
    words = words_for("de")[1]
    assert {each[part] for each in fields.values() for part in ("name", "about")} <= {*words, ""}


def test_what_the_views_show_is_named_in_all_languages() -> None:
    shown = {row.label for row in EDITIONS.values() if row.format in ("html", "pdf", "epub")}
    for language in ("de", "fr", "es", "pt", "it", "nl", "ar", "zh"):
        assert {*shown, "Page {}"} <= words_for(language)[1].keys()


def test_a_file_that_cannot_be_read_leaves_nothing(served: Served) -> None:
    before = sorted(served.folder.rglob("*.md"))
    status, data = served.ask("import?name=a.docx", b"no Word file")
    assert status == 409
    assert b"a.docx" in data
    assert sorted(served.folder.rglob("*.md")) == before


LINES = st.lists(st.sampled_from("abc"), max_size=6)


@given(LINES, LINES)
def test_what_one_alone_has_changed_is_taken(base: list[str], changed: list[str]) -> None:
    old, new = ("".join(f"{line}\n" for line in lines) for lines in (base, changed))
    assert merge(old, new, old) == merge(old, old, new) == merge(old, new, new) == new


def test_the_same_lines_changed_twice_are_a_conflict() -> None:
    assert merge("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n") is None
    assert merge("a\nb\nc\nd\n", "x\nb\nc\nd\n", "a\nb\nc\ny\n") == "x\nb\nc\ny\n"
    assert merge("a\n", "a\nx\n", "a\ny\n") is None


def test_what_was_typed_after_others_were_heard_of_is_no_conflict(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Well\n\nA rope\n", "utf-8")
    source = SourceText(path)
    base = source.read()[1]
    path.write_text("Wells\n\nA rope\n", "utf-8")
    saved = source.save("Well\n\nA rope of\n", base)
    assert saved.text == "Wells\n\nA rope of\n"
    assert source.save("Well\n\nA rope of straw\n", saved.base).text == "Wells\n\nA rope of straw\n"


def test_a_window_that_has_written_nothing_takes_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("A rope\n", "utf-8")
    source = SourceText(path)
    base = source.read()[1]
    for number in range(20):
        path.write_text(f"A rope {number}\n", "utf-8")
        source.read()
    saved = source.save("A rope\n", base)
    assert (saved.text, saved.conflict) == ("A rope 19\n", False)
    assert path.read_text("utf-8") == "A rope 19\n"


def test_the_digest_follows_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    source = SourceText(path)
    assert source.digest() == ""
    path.write_text("A\n", "utf-8")
    first = source.digest()
    path.write_text("Another\n", "utf-8")
    assert first
    assert source.digest() not in ("", first)


def test_the_icon_starts_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("documents", "desktop", "data"):
        (tmp_path / name).mkdir()
        folder = str(tmp_path / name)
        monkeypatch.setattr(f"platformdirs.user_{name}_dir", lambda folder=folder: folder)
    done = CliRunner().invoke(main, ["desk", "--install-launcher"])
    assert done.exit_code == 0, done.output
    files = [Path(line.removeprefix("wrote ")) for line in done.output.splitlines()]
    assert (tmp_path / "documents" / "Chapbook").is_dir()
    assert all("-P" in path.read_text("utf-8") for path in files)
    assert any(path.parent == tmp_path / "desktop" for path in files)


def test_a_second_start_shows_the_desk_that_is_open(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path)
    source = served.folder / "well.md"
    with launcher.note_address(served.folder, served.desk.address):
        done = CliRunner().invoke(main, ["desk", str(source), "--no-open"])
    assert done.output == f"desk     {served.desk.address}open/{served.key()}/\n"
    assert launcher.find_running(served.folder) is None
    with launcher.note_address(served.folder, "http://127.0.0.1:1/"):
        assert launcher.find_running(served.folder) is None


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The observations of a teacher, and the exit code of the desk after the window was closed."""
    checkers.require("browser")
    pytest.importorskip("nicegui", reason="the editor with colours is not installed")
    folder = tmp_path_factory.mktemp("teacher") / "texts"
    folder.mkdir()
    Image.new("RGB", (300, 200), "#2277aa").save(folder.parent / "map.png")
    document = docx.Document()
    document.add_heading("The old well", 1)
    document.add_paragraph("Nobody knew how deep it was.")
    document.save(str(folder.parent / "old.docx"))
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "desk", str(folder), "--no-open"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout
    address = process.stdout.readline().split()[1]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
    try:
        found = checkers.desk(address, folder)
        yield {**found, "code": process.wait()}
    finally:
        process.kill()
        process.communicate()


@pytest.mark.checkers
@pytest.mark.slow
class TestInABrowser:
    def test_a_worksheet_is_written_without_a_command(self, seen: dict[str, Any]) -> None:
        done = ("all", "exercises", "typed", "first", "shown", "settled")
        assert seen["write"] == dict.fromkeys(done, True)

    def test_words_are_typed_over_and_pasted_with_their_looks(self, seen: dict[str, Any]) -> None:
        done = ("heading", "choice", "cell", "label", "gap", "picture", "pasted", "pictures")
        assert seen["edit"] == dict.fromkeys((*done, "plain"), True)

    def test_every_letter_is_where_it_was_typed(self, seen: dict[str, Any]) -> None:
        assert seen["misplaced"] == []

    def test_names_are_completed(self, seen: dict[str, Any]) -> None:
        assert seen["complete"] == {"offered": "ex-read", "taken": True}

    def test_a_mistake_is_underlined_and_mended(self, seen: dict[str, Any]) -> None:
        assert seen["mend"] == {"marked": ["ex-rea"], "mended": True, "chosen": True}

    def test_signs_are_in_words_where_nobody_writes(self, seen: dict[str, Any]) -> None:
        found = seen["signs"]
        assert found["folded"] == "Exercise Read {…}"
        assert found["written"] == "::: exercise Read {#ex-read}"

    def test_the_bar_of_buttons_is_one_stop(self, seen: dict[str, Any]) -> None:
        assert seen["signs"]["bar"] == ["Signs …", 1]

    def test_pages_are_turned_and_enlarged(self, seen: dict[str, Any]) -> None:
        assert seen["look"]["before"] == [False, False, False]
        assert seen["look"]["after"] == [True, True, True]
        assert seen["look"]["closed"] == [False, True, True]

    def test_a_view_begins_at_the_place_in_the_text(self, seen: dict[str, Any]) -> None:
        assert seen["look"]["web page"]

    def test_every_control_is_named_in_the_language_of_the_browser(
        self, seen: dict[str, Any]
    ) -> None:
        english, german = seen["look"]["names"]
        words = words_for("de")[1]
        assert len(english) > 25
        assert [name for name in english if name not in words] == []
        assert german == [words[name] for name in english]

    def test_another_language_can_be_chosen(self, seen: dict[str, Any]) -> None:
        assert seen["look"]["chosen"] == "fr"

    def test_what_could_not_be_saved_is_offered_when_the_desk_is_back(
        self, seen: dict[str, Any]
    ) -> None:
        assert seen["lost"] == {"alarms": 1, "kept": True, "asked again": 0}

    def test_it_is_printed_and_handed_out_without_answers(self, seen: dict[str, Any]) -> None:
        found = seen["hand out"]
        assert ".md:" not in found["stopped"]
        assert "what is left of a gap" in found["stopped"]
        assert "Show line" in found["stopped"]
        assert "60\t0.60" in found["costs"]  # four pages, thirty times, on both sides
        assert found["printed"].endswith("/handout/our-well-a-test.pdf")
        assert found["pupils"] == "our-well-a-test.html our-well-a-test.pdf"
        assert found["leaked"] == "False"
        assert found["teacher"] == "our-well-a-test-answers.pdf"
        assert found["questions"] == "True"

    def test_a_word_file_is_brought_in(self, seen: dict[str, Any]) -> None:
        assert "words" in seen["bring in"]["told"]
        assert "Nobody knew" in seen["bring in"]["text"]

    def test_other_windows_and_programs_are_heard_of(self, seen: dict[str, Any]) -> None:
        assert seen["elsewhere"] == {"told": True, "both": True, "program": True, "undone": True}

    def test_both_texts_stay_until_one_is_chosen(self, seen: dict[str, Any]) -> None:
        assert seen["disagree"] == {"kept": [True, True], "marked": True, "chosen": True}

    def test_a_plain_field_has_the_same_buttons(self, seen: dict[str, Any]) -> None:
        assert seen["plain"] == {"saved": True, "undone": True, "redone": True}

    def test_the_page_is_for_everybody_and_asks_for_nothing_from_elsewhere(
        self, seen: dict[str, Any]
    ) -> None:
        assert seen["findings"] == []
        assert seen["complaints"] == []

    def test_it_ends_with_its_last_window(self, seen: dict[str, Any]) -> None:
        assert seen["code"] == 0
