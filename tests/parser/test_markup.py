"""The safe subset of HTML: its lists agree with each other, and tags are cut as CommonMark
says."""

from __future__ import annotations

import pytest

from pipeline.parser import leaf_blocks as html_blocks
from pipeline.parser import markup as tags
from pipeline.parser.markup import Kind, tokenise
from pipeline.parser.raw_html import BUILDERS


def test_every_element_that_is_opened_is_built() -> None:
    left_out = tags.DROPPED_TAGS | tags.DROPPED_VOID_TAGS | tags.PLAIN_INLINE_TAGS
    assert set(BUILDERS) == tags.KNOWN_TAGS - left_out - tags.VOID_TAGS


def test_every_tag_that_begins_a_block_is_known() -> None:
    assert set(html_blocks.BLOCK_TAGS.split("|")) <= tags.KNOWN_TAGS


def test_what_is_left_out_is_not_kept_as_well() -> None:
    left_out = tags.DROPPED_TAGS | tags.DROPPED_VOID_TAGS
    assert not left_out & (set(BUILDERS) | tags.VOID_TAGS | tags.PLAIN_INLINE_TAGS)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a<B>b</b >", "a START:b b END:b"),
        ("<br/>", "START:br/"),
        ("a < b <c", "a < b <c"),
        ("<a href='<b>'>", "START:a"),
        ("<!-- <b> -->a<!-->b<!--->c", "a b c"),
        ("<?php <b> ?>a<![CDATA[<b>]]>b<!DOCTYPE c>", "a b"),
        ("<!-- never closed <b>", "<!-- never closed  START:b"),
        ("<script>a <b> </scr</script>c", "START:script END:script c"),
        ("<title>never closed <b>", "START:title"),
        ("&lt;b&gt; &amp; &nosuch;", "<b> & &nosuch;"),
    ],
)
def test_tokens(markup: str, expected: str) -> None:
    found = [
        token.text
        if token.kind is Kind.TEXT
        else f"{token.kind.name}:{token.name}{'/' * token.closed}"
        for token in tokenise(markup)
    ]
    assert " ".join(found) == expected


def test_attributes_of_a_tag() -> None:
    (token,) = tokenise("""<a b c='&quot;1' D="2" b=3 e = 4>""")
    assert token.values == {"b": "", "c": '"1', "d": "2", "e": "4"}
    assert token.bare == ("b",)
