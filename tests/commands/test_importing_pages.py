"""Web pages of many kinds: what people read of them is imported, and the rest is not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pipeline import parse
from tests.commands.test_importing import body, imported, picture, told

MENU = "<header><nav><a href=/a>Home</a> <a href=/b>Archive</a> <a href=/c>Shop</a></nav></header>"
FOOT = (
    "<footer><p>Copyright 2024 by the site. All rights reserved. The terms of use, which are long,"
    " apply to all pages of this site, and so does the privacy policy.</p></footer>"
)
TEASERS = (
    '<div class="more"><h2>More stories</h2>'
    '<div><a href="/r"><h3>Rivers</h3><p>In three countries, dams have changed the rivers, and '
    "with them the lives of those who fish, farm and live there, for ever.</p></a></div>"
    '<div><a href="/w"><h3>Buckets</h3><p>Ten litres weigh ten kilograms, and many children carry '
    "twice as much, twice a day, for an hour or more.</p></a></div></div>"
)
IMAGE = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"


def post(name: str, text: str) -> str:
    return (
        f'<div class="post"><div class="who"><a href="/u/{name}">{name}</a></div>'
        f'<div class="text">{text}</div></div>'
    )


PAGES: dict[str, tuple[str, list[str], list[str]]] = {
    "a comic": (
        '<div id="middle"><ul><li><a href="/1">First</a></li><li><a href="/2">Previous</a></li>'
        f'<li><a href="/3">Next</a></li></ul><div><img src="{IMAGE}" alt="A man looks down"></div>'
        "<div><p>Man: How deep is it?</p><p>Woman: Deep.</p><p>Man: How do you know?</p>"
        "<p>Woman: I dropped my phone.</p></div></div><div id=bottom><p>This work is licensed under"
        " a licence that lets you copy, share and print it, but not sell it.</p></div>",
        ["A man looks down", "I dropped my phone."],
        ["Previous", "This work"],
    ),
    "a forum": (
        "<div id=board><h2>Pump does not lift</h2>"
        + post("ann", "How deep may a well be? Mine is eleven metres deep, and the pump hums.")
        + post("ben", "A suction pump lifts water some seven metres, whatever it costs.")
        + post("cas", "Thank you.")
        + post("dan", "I have the same trouble, with nine metres, and shall try this as well.")
        + "</div>",
        ["Mine is eleven", "whatever it costs", "Thank you.", "the same trouble"],
        [],
    ),
    "a report of a bug": (
        '<div class="toolbar"><a href="/n">New</a> <a href="/s">Search</a></div><div>'
        "<h1>Crash without a name</h1><table><tr><th>Status</th><td>New</td></tr></table><div>"
        "<p>Steps:</p><ol><li>Make a pump.</li><li>Save it.</li></ol><pre>Traceback: None</pre>"
        "<p>It crashes each time.</p></div></div>",
        ["Status", "1. Make a pump.", "Traceback: None", "It crashes each time."],
        ["Search"],
    ),
    "photographs with captions": (
        "<div><h1>Wells</h1>"
        + "".join(
            f'<div><img src="{IMAGE}" alt="{text}"><div>{text}, by day</div></div>'
            for text in ("The old well", "Women at dawn", "A mended bucket")
        )
        + f"</div>{TEASERS}",
        ["![The old well]", "Women at dawn, by day", "A mended bucket, by day"],
        ["Rivers", "Ten litres"],
    ),
    "a chapter of a novel": (
        '<div><a href="/2">Previous</a> | <a href="/">Contents</a> | <a href="/4">Next</a></div>'
        "<div><h2>The rope</h2>"
        + "<p>“Is it deep?”</p><p>“Nobody knows.”</p><p>He let the stone fall, and they waited.</p>"
        "<p>Nothing.</p><hr><p>“Well?”</p><p>“That is its name.”</p>" * 3
        + "</div><div><p>Reader: I liked this chapter, above all the rope, and cannot wait.</p>"
        "</div>",
        ["“Is it deep?”", "Nothing.", "***", "“That is its name.”"],
        ["Previous", "Reader"],
    ),
}  # fmt: skip

TALK = "".join(
    f"<b>Ada Wells:</b> In year {year}, well {year} was dug by hand, in the dry season, by"
    " the women of the village, and it has never been empty since.<br><br>"
    for year in range(1970, 1990)
)
"""An interview as blogs write it: lines, no paragraphs."""

READERS = "".join(
    f'<li class="comment"><cite>Reader {number}</cite><p>I liked this page very much, above all its'
    " wells, and so did my cousin, who is hard to please.</p><p>My own well is deeper, by the way,"
    " but I would never say so, as nobody asked me for it.</p></li>"
    for number in range(40)
)
PAGES |= {
    "a page within one form": (
        f'<form method="post" action="./page.aspx"><input type="hidden" value="x"><div><h1>Wells'
        f"</h1>{TALK}</div>{FOOT}</form>",
        ["well 1970", "well 1989"],
        [],
    ),
    "a blog whose article is a widget": (
        f'<div class="widget Blog"><div class="post"><h3>Wells</h3><div class="post-body">{TALK}'
        '</div></div></div><div class="widget Archive"><a href="/o">Older posts</a></div>',
        ["well 1970", "well 1989"],
        ["Older"],
    ),
    "a page with classes of its readers' comments": (
        f'<div class="single comments-open social"><h1>Wells</h1>{TALK}</div>',
        ["well 1970", "well 1989"],
        [],
    ),
    "more comments than text": (
        f'<div><h1>Wells</h1>{TALK[:2000]}</div><ol class="commentlist">{READERS}</ol>',
        ["well 1970", "well 1980"],
        ["Reader 1", "cousin"],
    ),
    "a carousel above the text": (
        '<div class="carousel">'
        + "".join(f'<div><a href="/{n}">Slide</a> {TALK[:400]}</div>' for n in range(20))
        + f"</div><div><h1>Wells</h1>{TALK}</div>",
        ["well 1970", "well 1989"],
        ["Slide"],
    ),
    "an article in an aside": (
        "<aside><h1>Wells</h1>"
        + TALK.replace("<b>", "<p><b>").replace("<br><br>", "</p>")
        + "</aside><div>"
        + "<p>Tides today</p>" * 30
        + "</div>",
        ["well 1970", "well 1989"],
        ["Tides"],
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_of_a_kind(tmp_path: Path, name: str) -> None:
    """The part with most of the text is imported, whatever its elements are, and what is outside
    it is reported."""
    text, wanted, unwanted = PAGES[name]
    (tmp_path / "page.html").write_text(f"<title>A page</title><body>{MENU}{text}{FOOT}</body>")
    made = imported(tmp_path / "page.html")
    assert [said for said in wanted if said not in body(made)] == []
    assert [said for said in (*unwanted, "Archive", "Copyright") if said in body(made)] == []
    assert any("Copyright" in one for one in told(made))


def test_almost_no_article(tmp_path: Path) -> None:
    """If hardly any of a page is its article, this is said: a script may have made the rest."""
    text = f"<title>A page</title><body>{MENU * 20}<main><p>Turn on scripts.</p></main>{FOOT}"
    (tmp_path / "page.html").write_text(text)
    assert any(
        "words are taken for the article" in one for one in told(imported(tmp_path / "page.html"))
    )


def test_code_after_text_of_a_table_is_not_missed(tmp_path: Path) -> None:
    table = "<table><tr><td>One</td></tr></table><pre>y</pre><pre>z</pre>"
    (tmp_path / "page.html").write_text(f"<title>A page</title><p>Text.</p>{table}")
    messages = told(imported(tmp_path / "page.html"))
    assert not any("is not in the source" in message for message in messages)


BYLINES = {
    "a list in JSON": (
        '<script type="application/ld+json">{"headline": "Wells", "author": [{"name": "Ada Wells"},'
        ' {"name": "Tom Rivers"}]}</script>',
        "",
        ["Ada Wells", "Tom Rivers"],
    ),
    "a property of news": ('<meta name="byl" content="By Ada Wells">', "", ["Ada Wells"]),
    "several names of a property": (
        '<meta property="dc:creator twitter:site" content="Ada Wells">',
        "",
        ["Ada Wells"],
    ),
    "a link": ("", '<address><a rel="author" href="/a">Ada Wells</a></address>', ["Ada Wells"]),
    "microdata": (
        "",
        '<span itemprop="author">By <b itemprop="name">Ada Wells</b></span>',
        ["Ada Wells"],
    ),
    "a class": (
        "",
        '<div class="comments"><a class="author">Tom Rivers</a></div><div class="post-author">'
        'Written by <a href="/a">Ada Wells</a> | Village News</div>',
        ["Ada Wells"],
    ),
    "an editor below": (
        "",
        '<p class="byline author">Written by Ada Wells<br>Edited by Tom Rivers</p>',
        ["Ada Wells"],
    ),
    "none": ("", '<div class="author-box">About the author of this page and others</div>', []),
}  # fmt: skip


@pytest.mark.parametrize("name", BYLINES)
def test_byline(tmp_path: Path, name: str) -> None:
    """The author is found wherever pages say who it is, but not among readers."""
    head, text, wanted = BYLINES[name]
    (tmp_path / "page.html").write_text(
        f"<title>Wells</title>{head}<body>{MENU}<article><h1>Wells</h1>{text}<p>{TALK}</p></article>"
    )
    made = imported(tmp_path / "page.html")
    assert [author.name for author in parse(made.text).metadata.authors] == wanted
