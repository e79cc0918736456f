"""WeasyPrint is touched in one place, which lists all that is not documented of it."""

from __future__ import annotations

import ast
import ctypes
import gc
import os
import re
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pypdfium2
import pytest

import pipeline
from pipeline import package
from pipeline.features.fast_engine import fast_names as names_of_fast
from pipeline.package.pdf import engine
from pipeline.package.pdf.engine.adapter import patching as names
from pipeline.package.pdf.engine.adapter import weasyprint
from tests.bench.texts import tale
from tests.helpers import making
from tests.helpers.laid_out import boxes, typeset
from tests.helpers.paths import ROOT
from tests.helpers.pictures import svg

ENGINE = Path(engine.__file__).parent

DOCUMENTED = frozenset(
    {"CSS", "DEFAULT_OPTIONS", "Document", "HTML", "Page", "VERSION"}
    | {"css.counters.CounterStyle", "text.fonts.FontConfiguration"}
    | {"matrix.Matrix", "urls.URLFetcher", "urls.URLFetcherResponse"}
)
USED = names.NAMES + names_of_fast.NAMES


def test_weasyprint_has_what_is_used_of_it() -> None:
    assert not list(names.changes(USED))


def test_a_change_of_weasyprint_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(weasyprint.layout, "initialize_page_maker")
    monkeypatch.delattr(package, "pdf", raising=False)
    for name in [name for name in sys.modules if name.startswith("pipeline.package.pdf")]:
        monkeypatch.delitem(sys.modules, name)
    (finding,) = making.packed(making.resolved("Words.", "handout")).diagnostics
    change = f"WeasyPrint {weasyprint.VERSION} has no layout.initialize_page_maker; version"
    assert finding.message.startswith(f"No pages can be set: {change}")
    assert "\n" not in finding.message


def test_parameters_are_compared() -> None:
    assert names.change("layout.nothing") == "has no layout.nothing"
    assert names.change("css.StyleFor._nothing") == "has no css.StyleFor._nothing"
    assert names.change("layout.make_margin_boxes(page)") == (
        "has layout.make_margin_boxes(context, page, state), not (page)"
    )


def private_names() -> set[str]:
    """The private names of WeasyPrint: attributes and functions."""
    assert weasyprint.__file__
    files = Path(weasyprint.__file__).parent.rglob("*.py")
    names = (re.findall(r"(?:\.|\bdef )(_(?!_)\w+)", file.read_text("utf-8")) for file in files)
    return {name for each in names for name in each} - {"_replace"}  # of named tuples, too


def touched(tree: ast.Module, private: set[str]) -> Iterator[str]:
    """The names that a module imports from WeasyPrint, those that it replaces, and private ones."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith("weasyprint"):
                start = module.removeprefix("weasyprint").removeprefix(".")
                yield from (".".join(filter(None, (start, alias.name))) for alias in node.names)
            case ast.Constant(value=str(name)) if re.fullmatch(r"[a-z_]+(\.\w+)+", name):
                yield from [name] if not names.change(name) else []
            case ast.Attribute(value=ast.Name(id="self")):
                pass
            case ast.Attribute(attr=name) if name in private:
                yield name


def test_what_is_touched_of_weasyprint_is_listed() -> None:
    listed = {name.partition("(")[0] for _, used in USED for name in used} | DOCUMENTED
    listed |= {name.rpartition(".")[2] for name in listed}
    private = private_names()
    folders = (ENGINE, ROOT / "pipeline" / "features" / "fast_engine")
    files = [file for folder in folders for file in folder.rglob("*.py") if file.stem != "names"]
    files += [ENGINE.parent / f"{name}.py" for name in ("even_pages", "units")]
    found = {name for file in files for name in touched(ast.parse(file.read_bytes()), private)}
    assert found <= listed


TEXT = """\
---
title: Wells
lang: en
class: book
---

# Wells

A well is a *hole*[^1] in the ground -- the “inefficiency” of officers, afflicted -- from which
water is taken, in unremarkable quantities: ![ten](a.svg){width=2em} litres, and **much**
more[^2] on days of internationalisation.[^3]

[^1]: Of a depth that differs.

[^2]: See the table.

    Or the code.

[^3]: The third note, which is long enough for two lines at the foot of a page, where notes are set
    in smaller letters.

| Well | Depth (m) | What is known of it |
|:-----|----------:|---------------------|
| North | 12.5 | It is the oldest, and was repaired last year. |
| South | 7 | `None` |

```python
def depth(well: str) -> float:  # a comment that is far too long for one line of this page, isn't it
    return {"north": 12.5, "south": 7.0}[well]
```

::: {lang=es}
1. ¿Qué profundidad tiene el pozo de la urbanización extraordinariamente grande?

    - [ ] 12 m
    - [ ] 7 m

2. En árabe, un pozo se llama [بئر]{lang=ar}, y también ____.

> Una cita que es más larga que una línea, y que se divide correspondientemente en varias de ellas.

![Un pozo](a.svg)
:::

"""
LONG = sorted(tale(1).split("\n\n"), key=len)[-1]
"""A paragraph whose lines are chosen together."""


def test_a_plain_process_makes_the_same_pages_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """No files, and no threads of Pango's that end after it is unloaded, and would run code that
    is gone: the loader of Linux tells when it is."""
    (tmp_path / "text.md").write_text(TEXT + LONG, encoding="utf-8")
    (tmp_path / "a.svg").write_bytes(svg("<path d='M0 0h9v4z'/>"))
    (scratch := tmp_path / "scratch").mkdir()

    def pages(out: Path) -> list[bytes]:
        return [
            page.render().to_pil().tobytes()
            for file in sorted(out.glob("*/*.pdf"))
            for page in pypdfium2.PdfDocument(file)
        ]

    pipeline.build(tmp_path / "text.md", ["handout"], out=tmp_path / "fast")
    build = "import pipeline; pipeline.build('text.md', ['handout'], out='plain')"
    environment = {**os.environ, engine.PLAIN: "1", "LD_DEBUG": "files", "PYTHONPATH": str(ROOT)}
    environment |= dict.fromkeys(("TMPDIR", "HOME", "XDG_CACHE_HOME"), str(scratch))
    done = subprocess.run(
        [sys.executable, "-c", build],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    fast = pages(tmp_path / "fast")
    assert len(fast) > 2
    assert fast == pages(tmp_path / "plain")
    assert list(scratch.iterdir()) == []
    lines = [line for line in done.stderr.splitlines() if "libpangoft2" in line]
    assert lines or sys.platform != "linux"
    assert not [line for line in lines if "destroying link map" in line]


def test_no_other_version_is_installed_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"weasyprint>={names.KNOWN},<{int(names.KNOWN) + 1}" in project["dependencies"]


def test_no_certificates_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched, and where they are in one file, it takes as long as setting a page."""
    monkeypatch.delattr(ssl.SSLContext, "load_default_certs")
    assert typeset("<html><body>Text.</body></html>").make_pdf()


class Allocated(ctypes.Structure):
    """The result of ``mallinfo2``."""

    _fields_: ClassVar = [(name, ctypes.c_size_t) for name in "abcd"] + [
        (name, ctypes.c_size_t) for name in ("mapped", "e", "f", "in_use", "g", "h")
    ]


def test_what_was_set_leaves_no_memory_in_use() -> None:
    """Or a process that sets an edited text again and again grows."""
    allocated = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if allocated is None:
        pytest.skip("only glibc tells what is in use")
    allocated.restype = Allocated
    lines = "".join(f"<p><b>{n}</b> A <i>text</i> of features {n}.</p>" for n in range(10))
    styles = ["p { font-variant-numeric: oldstyle-nums } b { letter-spacing: 1px }"]

    def used_after(times: int) -> int:
        for _ in range(times):
            typeset(f"<html><body>{lines}</body></html>", *styles).make_pdf()
        gc.collect(1)
        found = allocated()
        return int(found.mapped + found.in_use)

    before = used_after(3)
    assert used_after(4) - before < 4 * 4_000  # 700 each, and 12,500 where features stay


@pytest.mark.parametrize(
    ("direction", "logical", "side"),
    [
        ("ltr", "inline-end", "right"),
        ("rtl", "inline-end", "left"),
        ("rtl", "inline-start", "right"),
    ],
)
def test_a_float_within_a_line_has_a_side(direction: str, logical: str, side: str) -> None:
    markup = "<html><body><p>One <b>two</b> three.</p></body></html>"

    def places(value: str) -> list[tuple[float, float]]:
        styles = [f"p {{ direction: {direction} }} b {{ float: {value} }}"]
        return [(b.position_x, b.position_y) for b in boxes(typeset(markup, *styles))]

    assert places(logical) == places(side)


def test_weasyprint_is_as_it_was_before() -> None:
    """Other users of the library in the same process are not affected."""
    before = {
        (module, name): value
        for module in (weasyprint, weasyprint.document, weasyprint.images, weasyprint.layout.inline)
        for name, value in vars(module).items()
    }

    def work() -> bytes:
        data: bytes = typeset("<html><body><p>A text.</p></body></html>").make_pdf()
        return data

    with ThreadPoolExecutor(3) as pool:
        made = [pool.submit(work) for _ in range(3)]
    assert len({one.result() for one in made}) == 1
    for (module, name), value in before.items():
        assert vars(module)[name] is value, name
        if not isinstance(value, ModuleType):  # not a module that is loaded when it is needed
            assert "pipeline" not in str(getattr(value, "__module__", "")), name
