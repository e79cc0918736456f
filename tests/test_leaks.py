"""No answer, and nothing for teachers, is anywhere in students' files.

A source contains secrets in all places that the language has for them; each is a word of its own,
written ``«its place»`` below. They are searched for in everything in the files: in the bytes of
every stream and member, and in the words that glyphs stand for. The teacher's edition, and words
that everybody gets, prove that the search works.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

import pipeline
from pipeline.driver import Result
from pipeline.flow.editions import Source
from pipeline.flow.runner import Runner
from pipeline.model.editions import EDITIONS, output_name, pages_name
from tests import pdf_drawing
from tests.pdf_reading import marked_texts, open_pdf, outline
from tests.test_flow import PAGES

# the edition to keep has the source, and is for no student
STUDENTS = tuple(
    name for name, e in EDITIONS.items() if e.audience == "student" and not e.is_archival
)

UNSEEN = "unseen"
"""The prefix of descriptions of secrets that no reader sees, not even teachers."""

SOURCE = """\
---
title: A workbook
lang: en
speakers:
  Ann Asker: interviewer
  Ben Teller: guest
contents: {show: always, figures: true, tables: true, questions: true}
bibliography: works.bib
name_line: true
qr_codes: true
brand: {logo: logo.png, alt: ‹unseen: a logo's alternative›, footer: ‹unseen: a line below›}
variables:
  told: «what a variable says»
  «unseen: a variable's name»: value
---

<!-- «unseen: a comment at the beginning» -->

‹a paragraph› with ____{«an answer in a paragraph»}, **____{«an answer in bold»}** and
____{«an answer over
two lines»}. Three of the notes.[^open][^emptied][^partly]
^[«a note with a class»]{.solution}

::: answer
«an answer's paragraph» *«its emphasis»* **«its strong emphasis»** ~~«struck out»~~
<kbd>«a key»</kbd> and H<sub>«a subscript»</sub>.[^secret] `«a code span»`
^[«a note within the line»]
<!-- «unseen: a comment in an answer» -->

### «a heading in an answer» {#«unseen: the heading's id» .«unseen: the heading's class»}

A [«a link's text»](https://example.org/«a link's address» "«a link's title»"), and
[one by reference][«unseen: a label»].

[«unseen: a label»]: https://example.org/«an address by reference» "«a title by reference»"

![«a text alternative»](«unseen: a file's name».png "«a caption»"){#fig-«unseen: a figure's id»}

![«an alternative within text»](«unseen: a second file».png) stands in the text.

| «a table's head» | B |
|---|---|
| «a cell» | ____{«an answer in a cell of an answer»} |

Table: «a table's caption» {#tbl-«unseen: a table's id»}

```python {#«unseen: the id of code»}
print("«code»")
```

    «indented code»

«a term»
:   «a definition»

> «a quotation»

> [!TIP]
> «an alert»

1. «a numbered item»
   - «an item within it»

- [x] «a task»

::: note «a box's title»
«a box»
:::

::: details «a summary»
«what is folded up»
:::

::: {#«unseen: a block's id» .«unseen: a block's class» data-key="«unseen: a value»"}
«a block»
:::

[«a span»]{.«unseen: a span's class» lang=fr}

<div id="«unseen: an id in HTML»" title="«unseen: a title in HTML»">«text in HTML»</div>

::: exercise «the title of an exercise in an answer» {#«unseen: the id of that exercise»}
«its question»

- ( ) «a wrong choice of it»
- (x) «a right choice of it»

::: lines 2
:::
:::

::: matching
| «a head of a matching» | B |
|---|---|
| «its left» | «its right» |
| c | d |
:::

::: ordering
1. «the first of an ordering»
2. «the second of it»
:::

::: answer
«an answer in an answer»
:::

::: teacher
«a teacher's note in an answer»
:::

The ABC.

*[ABC]: «unseen: an abbreviation defined in an answer»

A formula, $\\text{«a formula»}$, and [«a term in the index»]{.index}, as [@secret] says.

$$
\\text{«a formula on its own»}
$$

```csv
«a head of data»,B
«data»,2
```

```chart {type=bar caption="«a chart's caption»" unit="«a unit»"}
«unseen: what the groups of a chart are»,«a series of a chart»
«a bar»,3
```

{{ include «unseen: a file that is taken in».md }}

A [«the text of a link with a code»](https://example.org/«an address with a code»){.qr}, what
is {{told}} by a variable, {{«unseen: a variable's name»}}, ⟨other letters⟩, and @ex-one.

```csv {file=«unseen: a file of data».csv}
```

```python {file=«unseen: a file of code».py title="«the title of code»"}
```

::: space 30mm {.squared #«unseen: the id of a space»}
«what stands in a space»
:::

::: {.answer}
⟨more⟩
:::

::: glossary
«a term of a glossary»
:   «what a glossary says»
:::
:::

::: teacher «a second note's title» {#«unseen: the id of a note» data-minutes="«unseen: minutes»"}
::: lines 3 {.«unseen: the class of lines»}
:::
:::

::: space 20mm {.squared}
:::

[«what students do not read»]{.teacher}Here is [a link](https://example.org/‹unseen: an address›).

The ABC and the DEF: students read of them.

::: teacher «the title of a note»
«a teacher's note»

- «a list in it»

Ann Asker: «a question in it»

Ben Teller: «what is answered»
:::

::: exercise ‹an exercise› {#ex-one minutes=⟨minutes⟩}
‹a question› Fill ____{«an answer in a question»}.

- ( ) ‹a choice›
- ⟨x⟩ ‹another choice› ____{«an answer in a choice»}

  ::: answer
  «an answer within a choice»
  :::
- ⟨ ⟩ ‹a third choice›

> ____{«an answer in a quotation»}

1. ____{«an answer in a list»} in a list
2. and go____{«an answer in a word»} in a word

   ::: answer
   «an answer within an item»
   :::

| ‹a column› | B |
|---|---|
| ____{«an answer in a table»} | b |

::: matching
| ‹the left› | ‹the right› |
|---|---|
| ‹one› ____{«an answer on the left»} | ⟨2⟩ |
| ‹two› | ⟨3⟩ |
| ‹three› | ⟨1⟩ |
:::

::: matching
‹a term›
:   ‹what it means›

    ::: answer
    «an answer within a definition»
    :::

‹a second term›
:   ‹its meaning›

:::

::: ordering
1. ⟨first⟩
2. ⟨second⟩
3. ⟨third⟩
:::

::: {.answer}
«an answer by its class»
:::
:::

::: note {minutes=⟨minutes⟩}
‹a note in a box›

::: answer
«an answer in a box»
:::
:::

Ann Asker: ‹what is asked› ____{«an answer in a turn»}

Ben Teller: ‹a turn›

::: answer
«an answer within a turn»
:::

***

::: {only=teacher}
«a block for one edition»
:::

::: div {edition=teacher #«unseen: the id of a block for teachers»}
«another block»
:::

::: {not="⟨students⟩"}
«a block that students' editions do not have»
:::

A paragraph [«a span for one edition»]{edition=teacher} with [«another span»]{only=teacher},
[«an answer's span»]{.answer} and [«a teacher's span»]{.teacher}.

«a paragraph by its class»
{.teacher}

![«the alternative of a teacher's figure»](«unseen: a third file».png "«its caption»"){.teacher}

## «a section's title» {edition=teacher}

«a section» The DEF.

*[DEF]: «unseen: an abbreviation defined in a teacher's section»

### «a section within it»

«its text»

## «a section by its class» {.answer}

«what stands under it»

## ‹a section for all› {minutes=⟨minutes⟩}

::: exercise
a) ‹a lettered question› {marks=1}

::: answer
«an answer to a lettered question»
:::

b) ‹its second› {marks=2}

   i) ____{«an answer within a lettered question»}
   ii) ‹its choices›

   - ( ) this
   - (x) that

   ::: teacher
   «a note on a lettered question»
   :::
:::

::: exercise
____{‹a word of a bank›} [____{«a word of no bank»}]{.teacher}

::: word-bank
:::
:::

::: solution
«a solution»
:::

::: {.Lösung}
«a solution in German»
:::

::: réponse «the title of one in French»
«a solution in French»
:::

::: الإجابة
«a solution in Arabic»
:::

::: 答案
«a solution in Chinese»
:::

::: musterlösungen-teil
«what is nearly a solution»
:::

::: anwser
«what is misspelt»

*[JKL]: «unseen: an abbreviation defined in what is misspelt»
:::

The JKL.

::: sample answer
«what has a name of two words»
:::

:::solution[«a title in brackets»]
«a solution under it»
:::

:::{solution} ex-one
:label: «unseen: a label of a directive»

«what a directive has»
:::

<solution>«an element of no HTML»</solution>

<answer>

«a block of no HTML»

</answer>

```{solution} ex-one
:label: «unseen: a label of a fence»

«what a fence has» ____{«an answer in a fence»}
```

```{solution-start} ex-one
:label: «unseen: a label where it starts»
```

«what stands between»

```{solution-end}
```

\\begin{solution}
«what an environment has»

- «a list in an environment»
\\end{solution}

> [!SOLUTION]
> «what an alert has»
>
> *[MNO]: «unseen: an abbreviation defined in an alert»

> [!Respuesta]- And the MNO
> «what an alert that folds has»

!!! solution "«the title of an admonition»"
    «an admonition»

??? réponse
    «an admonition that folds»

```{r ex1-solution}
print("«a chunk of learnr»")
```

::: teacher-notes
«a note by another name»
:::

::: note {.solution}
«a box by its class»
:::

A [«a span by a class in Spanish»]{.respuesta},
[«a span by a class that is misspelt»]{.anwser} and
<span class="soluzione">«a span in HTML»</span>.

<div class="Solutions">

«a block in HTML»

</div>

### «a section by a class in Portuguese» {.gabarito}

«what stands under that»

## ‹a second section for all›

The end, as [@open] says[, and]{.index} so on.

::: bibliography
:::

::: index
:::

[^secret]: «a note that only an answer refers to»[^deeper]

    «its second paragraph»

[^deeper]: «a note that only this note refers to»

[^open]: ‹a note› with ____{«an answer in a note»}.

    ::: answer
    «an answer within a note»
    :::

[^emptied]: ::: answer
    «all that a note has»
    :::

[^partly]: ‹a second note› [«a span in a note»]{.teacher}.

*[GHI]: ‹unseen: unused›
"""

ALPHA, DELTA = "alpha ____{«an answer on the right»}", "delta ____{«an answer in an ordering»}"
ONE = {
    "⟨x⟩": "(x)",
    "⟨ ⟩": "( )",
    "⟨1⟩": ALPHA,
    "⟨2⟩": "beta",
    "⟨3⟩": "gamma",
    "⟨first⟩": DELTA,
    "⟨second⟩": "epsilon",
    "⟨third⟩": "zeta",
    "⟨other letters⟩": "ж, Ω and *so* `on`",
    "⟨more⟩": "More.",
    "⟨minutes⟩": "7",
}
OTHER = {
    "⟨x⟩": "( )",
    "⟨ ⟩": "(x)",
    "⟨1⟩": "gamma",
    "⟨2⟩": ALPHA,
    "⟨3⟩": "beta",
    "⟨first⟩": "zeta",
    "⟨second⟩": DELTA,
    "⟨third⟩": "epsilon",
    "⟨other letters⟩": "none",
    "⟨more⟩": "A long answer.[^open] " + "And more of it. " * 400,
    "⟨minutes⟩": "489",
}
"""Two solutions of the tasks."""

IMAGES = ("unseen: a file's name", "unseen: a second file", "unseen: a third file")
INCLUDED, CITED = "what a file that is taken in says", "a work that is cited"
DATA, PROGRAM = "what a file of data says", "what a file of code says"

SECRETS = list(
    dict.fromkeys(
        " ".join(found.split())
        for found in [
            *re.findall(r"«(.*?)»", "\n".join((SOURCE, ALPHA, DELTA)), re.DOTALL),
            INCLUDED,
            CITED,
            DATA,
            PROGRAM,
        ]
    )
)
OPEN = list(dict.fromkeys([*re.findall(r"‹(.*?)›", SOURCE), CITED]))


def word(index: int, ends: str) -> str:
    """A word that occurs nowhere else, and that is not hyphenated."""
    return f"z{index:03}{ends}"


def secret(place: str, ends: str = "q") -> str:
    return word(SECRETS.index(place), ends)


def public(place: str) -> str:
    return word(OPEN.index(place), "p")


def write(folder: Path, solution: dict[str, str], ends: str = "q") -> Path:
    """The source, with its images, whose secrets end in ``ends``."""
    text = SOURCE.replace("⟨students⟩", " ".join(STUDENTS))
    for mark, value in solution.items():
        text = text.replace(mark, value)
    text = re.sub(r"«(.*?)»", lambda m: secret(" ".join(m[1].split()), ends), text, flags=re.DOTALL)
    text = re.sub(r"‹(.*?)›", lambda m: public(m[1]), text)
    for place in SECRETS:
        if place in IMAGES:
            comment = PngInfo()
            comment.add_text("Comment", secret(place, ends))
            name = f"{secret(place, ends)}.png"
            Picture.new("RGB", (40, 30), "#123456").save(folder / name, pnginfo=comment)
    included = f"{secret('unseen: a file that is taken in', ends)}.md"
    (folder / included).write_text(secret(INCLUDED, ends), "utf-8")
    data = f"{secret('unseen: a file of data', ends)}.csv"
    (folder / data).write_text(f"a,b\n{secret(DATA, ends)},2\n", "utf-8")
    program = f"{secret('unseen: a file of code', ends)}.py"
    (folder / program).write_text(f'print("{secret(PROGRAM, ends)}")\n', "utf-8")
    Picture.new("RGB", (40, 30), "#345678").save(folder / "logo.png")
    (folder / "works.bib").write_text(
        f"@book{{secret, title={{{secret(CITED, ends)}}}, author={{A, B}}, year={{2001}}}}\n"
        f"@book{{open, title={{{public(CITED)}}}, author={{C, D}}, year={{2002}}}}\n",
        "utf-8",
    )
    source = folder / "work.md"
    source.write_text(text, "utf-8")
    return source


PACKED = tuple(name for name in STUDENTS if name not in ("letter", "2-up"))
"""Those whose files are searched. The others are made as the handout and `4-up` are; for all of
them, other answers make the same pages."""

FILES = [
    name
    for edition in map(EDITIONS.__getitem__, PACKED)
    for name in (output_name("work", edition), pages_name(output_name("work", edition), edition))
    if name
]
"""The files that students are given."""


def build(
    folder: Path,
    solution: dict[str, str],
    editions: Iterable[str] = (*PACKED, "teacher"),
    ends: str = "q",
) -> dict[str, bytes]:
    """The outputs by the name of their file; the first page of a site with all that it has."""
    folder.mkdir()
    source = write(folder, solution, ends)
    result: Result = pipeline.build(source, editions, out=folder / "out")
    assert not [found for found in result.diagnostics if found.is_error], result.diagnostics
    outputs = {
        path.relative_to(folder / "out" / "work").as_posix(): path.read_bytes()
        for path in result.files
        if path.suffix != ".json"
    }
    site = [name for name in outputs if name.startswith("work-site/")]
    if site:
        parts = [name.encode() + b"\n" + outputs.pop(name) for name in site]
        outputs[output_name("work", EDITIONS["site"])] = b"\n".join(parts)
    return outputs


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return build(tmp_path_factory.mktemp("leaks") / "one", ONE)


# --- all that a file says -----------------------------------------------------------------


@pytest.fixture(scope="module")
def contents(outputs: dict[str, bytes]) -> Callable[[str], str]:
    """All that is in a file of some name, with small letters."""

    @functools.cache
    def content(name: str) -> str:
        read = {"html": page, "epub": book, "pdf": sheets}[name.rpartition(".")[2]]
        return "\n".join(read(outputs[name])).lower()

    return content


def text_of(data: bytes) -> Iterator[str]:
    yield data.decode("latin-1")
    yield data.decode("utf-8", "replace")


def page(data: bytes) -> Iterator[str]:
    yield from text_of(data)
    for encoded in re.findall(rb"base64,([A-Za-z0-9+/=]+)", data):
        yield from text_of(base64.b64decode(encoded))


def book(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield name
            yield from text_of(archive.read(name))


def sheets(data: bytes) -> Iterator[str]:
    yield from text_of(data)
    with open_pdf(data) as pdf:
        yield from (title for _, title in outline(pdf))
        if "/StructTreeRoot" in pdf.Root:
            for sheet in pdf.pages:
                yield from marked_texts(sheet).values()
        yield "".join(shown.text for shown in pdf_drawing.texts(pdf))
        for found in pdf.objects:
            yield from strings(found)
            if isinstance(found, pikepdf.Stream):
                yield from text_of(decoded(found))


def decoded(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # an image's own compression
        return stream.read_raw_bytes()


def strings(found: Any) -> Iterator[str]:
    """The strings and names in an object, but not in those that it refers to."""
    if isinstance(found, pikepdf.String | pikepdf.Name):
        yield str(found)
    elif isinstance(found, pikepdf.Array):
        yield from (text for one in found if is_within(one) for text in strings(one))
    elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield from found.keys()
        yield from (text for one in found.values() if is_within(one) for text in strings(one))


def is_within(found: Any) -> bool:
    """Return whether an object is direct."""
    return isinstance(found, pikepdf.Object) and not found.is_indirect


# --- the tests ----------------------------------------------------------------------------


def test_there_are_enough_secrets() -> None:
    assert len(SECRETS) > 140
    assert len(OPEN) > 20


@pytest.mark.slow
@pytest.mark.xdist_group("leaks")
@pytest.mark.parametrize("name", FILES)
def test_students_get_no_secret(name: str, contents: Callable[[str], str]) -> None:
    content = contents(name)
    assert [place for place in SECRETS if secret(place) in content] == []


@pytest.mark.slow
@pytest.mark.xdist_group("leaks")
@pytest.mark.parametrize("name", [*FILES, "work-teacher.pdf"])
def test_all_get_what_is_for_all(name: str, contents: Callable[[str], str]) -> None:
    content = contents(name)
    seen = [place for place in OPEN if not place.startswith(UNSEEN)]
    assert [place for place in seen if public(place) not in content] == []


@pytest.mark.slow
@pytest.mark.xdist_group("leaks")
def test_teachers_get_all(contents: Callable[[str], str]) -> None:
    content = contents("work-teacher.pdf")
    seen = [place for place in SECRETS if not place.startswith(UNSEEN)]
    assert [place for place in seen if secret(place) not in content] == []


@pytest.mark.slow
@pytest.mark.xdist_group("leaks")
def test_other_answers_change_nothing_for_students(
    outputs: dict[str, bytes], tmp_path: Path
) -> None:
    other = build(tmp_path / "other", OTHER, ["site", "handout", "form", "ebook"], ends="k")
    assert len(other) == 4
    assert {name: outputs[name] == data for name, data in other.items()} == dict.fromkeys(
        other, True
    )


@pytest.mark.slow
def test_other_answers_make_the_same_pages_of_every_edition(tmp_path: Path) -> None:
    """The packaged files follow from these pages and nothing else."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = write(tmp_path / "one", ONE), write(tmp_path / "other", OTHER, ends="k")
    made, other_made = pages_of_all(one), pages_of_all(other)
    for name in STUDENTS:
        assert made[name] == other_made[name], name


def pages_of_all(source: Path) -> dict[str, Any]:
    """The pages of every edition for students, as they are written for the packager."""
    way = Source(source, Runner())
    found: dict[str, Any] = {}
    for edition in map(EDITIONS.__getitem__, STUDENTS):
        pages = way.pages(edition, way.marked(edition, PAGES), PAGES)
        found[edition.name] = json.loads(pages.data)
        del found[edition.name]["metadata"]["variables"]  # for the program, and in no file
        found[edition.name].pop("pieces", None)  # places in the source
        for page in found[edition.name]["pages"]:
            page["markup"] = re.sub(r"<\?text .*?\?>", "", page["markup"])
    return found


# --- pairs that differ in answers alone ---------------------------------------------------

SPANS = ("[{}]{{.answer}}", "[{}]{{only=teacher}}", "[**{}**]{{.Lösung}}")
BLOCK = "::: answer\n{}\n:::"
PLACES = {
    "a paragraph": "Wells are ⟨⟩ deep.",
    "a paragraph's beginning": "⟨⟩ Wells are deep.",
    "a paragraph's end": "Wells are deep ⟨⟩",
    "before a mark": "Wells ⟨⟩, and pumps.",
    "a line of its own": "Wells\n⟨⟩\nare deep.",
    "emphasis": "Wells *⟨⟩* and **are ⟨⟩** deep.",
    "a heading": "## Wells ⟨⟩\n\nText.",
    "an item": "- a\n- b ⟨⟩\n- c",
    "a choice": "::: exercise\n- ( ) a\n- (x) b ⟨⟩\n- ( ) c\n:::",
    "a matching": "::: matching\n| A | B |\n|---|---|\n| a ⟨⟩ | b ⟨⟩ |\n| c | d |\n| e | f |\n:::",
    "an ordering": "::: ordering\n1. a\n2. b ⟨⟩\n3. c\n:::",
    "a cell": "| A ⟨⟩ | B |\n|---|---|\n| a | b ⟨⟩ |",
    "a table's caption": "| A |\n|---|\n| a |\n\nTable: Wells ⟨⟩",
    "a figure's caption": '![A well](well.png "Deep ⟨⟩")',
    "a text alternative": "![A ⟨⟩ well](well.png) in text.",
    "a figure's alternative": '![A well ⟨⟩](well.png "Deep")',
    "a group of figures": "::: figures\n![A ⟨⟩ well](well.png)\n\n![B](well.png)\n\nBoth ⟨⟩\n:::",
    "a link's title": 'A [link](https://example.org "to ⟨⟩ it").',
    "an attribute": '[Wells]{title="deep ⟨⟩ ones"} are.',
    "an expansion": "The ABC.\n\n*[ABC]: A ⟨⟩ B",
    "a file's name": '```python {filename="one ⟨⟩.py" caption="Code ⟨⟩"}\npass\n```',
    "a chart": '```chart {caption="Wells ⟨⟩" unit="m ⟨⟩"}\nA,B\na,3\nb,4\n```',
    "an entry": "A [well]{.index entry='wells ⟨⟩'}.\n\n# Index\n\n::: index\n:::",
    "a note": "Wells.[^1]\n\n[^1]: They are ⟨⟩ deep.",
    "a definition": "Well ⟨⟩\n:   A hole ⟨⟩",
    "a box's title": "::: note Wells ⟨⟩ here\nText.\n:::",
    "a quotation": "> Wells ⟨⟩",
    "a label": '::: div {aria-label="deep ⟨⟩ ones" .x}\na\n:::',
    "a label in HTML": '<div aria-label="deep ⟨⟩ ones" class="x">a</div>',
    "a table's summary": '<table summary="deep ⟨⟩ ones"><tr><td>a</td></tr></table>',
    "an image in HTML": '<img src="well.png" alt="A ⟨⟩ well" title="A ⟨⟩ well">',
    "a figure in HTML": '<figure><img src="well.png" alt="A"><figcaption>⟨⟩</figcaption></figure>',
    "an expansion in HTML": 'An <abbr title="A ⟨⟩ well">AW</abbr> is.',
    "a summary": "::: details Wells ⟨⟩ here\nText.\n:::",
    "a chart's data": '```chart {caption="Wells"}\nA,B ⟨⟩\na ⟨⟩,3\nb,4\n```',
    "a chart's axes": '```chart {caption="Wells" x="a ⟨⟩" y="b ⟨⟩"}\nA,B\na,3\nb,4\n```',
    "a chart of a table": "| A | B ⟨⟩ |\n|---|---|\n| a ⟨⟩ | 3 |\n\nTable: Wells ⟨⟩ {.chart}",
    "data": '```csv {caption="Wells ⟨⟩"}\nA,B ⟨⟩\na ⟨⟩,3\n```',
    "a term": "A well.\n\n::: glossary\nWell ⟨⟩\n:   A hole ⟨⟩\n:::",
    "a term of the index": "A [well ⟨⟩ x]{.index} is.\n\n# Index\n\n::: index\n:::",
    "a note within the line": "Wells^[They are ⟨⟩ deep.] are.",
    "a link's text": "A [link ⟨⟩ b](https://example.org){.qr}.",
    "an exercise's title": "::: exercise Wells ⟨⟩ b {#ex-a}\nText.\n:::\n\nSee @ex-a.",
    "an exercise's table": "::: exercise\n| A | B |\n|---|---|\n| ⟨⟩ a | b ⟨⟩ |\n:::",
    "an open answer": "::: exercise\nWhy ⟨⟩?\n\n::: lines 3\n:::\n:::",
    "a choice's question": "::: exercise\nPick ⟨⟩ one.\n\n- ( ) a\n- (x) b\n:::",
    "a section's title": '## Wells {#wells title="deep ⟨⟩ ones"}\n\nText.',
    "a list of rows": "::: table Wells ⟨⟩ b\n- - a\n  - b ⟨⟩ c\n- - c\n  - d\n:::",
    "an alternative by name": '![A](well.png){fig-alt="a ⟨⟩ well"}',
}
FRONT = {
    "description": "Wells ⟨⟩ here",
    "subtitle": "Wells ⟨⟩ here",
    "author": "Ann ⟨⟩ Asker",
    "publisher": "Wells ⟨⟩ and pumps",
    "rights": "Wells ⟨⟩ here",
    "series": "Wells ⟨⟩ here",
    "keywords": ["wells ⟨⟩ here", "pumps"],
    "brand": {"footer": "Wells ⟨⟩ here"},
    "variables": {"told": "Wells ⟨⟩ here"},
}
"""The front matter."""

BLOCK_PLACES = {
    "between paragraphs": "a\n\n⟨⟩\n\nb",
    "an item, tight": "- a\n\n  ⟨⟩\n- b\n- c",
    "an item, last": "- a\n- b\n\n  ⟨⟩\n\nText.",
    "a choice": "::: exercise\n- ( ) a\n- (x) b\n\n  ⟨⟩\n- ( ) c\n:::",
    "a quotation": "> a\n>\n> ⟨⟩",
    "a note": "a[^1]\n\n[^1]: b\n\n    ⟨⟩",
    "a definition": "a\n:   b\n\n    ⟨⟩",
    "a box, first": "::: note\n⟨⟩\n\na\n:::",
    "an ordering": "::: ordering\n1. a\n2. b\n\n   ⟨⟩\n3. c\n:::",
}

MARKS = {
    "a list": "- (x) a\n- ( ) b",
    "a list of two parts": "- (x) a\n- ( ) b\n\n- c\n- d",
    "bold items": "- **(x) a**\n- **( )** b",
    "a list without spaces": "- (x)a\n- ( )b",
    "lines": "( ) a\n(x) b\n( ) c",
    "paragraphs": "(x) a\n\n( ) b",
    "ends of items": "- a (x)\n- b ( )",
    "one line": "Deep (x), not deep ( ).",
    "cells": "| A | yes | no |\n|---|---|---|\n| a | (x) | ( ) |",
    "an exercise's cells": "::: exercise\n| A | yes | no |\n|---|---|---|\n| a | [x] | [ ] |\n:::",
    "a grid": "::: exercise\n| A | yes | no |\n|---|---|---|\n| a | (x) | ( ) |\n:::",
    "an exercise's lines": "::: exercise\n[x] a\n[ ] b\n:::",
    "an exercise's list": "::: exercise\n- [x] a\n- [ ] b\n- c\n:::",
    "definitions": "A\n:   (x) a\n:   ( ) b",
}
"""Marks of right answers and of wrong ones, in lists and elsewhere."""


def swapped(text: str) -> str:
    """The text with the right answers wrong, and the wrong ones right."""
    return re.sub(r"(?<=[(\[])[x ](?=[)\]])", lambda mark: " x"[mark[0] == " "], text)


def variants(text: str, written: str) -> list[str]:
    """A text with a short answer, with a longer one, and with none."""
    found = [
        text.replace("⟨⟩", written.format(content)) for content in ("ox", "the longer of both")
    ]
    none = re.sub(r"\n[ >]*\n[ >]*⟨⟩(?=\n|$)|[ \n]⟨⟩(?=[^\w]|$)|[ \n]?\*⟨⟩\*|⟨⟩ ?", "", text)
    return [*found, none if "⟨⟩" not in none else none.replace("⟨⟩", "")]


def block(text: str, content: str) -> str:
    """An answer block, with the beginning of its line."""
    line = next(line for line in text.split("\n") if "⟨⟩" in line)
    margin = line[: line.index("⟨⟩")]
    return f"\n{margin}".join(BLOCK.format(content).split("\n"))


def block_variants(text: str) -> list[str]:
    """The `variants` of a text with a block."""
    content = [text.replace("⟨⟩", block(text, one)) for one in ("ox", "the longer of both")]
    return [*content, variants(text, "")[2]]


def all_places(written: str) -> list[str]:
    """The `variants` of a text with an answer in every place."""
    texts = (text.replace("[^1]", f"[^n{at}]") for at, text in enumerate(PLACES.values()))
    return [
        "\n\n".join(each) for each in zip(*(variants(text, written) for text in texts), strict=True)
    ]


DEFAULT, MORE = ("web", "handout", "ebook"), ("site", "form", "large-print")


def pairs() -> Iterator[Any]:
    for place, text in PLACES.items():
        yield pytest.param(variants(text, SPANS[0]), DEFAULT, id=place)
    for written in SPANS[1:]:
        yield pytest.param(all_places(written), DEFAULT + MORE, id=f"{written} everywhere")
    for place, text in BLOCK_PLACES.items():
        yield pytest.param(block_variants(text), DEFAULT + MORE, id=f"a block in {place}")
    for place, text in MARKS.items():
        yield pytest.param([text, swapped(text)], DEFAULT + MORE, id=f"marks in {place}")


@pytest.mark.parametrize(("texts", "editions"), list(pairs()))
def test_answers_leave_no_trace_for_students(
    texts: list[str], editions: tuple[str, ...], tmp_path: Path
) -> None:
    source = tmp_path / "work.md"
    Picture.new("RGB", (40, 30), "#345678").save(tmp_path / "well.png")
    made: dict[str, list[object]] = {}
    for text in texts:
        source.write_text(f"---\ntitle: Wells\nlang: en\n---\n\n{text}\n", "utf-8")
        way = Source(source, Runner())
        for name in editions:
            edition = EDITIONS[name]
            found = way.pages(edition, way.marked(edition)).value
            pages = [(p.name, re.sub(r"<\?text .*?\?>", "", p.markup)) for p in found.pages]
            made.setdefault(name, []).append(pages)
    for name, all_made in made.items():
        assert "longer of" not in str(all_made[1]), name
        assert all_made[0] == all_made[1], f"{name}: a longer answer"
        assert all_made[0] == all_made[-1], f"{name}: no answer"


@pytest.mark.slow
def test_answers_leave_no_trace_in_files_of_students(tmp_path: Path) -> None:
    """All places at once, and the packages, to the byte."""
    Picture.new("RGB", (40, 30), "#345678").save(tmp_path / "well.png")
    keys = {"title": "Wells", "lang": "en", "page_list": False, **FRONT}
    front = json.dumps(keys, ensure_ascii=False)
    parts = [variants(front, SPANS[0]), all_places(SPANS[0])]
    for number, text in enumerate(BLOCK_PLACES.values(), start=1):
        parts.append(block_variants(text.replace("[^1]", f"[^b{number}]")))
    parts += [[text, swapped(text), swapped(text)] for text in MARKS.values()]
    source = tmp_path / "work.md"
    made: list[dict[str, bytes]] = []
    for variant in (0, 2):
        front, *texts = (part[variant] for part in parts)
        text = "\n\n".join(["Here {{told}}.", *texts])
        source.write_text(f"---\n{front}\n---\n\n{text}\n", "utf-8")
        out = tmp_path / str(variant)
        result = pipeline.build(source, ["web", "ebook"], out=out)
        assert not [found for found in result.diagnostics if found.is_error], result.diagnostics
        files = (path for path in result.files if path.suffix != ".json")
        made.append({path.relative_to(out).as_posix(): path.read_bytes() for path in files})
    for name, data in made[0].items():
        assert made[1][name] == data, name
