"""Images: their files, and drawings without what a page may not have."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from PIL import Image as Raster

from pipeline.model import Attributes, Figure, Image, Link
from pipeline.model.diagnostics import Span
from pipeline.model.metadata import Cover, Placed
from pipeline.resolve.assets import gather_assets, link_remote
from pipeline.resolve.images import read_svg
from tests.helpers.handmade import document, findings, paragraph
from tests.helpers.pictures import png, svg
from tests.helpers.trees import nodes, plain_text

COPY = "Copy the file into the folder, and give its path from there."


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


def test_words_of_html_in_a_drawing_are_kept(tmp_path: Path) -> None:
    """Mermaid's labels, and those of diagrams.net whose fallback is shortened or on the web, are
    text in their places; nothing is left of where the drawing was made."""
    html = 'xmlns="http://www.w3.org/1999/xhtml"'
    data = svg(
        f'<foreignObject width="120" height="30"><div {html}>Dig the <b>well</b><br/>today'
        "<script>x</script></div></foreignObject>"
        '<switch><foreignObject width="100%"><div style="justify-content: flex-start; width: 98px; '
        f'padding-top: 45px; margin-left: 181px" {html}><div style="font-size: 0px"><i style='
        '"font-size: 12px">Carry it home</i></div></div></foreignObject>'
        '<image href="https://a.org/x.png"/></switch>'
        f"<switch><foreignObject><p {html}>Water for all</p></foreignObject>"
        '<text x="3">Wat…</text></switch>',
        root='width="20" height="10" host="0ff1ce"',
    )
    (tmp_path / "x.svg").write_bytes(data)
    found = gather_assets(document(paragraph(Image(source="x.svg", alt="x"))), tmp_path)
    (asset,) = found.assets
    root = ElementTree.fromstring(asset.data)
    texts = {" ".join("".join(text.itertext()).split()) for text in root.findall(".//{*}text")}
    assert texts == {"Dig the welltoday", "Carry it home", "Water for all"}
    lines = [(part.get("x"), part.text) for part in root.findall(".//{*}tspan")]
    assert lines == [("60", "Dig the well"), ("60", "today"), ("181", "Carry it home")]
    assert "the layout of the words in a `foreignObject` element" in found.diagnostics[0].message
    assert b"0ff1ce" not in asset.data
    assert b"a.org" not in asset.data


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
    drawing = read_svg(svg("<script/>" * 20_000, root='width="1" height="1"'))
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
        ("data:image/png;base64,x", "bad-image", "Save it again, as a file beside the source."),
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


def test_paths_from_the_root_of_a_site(tmp_path: Path) -> None:
    """They start from the source's folder, where several tools have a folder for them, or from that
    of its library; nothing else above is looked at."""
    for name in ("a.png", "lib/static/i/b.png", "lib/source/assets/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(png())
    images = [
        Image(source=source, alt="x") for source in ("/assets/c.png", "/i/b.png", "/../a.png")
    ]
    text = document(*map(paragraph, images), library="..")
    found = gather_assets(text, tmp_path / "lib/source")
    assert [(asset.path, asset.shared) for asset in found.assets] == [
        ("assets/c.png", ""),
        ("../static/i/b.png", ".."),
    ]
    assert [finding.code for finding in found.diagnostics] == ["outside-folder"]
    assert "`library.yaml`" in found.diagnostics[0].hint


@pytest.mark.parametrize("sign", [".git/HEAD", "_config.yml"])
def test_paths_from_the_root_of_a_repository(tmp_path: Path, sign: str) -> None:
    """They may start from any folder up to it, and from none above."""
    for name in ("out.png", "site/docs/assets/a.png", "site/static/b.png", f"site/{sign}"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(png())
    (tmp_path / "site/docs/posts").mkdir()
    images = [
        Image(source=f"/{source}", alt="x") for source in ("assets/a.png", "b.png", "out.png")
    ]
    found = gather_assets(document(*map(paragraph, images)), tmp_path / "site/docs/posts")
    assert [(asset.path, asset.shared) for asset in found.assets] == [
        ("../assets/a.png", ".."),
        ("../../static/b.png", "../.."),
    ]
    assert [finding.code for finding in found.diagnostics] == ["outside-folder"]


def test_images_in_addresses(tmp_path: Path) -> None:
    """They are files like any others; what cannot be shown leaves none of its data."""
    data = base64.b64encode(png(4, 3)).decode()
    sources = (
        f"data:image/png;base64,{data}",
        f"data:image/png;base64,{data}",
        f"data:image/svg+xml;charset=utf-8,{quote(svg().decode())}",
        f"data:image/png;base64,{data[:40]}",
        "data:text/html,<b>",
    )
    images = [Image(source=source, alt="") for source in sources]
    found = gather_assets(document(*map(paragraph, images)), tmp_path)
    assert [(asset.name, asset.width, asset.data[:4]) for asset in found.assets] == [
        ("image.png", 4, b"\x89PNG"),
        ("image.svg", 20, b"<svg"),
    ]
    assert [finding.code for finding in found.diagnostics] == [
        *("bad-image", "bad-image", "missing-alt", "missing-alt", "missing-alt")
    ]
    assert not any("base64" in finding.message for finding in found.diagnostics)
    assert [image.alt for image in nodes(found, Image)] == ["", "", "", "?", "?"]


def test_long_addresses_are_not_shown(tmp_path: Path) -> None:
    sources = (f"https://img.example.org/{'a/' * 200}b.png?c=d", "https://example.org/b.png")
    images = [Image(source=source, alt="") for source in sources]
    found = link_remote(document(*map(paragraph, images)))
    shown = [plain_text(link.children) for link in nodes(found, Link)]
    assert shown == ["img.example.org", "https://example.org/b.png"]


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
