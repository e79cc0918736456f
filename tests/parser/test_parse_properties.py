"""Properties of every text, whatever is in it."""

from __future__ import annotations

import re

import html5lib
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import model, parse, render_fragment
from pipeline.model import Document, Heading, Node, Paragraph, Text
from pipeline.parser import parse_body
from pipeline.system.store import Memory
from tests.helpers import making
from tests.helpers.paths import CASES
from tests.helpers.trees import nodes

MARKS = (
    *("*", "**", "_", "`", "~~", "[", "]", "(", ")", "![", "](x)", "](", '"', "'", "<", ">", "\\"),
    *(
        "{{ t }}",
        "{{",
        "&",
        "&amp;",
        "&#x41;",
        "&nbsp;",
        "{",
        "}",
        "{#a .b c=d}",
        "|",
        ":",
        "^",
        "!",
        "#",
        "-",
    ),
    *(
        "^[",
        "[]{.index entry=a}",
        "[^a]",
        "[^a]: ",
        "[a]: /b 'c'",
        "*[abc]: d",
        "[x] ",
        "https://a.org",
        "www.a.org.",
        "\t",
    ),
    *("$", "$$", "$`", "$x$", "\\frac{", "\\foo", "{mark=1 .numbered}", "{1-2}"),
    *(" ", "  ", "    ", "a", "abc", "é", "1", "Ann: ", "**Ben:** ", "Table: ", "\u00a0", "中"),
)
STARTS = (
    *("# ", "###### ", "- ", "* ", "1. ", "7) ", "> ", "> > ", "    ", "\t", "```", "~~~ py", ": "),
    *("$$", "$$ {#eq-a}", "```math", '```py {start=3 mark="1,9" title=a}', "```{file=a.py}"),
    *(
        "{{ include a.md }}",
        "::: note",
        ":::",
        ":::: {.a}",
        "!!! tip",
        "> [!NOTE]",
        "- [ ] ",
        "| a | b |",
        "|-|:-:|",
    ),
    *(
        "---",
        "===",
        "***",
        "\\newpage",
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "<pre>",
        "</pre>",
        "::: lines 3",
    ),
)
TAGS = """
    a abbr address article b blockquote br button caption center code col dd del details div
    dl dt em embed figcaption figure font form h1 h6 hr i iframe img input kbd li math menu
    meta name object ol p picture pre q ruby s script section select source span style sub
    summary svg table tbody td template textarea tfoot th thead title tr u ul video wbr
""".split()
ATTRIBUTES = (
    *("id=a", "class='b c'", "href='#a'", "href=javascript:alert(1)", "href='&#106;avascript:x'"),
    *('href="java\tscript:x"', "href='data:text/html,x'", "src=x.png", "src=javascript:x", "alt"),
    *("onclick='x()'", "onerror=x", "style='color:red'", "title='a \"b\"'", "open", "colspan=2"),
    *(
        "rowspan=3",
        "dir=rtl",
        "lang=en",
        "cite=javascript:x",
        "start=4",
        "name=c",
        "/",
        "align=left",
    ),
)

inline = st.lists(st.sampled_from(MARKS), max_size=8).map("".join)
tag = st.builds(
    lambda slash, name, attributes: f"<{slash}{name}{''.join(' ' + a for a in attributes)}>",
    st.sampled_from(("", "", "/")),
    st.sampled_from(TAGS),
    st.lists(st.sampled_from(ATTRIBUTES), max_size=2),
)
markup = st.lists(st.one_of(tag, tag, inline), max_size=5).map("".join)
line = st.builds(
    lambda indent, starts, rest: indent + "".join(starts) + rest,
    st.sampled_from(("", "", "", "  ", "    ")),
    st.lists(st.sampled_from(STARTS), max_size=2),
    st.one_of(inline, markup),
)
lines = st.lists(st.one_of(line, st.just("")), max_size=12).map("\n".join)
text = st.one_of(lines, lines, st.text(max_size=200))

FRONT = "---\ntitle: t\nspeakers:\n  Ann: interviewer\n  Ben: guest\n---\n"


@given(above=lines, said=inline, edited=inline, below=lines)
@example(above="*[abc]: d", said="", edited="abc", below="")
@example(above="- One", said="", edited="", below="{.wide}")
@example(above="- ( ) a\n- (x) b", said="", edited="(x)", below="")
@example(above="[a]: /b", said="", edited="[a]", below="  : It is.")
@example(above="<div>", said="", edited="**", below="</div>")
def test_an_edit_in_a_process_that_stays_reads_as_in_a_new_one(
    above: str, said: str, edited: str, below: str
) -> None:
    memory = Memory()
    for words in (said, edited):
        source = f"{FRONT}{above}\n\nSome words{words}\nand others.\n\n{below}\n\nThe end.\n"
        found = model.encode(parse(source, memory=memory))
        memory.end()
        assert found == model.encode(parse(source))


def check_json(document: Document) -> None:
    """A document comes out of its JSON as it went in."""
    written = model.encode(document)
    assert model.decode(written) == document
    assert model.encode(model.decode(written)) == written


def check_places(document: Document, source: str) -> None:
    """Everything is in its stated position."""
    found = source.split("\n")
    for node in nodes(document):
        if place := document.place(node.span):
            line, column, end = place.line, place.column, place.end
            assert 1 <= line <= len(found), node
            assert not end or line < end <= len(found), node
            assert 0 <= column <= len(found[line - 1]) + 1, node
            check_beginning(node, found[line - 1])
    for problem in document.diagnostics:
        assert 0 <= problem.line <= len(found), problem
        if problem.line:
            assert 0 <= problem.column <= len(found[problem.line - 1]) + 1, problem
        else:
            assert not problem.column, problem


def check_beginning(node: Node, first_line: str) -> None:
    """A paragraph's or heading's first word is on the line that it is said to begin on."""
    if not isinstance(node, Paragraph | Heading) or not node.children:
        return
    first = node.children[0]
    word = re.match(r"[b-z]+", first.text) if isinstance(first, Text) else None
    if word and "&" not in first_line and "<" not in first_line:
        assert word[0] in first_line, node


@given(text)
@example("::: draw\n:::")
def test_parsing(source: str) -> None:
    document = parse_body(source)
    check_json(document)
    check_places(document, source.replace("\r\n", "\n").replace("\r", "\n"))


@given(text)
@example("<abbr title='a \"b\"'>\n---")
def test_a_whole_document(body: str) -> None:
    source = FRONT + body
    document = parse(source, "x.md")
    check_json(document)
    check_places(document, source.replace("\r\n", "\n").replace("\r", "\n"))
    resolved = making.resolved(document, "web", CASES)
    check_json(resolved)
    check_places(resolved, source.replace("\r\n", "\n").replace("\r", "\n"))


UNSAFE = re.compile(r"[\x00-\x20]*(?:javascript|vbscript|data):", re.I)


@given(st.one_of(text, markup))
@example("<scr<script>ipt>alert(1)</script>")
@example('<img src="x" onerror="alert(1)">')
@example("[a](javascript&colon;alert(1))")
@example("<a href='jav&#x0A;ascript:alert(1)'>a</a>")
@example("<javascript:alert(1)>")
@example("![a](javascript:alert(1))")
@example("[a]\n\n[a]: javascript:alert(1)")
@example("`a`{onclick=x}")
@example('<a href="x" title="&quot; onclick=alert(1) &quot;">a</a>')
@example("<!--><script>alert(1)</script>-->")
@example("<svg><style><img src=x onerror=alert(1)></style></svg>")
def test_markup_is_safe_and_well_formed(source: str) -> None:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parseFragment(render_fragment(source))
    assert not parser.errors
    for element in root.iter():
        assert element.tag not in ("script", "style", "iframe", "object", "embed", "svg", "form")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "style"
            assert name.startswith("data-") or not UNSAFE.match(value) or name in ("title", "alt")
