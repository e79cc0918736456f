"""Front matter: the parsed values, and the messages to authors."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.isbn import to_isbn13

from pipeline import Diagnostic
from pipeline.model.keys import Field
from pipeline.model.metadata import (
    Audience,
    Contributor,
    Identifier,
    Isbns,
    Licence,
    Metadata,
    print_source,
)
from pipeline.model.paper import SIZES
from pipeline.parser.frontmatter import derive_identifier, front_matter, read_front_matter
from pipeline.parser.frontmatter.keys import KEYS, json_schema
from tests.helpers.sentences import no_sentences

VALIDATOR = jsonschema.Draft7Validator(json_schema())


def read(yaml_text: str) -> tuple[Metadata, tuple[Diagnostic, ...]]:
    metadata, _, found = read_front_matter(f"---\n{yaml_text}\n---\n\nText.\n", "x.md")
    return metadata, found


def good(yaml_text: str) -> Metadata:
    metadata, found = read(yaml_text)
    assert found == ()
    return metadata


def places(found: tuple[Diagnostic, ...]) -> list[tuple[str, int, int, int]]:
    """Code, line, column and length of each finding."""
    return [(d.code, d.line, d.column, d.length) for d in found]


# --- where front matter is ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("---\ntitle: A\n---\n\nText.\n", 3),
        ("---\ntitle: A\n...\nText.\n", 3),
        ("---  \n\n# a comment\ntitle: A\n---\t\nText.\n", 5),
        ("---\n---\nText.\n", 2),
        ("---\r\ntitle: A\r\n---\r\nText.\r\n", 3),
        ("---\ntitle: A\n---", 3),
        ("", 0),
        ("# Heading\n\n---\ntitle: A\n---\n", 0),
        ("---\n\nA text after a thematic break.\n\n---\n", 0),
        ("---\nhttps://example.org\n---\n", 0),
        ("----\ntitle: A\n----\n", 0),
        (" ---\ntitle: A\n---\n", 0),
        ("---", 0),
    ],
)
def test_front_matter_is_distinguished_from_a_thematic_break(text: str, lines: int) -> None:
    _, taken, found = read_front_matter(text, "x.md")
    assert (taken, found) == (lines, ())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            '+++\ntitle = "The well"\nauthors = ["Ann", "Ben"]\ndate = 2020-01-02T10:00:00\n+++\n',
            5,
        ),
        ('{\n"title": "The well",\n"author": ["Ann", "Ben"], "date": "2020-01-02"\n}\n', 4),
        ("% The\n  well\n% Ann; Ben\n% 2020-01-02\n\n# Heading\n", 5),
        ("---\ntitle: The well\nauthor: [Ann, Ben]\ndate: 2020-01-02 10:00:00 +0200\n---\n", 5),
    ],
)
def test_front_matter_of_other_tools_is_read(text: str, lines: int) -> None:
    metadata, taken, found = read_front_matter(f"{text}\nText.\n", "x.md")
    assert (metadata.title, metadata.date, taken) == ("The well", "2020-01-02", lines)
    assert [one.name for one in metadata.authors] == ["Ann", "Ben"]
    assert not found


@pytest.mark.parametrize(
    ("text", "lines", "told"),
    [
        ("+++\n# a\ntitle = The well\n+++\n\nText.\n", 4, ["likely-slip"]),
        ('+++\ntitle = "A"\n\ndraft = true\n+++\n', 5, ["unknown-key"]),
        ("Title: The well\nAuthor: Ann\n\nText.\n", 0, ["likely-slip"]),
        ("Title: ____\n\nText.\n", 0, []),
        ("Title: a word, and more\ntext.\n", 0, []),
        ("+++\nText\n+++\n", 0, []),
        ('{"a": 1} is text.\n', 0, []),
        ("% Of all\nwells.\n", 0, []),
        ("% A comment.\n\n# The well\n", 0, []),
        ("% A\n% B\n% C\n% D\n", 0, []),
    ],
)
def test_other_front_matter_is_told_or_text(text: str, lines: int, told: list[str]) -> None:
    _, taken, found = read_front_matter(text, "x.md")
    assert (taken, [one.code for one in found]) == (lines, told)
    assert all(text.split("\n")[one.line - 1].startswith(("d", "T", "+")) for one in found)


def test_front_matter_that_is_not_closed_is_read_as_far_as_it_goes() -> None:
    text = "---\ntitle: A\nlang: de\n\n# Heading\n\nText.\n"
    metadata, lines, found = read_front_matter(text, "x.md")
    assert places(found) == [("front-matter-not-closed", 1, 1, 3)]
    assert found[0].hint == "Add a line `---` after line 3."
    assert (metadata.title, metadata.lang, lines) == ("A", "de", 3)


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\nlang: de\n\nText of the first paragraph.\n\n---\n\nMore.\n",
        "---\ntitle: A\nlang: de\nText right after it.\n",
    ],
)
def test_text_is_not_taken_for_front_matter_up_to_the_next_rule(text: str) -> None:
    metadata, lines, found = read_front_matter(text, "x.md")
    assert places(found) == [("front-matter-not-closed", 1, 1, 3)]
    assert (metadata.title, metadata.lang, lines) == ("A", "de", 3)


# --- YAML --------------------------------------------------------------------------------


def test_scalars_stay_as_they_are_written() -> None:
    metadata = good("title: 1984\nlang: no\nversion: 1.10\ndate: 2026-11-24\nsubtitle: ~")
    assert metadata == Metadata(title="1984", lang="no", version="1.10", date="2026-11-24")


def test_white_space_in_text_is_made_single_spaces() -> None:
    assert good("title: A  long\n  title").title == "A long title"


@pytest.mark.parametrize(
    "written",
    [
        "description: >\n  One\n  one.\n\n  Two.",
        "description: |\n  One\n  one.\n\n  Two.",
        "description: One\n  one.\n\n  Two.",
    ],
)
def test_descriptions_keep_their_paragraphs(written: str) -> None:
    assert good(written).description == "One one.\n\nTwo."


@pytest.mark.parametrize(
    ("written", "place", "hint"),
    [
        ("title: Slavery: a handout", (2, 15, 1), '`title: "Slavery: a handout"`'),
        ('title: The "x": y', (2, 15, 1), "`title: 'The \"x\": y'`"),
        ("title: A\nauthors:\n\t- Ann", (4, 1, 1), "Indent with spaces."),
        ('title: "A\nlang: de', (2, 8, 1), "End the value with the same mark"),
        ('title: "Yes" and no', (2, 14, 1), "`title: '\"Yes\" and no'`"),
        ("title: 'don't'", (2, 13, 1), '`title: "don\'t"`'),
        ("title: [Draft] A", (2, 16, 1), '`title: "[Draft] A"`'),
        ("keywords: [a, b\nlang: de", (2, 11, 1), "Close it with `]`"),
        ("title: @home", (2, 8, 1), "quotes"),
        ("title: *Moby-Dick*", (2, 8, 11), "quotes"),
        ("title: &co x", (2, 8, 5), "quotes"),
        ("title: !Important news", (2, 8, 15), "quotes"),
        ("title: !!python/name:os.system x", (2, 8, 25), "quotes"),
        ("title: {{ title }}", (2, 8, 1), "quotes"),
        ("title:A", (2, 1, 7), "`title: A`"),
        ("title: A\nmore of it\nlang: de", (3, 1, 10), "indent it"),
        ("title: A\n  lang: de", (3, 3, 5), "If `lang` is a key"),
        ("keywords: - a", (2, 11, 1), "on the line after its key"),
        ('title: "a\\q"', (2, 10, 2), "two backslashes"),
        ('title: "\\UFFFFFFFF"', (2, 1, 19), "single quotes"),
        ("title: | x", (2, 8, 1), "on the next line"),
        ("title: ]", (2, 8, 1), "quotes"),
        ("- title: A", (2, 1, 10), "Write a key above the list"),
        ("title: " + "[" * 500, (2, 15, 1), ""),
    ],
)
def test_mistakes_in_yaml(written: str, place: tuple[int, int, int], hint: str) -> None:
    _, found = read(written)
    assert places(found) == [("bad-yaml", *place)]
    assert hint in found[0].hint
    assert not no_sentences(found)


def test_a_mistake_costs_one_entry_and_hides_no_other() -> None:
    metadata, found = read('title: A: b\nlang: de\nsubtitle: "open\ndate: 2026-02-30\nversion: 2')
    assert places(found) == [
        ("bad-yaml", 2, 9, 1),
        ("bad-yaml", 4, 11, 1),
        ("wrong-value", 5, 7, 10),
    ]
    assert (metadata.lang, metadata.version) == ("de", "2")


def test_positions_count_characters_and_only_line_ends_that_editors_count() -> None:
    _, found = read('title: "Æ\u2028𝔸"\nspeakers: {Zoë: host, Zoë: guest}')
    assert places(found) == [("duplicate-key", 3, 23, 3)]


def test_aliases_cannot_blow_up() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    _, found = read(bomb)
    assert {d.code for d in found} == {"bad-yaml"}


def test_front_matter_has_a_largest_size() -> None:
    metadata, found = read("title: A\n" + "# comment\n" * 10_000)
    assert places(found) == [("bad-yaml", 1, 1, 3)]
    assert metadata == Metadata()


# --- keys --------------------------------------------------------------------------------


def test_unknown_keys_are_warned_of_with_the_nearest_name() -> None:
    _, found = read("titel: A\nauthors:\n  - {name: Ann, orchid: x}\nfrobnicate: 1")
    assert places(found) == [
        ("unknown-key", 2, 1, 5),
        ("unknown-key", 4, 17, 6),
        ("unknown-key", 5, 1, 10),
    ]
    assert [d.hint for d in found] == ["Did you mean `title`?", "Did you mean `orcid`?", ""]
    assert not any(d.is_error for d in found)


@pytest.mark.parametrize("key", ["organisation", "organization"])
def test_an_organisation_is_the_publisher(key: str) -> None:
    _, found = read(f"title: A\n{key}: Wells for All")
    assert found[0].hint == "Write `publisher: the organisation`."


def test_a_default_that_is_written_out_is_stored_as_one() -> None:
    stored = msgspec.json.encode(good("title: A\ncontents: {show: auto}"))
    assert msgspec.json.encode(msgspec.json.decode(stored, type=Metadata)) == stored


def test_duplicate_keys_are_found_under_every_name() -> None:
    metadata, found = read("author: Ann\ntitle: A\ntitle: B\nauthors: Ben")
    assert places(found) == [("duplicate-key", 4, 1, 5), ("duplicate-key", 5, 1, 7)]
    assert "line 3" in found[0].hint
    assert "`authors` and `author` are the same key" in found[1].message
    assert (metadata.title, metadata.authors) == ("A", (Contributor("Ann"),))


def test_an_edition_with_settings_twice() -> None:
    twice = "title: A\neditions:\n  - handout: {page: A5}\n  - handout: {page: A4}"
    metadata, found = read(twice)
    assert places(found) == [("duplicate-key", 5, 5, 7)]
    assert metadata.edition_options[0][1].page.size == SIZES["a5"]


def test_pandoc_names_are_known() -> None:
    metadata = good("author: [Ann, Ben]\nlanguage: fr\nlicense: House licence")
    assert metadata.authors == (Contributor("Ann"), Contributor("Ben"))
    assert (metadata.lang, metadata.licence) == ("fr", Licence("House licence"))


@pytest.mark.parametrize(
    ("written", "code", "column", "hint"),
    [
        ("title: [a]", "wrong-value", 8, "quotes"),
        ('title: "a\\0b"', "wrong-value", 8, ""),
        ("lang: en_GB", "wrong-value", 7, "Write `en-GB`."),
        ("lang: english", "wrong-value", 7, "Write `en`."),
        ("lang: e", "wrong-value", 7, "en-GB"),
        ("split: 3", "wrong-value", 8, "Write 1 or 2."),
        ("date: 2026-02-30", "wrong-value", 7, "YYYY-MM-DD"),
        ("date: 2026-13", "wrong-value", 7, "YYYY-MM-DD"),
        ("date: 24 November 2026", "wrong-value", 7, "2026-11-24"),
        ("date: 11/12/2026", "wrong-value", 7, "YYYY-MM-DD"),
        ("date: 2026/3/5", "wrong-value", 7, "Write `2026-03-05`."),
        ("contributors: [{name: A, role: edtior}]", "wrong-value", 32, "Did you mean `editor`?"),
        ("authors: [{role: editor}]", "wrong-value", 11, ""),
        ("authors: [{name: A, orcid: 0000-0002-1825-0098}]", "wrong-value", 28, "would be 7"),
        ("identifier: hello", "wrong-value", 13, "`isbn:978-…`"),
        ("identifier: 978-0-306-40615-8", "wrong-value", 13, "would be 7"),
        ("identifier: isbn:0-306-40615-3", "wrong-value", 13, "would be 2"),
        ("identifier: urn:uuid:123", "wrong-value", 13, "8-4-4-4-12"),
        ("identifier: doi:11.1/2", "wrong-value", 13, "10.1000"),
        ("identifier: {scheme: ibsn, value: 1}", "wrong-value", 22, "isbn"),
        ("licence: CC BY-SA", "wrong-value", 10, "`CC BY-SA 4.0`"),
        ("licence: CC BY 9.0", "wrong-value", 10, "4.0, 3.0"),
        ("licence: CC BY-ND-SA 4.0", "wrong-value", 10, "CC BY-NC-SA"),
        ("licence: {name: A, url: example}", "wrong-value", 25, "https://"),
        ("series: {name: A, position: iv}", "wrong-value", 29, "3 or 2.1"),
        ("cover: https://example.org/a.png", "remote-image", 8, "copy"),
        ("cover: images/../../a.png", "outside-folder", 8, "Copy"),
        ("cover: /etc/a.png", "outside-folder", 8, "Copy"),
        (r"cover: C:\a.png", "outside-folder", 8, "Copy"),
        ("speakers: Ann", "wrong-value", 11, "`Name: role`"),
        ("speakers: {Ann: }", "wrong-value", 12, "`Name: role`"),
        ("speakers: [{name: A, role: host}, {name: A, role: guest}]", "duplicate-key", 42, "one"),
        ("editions: web, handuot", "unknown-edition", 16, "Did you mean `handout`?"),
        ("editions: [xyz]", "unknown-edition", 12, "web, site, handout"),
        ("contents: allways", "wrong-value", 11, "Did you mean `always`?"),
        ("contents: x", "wrong-value", 11, "auto, always (or true) or never (or false)"),
        ("page: {text: 12pt, leading: 9pt}", "wrong-value", 29, ""),
        ("contents: {depth: 7}", "wrong-value", 19, "1 to 6"),
        ("contents: {questions: maybe}", "wrong-value", 23, ""),
    ],
)
def test_wrong_values(written: str, code: str, column: int, hint: str) -> None:
    _, found = read(written)
    assert [(d.code, d.line, d.column) for d in found] == [(code, 2, column)]
    assert hint in found[0].hint
    assert not no_sentences(found)


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("978-0-306-40615-7", Identifier("isbn", "9780306406157")),
        ("urn:isbn:0-8044-2957-x", Identifier("isbn", "080442957X")),
        ("ISBN 9780306406157", Identifier("isbn", "9780306406157")),
        ("ISBN-13: 9780306406157", None),
        ("'ISBN-13: 9780306406157'", Identifier("isbn", "9780306406157")),
        (
            "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
            Identifier("uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ),
        ("10.1000/182", Identifier("doi", "10.1000/182")),
        ("https://doi.org/10.1000/182", Identifier("doi", "10.1000/182")),
        ("https://example.org/a", Identifier("uri", "https://example.org/a")),
        ("urn:nbn:de:101:1-2", Identifier("uri", "urn:nbn:de:101:1-2")),
        ("{type: isbn, value: 9780306406157}", Identifier("isbn", "9780306406157")),
    ],
)
def test_identifiers(written: str, identifier: Identifier | None) -> None:
    assert read(f"identifier: {written}")[0].identifier == identifier


@pytest.mark.parametrize(
    ("written", "name", "url"),
    [
        ("CC0", "CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
        (
            "CC BY-NC-ND 3.0",
            "Creative Commons Attribution-NonCommercial-NoDerivs 3.0 Unported",
            "https://creativecommons.org/licenses/by-nc-nd/3.0/",
        ),
        (
            "https://creativecommons.org/licenses/by/4.0/deed.de",
            "Creative Commons Attribution 4.0 International",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        (
            "AGPL-3.0-or-later",
            "GNU Affero General Public License, Version 3 or later",
            "https://www.gnu.org/licenses/agpl-3.0.html",
        ),
        ("All rights reserved", "All rights reserved", ""),
    ],
)
def test_licences(written: str, name: str, url: str) -> None:
    assert good(f"licence: {written}").licence == Licence(name, url)


@pytest.mark.parametrize("tag", ["de", "zh-Hant-TW", "sr-Latn", "de-CH-1996", "es-419", "x-elf"])
def test_language_tags(tag: str) -> None:
    assert good(f"lang: {tag}").lang == tag
    assert good(f"lang: {tag.lower()}").lang == tag


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("jp", "ja"), ("cz", "cs"), ("dk-DK", "da-DK"),  # countries
        ("iw", "he"), ("i-klingon", "tlh"), ("en-UK", "en-GB"),  # what other tags took the place of
        ("ger", "de"), ("English", "en"), ("pt_BR", "pt-BR"),
        ("sp", ""), ("abcd", ""), ("en-ZQ", ""), ("en--US", ""), ("e", ""), ("kauderwelsch", ""),
        ("others", ""),
    ],
)  # fmt: skip
def test_tags_of_no_language_get_a_hint(written: str, meant: str) -> None:
    metadata, (found,) = read(f"lang: {written}")
    assert (found.line, found.column) == (2, 7)
    assert found.message.endswith(f"`{written}` is not a language tag.")
    assert found.hint == (f"Write `{meant}`." if meant else "Write it like en, en-GB or zh-Hant.")
    assert metadata.lang == "en"


# --- the derived identifier --------------------------------------------------------------


def test_the_derived_identifier_is_that_of_the_publication_not_of_its_version() -> None:
    first = Metadata(title="Ending Modern Slavery", authors=(Contributor("Ann"),))
    later = Metadata(
        title="Ending Modern Slavery", authors=(Contributor("Ann"),), date="2027", version="2"
    )
    assert derive_identifier(first) == derive_identifier(later)
    # Published: it must not change with the code.
    assert derive_identifier(first) == Identifier("uuid", "9c4d4c2b-8503-570f-9c9c-914b219ed69c")


@pytest.mark.parametrize(
    "other",
    [
        Metadata(title="B", authors=(Contributor("Ann"),)),
        Metadata(title="A", authors=(Contributor("Ben"),)),
        Metadata(title="A", authors=(Contributor("Ann"),), lang="de"),
    ],
)
def test_another_publication_has_another_identifier(other: Metadata) -> None:
    assert derive_identifier(other) != derive_identifier(
        Metadata(title="A", authors=(Contributor("Ann"),))
    )


def test_the_derived_identifier_is_the_same_however_accents_are_typed() -> None:
    assert derive_identifier(Metadata(title="Zo\u00eb")) == derive_identifier(
        Metadata(title="Zoe\u0308")
    )


# --- the schema --------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_examples_fit_the_schema_and_the_readers(key: Field) -> None:
    assert key.key.examples
    for value in key.key.examples:
        for name in (key.name, *key.aliases):
            VALIDATOR.validate({name: value})
            written = yaml.safe_dump({name: value}, allow_unicode=True).rstrip("\n")
            assert good(written) != Metadata() or value == "auto"


@pytest.mark.parametrize(
    "value",
    [
        {"titel": "A"},
        {"authors": [{"role": "editor"}]},
        {"date": "24 November"},
        {"contents": {"depth": 7}},
        {"editions": ["handuot"]},
        {"speakers": ["Ann"]},
    ],
)
def test_the_schema_refuses_what_the_readers_refuse(value: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(value)
    assert read(json.dumps(value))[1]


def test_the_schema_is_one_of_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())


def test_the_schema_says_what_may_stand_for_a_part_that_is_required() -> None:
    subject = {"authority": "Thema", "term": "JNU"}
    VALIDATOR.validate({"subjects": [subject]})
    assert good(json.dumps({"subjects": [subject]})).subjects
    assert not VALIDATOR.is_valid({"subjects": [{"authority": "Thema"}]})


# --- written again -----------------------------------------------------------------------

PLACES = {"line", "column"}


def without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_places(part) for name, part in value.items() if name not in PLACES}
    return [without_places(part) for part in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_what_is_written_is_read_as_it_was(key: Field) -> None:
    for value in key.key.examples:
        metadata = good(json.dumps({key.name: value}))
        written = front_matter(metadata)
        again, lines, found = read_front_matter(written, "x.md")
        assert (found, lines) == ((), written.count("\n"))
        before, after = (without_places(msgspec.to_builtins(one)) for one in (metadata, again))
        assert msgspec.convert(before, Metadata) == msgspec.convert(after, Metadata)


def test_it_is_written_as_people_write_it() -> None:
    written = """\
---
title: The well
authors:
- Ann Author
- name: Ben Writer
  role:
  - author
  - illustrator
contributors:
- Some Helper
- name: Tess Lator
  role: translator
audience: [teachers]
editions:
- handout
- booklet:
    page: A5
---
"""
    metadata, _, found = read_front_matter(written, "x.md")
    assert not found
    assert yaml.safe_load(front_matter(metadata)[4:-4]) == yaml.safe_load(written[4:-4])


def test_text_that_yaml_would_take_for_something_else_is_written_in_quotes() -> None:
    title = "Yes: #1, {{ it }} is 'so' — \"no\""
    metadata = Metadata(title=title, subtitle="~", version="1.10", description="One.\n\nTwo.")
    assert read_front_matter(front_matter(metadata), "x.md")[0] == metadata


# --- what shops and libraries sort by ----------------------------------------------------


def test_lists_of_words_may_have_commas_between() -> None:
    _, found = read("languages: fr, english\nsubtitle: x")
    assert places(found) == [("wrong-value", 2, 16, 7)]


def test_isbns_of_formats() -> None:
    assert good("isbn: 978-0-306-40615-7").isbns == Isbns(epub="9780306406157")
    metadata = good("isbn: {ebook: 0-306-40615-2, print: 978-3-16-148410-0}")
    assert to_isbn13(metadata.isbns.epub) == "9780306406157"
    assert print_source(metadata) == "urn:isbn:9783161484100"
    assert print_source(Metadata()) == ""


@pytest.mark.parametrize(
    ("written", "audience"),
    [
        ("teachers", Audience(("teachers",))),
        ("[educators, high school]", Audience(("teachers", "upper secondary school"))),
        ("{ages: 10–14}", Audience(youngest=10, oldest=14)),
        ("{ages: 5 to 7}", Audience(youngest=5, oldest=7)),
        ("{ages: 5 bis 7 Jahre}", Audience(youngest=5, oldest=7)),
        ("{age: 16+}", Audience(youngest=16)),
        ("{ages: 9, grade: Year 5}", Audience(youngest=9, oldest=9, level="Year 5")),
    ],
)
def test_audiences(written: str, audience: Audience) -> None:
    assert good(f"audience: {written}").audience == audience


@pytest.mark.parametrize(
    ("written", "column", "told"),
    [
        ("subjects: water", 11, "has no code"),
        ("subjects: BISAC EDU29", 11, "is not a code of BISAC"),
        ("subjects: Biscac EDU029030", 11, "Did you mean `BISAC`?"),
        ("subjects: Thema 7A", 11, "such as JNU"),
        ("isbn: 978-0-306-40615-8", 7, "With these digits it would be 7"),
        ("isbn: {epub: 978-0-306-40615-7, pdf: 978-0-306-40615-7}", 38, "the ISBN of `epub`"),
        (
            "identifier: isbn:978-3-16-148410-0\nisbn: {print: 978-3-16-148410-0}",
            13,
            "the ISBN of `print`",
        ),
        ("audience: [teachers, techers]", 22, "Did you mean `teachers`?"),
        ("audience: Grade 5", 11, "Write `{grade: Grade 2}`"),
        ("audience: {ages: ten}", 18, "Write it like 10-14"),
        ("audience: {ages: 14-10}", 18, "ends before it starts"),
        ("edition_statement: handout", 20, "List it under `editions`"),
        ("series: {name: A, issn: 2049-3631}", 25, "With these digits it would be 0"),
        ("series: {name: A, issn: 12}", 25, "looks like"),
        ("series: {name: A, type: box}", 25, "neither a series nor a set"),
        ("authors: [{name: A, type: robot}]", 27, "neither a person nor an organisation"),
        ("authors: [{name: A, scripts: 村上}]", 30, "need their languages"),
        ("authors: [{name: A, role: [editor, edtor]}]", 36, "Did you mean `editor`?"),
        ("languages: [fr, english]", 17, "Write `en`"),
        ("modified: 5 May", 11, "is not a date"),
        ("accessibility: yes", 16, "needs named parts"),
        ("accessibility: {report: https://example.org/r}", 25, "Add `certified_by`"),
        ("accessibility: {certified_by: A, report: r.html}", 42, "is not an address"),
    ],
)
def test_mistakes_in_it_are_reported_where_they_are(written: str, column: int, told: str) -> None:
    (found,) = read(written)[1]
    assert (found.code, found.line, found.column) == ("wrong-value", 2, column)
    assert told in f"{found.message} {found.hint}"


# --- whatever comes ----------------------------------------------------------------------

_PIECES = st.one_of(
    st.sampled_from(
        ["---\n", "...\n", "\n", "  ", "- ", ": ", "{", "}", "[", "]", '"', "'", "|", ">", "&a "]
        + ["*a ", "!!x ", "%", "#", "\t", ",", "? ", "\\", '"\\x00"', '"\\uD800"', "\ufeff", "1"]
        + [f"{key}: " for key in KEYS]
        + ["name: ", "role: ", "http://[", "isbn:", "978-0-306-40615-7", "٣"]
    ),
    st.text(max_size=8),
)


@given(st.lists(_PIECES, max_size=30).map(lambda pieces: "---\n" + "".join(pieces)))
@example("---\n" + "a: [" * 5000)
@example("---\n" + "- " * 5000)
@example('---\ntitle: "\\x07"\n---\n')
def test_no_text_makes_it_fail(text: str) -> None:
    metadata, lines, found = read_front_matter(text, "x.md")
    total = text.count("\n") + 1
    assert 0 <= lines <= total
    assert isinstance(metadata, Metadata)
    for diagnostic in found:
        line = text.split("\n")[diagnostic.line - 1]
        assert 1 <= diagnostic.line <= total
        assert 1 <= diagnostic.column <= len(line) + 1
        assert diagnostic.length >= 1
        assert "\n" not in diagnostic.message + diagnostic.hint


@pytest.mark.parametrize("before", ["\n", "  \n\n", "<!-- one\ntwo -->\n", "\n<!-- a -->\n\n"])
def test_empty_lines_and_comments_may_come_first(before: str) -> None:
    lines = before.count("\n")
    metadata, taken, found = read_front_matter(f"{before}---\ntitle: T\nx: 1\n---\ntext\n", "x.md")
    assert (metadata.title, taken) == ("T", lines + 4)
    assert [(d.code, d.line, d.column) for d in found] == [("unknown-key", lines + 3, 1)]


def test_formats_name_editions() -> None:
    metadata, found = read("editions: [pdf, epub, HTML]")
    assert (metadata.editions, found) == (("handout", "ebook", "web"), ())


@pytest.mark.parametrize(
    ("written", "title", "accent", "places"),
    [
        ("brand:\n  accent: #0b6e4f", "T", "#0b6e4f", [(4, 11)]),
        ("brand:\n  accent: #0b6e4f dark", "T", "#0b6e4f", [(4, 11)]),
        ("brand:\n  accent: # dark", "T", "", []),
        ("subtitle: On C #minor", "T", "", [(3, 16)]),
        ("subtitle: On C # a comment", "T", "", []),
        ("subtitle: '#5' # a comment", "T", "", []),
    ],
)
def test_values_that_yaml_takes_for_comments(
    written: str, title: str, accent: str, places: list[tuple[int, int]]
) -> None:
    metadata, _, found = read_front_matter(f"---\ntitle: T\n{written}\n---\n\nx\n", "x.md")
    assert (metadata.title, metadata.brand.accent) == (title, accent)
    slips = [(d.line, d.column) for d in found if d.code == "likely-slip"]
    assert slips == places


@pytest.mark.parametrize(
    ("asks", "other"),
    [
        *[(role, "guest") for role in ("Interviewer", "Co-host", "teacher", "journalist", "chair")],
        *[(role, "invitada") for role in ("entrevistadora", "Moderador", "periodista", "docente")],
        *[(role, "Gast") for role in ("Interviewerin", "Fragende", "Lehrerin", "Int.")],
        *[(role, "ministre") for role in ("intervieweuse", "Animatrice", "journaliste")],
        *[(role, "convidada") for role in ("entrevistadora", "mediador", "jornalista")],
        *[(role, "ospite") for role in ("intervistatrice", "giornalista")],
        *[(role, "gast") for role in ("interviewster", "gespreksleider")],
        *[(role, "ضيف") for role in ("محاور", "المحاورة", "صحفية", "معلمة")],
        *[(role, "嘉宾") for role in ("采访者", "主持人", "記者", "老师")],
        ("interviewer", "former teacher"),
        ("Moderatorin", "Journalist"),
        ("journalist", "guest, a retired teacher"),
    ],
)
def test_who_asks_in_a_dialogue(asks: str, other: str) -> None:
    metadata, found = read(f"title: T\nspeakers:\n  Ann: {asks}\n  Ben: {other}")
    assert [speaker.asks for speaker in metadata.speakers] == [True, False]
    assert not found


@pytest.mark.parametrize(
    ("role", "reply"),
    [
        ("teacher", "student"),
        ("journalist", "minister"),
        *[("Lehrerin", "Schüler"), ("journaliste", "invitée"), ("periodista", "alumna")],
        *[("jornalista", "aluno"), ("insegnante", "alunno"), ("verslaggever", "gast")],
        *[("معلمة", "طالب"), ("记者", "学生")],
    ],
)
def test_who_may_ask_beside_an_interviewer_is_reported(role: str, reply: str) -> None:
    start = "title: T\nspeakers:\n  Eva: interviewer\n  Tom: "
    metadata, found = read(f"{start}{reply}\n  Ms Hill: {role}")
    assert [speaker.asks for speaker in metadata.speakers] == [True, False, False]
    assert [(d.code, d.line, d.column) for d in found] == [("unknown-role", 6, 12)]
    for asks in ("true", "false"):
        assert not read(f"{start}{reply}\n  Ms Hill: {{role: {role}, asks: {asks}}}")[1]


def test_roles_that_are_not_known_are_reported_with_the_nearest() -> None:
    _, found = read("title: T\nspeakers:\n  Ann: entrevistadoor\n  Ben: Gast")
    assert [(d.code, d.line, d.column) for d in found] == [("unknown-role", 4, 8)]
    assert "Did you mean `entrevistador`?" in found[0].hint
    _, found = read("title: T\nspeakers:\n  Ann: mother\n  Ben: daughter")
    assert [d.code for d in found] == ["unknown-role"]
    _, found = read("title: T\nspeakers:\n  Ann: {role: mother, asks: false}\n  Ben: daughter")
    assert not found
