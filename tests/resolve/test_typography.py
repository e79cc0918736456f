"""Typography: the replacements of straight marks and plain spaces, by language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import (
    Attributes,
    Code,
    Document,
    Emphasis,
    Inline,
    InlineElement,
    Link,
    NoteReference,
    Paragraph,
    SoftBreak,
    Text,
)
from pipeline.model.metadata import Metadata
from pipeline.resolve.typography import set_text, set_typography
from tests.helpers import making
from tests.helpers.trees import plain_text

# In expected results, ~ is a no-break space and _ a narrow one.
ENGLISH = [
    ('"Hello," he said.', "“Hello,” he said."),
    ("'Hello,' he said.", "‘Hello,’ he said."),
    ('"\'Tis true," she said.', "“’Tis true,” she said."),
    ("\"He said 'no' to me.\"", "“He said ‘no’ to me.”"),
    ("\"'No,' he said.\" So be it.", "“‘No,’ he said.” So be it."),
    ("don't, won't, o'clock", "don’t, won’t, o’clock"),
    ("the '90s, and '68 too", "the ’90s, and ’68 too"),
    ("the 1990's", "the 1990’s"),
    ("the dogs' dinner", "the dogs’ dinner"),
    ("rock 'n' roll", "rock ’n’ roll"),
    ("give 'em hell", "give ’em hell"),
    ("6' 2\" tall, 5'4\"", "6' 2\" tall, 5'4\""),
    ('"in 1990" and "A"', "“in 1990” and “A”"),
    ('("quoted")', "(“quoted”)"),
    ('"one"---"two"', "“one”—“two”"),
    ('"I was---" he began', "“I was—” he began"),
    ("pages 10--12, so -- or so---", "pages 10–12, so – or so—"),
    ("an arrow --> and <-- and ----", "an arrow --> and <-- and ----"),
    ("run it with --help", "run it with --help"),
    ("wait... what....", "wait… what...."),
    ("10 km, 5 kg, 40 million, 7 %, 3 men", "10~km, 5~kg, 40~million, 7~%, 3 men"),
    ("J. R. R. Tolkien", "J.~R.~R. Tolkien"),
    ("see https://a.org/b--c...d'e for more", "see https://a.org/b--c...d'e for more"),
    ('a lone " mark', 'a lone " mark'),
    ("", ""),
]

OTHERS = [
    ("de", "Er sagte: \"Das ist 'gut', geht's?\"", "Er sagte: „Das ist ‚gut‘, geht’s?“"),
    ("de-CH", '"Ja"', "«Ja»"),
    ("fr", '"Bonjour" dit l\'homme : oui !', "«_Bonjour_» dit l’homme~: oui_!"),
    ("fr", "« Bonjour »", "«_Bonjour_»"),
    ("fr-CA", "à 10:30, http://a.fr/?x", "à 10:30, http://a.fr/?x"),
    ("fr", "à 10 h 30 : 3 min 20 s, 12 h", "à 10~h~30~: 3~min~20 s, 12~h"),
    ("es", "Dijo \"hola 'tú'\"", "Dijo «hola “tú”»"),
    ("es-MX", 'Dijo "hola"', "Dijo “hola”"),
    ("pt-BR", '"sim"', "“sim”"),
    ("pt-PT", '"sim"', "«sim»"),
    ("it", '"l\'uomo"', "«l’uomo»"),
    ("nl", '\'s avonds zei hij "ja"', "’s avonds zei hij “ja”"),
    ("pl", '"tak"', "„tak”"),
    ("sv", '"ja"', "”ja”"),
    ("ar", 'قال "نعم" لي', "قال «نعم» لي"),
    ("he", 'צה"ל', 'צה"ל'),
    ("zh", '他说："你好。"然后', "他说：“你好。”然后"),
    ("zh-TW", '他說："你好。"', "他說：「你好。」"),
    ("ja", '彼は"はい"と言った', "彼は「はい」と言った"),
    ("ru", '"да"', "«да»"),
    ("xx-unknown", '"x"', "“x”"),
]


@pytest.mark.parametrize(("source", "expected"), ENGLISH)
def test_english(source: str, expected: str) -> None:
    assert set_text(source, "en-GB") == expected.replace("~", "\u00a0")


@pytest.mark.parametrize(("language", "source", "expected"), OTHERS)
def test_other_languages(language: str, source: str, expected: str) -> None:
    assert set_text(source, language) == expected.translate({0x7E: "\u00a0", 0x5F: "\u202f"})


def paragraph(*inlines: Inline, lang: str = "en") -> tuple[Inline, ...]:
    document = Document(
        metadata=Metadata(title="It's", lang=lang), blocks=(Paragraph(children=inlines),)
    )
    (block,) = set_typography(document).blocks
    assert isinstance(block, Paragraph)
    return block.children


def emphasis(text: str) -> Emphasis:
    return Emphasis(children=(Text(text=text),))


def test_a_quotation_runs_across_emphasis() -> None:
    assert plain_text(
        paragraph(Text(text='"'), emphasis('Go," he said, "now'), Text(text='."'))
    ) == ("“Go,” he said, “now.”")
    assert plain_text(paragraph(emphasis('"No"'), Text(text="'s the word"))) == "“No”’s the word"


def test_a_quotation_runs_across_lines_code_and_notes() -> None:
    children = paragraph(
        Text(text='"one'),
        SoftBreak(),
        Code(text='"x"'),
        Text(text='"'),
        NoteReference(label="n"),
        Text(text=' "two'),
        NoteReference(label="n"),
        Text(text='"'),
    )
    assert plain_text(children) == '“one "x"” “two”'
    assert children[2] == Code(text='"x"')


def test_a_unit_on_the_next_line_stays_with_its_number() -> None:
    assert plain_text(paragraph(Text(text="10"), SoftBreak(), Text(text="km"))) == "10\u00a0km"


def test_what_is_as_typed_stays() -> None:
    children = (
        InlineElement(name="kbd", children=(Text(text="it's--"),)),
        Link(href="https://a.org/it's--x", children=(Text(text="a.org/it's--x"),)),
    )
    assert paragraph(*children) == children


def test_the_language_of_a_span() -> None:
    german = InlineElement(
        name="span",
        attributes=Attributes(pairs=(("lang", "de"),)),
        children=(Text(text='"ja"'),),
    )
    assert plain_text(paragraph(Text(text='"yes" '), german)) == "“yes” „ja“"


def test_each_paragraph_begins_anew_and_titles_are_set() -> None:
    blocks = tuple(Paragraph(children=(Text(text=t),)) for t in ('"open', '"open"'))
    metadata = Metadata(title="It's", subtitle='"A"', description="x...")
    document = set_typography(Document(metadata=metadata, blocks=blocks))
    assert [plain_text(b.children) for b in document.blocks if isinstance(b, Paragraph)] == [
        "“open",
        "“open”",
    ]
    found = document.metadata
    assert (found.title, found.subtitle, found.description) == ("It’s", "“A”", "x…")


def test_unchanged_text_is_the_same_object() -> None:
    blocks = (Paragraph(children=(Text(text="plain"), emphasis("text"))),)
    assert set_typography(Document(metadata=Metadata(), blocks=blocks)).blocks is blocks


LANGUAGES = (
    "en ar cs de de-CH el es es-MX fa fi fr fr-CH he hr hu it ja nl no pl ru zh zh-TW".split()
)
MARKS = re.compile(r"[\s\"'.…–—\-“”‘’„‚«»‹›「」『』]+")
texts = st.text(st.sampled_from("ab Z1 \"' '-..:!«»%é字"), max_size=40)


@given(st.lists(st.tuples(texts, st.booleans()), max_size=5), st.sampled_from(LANGUAGES))
def test_only_marks_and_spaces_change(parts: list[tuple[str, bool]], language: str) -> None:
    inlines = tuple(emphasis(text) if inner else Text(text=text) for text, inner in parts)
    before, after = plain_text(inlines), plain_text(paragraph(*inlines, lang=language))
    assert MARKS.sub("", before) == MARKS.sub("", after)


def test_figures_of_sums_are_lining_in_print() -> None:
    """As high as the signs between them, while dates and numbers in a sentence are old-style."""
    text = (
        "In 1962 there were 24 + 38 = 62 wells, and 3,400 from 1914–1918.\n\n"
        "1. 7 × 8 − 6,5 = ____{49,5}\n2. ____{5} × 9 = 45\n3. a+2 and C++ 11, 10 m.\n"
    )
    sums = {}
    for edition in ("handout", "web"):
        (page,) = making.rendered(making.resolved(text, edition)).pages
        markup = re.sub(r"<\?.*?\?>", "", page.markup)
        sums[edition] = re.findall(r'<span class="lining">(.*?)</span>', markup)
    assert sums["handout"] == ["24 + 38 = 62", "7 × 8 − 6,5 =", "× 9 = 45"]
    assert sums["web"] == []
