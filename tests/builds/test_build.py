"""The command as people use it: their input, the outputs, and the messages."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec
from unittest.mock import Mock

import pikepdf
import pytest
from click.testing import CliRunner
from lxml import etree
from PIL import Image

import pipeline
from pipeline import Ran, Saved, driver
from pipeline.commands import main
from pipeline.commands.format import format_text
from pipeline.commands.new import STARTERS
from pipeline.commands.processes import Pool
from pipeline.driver import Event
from tests.helpers import making
from tests.helpers.killing import ended, forked
from tests.helpers.paths import ROOT, TEMPLATES
from tests.helpers.sentences import is_sentence

P = ParamSpec("P")

pytestmark = pytest.mark.slow


def _pixel() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1, 1), "navy").save(file, "PNG")
    return file.getvalue()


PIXEL = _pixel()


def chapbook(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in this process, which has everything loaded; no exception gets out of it."""
    words = [*map(str, arguments)]
    with contextlib.chdir(cwd):
        done = CliRunner(catch_exceptions=False).invoke(main, words, prog_name="chapbook")
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def forking(test: Callable[P, None]) -> Callable[P, None]:
    """A test that makes a copy of its process."""
    test = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")(test)
    return pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no copies")(test)


def write(folder: Path, text: str, name: str = "x.md") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def findings(stderr: str) -> list[str]:
    """The messages and hints."""
    return re.findall(r"(?:(?:error|warning)\[[a-z-]+\]|^    hint): (.+)", stderr, re.MULTILINE)


def codes(stderr: str) -> list[str]:
    return re.findall(r"(?:error|warning)\[([a-z-]+)\]", stderr)


UNPAGED = "---\ntitle: T\npage_list: false\n---\n\ntext\n"
"""A text without page marks, so that its handout is not laid out for a web page."""


# --- what comes out --------------------------------------------------------------------


def test_a_source_becomes_three_files_and_a_manifest_that_describes_them(tmp_path: Path) -> None:
    write(tmp_path, "# Hello\n\nA text.\n")
    done = chapbook("build", "x.md", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    names = {path.name for path in (tmp_path / "build" / "x").iterdir()}
    assert names == {"x.html", "x.pdf", "x.epub", "manifest.json"}
    assert [line.split()[0] for line in done.stdout.splitlines()] == "parse html pdf epub".split()
    manifest = json.loads((tmp_path / "build/x/manifest.json").read_bytes())
    by_edition = {output["edition"]: output for output in manifest["outputs"]}
    assert set(by_edition) == {"web", "handout", "ebook"}
    assert by_edition["handout"]["facts"] == {"pages": 1, "sheets": 1}
    for output in manifest["outputs"]:
        data = (tmp_path / "build/x" / output["file"]).read_bytes()
        assert output["size"] == len(data)
        assert len(output["sha256"]) == 64
    assert "weasyprint" in manifest["libraries"]


def test_editions_that_are_asked_for_are_made_and_no_others(tmp_path: Path) -> None:
    write(tmp_path, "# Hello\n\nA text.\n")
    done = chapbook("build", "x.md", "--edition", "letter", "--out", "o", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "o/x").glob("x*")} == {"x-letter.pdf"}


def test_the_front_matter_may_list_the_editions(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED.replace("title", "editions: [web]\ntitle"))
    chapbook("build", "x.md", cwd=tmp_path)
    assert {path.name for path in (tmp_path / "build/x").glob("x*")} == {"x.html"}


def test_a_source_for_another_program_leads_to_importing(tmp_path: Path) -> None:
    foreign = "See [[Pump]] and {{< video a.mp4 >}}.\n\n{% include x.html %}\n"
    write(tmp_path, UNPAGED.replace("text\n", foreign))
    said = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path).stdout
    assert "`chapbook import x.md -o imported` converts it" in said
    write(tmp_path, UNPAGED.replace("text", "See [[Pump]]."))
    said = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path).stdout
    assert "chapbook import" not in said


def test_what_only_teachers_get_is_told(tmp_path: Path) -> None:
    answers = "It is ____{deep}.\n\n::: solution\nThe ____{well}.\n:::\n\n::: teacher\nNo.\n:::\n"
    write(tmp_path, UNPAGED.replace("text", f"text\n\n{answers}"))
    first = (tmp_path / "x.md").read_text("utf-8").splitlines().index("It is ____{deep}.") + 1
    said = chapbook("build", "x.md", "--edition", "web", "--strict", cwd=tmp_path)
    note = f"3 answers and notes are in the teacher's editions only: lines {first}, {first + 2}, "
    assert f"note     {note}{first + 6}. `--edition teacher` builds one of them.\n" in said.stdout
    assert said.returncode == 0
    said = chapbook("build", "x.md", "--edition", "web,teacher-web", cwd=tmp_path)
    assert f"{note}{first + 6}.\n" in said.stdout
    said = chapbook("build", "x.md", "--edition", "teacher-web", cwd=tmp_path)
    assert "teacher's editions" not in said.stdout


def test_what_the_page_leads_to_and_is_not_built_is_reported(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED)
    said = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path).stdout
    assert said.endswith("note     The web page leads to x.pdf and x.epub, not built yet.\n")
    write(tmp_path / "build/x", "", "x.epub")
    said = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path).stdout
    assert said.endswith("leads to x.pdf, not built yet.\n")
    write(tmp_path / "build/x", "", "x.pdf")
    assert "note" not in chapbook("build", "x.md", "--edition", "web", cwd=tmp_path).stdout
    write(tmp_path, UNPAGED.replace("title", "editions: [web]\ntitle"))
    assert "note" not in chapbook("build", "x.md", "--out", "other", cwd=tmp_path).stdout


def test_several_sources_in_one_run(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED, "a.md")
    write(tmp_path, UNPAGED, "b.md")
    done = chapbook("build", "a.md", "b.md", "--edition", "web", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "build/a/a.html").exists()
    assert (tmp_path / "build/b/b.html").exists()


def test_assets_beside_the_page(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(PIXEL)
    write(tmp_path, UNPAGED + '\n![a pixel](p.png "One pixel")\n')
    done = chapbook("build", "x.md", "--edition", "web", "--assets", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    files = {path.suffix for path in (tmp_path / "build/x/x-files").rglob("*")}
    assert {".png", ".css"} <= files


@pytest.mark.parametrize("stage", ["parsed", "selected", "resolved", "pages"])
def test_every_stage_can_be_looked_at(tmp_path: Path, stage: str) -> None:
    write(tmp_path, "# A\n\n## Part\n\ntext\n")
    done = chapbook("build", "x.md", "--dump", stage, cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["metadata"]["title"] == "A"
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize("kind", STARTERS)
def test_each_starter_builds_without_a_finding(tmp_path: Path, kind: str) -> None:
    assert chapbook("new", "my-first", "--from", kind, cwd=tmp_path).returncode == 0
    text = (tmp_path / "my-first.md").read_text("utf-8")
    document = pipeline.parse(text, "my-first.md", tmp_path)
    assert document.metadata.title == "My first"
    assert "date: 2026-01-01" not in text
    assert format_text(text).text == text
    making.without_findings(making.resolved(document, "web", tmp_path))
    done = chapbook("build", "my-first.md", "--edition", "handout", "--strict", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_starter_is_written_once_and_its_name_quoted_where_it_has_spaces(tmp_path: Path) -> None:
    done = chapbook("new", "it's my  first", cwd=tmp_path)
    (said,) = (word for word in done.stdout.split("chapbook build ")[1:])
    assert shlex.split(said) == ["it's my  first.md"]
    assert 'title: "It\'s my first"' in (tmp_path / "it's my  first.md").read_text("utf-8")
    assert chapbook("new", "../elsewhere/mine", cwd=tmp_path).returncode == 2
    assert not (tmp_path.parent / "elsewhere").exists()
    again = chapbook("new", "it's my  first", cwd=tmp_path)
    assert again.returncode == 2
    assert "already exists" in again.stderr


def test_one_by_one_side_by_side_or_kept_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(PIXEL)
    text = '# A\n\ntext[^1]\n\n\\newpage\n\n![a pixel](p.png "One pixel")\n\n[^1]: note\n'
    source = write(tmp_path, text)

    def files(out: str) -> dict[str, bytes]:
        folder = tmp_path / out / "x"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    pipeline.build(source, out=tmp_path / "at once")
    for name in ("ebook", "handout", "web"):
        pipeline.build(source, [name], out=tmp_path / "one by one")
    assert files("one by one") == files("at once")
    with ProcessPoolExecutor(2) as executor:
        pipeline.build(source, out=tmp_path / "side by side", executor=executor)
    assert files("side by side") == files("at once")
    shutil.rmtree(tmp_path / "at once" / "x")
    findings: list[Event] = []
    pipeline.build(source, out=tmp_path / "at once", listener=findings.append)
    assert files("one by one") == files("at once")
    ran = [event.seconds for event in findings if isinstance(event, Ran)]
    assert ran
    assert not any(ran)
    saved = {event.path.name for event in findings if isinstance(event, Saved)}
    assert saved >= {"x.html", "x.pdf", "x.epub"}


def scripted(folder: Path, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command run by a script, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


BESIDE = """
import os, sys

os.cpu_count = lambda: 2
from pipeline.commands import main
try:
    main()
finally:
    print("weasyprint" in sys.modules)
"""
"""The command in a process that reports at the end whether it has loaded the engine."""


KILLED = """
import contextlib, multiprocessing, os, signal, threading, time
from pipeline.commands import main

def kill():
    while True:  # also those that are started instead
        for other in multiprocessing.active_children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(other.pid, signal.SIGKILL)
        time.sleep(0.001)

os.cpu_count = lambda: 2
threading.Thread(target=kill, daemon=True).start()
main()
"""
"""The command, whose other processes are killed, as by a system that has no more memory."""


def test_a_process_that_is_killed_ends_the_command_with_a_line(tmp_path: Path) -> None:
    write(tmp_path, "# One\n\ntext\n")
    done = scripted(tmp_path, KILLED, "build", "x.md", "--edition", "handout", "--out", "out")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("chapbook: a process that sets pages was ended")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out" / "x").exists()


def test_a_long_web_page_needs_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "# One\n\ntext\n")
    monkeypatch.setattr("pipeline.driver.pango_problem", lambda: "PDF needs Pango.")
    done = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning[no-page-map]" in done.stderr
    assert (tmp_path / "build" / "x" / "x.html").is_file()


def test_one_process_sets_pages_and_another_does_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system has no further process to give, one does all."""

    def none(*_: object, **__: object) -> None:
        raise NotImplementedError

    write(tmp_path, "# One\n\ntext\n")
    words = ("build", "x.md", "--edition", "web,handout", "--out")
    done = scripted(tmp_path, BESIDE, *words, "beside")
    assert done.stdout.endswith("False\n"), done.stderr
    monkeypatch.setattr("pipeline.commands.terminal.other_processes", lambda _: Pool())
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", none)
    assert chapbook(*words, "alone", cwd=tmp_path).returncode == 0
    beside, alone = (
        {path.name: path.read_bytes() for path in (tmp_path / how / "x").iterdir()}
        for how in ("beside", "alone")
    )
    assert beside == alone


def test_what_has_not_changed_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what was read nor what was written; it is told of again."""
    source = write(tmp_path, f"{UNPAGED}\n![A pixel.](pixel.png)\n")
    words = ("build", "x.md", "--edition", "web", "--out", "out")
    page, pixel = tmp_path / "out" / "x" / "x.html", tmp_path / "pixel.png"
    make = Mock(wraps=driver.make)
    monkeypatch.setattr(driver, "make", make)
    first = chapbook(*words, cwd=tmp_path)
    changes: tuple[tuple[Callable[[], object], bool], ...] = (
        (lambda: None, False),
        (lambda: source.write_bytes(source.read_bytes()), False),
        (lambda: page.write_bytes(b""), True),
        (page.unlink, True),
        (lambda: shutil.rmtree(tmp_path / "out" / ".work"), True),
        (lambda: None, False),
    )
    for change, is_made in changes:
        change()
        make.reset_mock()
        done = chapbook(*words, cwd=tmp_path)
        assert make.called is is_made
        assert (done.stderr, done.stdout.count("kept")) == (first.stderr, 2)
        assert b"text" in page.read_bytes()
    assert "warning[missing-image]" in first.stderr
    for path, data in ((pixel, PIXEL), (pixel, PIXEL + b" "), (source, UNPAGED.encode())):
        path.write_bytes(data)
        make.reset_mock()
        assert (chapbook(*words, cwd=tmp_path).stderr, make.called) == ("", True)
    assert "render" in chapbook(*words, "--stages", cwd=tmp_path).stdout


@pytest.mark.parametrize("damage", [b"", b"damaged"])
def test_a_damaged_cache_does_no_harm(tmp_path: Path, damage: bytes) -> None:
    source = write(tmp_path, UNPAGED)
    (page, *_) = pipeline.build(source, ["web"], out=tmp_path / "out").files
    expected = page.read_bytes()
    for kept in (tmp_path / "out" / ".cache").iterdir():
        kept.write_bytes(damage)
    page.unlink()
    assert not pipeline.build(source, ["web"], out=tmp_path / "out").failed
    assert page.read_bytes() == expected


# --- nothing from elsewhere ------------------------------------------------------------


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """From now on, this process can neither use the network nor read a secret."""
    if event.startswith("socket.") and event != "socket.__new__":
        raise RuntimeError(f"network: {event}")
    path = arguments[0] if event == "open" else ""
    if isinstance(path, str) and "secret." in os.path.realpath(path):
        raise RuntimeError(f"read outside: {path}")


SECRETS = {
    "png": PIXEL,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><text>SECRET</text></svg>",
    "bib": b"@book{k, title={SECRET}}",
    "csv": b"SECRET,1\n",
    **dict.fromkeys(("csl", "icc", "md", "py", "ttf"), b"SECRET"),
}
"""Files of all kinds that a source names, in the folder around its own."""

OUT = ["../secret", "link", "%2e%2e/secret", r"..\secret", "way/secret", "{}/secret"]
AWAY = ["https://example.com/secret", "//example.com/secret", "file://{}/secret"]
NAMING = """\
![a]({0}.png) ![b]({0}.svg) [c]({0}.md) <img src="{0}.png" alt="d">

{{{{ include {0}.md }}}}

```python {{file="{0}.py"}}
```

```csv {{file="{0}.csv"}}
```

```chart {{file="{0}.csv"}}
```

"""


@forking
def test_no_network_and_nothing_outside_the_folder(tmp_path: Path) -> None:
    """By every place of a source that names a file, and every way to write a path."""
    folder = tmp_path / "in"
    folder.mkdir()
    for kind, data in SECRETS.items():
        (tmp_path / f"secret.{kind}").write_bytes(data)
        (folder / f"link.{kind}").symlink_to(tmp_path / f"secret.{kind}")
    (folder / "way").symlink_to(tmp_path)
    drawn = "<image href='../secret.png'/><use href='../secret.svg#a'/>"
    write(folder, f"<svg xmlns='http://www.w3.org/2000/svg'>{drawn}</svg>", "a.svg")
    ways = [way.format(tmp_path) for way in (*OUT, *AWAY)]
    keys = "title: T\ndate: 2026-01-01\ncitation_style: link.csl\ncover: link.png\n"
    keys += "brand: {logo: link.png, alt: a}\nprint: {standard: x4, profile: link.icc}\n"
    for key, kind in (("bibliography", "bib"), ("fonts", "ttf")):
        keys += f"{key}:\n" + "".join(f"  - '{way}.{kind}'\n" for way in ways)
    body = "![a](a.svg) [@k]\n\n" + "".join(NAMING.format(way) for way in ways)
    write(folder, f"---\n{keys}---\n\n{body}")

    def work() -> None:
        sys.addaudithook(refuse)
        done = chapbook("build", "x.md", "--json", cwd=folder)
        (tmp_path / "findings").write_text(done.stdout, "utf-8")
        assert (done.returncode, done.stderr) == (0, "")

    assert ended(forked(work)) == 0
    found = json.loads((tmp_path / "findings").read_bytes())
    told = Counter(finding["code"] for finding in found)
    assert told.keys() >= {"outside-folder", "remote-image", "bad-image", "cleaned-image"}
    assert told["outside-folder"] >= len(OUT) * 10 + 3  # a way each, and what is one way only
    made = [path for path in (folder / "build").rglob("*") if path.is_file()]
    assert {path.suffix for path in made} >= {".html", ".pdf", ".epub"}
    assert [path for path in made if b"SECRET" in path.read_bytes()] == []


HOSTILE = """\
---
title: "</title><script>evil()</script>"
subtitle: "<img src=x onerror=evil()>"
authors: ["</script><script>evil()</script>"]
description: '"><script>evil()</script>'
keywords: ["--><script>evil()</script>"]
licence: {name: "<script>evil()</script>", url: "javascript:evil()"}
translations: {de: "javascript:evil()", fr: "data:text/html,evil"}
accessibility: {certified_by: "<script>evil()</script>", report: "javascript:evil()"}
bibliography: a.bib
brand: {footer: "<script>evil()</script>", accent: "red;background:url(javascript:evil())"}
series: "]]><script>evil()</script>"
variables: {v: "javascript:evil()", w: "<script>evil()</script>"}
url: "javascript:evil()"
links: list
page_list: false
qr_codes: true
cover: i.svg
nocite: "*"
---

# A <script>evil()</script> {onclick=evil() style="background:url(javascript:evil())"}

<a href="javascript:evil()" onclick="evil()">x</a> <img src="x" onerror="evil()">
<svg onload="evil()"><script>evil()</script></svg> <iframe srcdoc="<script>">x</iframe>
<details ontoggle=evil() open><summary>s</summary>t</details> <base href="javascript:evil()//">
<object data="data:text/html,evil"></object> <style>@import 'https://evil.example';</style>
<meta http-equiv=refresh content="0;url=javascript:evil()"> <form action="javascript:evil()">
<math><mtext><script>evil()</script></mtext></math> <button formaction="javascript:evil()">

[a](javascript:evil()) [a](&#106;avascript:evil()) [a](java&Tab;script:evil()) [a]({{ v }}) {{ w }}
[a](data:text/html;base64,evil) <javascript:evil()> [a][r] ![i](i.svg)

[r]: javascript:evil()

$\\href{javascript:evil()}{x}$ $\\text{<script>evil()</script>}$ $\\class{x" onclick="evil()}{y}$

```html {caption="<script>evil()</script>" .x}
</code></pre><script>evil()</script>
```

```chart {title="</svg><script>evil()</script>"}
<script>evil()</script>, 2
<img src=x onerror=evil()>, 3
```

::: details "<script>evil()</script>" {onclick=evil()}
HTML.[^n] ____{answer="<script>evil()</script>"}
:::

*[HTML]: "><script>evil()</script>

[^n]: <script>evil()</script> [a](javascript:evil())
"""
WORKS = """\
@online{a, title={A <script>evil()</script>}, author={"onload=evil()}, url={javascript:evil()}}
@online{b, title={B}, url={data:text/html,<script>evil()</script>}, doi={"><script>evil()</script>}}
@online{c, title={C}, url={//host/share}}
"""
DRAWN = """\
<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" onload="evil()">
<script>evil()</script>
<a href="&#106;avascript:evil()"><rect width="9" height="9" onclick="evil()"/></a>
<foreignObject><iframe src="data:text/html,x"/></foreignObject>
<use href="data:image/svg+xml,evil"/>
<animate attributeName="href" values="javascript:evil()"/></svg>
"""
LOADING = {"href", "src", "srcset", "action", "formaction", "data", "poster", "ping", "srcdoc"}
SCHEMES = ("http:", "https:", "mailto:", "tel:")


def running(markup: bytes) -> Iterator[str]:
    """All of a source in a page, drawing or record that runs, or leads to what does."""
    parser = etree.HTMLParser() if markup.startswith(b"<!DOCTYPE html>") else None
    for element in etree.fromstring(markup, parser).iter("*"):
        kind = etree.QName(element).localname
        is_data = element.get("type", "").endswith("json")
        if kind in ("iframe", "object", "embed", "base", "foreignObject"):
            yield kind
        if kind == "script" and not is_data and "evil" in (element.text or ""):
            yield "script"
        for key, value in element.attrib.items():
            name, address = key.rpartition("}")[2], "".join(value.split())
            if name.startswith("on") or (name == "style" and "url" in value):
                yield name
            is_away = name in LOADING and re.match(r"[\w+.-]+:", address)
            if is_away and not address.startswith((*SCHEMES, "data:image/", "data:text/css")):
                yield f"{name}={value}"


def test_nothing_that_runs_is_in_any_output(tmp_path: Path) -> None:
    write(tmp_path, WORKS, "a.bib")
    write(tmp_path, DRAWN, "i.svg")
    editions = ("web", "site", "ebook", "form")
    options = pipeline.Options(catalog=True)
    result = pipeline.build(
        write(tmp_path, HOSTILE), editions, out=tmp_path / "out", options=options
    )
    assert not result.failed, result.diagnostics
    read = set()
    for path in (tmp_path / "out" / "x").rglob("*"):
        files = {path.name: path.read_bytes()} if path.is_file() else {}
        if path.suffix == ".epub":
            with zipfile.ZipFile(path) as book:
                files = {name: book.read(name) for name in book.namelist()}
        for name, data in files.items():
            if Path(name).suffix in (".html", ".xhtml", ".svg", ".opf", ".ncx", ".xml"):
                assert list(running(data)) == [], name
                read.add(Path(name).suffix)
        if path.suffix == ".pdf":
            with pikepdf.open(path) as pdf:
                holders = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
            keys = set[str]().union(*holders)
            assert not keys & {"/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch"}
            addresses = {str(one.URI) for one in holders if "/URI" in one}
            assert all(one.startswith(SCHEMES) for one in addresses)
            read.add(".pdf")
    assert read >= {".html", ".xhtml", ".svg", ".opf", ".xml", ".pdf"}


def test_a_link_is_followed_once_it_no_longer_leads_out(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for place, text in ((tmp_path, "Secret."), (folder, "Ours.")):
        (place / "part.md").write_text(text, "utf-8")
    (folder / "link.md").symlink_to("../part.md")
    source = write(folder, UNPAGED.replace("text", "{{ include link.md }}"))
    for told, shown in ((["outside-folder"], "include link.md"), ([], "Ours.")):
        result = pipeline.build(source, ["web"], out=tmp_path / "out")
        assert [found.code for found in result.diagnostics] == told
        assert shown in result.files[0].read_text("utf-8")
        (folder / "link.md").unlink()
        (folder / "link.md").symlink_to("part.md")


# --- bad input -------------------------------------------------------------------------

BAD = {
    "bad YAML": ("---\ntitle: a: b\n---\n\ntext\n", "bad-yaml", "2:9"),
    "an empty file": ("", "empty-file", ""),
    "a long line": ("# T\n\n" + "a" * 1_000_001, "line-too-long", "3:1"),
    "an answer that may be seen": ("# T\n\nThe sky is ____{blue.\n", "unclosed-answer", "3:12"),
    "a file without end": ("# T\n\n{{ include x.md }}\n", "include-cycle", "3:12"),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a source has been built that is right."""
    folder = tmp_path_factory.mktemp("good")
    write(folder, UNPAGED)
    assert chapbook("build", "x.md", "--edition", "web", cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_clear_answer(good: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(good, tmp_path, dirs_exist_ok=True)
    before = (tmp_path / "build/x/x.html").read_bytes()
    text, code, place = BAD[name]
    write(tmp_path, text)
    done = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path)
    assert done.returncode == 1
    where = f"x.md:{place}" if place else "x.md"
    assert f"{where}: error[{code}]: " in done.stderr
    assert all(map(is_sentence, findings(done.stderr)))
    assert "Traceback" not in done.stderr
    assert (tmp_path / "build/x/x.html").read_bytes() == before
    assert not list((tmp_path / "build/x").glob(".*"))


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"# caf\xe9\x81\n", "wrong-encoding"), (b"PK\x03\x04\x00\xff", "binary-file")],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "x.md").write_bytes(data)
    done = chapbook("build", "x.md", cwd=tmp_path)
    assert done.returncode == 1
    assert codes(done.stderr) == [code]
    assert all(map(is_sentence, findings(done.stderr)))


def test_all_that_is_wrong_is_reported_in_one_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        "---\ntitle: T\ndate: soon\n---\n\n![a](no.png) [b](#no) c[^no]\n\n```\nopen\n",
    )
    done = chapbook("build", "x.md", "--edition", "handout", cwd=tmp_path)
    assert set(codes(done.stderr)) == {
        "wrong-value",
        "missing-image",
        "unresolved-link",
        "unresolved-note",
        "unclosed-fence",
    }


def test_the_message_shows_the_line_a_caret_and_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, "# T\n\n```python\nprint()\n")
    done = chapbook("build", "x.md", "--edition", "handout", cwd=tmp_path)
    head, line, caret, hint = done.stderr.splitlines()
    assert head.startswith("x.md:3:1: warning[unclosed-fence]: ")
    assert (line, caret) == ("    ```python", "    ^")
    assert hint.startswith("    hint: ")


def test_equal_findings_are_grouped_and_none_is_hidden(tmp_path: Path) -> None:
    links = "".join(f"[a](#no-{number})\n\n" for number in range(9))
    write(tmp_path, f"# T\n\n{links}[b](#no-9) [c](#no-10)\n\n![d](d.png)\n")
    done = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path)
    assert codes(done.stderr) == ["unresolved-link"] * 4 + ["missing-image"]
    assert (
        "    … and 8 more warning[unresolved-link]: lines 9, 11, 13, 15, 17, 19, 21 (2 times)"
        in (done.stderr)
    )
    assert done.stderr.endswith("12 warnings: 11 unresolved-link, 1 missing-image\n")
    as_json = chapbook("build", "x.md", "--edition", "web", "--json", cwd=tmp_path)
    assert len(json.loads(as_json.stdout)) == 12


def test_strict_makes_errors_of_warnings(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED.replace("title", "colour: red\ntitle"))
    lax = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path)
    assert (lax.returncode, codes(lax.stderr)) == (0, ["unknown-key"])
    strict = chapbook("build", "x.md", "--edition", "web", "--strict", "--out", "s", cwd=tmp_path)
    assert strict.returncode == 1
    assert "error[unknown-key]" in strict.stderr
    assert not (tmp_path / "s" / "x").exists()


def test_findings_as_json(tmp_path: Path) -> None:
    write(tmp_path, "# T\n\n![a](no.png)\n")
    done = chapbook("build", "x.md", "--edition", "handout", "--json", cwd=tmp_path)
    (finding,) = json.loads(done.stdout)
    assert (finding["code"], finding["line"]) == ("missing-image", 3)
    assert finding["severity"] == "warning"


@pytest.mark.parametrize(
    "arguments",
    [
        ("build",),
        ("build", "x.md", "--edition", "handuot"),
        ("explain", "mising-image"),
        ("nothing",),
        ("check", "x.md"),
    ],
)
def test_wrong_usage_is_reported_and_has_its_own_exit_code(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    write(tmp_path, "# T\n\ntext\n")
    done = chapbook(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_near_name_is_suggested(tmp_path: Path) -> None:
    assert "handout" in chapbook("build", "x.md", "--edition", "handuot", cwd=tmp_path).stderr
    assert "missing-image" in chapbook("explain", "mising-image", cwd=tmp_path).stderr


def test_a_missing_system_part_is_reported_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "# T\n\ntext\n")
    monkeypatch.setattr("pipeline.system.pango.pango_problem", lambda: "no Pango")
    done = chapbook("build", "x.md", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (3, "chapbook: no Pango\n")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED)
    (tmp_path / "build").mkdir()
    write(tmp_path / "build", "in the way", "x")
    done = chapbook("build", "x.md", "--edition", "web", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("chapbook: cannot write ")


@pytest.mark.parametrize(
    ("template", "place", "message"),
    [
        ("{% if %}", "page.html.j2:1", "Expected an expression"),
        ("\n{{ nothing }}", "page.html.j2:2", "'nothing' is undefined."),
        ("{% for a in b %}", "page.html.j2:1", "Unexpected end of template."),
        ('{% include "no.j2" %}', "no.j2", "There is no template `no.j2`."),
        ("{{ 1 / 0 }}", "page.html.j2:1", "division by zero"),
        ('{% include "html/page.html.j2" %}', "page.html.j2:1", "it includes itself"),
        ("{{ cycler.__init__.__globals__.os }}", "page.html.j2:1", "__init__' of 'type'"),
        ("{{ document.blocks.__class__ }}", "page.html.j2:1", "unsafe"),
        ("{% for n in range(10 ** 9) %}{% endfor %}", "page.html.j2:1", "Range too big"),
    ],
)
def test_a_broken_template_is_a_finding(
    tmp_path: Path, template: str, place: str, message: str
) -> None:
    write(tmp_path, UNPAGED)
    (tmp_path / "t/html").mkdir(parents=True)
    write(tmp_path / "t/html", template, "page.html.j2")
    done = chapbook("build", "x.md", "--edition", "web", "--templates", "t", cwd=tmp_path)
    assert done.returncode == 1
    assert codes(done.stderr) == ["template-error"]
    folder = "" if "no.j2" in place else "t/html/"
    assert done.stderr.startswith(f"{folder}{place}: error[template-error]: ")
    assert message in done.stderr
    assert all(map(is_sentence, findings(done.stderr)))


@pytest.mark.parametrize(
    ("edition", "slot", "times"),
    [
        ("web", "policy", 0),
        ("web", "styles", 2),
        ("web", "script", 0),
        ("site", "styles", 0),
        ("ebook", "styles", 2),
    ],
)
def test_a_layout_has_each_slot_once(tmp_path: Path, edition: str, slot: str, times: int) -> None:
    write(tmp_path, UNPAGED)
    name = "epub/layout.html.j2" if edition == "ebook" else "html/layout.html.j2"
    layout = (TEMPLATES / name).read_text("utf-8")
    (tmp_path / "t" / name).parent.mkdir(parents=True)
    changed = layout.replace(f"{{{{ {slot} }}}}", f"{{{{ {slot} }}}}" * times)
    write(tmp_path / "t", changed, name)
    done = chapbook("build", "x.md", "--edition", edition, "--templates", "t", cwd=tmp_path)
    assert done.returncode == 1
    line = layout[: layout.index("<head")].count("\n") + 1
    assert done.stderr.startswith(f"t/{name}:{line}: error[template-error]: ")
    assert f"must contain `{{{{ {slot} }}}}` once" in done.stderr
    assert all(map(is_sentence, findings(done.stderr)))


def test_a_layout_that_is_written_otherwise_makes_the_same_page(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED)
    layout = (TEMPLATES / "html/layout.html.j2").read_text("utf-8")
    (tmp_path / "t/html").mkdir(parents=True)
    for slot in ("policy", "styles", "script"):
        assert f"{{{{ {slot} }}}}\n" in layout
        layout = layout.replace(f"{{{{ {slot} }}}}\n", f"{{{{{slot}}}}}\n")
    write(tmp_path / "t/html", layout, "layout.html.j2")
    for out, own in (("usual", ()), ("mine", ("--templates", "t"))):
        done = chapbook("build", "x.md", "--edition", "web", "--out", out, *own, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    usual, mine = ((tmp_path / out / "x/x.html").read_bytes() for out in ("usual", "mine"))
    assert usual == mine
    assert b"<style>" in usual


def test_a_style_that_loads_from_elsewhere_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED)
    (tmp_path / "t/html").mkdir(parents=True)
    for css in (
        "@import 'https://example.org/a.css';",
        "@import/**/url(//example.org/a.css);",
        "@import '\\\\\\\\host\\\\a.css';",
        "p { background: url(file:///etc/a.png) }",
        "p { background: url(/etc/a.png) }",
        "p { background: url( 'HTTP://example.org/a.png' ) }",
        "@media print { p { background: u\\72l(https://example.org/a.png) } }",
    ):
        write(tmp_path / "t/html", f"p {{ color: red }}\n{css}\n", "style.css")
        done = chapbook("build", "x.md", "--edition", "web", "--templates", "t", cwd=tmp_path)
        assert done.returncode == 1, css
        assert "style.css:2: error[template-error]: " in done.stderr, css
        assert "loads" in done.stderr, css
    css = "/* https://example.org */ p::after { content: 'https://example.org' }"
    write(tmp_path / "t/html", css, "style.css")
    done = chapbook("build", "x.md", "--edition", "web", "--templates", "t", cwd=tmp_path)
    assert done.returncode == 0, done.stderr  # it may name the web in its text


def test_own_templates_come_first_file_by_file(tmp_path: Path) -> None:
    """Also one that is new since the last build."""
    write(tmp_path, UNPAGED)
    (tmp_path / "t/shared/nodes").mkdir(parents=True)
    words = ("build", "x.md", "--edition", "web", "--templates", "t")
    kept = [chapbook(*words, cwd=tmp_path).stdout.count("kept") for _ in range(2)]
    assert kept == [0, 2]
    write(
        tmp_path / "t/shared/nodes",
        '<p class="mine">{{ render(node.children) }}</p>',
        "paragraph.html.j2",
    )
    done = chapbook(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '<p class="mine">text</p>' in (tmp_path / "build/x/x.html").read_text("utf-8")


def test_help_shows_examples_and_exit_codes(tmp_path: Path) -> None:
    done = chapbook("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert "Exit codes: 0 built, 1" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_for_shells(tmp_path: Path, shell: str) -> None:
    done = chapbook("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert "_CHAPBOOK_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("name", "folder"),
    [("...md", "untitled"), ("..md", "untitled"), (f"{'n' * 252}.md", "")],
    ids=["two points", "a point", "long"],
)
def test_odd_names_stay_in_the_folder(tmp_path: Path, name: str, folder: str) -> None:
    write(tmp_path, UNPAGED, name)
    result = pipeline.build(tmp_path / name, ["web", "ebook"], out=tmp_path / "a/b/out")
    assert not result.failed
    (made,) = (tmp_path / "a/b/out").glob("[!.]*")
    assert {made.name, folder} - {""} == {folder or made.name}
    assert all(file.is_relative_to(made) for file in result.files)
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["out"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
def test_a_name_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    name = os.fsdecode(b"bad\xff.md")
    write(tmp_path, "# T\n\ntext\n", name)
    done = chapbook("build", name, "--edition", "web", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("bad\\xff.md: error[unreadable-file]: The name of the file is")


def test_a_clock_before_the_first_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, UNPAGED)
    expected = make_ebook(tmp_path, "now")
    monkeypatch.setattr("time.time", lambda: 0.0)
    monkeypatch.setattr("time.localtime", lambda seconds=0: time.gmtime(0))
    assert make_ebook(tmp_path, "then") == expected


def make_ebook(folder: Path, out: str) -> bytes:
    result = pipeline.build(folder / "x.md", ["ebook"], out=folder / out)
    return next(file for file in result.files if file.suffix == ".epub").read_bytes()


def test_a_fault_of_the_program_is_told_in_three_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a\x1b[31mb")

    source = tmp_path / "a.md"
    source.write_text("# A\n", "utf-8")
    monkeypatch.setattr("pipeline.resolve.resolve", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = CliRunner().invoke(main, ["build", str(source), "--out", str(tmp_path / "out")])
    first, second, third = done.stderr.strip().split("\n")
    assert (done.exit_code, first) == (70, "chapbook: KeyError: 'a\\x1b[31mb'")
    assert second == "This is a fault in Chapbook, not in your text. Nothing has been written."
    (file,) = tmp_path.glob("chapbook-*.txt")
    assert third == f"Please report it, with the file {file}"
    assert "Traceback" in file.read_text("utf-8")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("libtiff.so.6: failed to map segment from shared object"),
    ],
)
def test_want_of_memory_is_no_fault(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pipeline.driver.build", fail)
    done = CliRunner().invoke(main, ["build", str(write(tmp_path, "# T\n\ntext\n"))])
    assert done.exit_code == 3
    assert done.stderr == (
        "chapbook: there is not enough memory; end other programs, and try again\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="only there can streams be closed like this")
def test_closed_streams_are_no_fault(tmp_path: Path) -> None:
    write(tmp_path, UNPAGED)
    command = f"{sys.executable} -m pipeline build x.md --edition web <&- >&- 2>&-"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, shell=True, cwd=tmp_path, env=environment).returncode == 0
    assert (tmp_path / "build" / "x" / "x.html").exists()


def test_a_build_that_is_stopped_reports_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.driver.build", stopped)
    done = CliRunner().invoke(main, ["build", str(write(tmp_path, "# T\n\ntext\n"))])
    assert (done.exit_code, done.stderr.strip()) == (130, "chapbook: stopped")


@forking
def test_a_copy_of_a_process_sets_type_as_well(tmp_path: Path) -> None:
    def built(name: str, text: str) -> bytes:
        source = write(tmp_path, f"# T\n\n{text}\n")
        result = pipeline.build(source, ["handout"], out=tmp_path / name)
        return next(path for path in result.files if path.suffix == ".pdf").read_bytes()

    built("before", "A text")
    other = "A *text* in **other** `faces`."
    assert ended(forked(lambda: built("there", other))) == 0
    (found,) = (tmp_path / "there").glob("*/*.pdf")
    assert found.read_bytes() == built("here", other)


def test_a_source_that_takes_too_long_is_a_finding(tmp_path: Path) -> None:
    source, templates = write(tmp_path, "# T\n\nText.\n"), tmp_path / "own"
    (templates / "html").mkdir(parents=True)
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (templates / "html" / "imprint.html.j2").write_text(endless, "utf-8")
    limits = ("--timeout", 0.1, "--memory", "1G")
    done = chapbook("build", source, "--templates", templates, *limits, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"{source}: error[not-built]: Building it took more than 0.1 seconds, and was stopped.\n"
        "    hint: Give it more time with `--timeout`, or divide it.\n"
        "1 error. Nothing was written.\n"
    )
    assert not (tmp_path / "build" / "x").exists()
