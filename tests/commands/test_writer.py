"""Writing a document and parsing the result gives the same document again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import model
from pipeline.commands.writer import UnwritableError, same, write_blocks
from pipeline.model import (
    BlockQuote,
    Code,
    CodeBlock,
    Document,
    Emphasis,
    Heading,
    LineBreak,
    Link,
    List,
    ListItem,
    Paragraph,
    Plain,
    SoftBreak,
    Strikethrough,
    Strong,
    Table,
    TableCell,
    TableRow,
    Text,
)
from pipeline.model.metadata import Metadata
from pipeline.parser import parse_body
from tests.helpers.trees import plain_text

# --- what nobody would write ------------------------------------------------------------

MARKS = (
    *"*_`~[]()!<>&$={}:@%+\\^#-.|\"'1aé中 \u00a0",
    *("www.a.org", "https://b.org", "{{ x }}", "&amp;", "[x] ", "[ ]", "1. ", "a) ", "A. ", "i. "),
    *("Table: ", "![", "](", "\\(", "\\[", "]:", "____", "++a++", ":smile:", "--", "==", "%%"),
    *("~~", "$$", "@fig-a", "@a", "[^1]", "<b>", "<!--", "```", "| a |", "\t", "  ", "# ", "> "),
    *("- ", "+ ", "* ", ": ", "::: a", "{#a .b}", "[[a]]", "{=html}", "\\newpage", "(@)", "H~2~O"),
    *("::: answer", ":: answer", "{answer}", "[! ANSWER]", "(\u0445)"),
)
words = st.lists(st.sampled_from(MARKS), min_size=1, max_size=6).map("".join)
trimmed = words.map(lambda text: text.strip(" \t"))
texts = trimmed.filter(lambda text: bool(text.strip("\u00a0"))).map(lambda text: Text(text=text))
plain = st.builds(lambda text: Text(text=f"a{text}b"), st.sampled_from(("", " ", "-", "é", "中")))


def wrapped(inner: st.SearchStrategy[model.Inline]) -> st.SearchStrategy[model.Inline]:
    """Inlines around others."""
    children = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        children.map(lambda found: Emphasis(children=found)),
        children.map(lambda found: Strong(children=found)),
        children.map(lambda found: Strikethrough(children=found)),
    )


inlines = st.recursive(st.one_of(texts, plain), wrapped, max_leaves=4)
codes = st.text("`a \\|*", min_size=1, max_size=5).map(lambda text: Code(text=text))
links = st.builds(
    lambda text, href, title: Link(children=(text,), href=href, title=title),
    texts,
    st.sampled_from(("https://a.org/b_(c)", "#a", "mailto:a@b.org", "a(b", "x?y=1&z=2")),
    st.sampled_from(("", "A title", 'so "called"', "a\\b")),
)
runs = st.lists(st.one_of(inlines, plain, codes, links), min_size=1, max_size=4).map(tuple)


breaks: st.SearchStrategy[model.Inline] = st.sampled_from((SoftBreak(), LineBreak()))


@st.composite
def lines(draw: st.DrawFn) -> tuple[model.Inline, ...]:
    """Text over one line or several."""
    found: list[model.Inline] = list(draw(runs))
    for run in draw(st.lists(runs, max_size=2)):
        found += (draw(breaks), *run)
    return tuple(found)


paragraphs = lines().map(lambda children: Paragraph(children=children))
headings = st.builds(
    lambda level, children: Heading(level=level, children=children), st.integers(1, 6), runs
)
blocks_of_code = st.builds(
    lambda text, language: CodeBlock(text=f"{text}\n", language=language),
    st.lists(st.sampled_from(("", "a", "  a", "```", "~~~", "`b`", "- c"))).map("\n".join),
    st.sampled_from(("", "python")),
)
cells = runs.map(lambda children: TableCell(children=(Plain(children=children),)))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(2, 3))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=2, max_size=3))
    first, *others = (TableRow(cells=tuple(row)) for row in rows)
    head = TableRow(cells=tuple(TableCell(children=c.children, scope="col") for c in first.cells))
    return Table(head=(head,), body=tuple(others))


def holding(inner: st.SearchStrategy[model.Block]) -> st.SearchStrategy[model.Block]:
    """Blocks around others."""
    children = st.lists(inner, min_size=1, max_size=2).map(tuple)
    items = st.lists(
        st.builds(lambda p, more: ListItem(children=(p, *more)), paragraphs, children),
        min_size=2,
        max_size=3,
    ).map(tuple)
    return st.one_of(
        children.map(lambda found: BlockQuote(children=found)),
        st.builds(lambda o, found: List(ordered=o, items=found, tight=False), st.booleans(), items),
        children.map(lambda found: model.Admonition(kind="tip", children=found)),
        # in an exercise this would be a right answer
        children.filter(lambda found: "[x]" not in plain_text(found)).map(
            lambda found: model.Exercise(children=found)
        ),
    )


blocks = st.recursive(
    st.one_of(paragraphs, paragraphs, headings, blocks_of_code, tables()), holding, max_leaves=4
)


@given(st.lists(blocks, min_size=1, max_size=3).map(tuple))
def test_text_stays_text(found: tuple[model.Block, ...]) -> None:
    """Text that looks like a mark is text again."""
    document = Document(metadata=Metadata(), blocks=found)
    written = write_blocks(found)
    assert same(document, parse_body(written)), written


def test_lists_side_by_side() -> None:
    """Two lists in a row have other marks, and their text stays as it is."""
    items = (ListItem(children=(Paragraph(children=(Text(text="see - or 1. here"),)),)),)
    bullets, numbers = List(ordered=False, items=items), List(ordered=True, items=items)
    assert write_blocks((bullets, bullets, numbers, numbers)) == (
        "- see - or 1. here\n\n* see - or 1. here\n\n1. see - or 1. here\n\n1) see - or 1. here\n"
    )


def test_what_no_source_makes() -> None:
    """A node that no source can produce is reported, and not written as something else."""
    with pytest.raises(UnwritableError):
        write_blocks((model.Container(name="two words", children=()),))
