"""The passes of resolve, each tested on handmade documents, and the tree functions they use."""

from __future__ import annotations

import io
import itertools
import re
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Raster

from pipeline import model, parse
from pipeline.features.code import highlight_code
from pipeline.features.drawings import read_svg
from pipeline.model import (
    Attributes,
    Block,
    Code,
    CodeBlock,
    Container,
    ContentsEntry,
    Dialogue,
    Document,
    Emphasis,
    Figure,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    Node,
    Note,
    NoteReference,
    Paragraph,
    Section,
    Table,
    Text,
    Turn,
)
from pipeline.model.diagnostics import Span
from pipeline.model.metadata import ContentsOptions, Cover, Metadata, Placed
from pipeline.model.names import slug
from pipeline.model.rewriting import rewrite
from pipeline.model.tree import FIELDS, INLINE_FIELDS
from pipeline.resolve import resolve
from pipeline.resolve.assets import gather_assets, link_remote
from pipeline.resolve.contents import list_contents
from pipeline.resolve.identifiers import RESERVED, RESERVED_PREFIXES, assign_identifiers
from pipeline.resolve.notes import number_notes
from pipeline.resolve.references import ON_THE_WEB, check_references
from pipeline.resolve.sections import nest_sections
from tests.helpers import making
from tests.helpers.trees import nodes, plain_text

COPY = "Copy the file into the folder, and give its path from there."


def text(words: str) -> tuple[Text, ...]:
    return (Text(text=words),)


def paragraph(*inlines: Inline | str, line: int = 1) -> Paragraph:
    children = tuple(Text(text=i) if isinstance(i, str) else i for i in inlines)
    return Paragraph(span=Span(line), children=children)


def heading(level: int, words: str, line: int = 1, *classes: str, id: str = "") -> Heading:
    attributes = Attributes(id=id, classes=classes)
    return Heading(span=Span(line), attributes=attributes, level=level, children=text(words))


def document(*blocks: Block, notes: tuple[Note, ...] = (), **metadata: Any) -> Document:
    return Document(metadata=Metadata(**metadata), blocks=blocks, notes=notes, source="x.md")


def findings(found: Document) -> list[tuple[str, int]]:
    assert all(d.source == "x.md" for d in found.diagnostics)
    return [(d.code, d.line) for d in found.diagnostics]


# --- the tree --------------------------------------------------------------------------


def test_the_tree_knows_every_field_that_holds_nodes() -> None:
    kinds = [k for k in vars(model).values() if isinstance(k, type) and issubclass(k, Node)]
    kind_names = {kind.__name__ for kind in kinds} | {"Inline", "Block"}
    for kind in kinds:
        hints = {name: str(hint) for name, hint in typing.get_type_hints(kind).items()}
        names = "|".join(kind_names - {"Node"})
        holding = {n for n, h in hints.items() if re.search(rf"nodes\.({names})\b", h)}
        holding -= {"answer", "gaps"}  # no part of the text around a gap
        assert holding == set(FIELDS.get(kind, ())), kind
        inline = {name for name in holding if "nodes.Text" in hints[name]}
        inline -= {name for name in holding if "nodes.Paragraph" in hints[name]}
        if not issubclass(kind, typing.get_args(model.Inline)):
            assert inline == {INLINE_FIELDS[kind]} if kind in INLINE_FIELDS else not inline


def test_rewriting_keeps_what_it_does_not_change() -> None:
    kept = paragraph("a")
    blocks: tuple[Block, ...] = (kept, paragraph("b", Code(text="c")))
    assert rewrite(blocks, leave={Text: lambda node: node}) is blocks
    changed = rewrite(blocks, leave={Code: lambda node: Text(text=node.text)})
    assert changed[0] is kept
    assert changed[1] == paragraph("b", "c")
    assert rewrite(blocks, leave={Text: lambda _: ()}) == (paragraph(Code(text="c")),)


def test_depth_is_no_limit() -> None:
    block: Block = paragraph("deep")
    for _ in range(5000):
        block = Container(name="div", children=(block,))
    (found,) = rewrite((block,), leave={Text: lambda _: Text(text="changed")})
    assert [node.text for node in nodes(found, Text)] == ["changed"]


def test_plain_text() -> None:
    image = Image(source="x.png", alt="alt")
    inlines = (Text(text="a"), LineBreak(), Emphasis(children=(Code(text="b"), image)))
    assert plain_text((*inlines, NoteReference(label="n"))) == "a balt"


# --- sections --------------------------------------------------------------------------


def outline(blocks: tuple[Block, ...]) -> list[Any]:
    """Sections as [depth, title, …], other blocks as their text."""
    return [
        [b.depth, plain_text(b.title), *outline(b.children)]
        if isinstance(b, Section)
        else plain_text(b.children)
        if isinstance(b, Paragraph)
        else type(b).__name__
        for b in blocks
    ]


def test_a_chapter_that_became_the_title_is_named() -> None:
    parsed = parse("# Title\n\n## Part\n\nText.\n\n# Another\n\n## Part\n\nText.\n", "a.md")
    assert parsed.metadata.title == "Title"
    (found,) = nest_sections(parsed).diagnostics
    assert found.hint.startswith("Begin it with `#`. If the heading taken as the title")


def test_headings_within_blocks_get_depths_without_gaps() -> None:
    inner = Container(name="b", children=(heading(6, "D"),))
    box = Container(name="a", children=(heading(3, "B"), heading(5, "C"), inner, heading(3, "E")))
    found = nest_sections(document(heading(1, "A"), box))
    levels = [(plain_text(h.children), h.level) for h in nodes(found, Heading)]
    assert levels == [("B", 2), ("C", 3), ("D", 2), ("E", 2)]
    assert not found.diagnostics


def test_empty_headings_are_dropped() -> None:
    box = Container(name="a", children=(heading(3, "", line=4), paragraph("x")))
    found = nest_sections(document(heading(1, " ", line=2), paragraph("a"), box))
    assert outline(found.blocks) == ["a", "Container"]
    assert findings(found) == [("empty-heading", 2), ("empty-heading", 4)]


@given(st.lists(st.integers(1, 6), max_size=20))
def test_sections_flatten_back(levels: list[int]) -> None:
    found = nest_sections(document(*(heading(n, str(i)) for i, n in enumerate(levels))))
    sections = nodes(found, Section)
    assert [plain_text(s.title) for s in sections] == [str(i) for i in range(len(levels))]
    depths = [0, *(section.depth for section in sections)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(depths))
    below = [(s, child) for s in sections for child in s.children]
    assert all(isinstance(c, Section) and c.depth == s.depth + 1 for s, c in below)


# --- identifiers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Hello, World!", "hello-world"),
        ("  It's  so_far -- 3.5  ", "its--so_far----35"),
        ("Ça coûte 10 €", "ça-coûte-10-"),
        ("e\u0301", "é"),
        ("हिन्दी शब्द", "हिन्दी-शब्द"),
        ("日本語", "日本語"),
        ("???", ""),
    ],
)
def test_slugs_are_github_s(title: str, expected: str) -> None:
    assert slug(title) == expected


def ids(found: Document) -> list[str]:
    return [n.attributes.id for n in nodes(found) if n.attributes.id]


def test_ids_are_unique_and_explicit_ones_win() -> None:
    marked = Text(text="x", attributes=Attributes(id="intro-1"))
    titles = ["Intro", "Intro", "Intro", "!!!", "Contents", "FN 1", "fnref-2"]
    blocks = [heading(1, title) for title in titles]
    found = assign_identifiers(
        nest_sections(document(*blocks, heading(1, "B", id="intro"), paragraph(marked)))
    )
    assert ids(found) == [
        *("intro-2", "intro-3", "intro-4", "section-1", "contents-1"),
        *("section-fn-1", "section-fnref-2", "intro", "intro-1"),
    ]


def test_ids_of_figures_tables_and_questions() -> None:
    image = Image(source="x.png", alt="x")
    turns = tuple(
        Turn(speaker="A", role="host", asks=asks, children=(paragraph(words),))
        for asks, words in ((True, "Why, and how?"), (False, "So."), (True, "… " * 3))
    )
    found = assign_identifiers(
        nest_sections(
            document(
                Figure(image=image, caption=text("A map")),
                Figure(image=image),
                Table(head=(), body=(), caption=text("Long " * 40)),
                Dialogue(turns=turns),
                heading(1, "Figure a map"),
            )
        )
    )
    assert ids(found) == [
        "figure-a-map-1",  # sections choose first
        "table-" + "-".join(["long"] * 12),
        "question-why-and-how",
        "question-1",
        "figure-a-map",
    ]


def test_duplicate_and_reserved_ids() -> None:
    blocks = [heading(1, "A", line, id=name) for line, name in ((3, "a"), (5, "a"), (7, "main"))]
    found = assign_identifiers(nest_sections(document(*blocks)))
    assert findings(found) == [("duplicate-id", 5), ("duplicate-id", 7)]
    assert "line 3" in found.diagnostics[0].message


@given(st.lists(st.text(st.sampled_from("aA1- _-é!"), max_size=6), max_size=12))
def test_ids_are_unique(titles: list[str]) -> None:
    titles = [f"fn-{title}" if title.endswith("1") else title for title in titles]
    found = assign_identifiers(nest_sections(document(*(heading(1, t) for t in titles))))
    names = [section.attributes.id for section in nodes(found, Section)]
    assert len({*names, *RESERVED}) == len(names) + len(RESERVED)
    assert all(name and not name.startswith(RESERVED_PREFIXES) for name in names)


# --- notes and numbers -----------------------------------------------------------------


def note(label: str, *inlines: Inline | str, line: int = 1) -> Note:
    return Note(label=label, span=Span(line), children=(paragraph(*inlines, line=line),))


def ref(label: str) -> NoteReference:
    return NoteReference(label=label)


def test_notes_that_are_missing_unused_or_double() -> None:
    notes = (
        note("used", "x", line=5),
        note("unused", ref("only-from-unused"), line=6),
        note("only-from-unused", "x", line=7),
        note("used", "again", line=8),
    )
    found = number_notes(document(paragraph(ref("used"), ref("usd"), line=2), notes=notes))
    assert findings(found) == [
        ("duplicate-note", 8),
        ("unresolved-note", 2),
        ("unused-note", 6),
        ("unused-note", 7),
    ]
    assert found.diagnostics[1].hint == "Did you mean `[^used]`?"
    assert [n.label for n in found.notes] == ["used"]
    assert plain_text(nodes(found, Paragraph)[0].children) == "[^usd]"


# --- links -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source's folder with files, and a secret next to it."""
    root = tmp_path / "source"
    (root / "sub dir").mkdir(parents=True)
    (root / "sub dir" / "File.txt").write_text("x")
    (tmp_path / "secret.png").write_bytes(png())
    (root / "out.png").symlink_to(tmp_path / "secret.png")
    (root / "map.png").write_bytes(png(4, 3))
    return root


@pytest.mark.parametrize(
    ("href", "code", "hint"),
    [
        ("#here", "", ""),
        ("#h%65re", "", ""),
        ("#hree", "unresolved-link", "Did you mean `#here`?"),
        ("#contents", "unresolved-link", "Not every edition has that: link to a heading."),
        ("", "unresolved-link", ""),
        ("https://a.org/#x", "", ""),
        ("mailto:a@b.org", "", ""),
        ("tel:+1", "", ""),
        ("//a.org", "unsafe-markup", "For a link to the web, write `https://a.org`."),
        (r"\\\\a\b", "unsafe-markup", ""),
        (r"/\\a/b", "unsafe-markup", ""),
        (
            "sub%20dir/File.txt?x#y",
            "local-link",
            "Put the file on the web, and link to its address.",
        ),
        ("sub%20dir/../map.png", "local-link", "Put the file on the web, and link to its address."),
        (
            "sub%20dir/file.txt",
            "unresolved-link",
            "The file is named `sub dir/File.txt`: capital letters count.",
        ),
        ("mpa.png", "unresolved-link", "Did you mean `map.png`?"),
        ("www.a.org", "unresolved-link", "For a link to the web, write `https://www.a.org`."),
        ("sub%20dir", "unresolved-link", ""),
        ("a%00b", "unresolved-link", ""),
        ("x" * 5000, "unresolved-link", ""),
        ("../secret.png", "outside-folder", ON_THE_WEB),
        ("sub%20dir/%2e%2e/../secret.png", "outside-folder", ON_THE_WEB),
        ("/etc/passwd", "outside-folder", ON_THE_WEB),
        ("out.png", "outside-folder", ON_THE_WEB),
        ("javascript:x()", "unsafe-markup", ""),
        (" Java\tScript:x()", "unsafe-markup", ""),
        ("data:text/html,x", "unsafe-markup", ""),
        ("file:///etc/passwd", "unsafe-markup", ""),
    ],
)
def test_links(folder: Path, href: str, code: str, hint: str) -> None:
    here = Text(text="x", attributes=Attributes(id="here"))
    link = Link(href=href, children=(Emphasis(children=text("go")),))
    found = check_references(document(paragraph(here, link, line=3)), folder)
    assert findings(found) == ([(code, 3)] if code else [])
    assert [d.hint for d in found.diagnostics] == ([hint] if code else [])
    assert bool(nodes(found, Link)) == (not code)
    assert nodes(found, Emphasis)
    assert all("%" not in link.href for link in nodes(found, Link) if link.href[:1] == "#")


# --- images ----------------------------------------------------------------------------


def png(width: int = 1, height: int = 1, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Raster.new("RGB", (width, height)).save(file, kind, **options)
    return file.getvalue()


def svg(content: str = "", root: str = 'width="20" height="10"', before: str = "") -> bytes:
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg"'
        f' xmlns:xlink="http://www.w3.org/1999/xlink" {root}>{content}</svg>'
    ).encode()


def turned() -> bytes:
    exif = Raster.Exif()
    exif[0x0112] = 6
    return png(40, 30, "JPEG", exif=exif)


@pytest.mark.parametrize(
    ("data", "media_type", "size"),
    [
        (png(4, 3), "image/png", (4, 3)),
        (png(40, 30, "JPEG"), "image/jpeg", (40, 30)),
        (turned(), "image/jpeg", (30, 40)),
        (png(4, 3, "GIF"), "image/gif", (4, 3)),
        (png(4, 3, "WEBP"), "image/webp", (4, 3)),
        (svg(), "image/svg+xml", (20, 10)),
        (svg(root='width="1in" height="2.54cm"'), "image/svg+xml", (96, 96)),
        (svg(root='width="100%" viewBox="0 0 30 20"'), "image/svg+xml", (30, 20)),
        (svg(root='height="40" viewBox="0,0,30,20"'), "image/svg+xml", (60, 40)),
        (svg(root=""), "image/svg+xml", (0, 0)),
        (svg('<a href="https://a.org"/><use href="#x"/>'), "image/svg+xml", (20, 10)),
        (svg('<style>a{fill:url(#x)}</style><g style="fill:red"/>'), "image/svg+xml", (20, 10)),
        (
            svg(before='\ufeff<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "a" "b">\n'),
            "image/svg+xml",
            (20, 10),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_images(tmp_path: Path, data: bytes, media_type: str, size: tuple[int, int]) -> None:
    (tmp_path / "x.bin").write_bytes(data)
    found = gather_assets(document(paragraph(Image(source="x.bin", alt="x"))), tmp_path)
    assert not found.diagnostics
    (asset,), (image,) = found.assets, nodes(found, Image)
    assert (asset.media_type, asset.width, asset.height) == (media_type, *size)
    assert (image.asset, image.width, image.height) == ("x.bin", *size)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"text", "not a PNG"),
        (png(4, 3, "PPM"), "not a PNG"),
        (png(40, 40)[:-20], "damaged"),
        (png(40, 40).replace(b"IDAT", b"IDAX"), "damaged"),
        (png(400, 400, "JPEG")[:-500], "damaged"),
        (b"<svg", "not well-formed"),
        (svg(root='width="0" height="10"'), "its width or height is 0"),
        (svg(root='width="10" height="0px"'), "its width or height is 0"),
        (svg(root='width="10" viewBox="0 0 10 0"'), "its width or height is 0"),
        (b"<html/>", "not a PNG"),
        (b"<svg/>", "namespace"),
        (svg("&x;", before='<!DOCTYPE svg [<!ENTITY x "y">]>'), "entities"),
        (svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "/etc/passwd">]>'), "entities"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_images(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "x.png").write_bytes(data)
    image = Image(source="x.png", alt="x")
    found = gather_assets(document(paragraph(image, line=4)), tmp_path)
    assert findings(found) == [("bad-image", 4)]
    assert says in found.diagnostics[0].message
    assert not found.assets


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (svg("<script/>"), "a `script` element"),
        (svg("<foreignObject/>"), "a `foreignObject` element"),
        (
            svg("<switch><foreignObject>Water for all</foreignObject><text>Wat…</text></switch>"),
            "a `foreignObject` element",
        ),
        (svg('<p xmlns="http://www.w3.org/1999/xhtml"/>'), "a `p` element"),
        (svg('<g onClick="x"/>'), "event handler `onclick`"),
        (svg('<image href="https://a.org/x.png"/>'), "outside the file"),
        (svg('<image xlink:href="other.png"/>'), "outside the file"),
        (svg('<a href="javascript:x"/>'), "outside the file"),
        (svg('<set attributeName="xlink:href"/>'), "animation"),
        (svg("<style>@import 'a.css'</style>"), "loads another file"),
        (svg('<g style="fill:u\\72l(https://a.org)"/>'), "loads another file"),
        (svg("<g fill=\"url( 'x.svg#a')\"/>"), "loads another file"),
        (svg(before='<?xml-stylesheet href="a.css"?>'), "style sheet"),
        (svg("<style>@im\\port 'a.css'</style>"), "loads another file"),
        (svg("<style>@import/**/'a.css'</style>"), "loads another file"),
        (svg("<style><![CDATA[@import url(a.css)]]></style>"), "loads another file"),
        (svg("<style><title/>@import 'a.css'</style>"), "loads another file"),
        (svg('<g style="fill:u\\rl(https://a.org)"/>'), "loads another file"),
        (svg("<g style=\"fill:image-set('https://a.org' 1x)\"/>"), "loads another file"),
        (svg('<g style="fill:url(https://a.org x"/>'), "loads another file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_drawings_are_cleaned(tmp_path: Path, data: bytes, says: str) -> None:
    kept = b'<rect id="kept" width="3" height="3"/></svg>'
    (tmp_path / "x.svg").write_bytes(data.replace(b"</svg>", kept))
    image = Image(source="x.svg", alt="x")
    both = document(paragraph(image, line=4), paragraph(image, line=8))
    found = gather_assets(both, tmp_path)
    assert findings(found) == [("cleaned-image", 4)], "told once, where it is shown first"
    assert says in found.diagnostics[0].message
    (asset,) = found.assets
    assert b'id="kept"' in asset.data
    again = read_svg(asset.data)
    assert not again.removed
    assert (again.width, again.height) == (asset.width, asset.height) == (20, 10)
    for word in (b"script", b"foreignObject", b"onClick", b"a.org", b"other", b"@import"):
        assert word not in asset.data


@pytest.mark.parametrize(
    "shown",
    [
        "<text>Water for all</text>",
        "<g><text>Water</text> <text>for all</text></g><text>Viewer too old</text>",
        '<image href="data:image/png;base64,AAAA"/>',
    ],
)
def test_what_a_drawing_says_twice_is_shown_once(tmp_path: Path, shown: str) -> None:
    """As diagrams.net writes it: HTML for browsers and text for others, and a word to viewers
    that have only the text."""
    html = '<p xmlns="http://www.w3.org/1999/xhtml">Water <b>for all</b></p>'
    data = svg(
        f"<switch><foreignObject>{html}</foreignObject>{shown}</switch>"
        '<switch><g requiredFeatures="x"/><a href="https://a.org"><text>No SVG</text></a></switch>'
    )
    (tmp_path / "x.svg").write_bytes(data)
    found = gather_assets(document(paragraph(Image(source="x.svg", alt="x"))), tmp_path)
    assert not found.diagnostics
    (asset,) = found.assets
    assert b"foreignObject" not in asset.data
    assert b"No SVG" not in asset.data
    assert b"for all" in asset.data or b"data:image/png" in asset.data


@pytest.mark.parametrize(
    "data",
    [
        svg("<metadata>SECRET</metadata>"),
        svg("<!-- SECRET -->"),
        svg(before='<!DOCTYPE svg PUBLIC "SECRET" "b">'),
        svg(root='content="SECRET" width="20" height="10"'),
        svg(
            '<g xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:export="SECRET"/>'
            '<i:page xmlns:i="http://www.inkscape.org/namespaces/inkscape" at="SECRET"/>'
        ),
    ],
)
def test_what_drawing_programs_note_is_dropped_without_a_word(data: bytes) -> None:
    drawing = read_svg(data)
    assert b"<svg" in drawing.data
    assert b"SECRET" not in drawing.data
    assert not drawing.removed


def _used_often(times: int) -> str:
    steps = "".join(
        f'<g id="a{n}">{f"""<use href="#a{n - 1}"/>""" * 10}</g>' for n in range(1, times)
    )
    return f'<g id="a0"><rect width="1" height="1"/></g>{steps}'


@pytest.mark.parametrize(
    "content",
    [
        _used_often(20),
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
        "<g>" * 10_000 + "</g>" * 10_000,
    ],
    ids=["multiplied", "in a circle", "deep"],
)
def test_a_drawing_that_is_too_much_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="too much for a page"):
        read_svg(svg(content))


def test_much_to_clean_takes_linear_time() -> None:
    drawing = read_svg(svg("<script/>" * 50_000, root='width="1" height="1"'))
    assert drawing.removed == ("a `script` element",)
    assert read_svg(svg(root=f'width="{"1" * 50_000}!" height="10"')).width == 0


def test_what_stands_around_a_script_stays() -> None:
    cleaned = read_svg(svg("<text>One<script>x()</script> two<tspan onclick='x'>!</tspan></text>"))
    assert b">One two<" in cleaned.data
    assert b"<tspan>!</tspan>" in cleaned.data
    assert cleaned.removed == ("a `script` element", "an event handler `onclick`")


@pytest.mark.parametrize(
    ("source", "code", "hint"),
    [
        ("mpa.png", "missing-image", "Did you mean `map.png`?"),
        ("Map.PNG", "missing-image", "The file is named `map.png`: capital letters count."),
        ("no/map.png", "missing-image", "Did you mean `map.png`?"),
        ("sub%20dri", "missing-image", "Put it into the source's folder, or correct its path."),
        ("file.TXT", "missing-image", "Did you mean `sub dir/File.txt`?"),
        ("SUB%20DIR/file.txt", "missing-image", "Did you mean `sub dir/File.txt`?"),
        ("no/other.png", "missing-image", "Put it into the source's folder, or correct its path."),
        ("", "missing-image", ""),
        ("https://a.org/x.png", "remote-image", "Save a copy beside the source."),
        ("//a.org/x.png", "remote-image", "Save a copy beside the source."),
        ("data:image/png;base64,x", "bad-image", "Save it as a file beside the source."),
        ("file:///x.png", "bad-image", "Copy the image beside the source, and write `x.png`."),
        ("../secret.png", "outside-folder", COPY),
        ("out.png", "outside-folder", COPY),
    ],
)
def test_images_that_are_not_there(folder: Path, source: str, code: str, hint: str) -> None:
    image = Image(source=source, alt="x", span=Span(2, 5))
    found = gather_assets(link_remote(document(paragraph(image), title="x")), folder)
    assert findings(found) == [(code, 2)]
    assert found.diagnostics[0].hint == hint
    assert [image.missing for image in nodes(found, Image)] == [True] * (code != "remote-image")
    assert plain_text(found.blocks) == "x"


def test_assets_are_listed_once_under_safe_names(tmp_path: Path) -> None:
    files = ("Été 1.PNG", "a/ete-1.png", "图.png", "con.png", "cover.png")
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(png())
    sources = ("%C3%89t%C3%A9%201.PNG", "a/ete-1.png", "图.png", "./con.png", "a/../con.png")
    blocks = [paragraph(Image(source=source, alt="x")) for source in sources]
    cover = Cover(source=Placed("./cover.png"))
    found = gather_assets(document(*blocks, cover=cover), tmp_path)
    assert [asset.path for asset in found.assets] == [files[-1], *files[:-1]]
    assert [asset.name for asset in found.assets] == [
        *("cover.png", "ete-1.png", "ete-1-2.png", "image.png", "image-con.png"),
    ]
    assert found.metadata.cover == Cover(source=Placed("cover.png"))
    assert not found.diagnostics


def test_missing_alternatives(folder: Path) -> None:
    decorative = Attributes(classes=("decorative",))
    bare = Image(source="map.png", alt="")
    marked = Image(source="map.png", alt="", attributes=decorative)
    blocks = (
        paragraph(bare, line=2),
        paragraph(marked, line=3),
        Figure(image=Image(source="map.png", alt=" "), attributes=decorative, span=Span(4)),
        Figure(image=Image(source="map.png", alt=" "), span=Span(5)),
    )
    found = gather_assets(document(*blocks), folder)
    assert findings(found) == [("missing-alt", 2), ("missing-alt", 5)]


# --- code and contents -----------------------------------------------------------------


@pytest.mark.parametrize("language", ["python", "py", "PYTHON"])
def test_code_is_cut_into_tokens(language: str) -> None:
    code = "\n\nif x:\n\tprint('é')  \n\n"
    (block,) = highlight_code(document(CodeBlock(text=code, language=language))).blocks
    assert isinstance(block, CodeBlock)
    assert "".join(token.text for token in block.tokens) == code


def test_tokens_have_short_names() -> None:
    (block,) = highlight_code(document(CodeBlock(text="if x", language="python"))).blocks
    assert isinstance(block, CodeBlock)
    assert [(t.kind, t.text) for t in block.tokens] == [("k", "if"), ("", " "), ("n", "x")]


@pytest.mark.parametrize("language", ["", "no-such-language", "text"])
def test_other_code_stays_plain(language: str) -> None:
    source = document(CodeBlock(text="if x", language=language))
    assert highlight_code(source) is source


def test_contents() -> None:
    def turn(asks: bool, name: str, *inlines: Inline | str) -> Turn:
        attributes = Attributes(id=name)
        children = (paragraph(*inlines), paragraph("more"))
        return Turn(attributes=attributes, speaker="A", role="x", asks=asks, children=children)

    marked = Emphasis(children=text("B"), attributes=Attributes(id="mark"))
    link = Link(href="#x", children=text("link"))
    title = (marked, ref("n"), link, LineBreak(), Image(source="x", alt="alt"))
    asked = Dialogue(turns=(turn(True, "q1", "Why", ref("n"), "?"), turn(False, "a1", "So.")))
    deep = Dialogue(turns=(turn(True, "q2", "How?"),))
    blocks = (
        heading(1, "A", id="a"),
        Container(name="interview", children=(asked,)),
        Heading(level=2, children=title, attributes=Attributes(id="b")),
        heading(3, "C", id="c"),
        deep,
    )

    def contents(options: ContentsOptions) -> tuple[ContentsEntry, ...]:
        return list_contents(nest_sections(document(*blocks, contents=options))).contents

    b_title: tuple[Inline, ...] = (
        Emphasis(children=text("B")),
        *text("link"),
        *text(" "),
        *text("alt"),
    )
    q1, q2 = ContentsEntry("q1", (*text("Why"), *text("?"))), ContentsEntry("q2", text("How?"))
    assert contents(ContentsOptions(depth=2)) == (
        ContentsEntry("a", text("A"), (ContentsEntry("b", b_title),)),
    )
    assert contents(ContentsOptions(depth=2, questions=True)) == (
        ContentsEntry("a", text("A"), (q1, ContentsEntry("b", b_title, (q2,)))),
    )
    assert contents(ContentsOptions(depth=1, questions=True)) == (
        ContentsEntry("a", text("A"), (q1, q2)),
    )


# --- all together ----------------------------------------------------------------------


def test_resolve_is_deterministic_and_writes_as_json(folder: Path) -> None:
    source = document(
        heading(1, 'Don\'t -- "stop"'),
        paragraph("See ", Link(href="#dont----stop", children=text("here")), ref("n")),
        Figure(image=Image(source="map.png", alt="A map"), caption=text("It's a map")),
        notes=(note("n", "A note..."),),
        lang="en-GB",
    )
    found = resolve(source, folder)
    assert not found.diagnostics
    assert found.contents == (ContentsEntry("dont----stop", text("Don’t – “stop”")),)
    assert found == resolve(source, folder)
    assert model.decode(model.encode(found)) == found


# --- addresses that lead where no link may --------------------------------------------------

ELSEWHERE = (
    "//host/share",
    "\\\\host\\x",
    "/\\host/x",
    "%5C%5Chost",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "smb://host/x",
    "../../etc/passwd",
)
HOLDERS = (
    "[a](<{}>)",
    "[a][r]\n\n[r]: <{}>",
    "<{}>",
    "![a](<{}>)",
    '![a](<{}> "A caption")',
    "[![a](<{}>)](<{}>)",
    '<a href="{}" ping="{}">a</a> <img src="{}" srcset="{} 2x" alt="a">',
    '<object data="{}">a</object> <video src="{}" poster="{}">a</video>',
    '<form action="{}"><button formaction="{}">a</button></form> <base href="{}">',
    '<p style="background: url({})">a</p>',
    '[a]{{href="{}" src="{}" style="background: url({})" action="{}"}}',
    '::: div {{style="background: url({})" background="{}"}}\na\n:::',
    "[a](<{}>){{.qr}}",
    "[[{}|a]] ![[{}]]",
    '```python {{file="{}"}}\n```',
    '```csv {{file="{}"}}\n```',
    '{{{{ include "{}" }}}}',
)
FRONT_HOLDERS = (
    "url: '{}'",
    "publisher: {{name: P, url: '{}'}}",
    "cover: '{}'",
    "brand: {{logo: '{}', alt: a}}",
    "bibliography: '{}'",
    "fonts: '{}'",
    "licence: {{name: L, url: '{}'}}",
    "translations: {{de: '{}'}}",
    "accessibility: {{certified_by: A, report: '{}'}}",
)


def loads(markup: str) -> list[str]:
    """The addresses that a page follows or shows, but for places in it and the page's own."""
    found = re.findall(
        r'\s(?:href|src|srcset|action|formaction|data|poster|ping)="([^"]*)"', markup
    )
    return [address for address in found if re.match(r"[/\\%]|\.\./\.\.|(?!https?:)\w+:", address)]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_place_takes_an_address_that_leads_elsewhere(address: str, tmp_path: Path) -> None:
    front = [holder.format(address) for holder in FRONT_HOLDERS]
    body = "\n\n".join(holder.format(*[address] * 4) for holder in HOLDERS)
    parsed = parse("\n".join(("---", *front, "title: T", "---", "", body)), folder=tmp_path)
    for name in ("web", "ebook"):
        document = making.resolved(parsed, name, tmp_path)
        told = {finding.line for finding in document.diagnostics}
        assert [key for line, key in enumerate(front, start=2) if line not in told] == []
        pages = making.rendered(document, "work").pages
        assert [address for page in pages for address in loads(page.markup)] == []
