"""A stage runs where something that it depends on has changed, and never else."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import jinja2
import msgspec
import pytest

import pipeline
from pipeline import Ran
from pipeline.driver import Event
from pipeline.keep import keeping, kept, step
from pipeline.model.page_map import PageMap, PageStart, Position
from pipeline.system.paths import note, states
from pipeline.system.store import Memory, Store, decode, encode
from tests.helpers.making import Flow
from tests.helpers.paths import CASES
from tests.helpers.pictures import png, svg
from tests.package.test_fonts import INSTALLABLE, RESTRICTED, STYLES, font


class Text(msgspec.Struct, frozen=True):
    """The result of the functions of these tests."""

    words: str


@step
def shout(path: Path, mark: str) -> Text:
    note((path,))
    return Text(path.read_text("utf-8").strip().upper() + mark if path.exists() else "")


@step
def count(text: Text) -> Text:
    return Text(str(len(text.words)))


class Size(msgspec.Struct, frozen=True):
    width: float


@kept
def double_size(size: Size) -> Size:
    return Size(2 * size.width)


@step
def outer(path: Path) -> Text:
    return shout(path, "?")


@step
def crash(text: Text) -> Text:
    raise ZeroDivisionError(text.words)


@kept
def double(number: int) -> int:
    return 2 * number


@step
def sum_doubled(count: int) -> int:
    return sum(double.each((number,) for number in range(count)))


class Kept:
    """A store without files."""

    def __init__(self) -> None:
        kept: dict[str, bytes] = {}
        self.get, self.put = kept.get, kept.__setitem__


class Build:
    """One build after another, with the same store."""

    def __init__(self, store: Store | None = None, memory: Memory | None = None) -> None:
        self.store, self.memory = store or Kept(), memory

    def __call__(self, path: Path, mark: str = "!") -> tuple[str, list[str]]:
        """The result, and the functions that ran."""
        events: list[Event] = []
        with keeping(self.store, self.memory, listener=events.append):
            result = count(shout(path, mark))
        return result.words, [one.stage for one in events if isinstance(one, Ran) and one.seconds]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.txt"
    file.write_text("abc", "utf-8")
    return file


def test_what_is_known_does_not_run(path: Path) -> None:
    build = Build()
    assert build(path) == ("4", ["shout", "count"])
    assert build(path) == ("4", [])


def test_what_a_stage_takes_decides(path: Path) -> None:
    build = Build()
    build(path)
    assert build(path, "!!") == ("5", ["shout", "count"])
    assert build(path, "!") == ("4", [])


def test_what_is_in_a_file_decides_and_not_its_time(path: Path) -> None:
    build = Build()
    build(path)
    os.utime(path, (0, 0))
    assert build(path)[1] == []
    path.write_text("abcd", "utf-8")
    assert build(path) == ("5", ["shout", "count"])
    path.write_text("abc", "utf-8")
    assert build(path) == ("4", [])


def test_equal_content_runs_nothing_after_it(path: Path) -> None:
    build = Build()
    build(path)
    path.write_text("ABC ", "utf-8")
    assert build(path)[1] == ["shout"]


def test_a_file_that_comes_or_goes(path: Path) -> None:
    build = Build()
    content = path.read_bytes()
    path.unlink()
    assert build(path)[0] == "0"
    path.write_bytes(content)
    assert build(path)[0] == "4"
    path.unlink()
    assert build(path) == ("0", [])


def test_what_changes_while_a_function_runs_is_not_kept(path: Path) -> None:
    build = Build()
    os.utime(path, (time.time() + 60, time.time() + 60))
    assert build(path)[1] == ["shout", "count"]
    assert build(path)[1] == ["shout"]


@kept
def read_and_replaced(path: Path) -> str:
    """The text of a file, for which another one, if there is one, is put while this runs."""
    note((path,))
    text = path.read_text("utf-8") if path.exists() else ""
    if (other := path.with_suffix(".new")).exists():
        other.replace(path)
    return text


@pytest.mark.parametrize("before", ["abc", ""], ids=["another", "none"])
def test_nor_what_a_file_takes_the_place_of(path: Path, before: str) -> None:
    """As editors save: the new text is written first, and then put where the old one is, in the
    same tick of the clock of files, which may be late, as the reading began."""
    other = path.with_suffix(".new")
    other.write_text("new", "utf-8")
    if not before:
        path.unlink()
    store = Kept()
    for text in (before, "new"):
        with keeping(store) as files:
            assert read_and_replaced(path) == text
        assert (files == states((path,))) is (text == "new")


def test_a_function_depends_on_the_files_of_those_that_it_calls(path: Path) -> None:
    """Also if their results are known, or come from another process."""
    store = Kept()
    for text in ("abc", "abc", "abcd"):
        path.write_text(text, "utf-8")
        os.utime(path, (0, 0))
        with keeping(store) as files:
            assert outer(path).words == f"{text.upper()}?"
        assert list(files) == [str(path)]
    with ProcessPoolExecutor(1) as executor, keeping(Kept(), executor=executor) as files:
        (run,) = shout.runs([(path, "!")], lambda *_: True)
    assert (run.value.words, list(files)) == ("ABCD!", [str(path)])


def test_a_process_that_stays_gets_the_same_object(path: Path) -> None:
    os.utime(path, (0, 0))
    memory, store = Memory(), Kept()
    seen = []
    for _ in range(3):
        with keeping(store, memory):
            seen.append(shout(path, "!"))
    assert seen[0] is seen[1] is seen[2]


def test_a_result_is_the_same_as_when_it_is_read_again() -> None:
    """1 and 1.0 are equal, but are written differently."""
    store = Kept()
    for _ in range(2):
        with keeping(store):
            assert encode(double_size(Size(1))) == encode(Size(2.0))


def test_the_code_decides(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = Build()
    build(path)
    monkeypatch.setattr("pipeline.keep.code_version", lambda: "another")
    assert build(path)[1] == ["shout", "count"]


def test_another_process_makes_the_same(path: Path) -> None:
    here = shout(path, "!")
    with ProcessPoolExecutor(1) as executor, keeping(Kept(), executor=executor):
        (there,) = shout.runs([(path, "!")], lambda *_: True)
        assert list(double.each((number,) for number in range(5))) == [0, 2, 4, 6, 8]
        (nested,) = sum_doubled.runs([(5,)], lambda *_: True)
        assert nested.value == 20
        crashed = crash.runs([(there.value,)], lambda *_: True)
        with pytest.raises(ZeroDivisionError, match="ABC!"):
            next(crashed)
    assert there.value == here


# --- the real stages -----------------------------------------------------------------------


def test_results_are_the_same_when_they_are_read_again(tmp_path: Path) -> None:
    source = tmp_path / "x.md"
    text = "# One\n\nText ____{a}.[^1]\n\n[^1]: Note.\n"
    source.write_text(f"---\ntitle: T\npage_list: false\n---\n\n{text}", "utf-8")
    for name in ("web", "ebook", "booklet"):
        flow = Flow(source)
        for result in (flow.document, flow.pages(name), flow.built(name).package):
            assert decode(encode(result), type=type(result)) == result


STYLE = CASES / "citations" / "files" / "numeric.csl"
EVERYTHING = """---
title: T
lang: en
page_list: false
bibliography: works.bib
citation_style: apa.csl
fonts: own.otf
brand: {logo: logo.svg}
---

{{ include part.md }}

![A picture](picture.png)

Said by [@a].

```csv {file=rows.csv}
```

```python {file=code.py}
```
"""


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_whatever_file_changes_it_is_as_if_it_were_built_anew(tmp_path: Path) -> None:
    folder, templates = tmp_path / "source", tmp_path / "templates"
    folder.mkdir()
    (templates / "html").mkdir(parents=True)
    (templates / "html" / "style.css").write_text(STYLES, "utf-8")
    source = folder / "x.md"

    def build(out: str) -> tuple[dict[str, bytes], bool]:
        """The outputs, and whether any stage ran."""
        told: list[Event] = []
        where = tmp_path / "out" / out
        pipeline.build(
            source,
            ["web"],
            out=where,
            options=pipeline.Options(templates=templates),
            listener=told.append,
        )
        return contents(where / "x"), any(isinstance(one, Ran) and one.seconds for one in told)

    states = {
        "own.otf": (font(INSTALLABLE), font(RESTRICTED)),
        "x.md": (EVERYTHING.encode(), EVERYTHING.replace("Said", "Written").encode()),
        "part.md": (b"A part.\n", b"Another part.\n"),
        "picture.png": (png(8, 8), png(9, 9)),
        "logo.svg": (svg("<rect width='3' height='3'/>"), svg("<rect width='4' height='4'/>")),
        "rows.csv": (b"a,b\n1,2\n", b"a,b\n1,3\n"),
        "code.py": (b"print(1)\n", b"print(2)\n"),
        "works.bib": (b"@book{a, title={One}, year=2001}", b"@book{a, title={Two}, year=2001}"),
        "apa.csl": (STYLE.read_bytes(), b"no style"),
    }
    for name, (first, _) in states.items():
        (folder / name).write_bytes(first)
    before, _ = latest, _ = build("kept")
    for name, (_, second) in states.items():
        (folder / name).write_bytes(second)
        changed, _ = build("kept")
        assert changed != latest, name
        latest = changed
    assert latest == build("anew")[0]
    for name, (first, _) in states.items():
        (folder / name).write_bytes(first)
    assert build("kept") == (before, False)


# --- the store -----------------------------------------------------------------------------


CHAPTERS = """\
---
title: Of edits
authors: [Ann Author]
---

# The first {#first}

Few words[^1], *of* which one is [here](#second), and one [there](https://example.org/#a).

- One
- Two[^2], see [the first](#first)

  > A quotation in it

# The second {#second}

The same words.

The same words.

| A | B |
|---|---|
| 1 | 2 |

[^1]: A note.

[^2]: Another, with **more**.
"""
EDITS = (
    ("which one is", "which two are"),
    ("# The second", "A new paragraph.\n\n# The second"),
    ("# The second", "# Between {#between}\n\nWords[^3].\n\n# The second"),
    ("The same words.\n\nThe same", "The same words.\n\n## Below\n\nThe same"),
    ("[^1]: A note.", "[^3]: A new one, which is the second.\n\n[^1]: A note."),
    ("[^2]: Another", "[^2]: A third"),
    ("*of*", "*of* `code`, <kbd>K</kbd>, [x]{lang=de}, $x^2$"),
    ("[here](#second)", "[here](#below)"),
    ("# Between {#between}\n\nWords[^3].\n\n", ""),
    ("title: Of edits", "title: Of edits\nlang: de"),
    ("The same words.", "The same words![](a.png){width=50%}"),
)


def test_an_edit_gives_what_a_build_from_nothing_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text, store = tmp_path / "a.md", CHAPTERS, Kept()
    (tmp_path / "a.png").write_bytes(png(2, 2))
    rendered: list[object] = []
    render = jinja2.Template.render

    def counted(template: jinja2.Template, *given: Any, **others: Any) -> str:
        rendered.append(template)
        return render(template, *given, **others)

    monkeypatch.setattr(jinja2.Template, "render", counted)

    def pages(store: Store) -> tuple[bytes, int]:
        rendered.clear()
        with keeping(store):
            flow = Flow(path)
            found = encode((flow.pages("ebook"), flow.pages("handout")))
        return found, len(rendered)

    path.write_text(text, "utf-8")
    pages(store)
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")
        found, count = pages(store)
        anew, most = pages(Kept())
        assert found == anew, (old, new)
        assert count < most or "lang" in new


PAGES = PageMap(
    "handout",
    tuple(PageStart(str(page), Position("Paragraph", "", 5 * page, 1)) for page in range(1, 20)),
    20,
)
"""Pages that begin here and there in a source."""

LINES = (
    "", "", "```", "~~~ python", ":::", "::: exercise", "::: answer", "::: {only=pdf}", "- One",
    "  - Two", "1. First", ": What it is.", "[^1]: Said below.", "[b]: https://example.org/b",
    "*[HTML]: Markup", "    Indented.", "> Quoted.", "| A | B |", "|---|---|", "| 1 | 2 |",
    "Table: Of numbers {#tbl-a}", "# One {#first}", "## Two", "---", "<div>", "</div>",
    "![A drawing](a.png){#fig-a}", "A [b], a [x]{.index} and HTML[^1], see @first and @fig-a.",
    "A word", "$$x^2$$ {#eq-a}", "- ( ) wrong", "- (x) right", "The ___{gap}.", "Ann: Why?", "===",
    "[TOC]", "Only *this*{.answer}, and $y$; “that”--or [there](#two).", "{.wide}", "<!-- a", "-->",
    "::: index", "::: glossary", "Wide", "{{ title }}", "[^2]: Another[^1].", "Text[^2] of it.",
)  # fmt: skip
"""Lines that begin blocks, end them, or mean something elsewhere."""


def test_a_process_that_stays_makes_what_a_new_one_does(tmp_path: Path) -> None:
    path, chance, memory, store = tmp_path / "a.md", random.Random(1), Memory(), Kept()
    (tmp_path / "a.png").write_bytes(png(2, 2))
    head, _, text = CHAPTERS.partition("\n\n")
    lines = [*text.split("\n"), *chance.sample(LINES, len(LINES))]
    editions = ("web", "ebook", "teacher")
    for _ in range(4):
        place = chance.randrange(len(lines))
        match chance.choice(("line", "line", "word", "move", "away", "away")):
            case "line":
                lines.insert(place, chance.choice(LINES))
            case "word":
                lines[place] += " more"
            case "move":
                lines.insert(chance.randrange(len(lines)), lines.pop(place))
            case "away":
                del lines[place]
        path.write_text("\n".join((head, "", *lines)), "utf-8")
        found = []
        for known in ((store, memory), (Kept(), None)):
            with keeping(*known):
                flow = Flow(path)
                pages = [flow.pages(edition, PAGES) for edition in editions]
                marked = [flow.marked(edition, PAGES) for edition in editions]
            found.append([*map(encode, (flow.document, *marked, *pages))])
        assert found[0] == found[1], path.read_text("utf-8")
