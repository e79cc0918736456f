"""WeasyPrint is touched in one place, which lists all that is not documented of it."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import gc
import hashlib
import inspect
import io
import operator
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
from typing import Any, ClassVar

import cffi
import pypdfium2
import pyphen
import pytest

from pipeline.model.editions import EDITIONS
from pipeline.model.faces import FACES
from pipeline.model.rendered import Face, tree_of
from pipeline.package.files import font_files
from pipeline.package.pdf import engine
from pipeline.package.pdf.engine import declared, layout, weasyprint
from pipeline.package.pdf.engine.boxes import all_boxes, is_text
from pipeline.package.pdf.engine.lines import ShapedText, original_add_word_spacing
from pipeline.package.pdf.engine.typesetter import Typesetter
from pipeline.package.pdf.form.fonts import LATIN_FACE
from pipeline.package.pdf.units.setting import set_heads
from pipeline.package.units import Furniture

ROOT = Path(__file__).parent.parent
ENGINE = Path(engine.__file__).parent

DOCUMENTED = frozenset(
    {"CSS", "DEFAULT_OPTIONS", "Document", "HTML", "Page", "VERSION"}
    | {"css.counters.CounterStyle", "text.fonts.FontConfiguration"}
    | {"urls.URLFetcher", "urls.URLFetcherResponse"}
)
BASES = {
    base.__name__: base
    for base in (
        weasyprint.CSS,
        weasyprint.Document,
        weasyprint.HTML,
        weasyprint.Page,
        weasyprint.layout.LayoutContext,
        weasyprint.text.fonts.FontConfiguration,
        weasyprint.urls.URLFetcher,
        weasyprint.css.Style,
        weasyprint.css.StyleFor,
        weasyprint.pdf.stream.Stream,
    )
}
DECLARED = '''\
"""C declarations, by WeasyPrint and us, of the libraries that set type, in parsed form: written by
`pytest tests/test_engine.py --accept`."""

# ruff: noqa: E501
# fmt: off
# mypy: ignore-errors

import ctypes.util
import sys

import _cffi_backend

DIGEST = "{digest}"
"""Of the file in which WeasyPrint declares it."""


class Functions(_cffi_backend.FFI):
    """The contents of a `cffi.FFI` with these declarations."""

    def cdef(self, text: str) -> None:
        """Nothing: it was read."""

    def dlopen(self, name: str, flags: int = 0) -> object:
        """The library of that name, looked for where the linker does; and where Python does, but
        on Linux: there Python asks a compiler, ten times before it has all libraries."""
        try:
            return super().dlopen(name, flags)
        except OSError:
            found = ctypes.util.find_library(name) if sys.platform != "linux" else None
            if found is None:
                raise
            return super().dlopen(found, flags)


def functions() -> Functions:
    """As if they had been declared now."""
    return FUNCTIONS


FUNCTIONS = Functions({values}
'''
ROW = re.compile(r"^- (`[^:]+`):", re.MULTILINE)


def listed() -> set[str]:
    assert engine.__doc__
    return {name for row in ROW.findall(engine.__doc__) for name in re.findall("`(.+?)`", row)}


def declarations(file: Path) -> Iterator[str]:
    """The C declarations of a module: the literal arguments of ``ffi.cdef``."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ffi.cdef":
            yield ast.literal_eval(node.args[0])


def test_what_is_declared_in_c_was_read(accept: bool) -> None:
    """Otherwise each process would parse it again."""
    assert weasyprint.__file__
    theirs = Path(weasyprint.__file__).parent / "text" / "ffi.py"
    ffi = cffi.FFI()
    for file in (theirs, *sorted(ENGINE.glob("*.py"))):
        for text in declarations(file):
            ffi.cdef(text)
    ffi.set_source("declared", None)
    emitted = io.StringIO()
    ffi.emit_python_code(emitted)
    values = emitted.getvalue().partition("_cffi_backend.FFI(")[2]
    made = DECLARED.format(
        digest=hashlib.sha256(theirs.read_bytes()).hexdigest(), values=values.rstrip()
    )
    place = ENGINE / "declared.py"
    if accept:
        place.write_text(made, encoding="utf-8")
    assert place.read_text(encoding="utf-8") == made


def test_declarations_that_nobody_has_read_are_parsed() -> None:
    """Those of another version of WeasyPrint, say."""
    code = (
        "import importlib.util; importlib.util.find_spec = lambda name: None;"
        "from pipeline.package.pdf.engine.resources import ffi; print(type(ffi).__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "cffi.api\n"
    assert type(weasyprint.text.ffi.ffi) is declared.Functions


def test_what_is_seldom_called_is_not_loaded() -> None:
    code = "import sys, pipeline.package.pdf; print(*set(sys.argv) & set(sys.modules))"
    command = [sys.executable, "-c", code, "_ssl", *engine.SELDOM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_what_is_not_loaded_is_there_for_others() -> None:
    code = (
        "import pipeline.package.pdf, http.client, sys; assert '_ssl' not in sys.modules;"
        "print(type(http.client.HTTPSConnection('localhost')._context).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "SSLContext\n"


def private_names() -> set[str]:
    """The private names of WeasyPrint."""
    assert weasyprint.__file__
    trees = (ast.parse(f.read_bytes()) for f in Path(weasyprint.__file__).parent.rglob("*.py"))
    found: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def dotted(node: ast.expr) -> str:
    return ast.unparse(node).removeprefix("weasyprint.")


def overridden(node: ast.ClassDef) -> Iterator[str]:
    """The attributes in which a class differs from its WeasyPrint base."""
    for base in (BASES[name] for name in map(dotted, node.bases) if name in BASES):
        text = inspect.getsource(base)
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and (
                inner.name in vars(base) or f"self.{inner.name} = " in text
            ):
                yield f"{base.__name__}.{inner.name}"


def is_of_weasyprint(name: str) -> bool:
    """Return whether this is a dotted name, as of what is replaced during a layout."""
    with contextlib.suppress(AttributeError):
        return "." in name and bool(operator.attrgetter(name)(weasyprint))
    return False


def touched(tree: ast.Module, private: set[str]) -> Iterator[str]:
    own: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith("weasyprint"):
                start = module.removeprefix("weasyprint").removeprefix(".")
                for alias in node.names:
                    yield ".".join(filter(None, (start, alias.name)))
            case ast.Import():
                for alias in node.names:
                    yield from [alias.name[11:]] if alias.name.startswith("weasyprint.") else []
            case ast.ClassDef():
                yield from overridden(node)
                if not any(name in BASES for name in map(dotted, node.bases)):
                    attributes = (n for n in ast.walk(node) if isinstance(n, ast.Attribute))
                    own |= {n for n in attributes if ast.unparse(n).startswith("self._")}
            case ast.Assign(targets=[ast.Attribute() as target]):
                if target.attr == "__class__" or dotted(target) != ast.unparse(target):
                    yield "__class__" if target.attr == "__class__" else dotted(target)
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                if (name in private and node not in own) or (
                    isinstance(node, ast.Constant) and is_of_weasyprint(name)
                ):
                    yield name


def test_what_is_touched_of_weasyprint_is_listed() -> None:
    private = private_names()
    found = {
        name
        for file in ENGINE.glob("*.py")
        for name in touched(ast.parse(file.read_bytes()), private)
    }
    overrides = {name.partition(".")[2] for name in found if name.partition(".")[0] in BASES}
    parts = {re.sub(r"^(text\.ffi|layout\.inline)\.(?!split).*", r"\1", name) for name in found}
    assert parts - DOCUMENTED - overrides - {"layout.inline"} == listed()


@pytest.mark.parametrize("name", ["weasyprint", "pydyf", "cssselect2"])
def test_nothing_else_imports_it(name: str) -> None:
    found = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "pipeline").rglob("*.py")
        if file.parent != ENGINE
        and re.search(rf"^\s*(import|from) {name}\b", file.read_text("utf-8"), re.MULTILINE)
    ]
    assert not found


def test_no_other_version_is_installed_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    major = int(weasyprint.VERSION.split(".")[0])
    assert f"weasyprint>={major},<{major + 1}" in project["dependencies"]


def test_no_certificates_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched, and where they are in one file, it takes as long as setting a page."""
    monkeypatch.delattr(ssl.SSLContext, "load_default_certs")
    setter = Typesetter(font_files((LATIN_FACE,)), tmp_path, ())
    assert setter.set(tree_of("<html><body>Text.</body></html>"), []).written()


class Allocated(ctypes.Structure):
    """The result of ``mallinfo2``."""

    _fields_: ClassVar = [(name, ctypes.c_size_t) for name in "abcd"] + [
        (name, ctypes.c_size_t) for name in ("mapped", "e", "f", "in_use", "g", "h")
    ]


def test_what_was_set_leaves_no_memory_in_use(tmp_path: Path) -> None:
    """Or a process that sets an edited text again and again grows."""
    allocated = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if allocated is None:
        pytest.skip("only glibc tells what is in use")
    allocated.restype = Allocated
    lines = "".join(f"<p><b>{n}</b> A <i>text</i> of features {n}.</p>" for n in range(10))
    styles = ["p { font-variant-numeric: oldstyle-nums } b { letter-spacing: 1px }"]
    setter = Typesetter(font_files((LATIN_FACE,)), tmp_path, ())

    def used_after(times: int) -> int:
        for _ in range(times):
            setter.set(tree_of(f"<html><body>{lines}</body></html>"), styles).written()
        gc.collect()
        found = allocated()
        return int(found.mapped + found.in_use)

    before = used_after(4)
    assert used_after(6) - before < 6 * 4_000  # 700 each, and 12,500 where features stay


@pytest.mark.parametrize("face", [LATIN_FACE, FACES[0]], ids=["sans", "with-ligatures"])
def test_lines_are_those_that_are_found_when_all_is_set_anew(
    face: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = (
        ("en", "To the aleward was but kelobled. Where <i>it</i> is, was unremarkably fictive."),
        ("en", "Such an ineffable, affable affair: officers of sufficient efficiency, afflicted."),
        ("en", "Chance—aye, free will, and necessity—nowise incompatible—all interweavingly."),
        ("en", "Is it Stubb’s or is it Stubb’s, or not Stubb’s, and could it be Stubb’s? Stubb’s."),
        (
            "en",
            "“Well-known—or so…” (he said, 1–2 and/or 3.5\u00a0kg) is AWAY, at re-use/off-site.",
        ),
        ("de", "Die Donaudampfschifffahrt – „öffentlich“ – fährt größtenteils rückwärts."),
        ("hu", "Hosszú kulissza, vissza az asszonnyal és a meggyel, könnyen."),
        ("ru", "Достопримечательности — «превосходительство», как-нибудь."),
        ("el", "Η ελληνική γλώσσα, υπερπραγματικότητα."),
        ("ar", "هذا نص عربي طويل بما يكفي لسطرين."),
        ("zh", "这是一个足够长的中文段落，它有两行。"),
    )
    markup = "".join(
        f'<p lang="{language}" style="width: {width}px">{text} {text}</p>'
        for language, text in texts
        for width in range(120, 240, 10 if language == "en" else 24)
    )
    styles = [
        f"p {{ font-family: '{face.family}'; hyphens: auto; text-align: justify }}",
        "p { hyphenate-limit-chars: 6 3 3 }",
    ]
    setter = Typesetter(font_files((face,)), tmp_path, ())

    def lines() -> tuple[list[tuple[str, float, float]], list[str]]:
        """The texts of boxes with their places, and those read from the drawn pages."""
        root = tree_of(f'<html lang="en"><body>{markup}</body></html>')
        document = setter.set(root, styles)
        boxes = (box for page in document.pages for box in all_boxes(page.box) if is_text(box))
        laid_out = [(box.text, box.position_x, round(box.width, 4)) for box in boxes]
        with pypdfium2.PdfDocument(document.written()) as pdf:
            return laid_out, [page.get_textpage().get_text_range() for page in pdf]

    found = lines()
    monkeypatch.setattr(layout, "line_of_paragraph", lambda *_: None)
    if face is LATIN_FACE:  # it has no kerning between a letter and a space
        monkeypatch.setattr(layout, "ShapedText", weasyprint.text.line_break.Layout)
        monkeypatch.setattr(layout, "add_word_spacing", original_add_word_spacing)
    assert found == lines()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_ends_of_lines_without_spaces_are_found_in_few_letters(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a narrow column they are where they would be if Pango were given more letters."""
    text = (
        "这是一个足够长的中文段落，它有两行。"
        if lang == "zh"
        else "Donau-dampf/schifffahrt" + ">" * 9
    )
    markup = f'<html lang="{lang}"><body><p>{text * (900 // len(text))}</p></body></html>'
    styles = [
        f"p {{ width: 50px; font-family: '{LATIN_FACE.family}'; overflow-wrap: anywhere }}",
        "p { hyphens: auto }",
    ]
    setter = Typesetter(font_files((LATIN_FACE,)), tmp_path, ())
    given = 0
    set_text = ShapedText.set_text

    def counted(self: ShapedText, text: str, justify: bool = False) -> None:
        nonlocal given
        given += len(text)
        set_text(self, text, justify)

    monkeypatch.setattr(ShapedText, "set_text", counted)

    def lines() -> tuple[list[str], int]:
        before = given
        document = setter.set(tree_of(markup), styles)
        boxes = (box for page in document.pages for box in all_boxes(page.box) if is_text(box))
        return [box.text for box in boxes], given - before

    found, few = lines()
    monkeypatch.setattr(layout, "FEWEST", layout.LONGEST_LINE)
    expected, many = lines()
    assert found == expected
    assert len(found) > 20
    assert few * 2 < many


SHEETS = {
    "the last of equals counts": ["b { top: 0 } p { margin-left: 1px }", "p { margin-left: 2px }"],
    "a more specific one before": ["#one { margin-left: 1px }", "p { margin-left: 2px }"],
    "important": ["p { margin-left: 1px ! important }", "#one { margin-left: 2px }"],
    "layers": ["@layer a { #one { margin-left: 1px } }", "p { margin-left: 2px }"],
    "layers in two sheets": [
        "@layer a, b; @layer b { p { margin-left: 1px } } @layer a { p { margin-left: 2px } }",
        "@layer b, a; @layer b { #one { margin-left: 3px } } p::before { content: 'x' }",
    ],
    "parts of elements": [
        "p::before { content: 'before '; margin-left: 3px } div p::before { content: 'in ' }",
        "p::after { content: attr(id) } p + p::before { margin-left: 2px } :lang(ar) { top: 1px }",
    ],
    "attributes": ["[style]::before { content: 'x' } [style] { margin-left: 1px }", "p { top: 0 }"],
    "pages": [
        "@page { size: 400px 300px }",
        "@page { margin: 10px }",
        "@page :first { margin: 9px }",
    ],
    "flexible boxes": ["div, body { display: flex } p { padding: 1px }", "p { flex: 1 1 10px }"],
    "a grid": ["body { display: grid; grid-template-columns: 40px 1fr }", "p { padding: 2px }"],
    "widths of a part": ["p { width: 50%; padding: 1px 2% }", "p { box-sizing: border-box }"],
}


@pytest.mark.parametrize("styles", SHEETS.values(), ids=SHEETS)
def test_styles_that_are_shared_have_the_same_effect(
    styles: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so have lengths that are computed once for a style."""

    def places() -> list[tuple[float, ...]]:
        root = tree_of(
            "<html><body><p id='one'>One.</p><div><p>Two.</p><p>Three.</p></div><p>Four.</p>"
            "<p style='margin-left: 7px'>Five.</p><p lang='ar' id='six'>Six.</p></body></html>"
        )
        document = Typesetter(font_files((LATIN_FACE,)), tmp_path, ()).set(root, styles)
        boxes = [box for page in document.pages for box in all_boxes(page.box)]
        return [(b.position_x, b.position_y, b.width, b.height, b.margin_left) for b in boxes]

    found = places()
    monkeypatch.setattr(layout, "REPLACED", {})
    assert found == places()


@pytest.mark.parametrize(
    ("direction", "logical", "side"),
    [
        ("ltr", "inline-end", "right"),
        ("rtl", "inline-end", "left"),
        ("rtl", "inline-start", "right"),
    ],
)
def test_a_float_within_a_line_has_a_side(
    direction: str, logical: str, side: str, tmp_path: Path
) -> None:
    root = tree_of("<html><body><p>One <b>two</b> three.</p></body></html>")

    def places(value: str) -> list[tuple[float, float]]:
        styles = [f"p {{ direction: {direction} }} b {{ float: {value} }}"]
        document = Typesetter(font_files((LATIN_FACE,)), tmp_path, ()).set(root, styles)
        return [(b.position_x, b.position_y) for b in all_boxes(document.pages[0].box)]

    assert places(logical) == places(side)


@pytest.mark.parametrize(
    "note",
    [
        "short",
        "<span>a note of several lines, </span>" * 9,
        "<span style='float: left'>at the side</span> of others",
        "<span style='position: relative; top: 3px'>moved</span>",
        "<span style='position: absolute; top: 3px'>put elsewhere</span> on the page",
        "<b style='display: block; margin: 5px'>apart</b>",
        "<b style='display: block'>One.</b><b style='display: block'>Two.</b>",
        "".join(f"<b style='display: block'>{line}</b>" for line in range(20)),
    ],
)
def test_notes_are_where_they_would_be_if_they_were_set_together(
    note: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    styles = [
        "@page { size: 300px 200px; margin: 10px;"
        " @footnote { border-top: 1px solid; padding-top: 3px; margin-top: 7px } }",
        "i { float: footnote; font-size: 9px } p { margin: 4px 0 }",
    ]

    def places() -> list[tuple[str, float, float, float]]:
        text = "".join(f"<p>The well {n}<i>{note if n % 3 else n}</i></p>" for n in range(14))
        root = tree_of(f"<html><body>{text}</body></html>")
        document = Typesetter(font_files((LATIN_FACE,)), tmp_path, ()).set(root, styles)
        return [
            (
                getattr(box, "text", ""),
                round(box.position_x, 6),
                round(box.position_y, 6),
                round(box.height, 6),
            )
            for page in document.pages
            for box in all_boxes(page.box)
        ]

    found = places()
    before = dict(layout.REPLACED)
    del before["layout.page.block_level_layout"]
    monkeypatch.setattr(layout, "REPLACED", before)
    assert found == places()


def test_weasyprint_is_as_it_was_before(tmp_path: Path) -> None:
    """Other users of the library in the same process are not affected."""
    before = {
        (module, name): value
        for module in (weasyprint, weasyprint.document, weasyprint.images, weasyprint.layout.inline)
        for name, value in vars(module).items()
    }
    fonts = font_files((LATIN_FACE,))

    def work() -> bytes:
        root = tree_of("<html><body><p>A text.</p></body></html>")
        return Typesetter(fonts, tmp_path, ()).set(root, []).written()

    with ThreadPoolExecutor(3) as pool:
        made = [pool.submit(work) for _ in range(3)]
    assert len({one.result() for one in made}) == 1
    for (module, name), value in before.items():
        assert vars(module)[name] is value, name
        if not isinstance(value, ModuleType):  # not a module that is loaded when it is needed
            assert "pipeline" not in str(getattr(value, "__module__", "")), name


def test_running_heads_may_be_set_in_several_threads() -> None:
    css = "@page { size: 300px; margin: 50px; @top-left { content: string(title) } }"
    fonts = tuple(map(str, font_files((LATIN_FACE,))))
    area, texts = (50.0, 50.0, 200.0, 200.0), list[Furniture]()
    for number in range(20):
        pages: Any = ((None, area, {"title": (f"Text {number}",)}),) * 4
        texts.append(Furniture("<html><body/></html>", (css,), fonts, 1, 0, {}, pages))

    def drawn(furniture: Furniture) -> tuple[bytes, ...]:
        return set_heads(furniture, EDITIONS["handout"]).drawing.streams

    one_by_one = [drawn(text) for text in texts]
    assert len(set(one_by_one)) == len(texts)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(drawn, texts)) == one_by_one
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("language", ["en", "de", "hu", "af", "sq"])
def test_hyphens_are_those_of_all_patterns(language: str) -> None:
    """Patterns that are parsed when a word needs them divide it as all of them do: also where a
    later one repeats letters, or divided words are written differently (asz-szony)."""
    path = pyphen.LANGUAGES[language]
    all_of_them = pyphen.HyphDict.__mro__[1](path)
    some = pyphen.HyphDict(path)
    letters = sorted(all_of_them.patterns)
    words = ("asszonnyal", "urinstinkt", *(f"{one.strip('.')}en" for one in letters[::400]))
    for word in words:
        expected = [(place, place.data) for place in all_of_them.positions(word)]
        assert [(place, place.data) for place in some.positions(word)] == expected
    assert len(some.patterns) < len(all_of_them.patterns) or language == "af"


@pytest.mark.skipif(sys.platform != "linux", reason="asks the loader of Linux")
def test_pango_stays_until_the_process_ends() -> None:
    """Its threads end when they get to it, and would run code that is gone."""
    script = "from pipeline.package.pdf.engine.resources import fonts_of; fonts_of([])"
    environment = {**os.environ, "LD_DEBUG": "files", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if "libpangoft2" in line]
    if not lines:
        pytest.skip("the loader of this system tells nothing")
    assert not [line for line in lines if "destroying link map" in line]
