"""PDF becomes a source, based on its structure tree or its lines."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pipeline.commands.importing.inputs import import_file
from pipeline.package.pdf.engine.adapter import weasyprint
from tests.commands.test_importing import body, imported, told

PAGE = """\
<html lang="en"><head><title>{title}</title><meta name="author" content="Ann Ash"><style>
@page {{ size: A5; margin: 2cm; @top-center {{ content: "Wells of the north" }}
@bottom-center {{ content: counter(page) }} }}
body {{ font: 11pt serif; text-align: left; hyphens: manual }} h1 {{ font-size: 20pt }}
h2 {{ font-size: 14pt; break-before: {cut} }}
</style></head><body><h1>The well</h1>
<p>The village has <b>one</b> well, and it is deep; nobody knows who dug it, or when, but all who
are old remember the sum&shy;mer in which it was dry. See https://example.org/wells for more.</p>
<p>The pump is new.</p>
<h2>What we need</h2><ul><li>a rope that is longer than the well is deep, and that does not tear
when it is wet</li><li>two men</li></ul>
<h2>What it costs</h2>
<table><tr><th>Year</th><th>Depth</th></tr><tr><td>2016</td><td>11 m</td></tr></table>
<h2>The end</h2><p>It is well.</p>
</body></html>
"""


FETCHER = weasyprint.urls.URLFetcher()  # each loads the certificates of the system


def pdf(path: Path, text: str, *, tagged: bool) -> None:
    weasyprint.HTML(string=text, url_fetcher=FETCHER).write_pdf(path, pdf_tags=tagged)


PARAGRAPH = (
    "The village has **one** well, and it is deep; nobody knows who dug it, or when, but all who "
    "are old remember the summer in which it was dry. See <https://example.org/wells> for more."
)


def test_tagged(tmp_path: Path) -> None:
    """The structure tree identifies headings, lists, tables."""
    pdf(tmp_path / "a.pdf", PAGE.format(title="The well", cut="page"), tagged=True)
    made = imported(tmp_path / "a.pdf")
    assert made.text.startswith("---\ntitle: The well\nauthors:\n- Ann Ash\n")
    assert body(made) == (
        f"{PARAGRAPH}\n\nThe pump is new.\n\n"
        "## What we need\n\n"
        "- a rope that is longer than the well is deep, and that does not tear when it is wet\n"
        "- two men\n\n"
        "## What it costs\n\n| Year | Depth |\n|------|-------|\n| 2016 | 11 m  |\n\n"
        "## The end\n\nIt is well."
    )
    reads = "Headings, lists and paragraphs are recognised by its structure tree"
    assert told(made)[0] == f"{reads}, which is only approximate."


def test_title_that_is_tagged_as_text(tmp_path: Path) -> None:
    """Word tags its titles as paragraphs; their size says what they are."""
    text = PAGE.format(title="", cut="auto").replace("<title></title>", "")
    text = text.replace("<h1>The well</h1>", '<p style="font-size: 20pt">The well</p>')
    pdf(tmp_path / "a.pdf", text.replace("h2>", "h1>"), tagged=True)
    made = imported(tmp_path / "a.pdf")
    assert made.title == "The well"
    assert "## What we need\n\n" in body(made)


def test_untagged(tmp_path: Path) -> None:
    """Sizes and positions of lines identify them if there is no tree; running heads and page
    numbers are omitted."""
    pdf(tmp_path / "a.pdf", PAGE.format(title="The well", cut="page"), tagged=False)
    made = imported(tmp_path / "a.pdf")
    assert body(made) == (
        f"{PARAGRAPH}\n\nThe pump is new.\n\n"
        "## What we need\n\n"
        "- a rope that is longer than the well is deep, and that does not tear when it is wet\n"
        "- two men\n\n"
        "## What it costs\n\n### Year Depth\n\n2016 11 m\n\n"
        "## The end\n\nIt is well."
    )
    assert any("“Wells of the north”" in message for message in told(made))


COLUMNS = """\
<html lang="en"><head><title>The well</title><style>@page {{ size: A5; margin: 1.5cm }}
body {{ font: 8pt serif; text-align: justify; hyphens: auto; columns: 3; column-gap: 3mm }}
p {{ margin: 0; text-indent: 1em }} .head {{ font-weight: bold; text-indent: 0 }}
</style></head><body>{text}</body></html>
"""
SAID = (
    "The village has a deep-lying well. Nobody knows who dug it. Many who are old remember a "
    "remarkable summer. In it the well was dry, and everybody walked to the sand-coloured river "
    "beyond the neighbouring mountains, carrying buckets. Ann Ash carried two. Ben Birch carried "
    "none, since he was considerably younger than the others."
)


@pytest.mark.parametrize("tagged", [True, False])
def test_narrow_columns(*, tagged: bool, tmp_path: Path) -> None:
    """Paragraphs in narrow columns stay whole, with the hyphens that words have themselves; short
    bold lines are headings, though they are as large as the text, and not tagged as such."""
    part = f'<p class="head">The well and all who go there</p><p>{SAID}</p><p>{SAID}</p>'
    pdf(tmp_path / "a.pdf", COLUMNS.format(text=part), tagged=tagged)
    said = f"## The well and all who go there\n\n{SAID}\n\n{SAID}"
    assert body(import_file(tmp_path / "a.pdf")) == said


RICH = """\
<html lang="en"><head><title>Wells of the north</title><style>@page {{ size: A4; margin: 2cm }}
body {{ font: 11pt serif }} h1 {{ font-size: 22pt }} h2 {{ font-size: 14pt }}
.c {{ columns: 2; column-gap: 1cm }} sup {{ font-size: 7pt }}
td, th {{ border: 1px solid; padding: 4pt; width: 4cm; vertical-align: top; text-align: left }}
</style></head><body><h1>Wells of the north</h1><div class="c">
<p>The village has one well, and it is <i>deep</i>; nobody knows who dug it, or when, but all who
are old remember the summer in which it was dry. See <a href="https://example.org/w">the list of
wells</a> for more.<sup>1</sup> There are many others in the north, and all are deeper.</p>
<p>The pump is new. It was paid for by the whole village in one year, and it was carried up from
the valley by twelve men, since there was no road at that time, and there is none today.</p></div>
<ul><li>a rope<ul><li>of hemp</li></ul></li><li>two men</li></ul>
<h2>What it costs</h2><table><tr><th>Year</th><th>What was done, and who did it all</th>
<th>Cost</th></tr><tr><td>2016</td><td>A new rope that is longer than the well is deep</td>
<td>11</td></tr><tr><td></td><td>Sum</td><td>11</td></tr></table>
<p>That is all.</p><p><img src="{image}" alt="A red box" style="width: 5cm"></p><p>Or not.</p>
<p style="font-size: 8pt; margin-top: 3cm"><sup>1</sup> It was made in 1962.</p></body></html>
"""


@pytest.mark.parametrize("tagged", [True, False])
def test_rich(tmp_path: Path, tagged: bool) -> None:
    """Columns, links, notes, lists in lists, tables with an empty cell, images."""
    image_file = io.BytesIO()
    Image.new("RGB", (30, 18), "red").save(image_file, "PNG")
    image = f"data:image/png;base64,{base64.b64encode(image_file.getvalue()).decode()}"
    pdf(tmp_path / "a.pdf", RICH.format(image=image), tagged=tagged)
    made = imported(tmp_path / "a.pdf")
    name = "images/a/a-red-box.png" if tagged else "images/a/image-1.png"
    assert body(made) == (
        "The village has one well, and it is *deep*; nobody knows who dug it, or when, but all who "
        "are old remember the summer in which it was dry. See [the list of "
        "wells](https://example.org/w) for more.[^1] There are many others in the north, and all "
        "are deeper.\n\n"
        "The pump is new. It was paid for by the whole village in one year, and it was carried up "
        "from the valley by twelve men, since there was no road at that time, and there is none "
        "today.\n\n"
        "- a rope\n  - of hemp\n- two men\n\n## What it costs\n\n"
        "| Year | What was done, and who did it all               | Cost |\n"
        "|------|-------------------------------------------------|------|\n"
        "| 2016 | A new rope that is longer than the well is deep | 11   |\n"
        "|      | Sum                                             | 11   |\n\n"
        f"That is all.\n\n![{'A red box' if tagged else ''}]({name})"
        f"{'' if tagged else '{.decorative}'}\n\nOr not.\n\n"
        "[^1]: It was made in 1962."
    )
    assert len(made.images[name]) > 50


def test_interview(tmp_path: Path) -> None:
    """Names in bold begin turns."""
    said = ("Ann Ash", "How deep?"), ("Ben Birch", "Very."), ("AA", "And wide?"), ("BB", "No.")
    text = "".join(f"<p><b>{name}:</b> {words}</p>" for name, words in said)
    pdf(tmp_path / "a.pdf", f"<h1>On wells</h1>{text}", tagged=True)
    made = imported(tmp_path / "a.pdf")
    assert "speakers:\n  Ann Ash: interviewer\n  Ben Birch: guest\n" in made.text
    assert "Ann Ash: And wide?\n\nBen Birch: No." in body(made)


TEXT = f"<p>{'Nobody knows who dug it, or when; but all remember the dry summer. ' * 3}</p>"
LAYOUTS = {
    "italics": (
        "".join(f"<p><i>The {name}</i></p>{TEXT}{TEXT}" for name in ("well", "pump", "rope")),
        ["## The well", "## The pump", "## The rope"],
    ),
    "questions in bold": (
        "".join(f"<p><b>Is it {name}?</b></p>{TEXT}" for name in ("deep", "old", "wet")),
        ["## Is it deep?", "## Is it old?", "## Is it wet?"],
    ),
    "three levels": (
        "".join(
            f"<p style='font-size: 15pt'>{name}</p>{TEXT}"
            f"<p><b>Depth of {name}</b></p>{TEXT}<p><i>Water of {name}</i></p>{TEXT}"
            for name in ("One", "Two", "Three")
        ),
        [
            f"{marks} {about}{name}"
            for name in ("One", "Two", "Three")
            for marks, about in (("##", ""), ("###", "Depth of "), ("####", "Water of "))
        ],
    ),
    "colours, and space above": (
        "".join(
            f"<p style='color: #2a5db0'>{name}</p>{TEXT}{TEXT}"
            f"<p style='margin: 3em 0 1em'>{n}.1 Depth of {name}</p>{TEXT}{TEXT}"
            for n, name in enumerate(("One", "Two", "Three"), 1)
        ),
        [
            heading
            for n, name in enumerate(("One", "Two", "Three"), 1)
            for heading in (f"## {name}", f"### {n}.1 Depth of {name}")
        ],
    ),
    "in the middle, and capitals": (
        "".join(
            f"<p>{name.upper()} AND ITS DEPTH</p>{TEXT}"
            f"<p style='text-align: center'>Is {name} old?</p>{TEXT}<p>{name}:<br>a well</p>"
            for name in ("One", "Two", "Three")
        ),
        [
            heading
            for name in ("One", "Two", "Three")
            for heading in (f"## {name.upper()} AND ITS DEPTH", f"### Is {name} old?")
        ],
    ),
    "rows, and what each part ends with": (
        "".join(
            f"<p style='word-spacing: 2em'><b>Year Depth</b></p><p>{n} 11</p>{TEXT}<p>Ann Ash</p>"
            for n in range(2016, 2019)
        ),
        [],
    ),
    "two lines": (
        f"<p style='font-size: 20pt; text-align: center'>3. A well<br>of ours</p>{TEXT}{TEXT}"
        f"<p style='font-size: 20pt'>Ann Ash</p>{TEXT}",
        ["## 3. A well of ours"],
    ),
    "an interview": (
        f"<p>An interview</p>{TEXT}"
        + "".join(f"<p><b>Is it {name}?</b></p>{TEXT}" for name in ("deep", "old", "wet")),
        [],
    ),
    "a test": (
        "".join(
            f"<p><b>{n}. Is it {name}?</b></p>" + ("<p>______</p>" if n % 2 else "<p>a) yes</p>")
            for n, name in enumerate(("deep", "old", "wet", "near", "wide", "safe"), 1)
        ),
        [],
    ),
    "bylines": (
        "".join(
            f"<p style='font-size: 15pt'>{name}</p><p><i>Ann {name}</i></p>{TEXT}"
            for name in ("One", "Two", "Three")
        ),
        ["## One", "## Two", "## Three"],
    ),
    "stanzas and sentences in italics": (
        "".join(f"<p><i>The {n}<br>is deep<br>and old</i></p>{TEXT}" for n in ("well", "sea"))
        + "".join(f"<p><i>{n} drink it.</i></p>{TEXT}" for n in ("Always", "Never", "Seldom")),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_headings_by_their_look(name: str, tmp_path: Path) -> None:
    """Without a tree and bookmarks, headings are in larger letters, in capitals, bold, or otherwise
    unlike the text, one level each; what other things look like as well, such as lines in italics
    and bold questions, only where it recurs above text."""
    text, wanted = LAYOUTS[name]
    page = f"<title>A well</title><meta name=author content='Ann Ash'>{text}"
    pdf(tmp_path / "a.pdf", f"<style>body {{ font: 11pt serif }}</style>{page}", tagged=False)
    made = body(imported(tmp_path / "a.pdf"))
    assert [line for line in made.split("\n") if line.startswith("#")] == wanted


def test_numbers_and_letters_without_a_tree(tmp_path: Path) -> None:
    """Items keep their numbers, letters count within them, and a date is no item; lines to write on
    stand by themselves, as does what recurs on one page."""
    lines = """1. How deep? | a) ten | b) eleven | 2. Said by whom? | ____________ | ____________ |
        3. Said by whom? | ____________ | So: | 7. Said by whom? | 8. Said by whom? |
        31. May was dry."""
    text = "".join(f"<p>{line}</p>" for line in lines.split("|"))
    pdf(tmp_path / "a.pdf", f"<title>A well</title>{text}", tagged=False)
    assert body(imported(tmp_path / "a.pdf")) == (
        "1. How deep?\n\n   - ( ) ten\n   - ( ) eleven\n\n2. Said by whom?\n\n"
        "::: lines 2\n:::\n\n3. Said by whom?\n\n::: lines 1\n:::\n\nSo:\n\n"
        "7. Said by whom?\n8. Said by whom?\n\n31\\. May was dry."
    )


@pytest.mark.parametrize("tagged", [True, False])
def test_boxes_that_are_drawn_last(*, tagged: bool, tmp_path: Path) -> None:
    """A box in another font may follow its text in the file, but stands before it."""
    box = '<span style="position: relative; left: {}">{}</span>'
    texts = "".join(
        f"<p>{box.format('1.5em', text)}{box.format('-' + width, sign)}</p>"
        for text, sign, width in (("Read", "☐", "2.2em"), ("Seen", "☑", "2.2em"))
    )
    pdf(tmp_path / "a.pdf", f"<title>A well</title>{texts}", tagged=tagged)
    assert body(imported(tmp_path / "a.pdf")) == "- [ ] Read\n- [x] Seen"


@pytest.mark.parametrize("title", ["well.indd", "(anonymous)"])
def test_title_of_a_file(title: str, tmp_path: Path) -> None:
    """The name of a file, or what programs write, is not a title: the largest heading is."""
    pdf(tmp_path / "a.pdf", PAGE.format(title=title, cut="auto"), tagged=False)
    assert imported(tmp_path / "a.pdf").title == "The well"


def test_control_characters(tmp_path: Path) -> None:
    """Strings of a PDF may have characters that no source has."""
    picture = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(picture, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    text = f"<p>A text.</p><figure><img src='{address}' alt='A well'></figure><p>More.</p>"
    pdf(tmp_path / "a.pdf", text, tagged=True)
    with pikepdf.open(tmp_path / "a.pdf", allow_overwriting_input=True) as document:
        for element in document.objects:
            if isinstance(element, pikepdf.Dictionary) and "/Alt" in element:
                element["/Alt"] = pikepdf.String("A\x02well \x01of ours")
        document.docinfo["/Title"] = pikepdf.String("The\x05wells")
        document.save(tmp_path / "a.pdf")
    made = imported(tmp_path / "a.pdf")
    assert made.title == "The wells"
    assert "![A well of ours](" in made.text


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"Some text."])
def test_broken(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    assert told(import_file(tmp_path / "a.pdf")) == ["The PDF is broken."]


def test_locked(tmp_path: Path) -> None:
    pdf(tmp_path / "a.pdf", "<p>Text.</p>", tagged=False)
    with pikepdf.open(tmp_path / "a.pdf") as document:
        document.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(user="a", owner="b"))
    assert told(import_file(tmp_path / "b.pdf")) == ["The file has a password."]


def test_no_text(tmp_path: Path) -> None:
    pdf(tmp_path / "a.pdf", "<p style='border: 1pt solid'></p>", tagged=False)
    assert told(import_file(tmp_path / "a.pdf")) == [
        "There is no text in it, only pictures of its pages."
    ]


def test_damaged(tmp_path: Path) -> None:
    """However a PDF is damaged, it is read or reported."""
    pdf(tmp_path / "a.pdf", PAGE.format(title="The well", cut="page"), tagged=True)
    data = (tmp_path / "a.pdf").read_bytes()
    for number in range(40):
        broken = bytearray(data)
        for at in range(number % 5 + 1):
            broken[(number * 977 + at * 3331) % len(data)] ^= 0x55
        (tmp_path / "b.pdf").write_bytes(broken[: len(data) - number * 20])
        import_file(tmp_path / "b.pdf")


def test_damaged_bookmark(tmp_path: Path) -> None:
    """A bookmark whose title is no text is passed over."""
    pdf(tmp_path / "a.pdf", "<h1>On wells</h1><p>They are deep.</p>", tagged=True)
    with pikepdf.open(tmp_path / "a.pdf", allow_overwriting_input=True) as document:
        document.Root.Outlines.First.Title = pikepdf.String(b"\xfe\xff\xd8\x00\x00a")
        document.save(tmp_path / "a.pdf")
    assert body(imported(tmp_path / "a.pdf")) == "They are deep."
