"""Answers in every place of every construct, by every way to withhold them.

A construct is written with ``¤`` for each text in it. Where a block can stand, it is put into every
block that withholds; where text can stand, every inline element that withholds is put there. Both
are put into everything that can be around them.
"""

from __future__ import annotations

import functools
import itertools
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pipeline.model.words import understood
from pipeline.parser.constructs import FENCES, containers_for
from pipeline.parser.markup import KNOWN_TAGS, VOID_TAGS

HIDING_BLOCKS = {
    "answer": "::: answer\n~\n:::",
    "teacher": "::: teacher ¤\n~\n:::",
    "class": '::: {.answer title="¤"}\n~\n:::',
    "edition": "::: {edition=teacher}\n~\n:::",
    "level": "::: level support\n~\n:::",
    "only": "::: {only=teacher-web}\n~\n:::",
    "not": '::: {not="html pdf epub docx"}\n~\n:::',
    "box": "::: note ¤ {.solution}\n~\n:::",
    "slashes": "/// answer | ¤\n~\n///",
    "alert": "> [!SOLUTION] ¤\n> ~",
    "alert of blocks": "> [!TEACHER]\n>\n> ~",
    "alert at once": "> [!ANSWER]\n> ~",
    "admonition": '!!! solution "¤"\n    ~',
    "folded": "??? answer\n    ~",
    "directive": "`````{solution} ex\n~\n`````",
    "environment": "\\begin{solution}\n~\n\\end{solution}",
    "division": '<div class="answer" title="¤">\n\n~\n\n</div>',
    "element": "<solution>\n\n~\n\n</solution>",
    "section": "# Key ¤ {.answer}\n\n~\n\n# After",
    "misspelt": "::: anwser\n~\n:::",
    "two words": "::: sample answer ¤\n~\n:::",
    "quotation": '<blockquote class="teacher">\n\n~\n\n</blockquote>',
    "Markdown element": '<div class="answer" markdown="1">\n~\n</div>',
    "details": '<details class="answer"><summary>¤</summary>\n\n~\n\n</details>',
}
"""Blocks that withhold what stands at ``~``, with titles that they withhold too."""

WORDS = sorted({word for word in understood("answer") if " " not in word})
HIDING_BLOCKS |= {f"the word {word}": f"::: {word}\n~\n:::" for word in WORDS}

WRITINGS = {
    "class=": '::: {class="answer"}\n~\n:::',
    "bare class": "::: note {class=answer}\n~\n:::",
    "curly class": "::: {class=“answer”}\n~\n:::",
    "two classes": '::: {class="x answer"}\n~\n:::',
    "comma": "::: {.answer, .x}\n~\n:::",
    "comma at the end": "::: {.answer,}\n~\n:::",
    "unreadable list": "::: {.answer else}\n~\n:::",
    "no-break space": ":::\u00a0answer\n~\n:::",
    "no-break space before": "\u00a0\u00a0::: answer\n~\n:::\u00a0",
    "wide space": ":::\u3000answer\n~\n:::",
    "byte-order mark": "\ufeff::: answer\n~\n:::",
    "direction": "\u200f::: answer\n~\n:::",
    "wide colons": "：：： answer\n~\n：：：",
    "two colons": ":: answer\n~\n::",
    "text before": "Public ::: answer\n~\n:::",
    "one line": "::: answer ¤ :::",
    "space in an alert": "> [! ANSWER]\n> ~",
    "spaces in an alert": "> [ ! ANSWER ]\n> ~",
    "no-break space in an alert": ">\u00a0[!\u00a0ANSWER]\n>\u00a0~",
    "no quotation": "[!ANSWER]\n¤",
    "four spaces": "    ::: answer\n    ~\n    :::",
    "six spaces": "      ::: answer\n\n      ~\n\n      :::",
    "eight spaces": "        ::: {.answer}\n        ~\n        :::",
    "tab": "\t::: answer\n\t~\n\t:::",
    "first line alone": "    ::: answer\n~\n    :::",
    "indented alert": "    > [!ANSWER]\n    > ~",
    "indented fence": "    ```{solution} x\n    ~\n    ```",
    "indented span": "    a [¤]{.answer} b",
    "indented element": '    <div class="answer">\n\n    ~\n\n    </div>',
    "indented section": "    ## a {.answer}\n\n    ~\n\n# After",
    "brackets of two blocks": "[a ¤ b\n\n~]{.answer}",
    "brackets of a list": "[\n- ¤\n- ~\n]{.answer}",
    "class of a section": '## a ¤ {class="answer"}\n\n~\n\n# After',
    "no-break space of a section": "##\u00a0¤ {.answer}\n\n~\n\n# After",
    "heading in HTML": '<h2 class="answer">¤</h2>\n\n~\n\n# After',
    "fence": "~~~answer\n¤\n~~~",
    "fence with a title": "```answer ¤\n~\n```",
    "words after a fence": "```text solution\n¤\n```",
    "class of a fence": '```python class="answer"\n¤\n```',
    "label of a cell": "```{python}\n#| label: ex-solution\n¤\n```",
    "tags of a cell": "```{code-cell} python\n:tags: [solution]\n¤\n```",
    "nbgrader": "```python\n### BEGIN SOLUTION\n¤\n### END SOLUTION\n```",
    "Otter-Grader": "```python\nx = '¤' # SOLUTION\n```",
    "JSX": '<div className="answer">\n\n~\n\n</div>',
    "unclosed": "/// answer\n~",
    "spaces in braces": "::: { .answer\u00a0}\n~\n:::",
    "two colons, then three": ":: answer\n~\n:::",
    "capitals and a colon": "::: ANSWER:\n~\n:::",
    "no end": "::: answer\n~",
    "backticks": "``` {.answer}\n~\n```",
    "heading in HTML without quotes": "<h2 class=answer>Key</h2>\n\n~\n\n<h2>After</h2>",
    "division without quotes": "<div class=answer>\n\n~\n\n</div>",
    "division with spaces": '<div class = "box answer">\n~\n</div>',
    "no-break space before attributes": "## Key\u00a0{.answer}\n\n~\n\n## After",
    "alert in small letters": "> [!answer] Key\n> ~",
    "line before": "{.answer}\n~",
    "line far before": "{.answer}\n\n~",
    "line after": "~\n{.answer}",
    "line far after": "~\n\n{.answer}",
    "line of kramdown": '~\n{: class="answer"}',
    "admonition and tab": "!!! answer\n\t~",
    "option of MyST": ":::{admonition} Key\n:class: dropdown answer\n~\n:::",
    "option of LaTeX": "\\begin{solution}[2cm]\n~\n\\end{solution}",
    "line after a heading": "## ¤\n{.answer}\n\n~\n\n# After",
    "line before a heading": "{.answer}\n## ¤\n\n~\n\n# After",
    "comment between": "~\n\n<!-- a -->\n\n{.answer}",
    "id of Quarto": "::: {#sol-№}\n~\n:::",
    "start and end of MyST": ":::{solution-start} x\n:::\n~\n:::{solution-end}\n:::",
    "box in an element": '<div class="answer">\n::: note\n¤\n:::\n</div>',
    "tag under a line": "Why?\n<solution>\n\n~\n\n</solution>",
}
"""Marks as people write them too."""

HIDING_SPANS = {
    "span": "[¤]{.answer}",
    "teacher": "[¤]{.teacher}",
    "edition": "[¤]{edition=teacher}",
    "level": "[¤]{level=support}",
    "not": '[¤]{not="html, pdf, epub, docx"}',
    "strong": "[**¤** *¤*]{.answer}",
    "code": "`¤`{.answer}",
    "link": '[¤](https://example.org/¤ "¤"){.answer}',
    "link in it": "[see [¤](https://example.org/¤)]{.answer}",
    "image": '![¤](¤.png "¤"){.answer}',
    "note": "^[¤]{.answer}",
    "note in it": "[x^[¤]]{.answer}",
    "element": '<span class="answer" title="¤">¤</span>',
    "bold element": '<b class="solution">¤</b>',
    "own element": "<solution>¤</solution>",
    "index": '[¤]{.index .answer entry="¤!¤"}',
    "word": "[¤]{.Lösung}",
    "two lines": "[¤\n¤]{.answer}",
}
"""Inline elements that withhold the text at ``¤``."""

STRING_SPANS = (
    "[¤]{.answer}",
    "[¤]{edition=teacher}",
    "a [¤]{.teacher} b",
    "<i class='answer'>¤</i>",
)

BLOCKS = {
    "quote": "> ¤\n>\n> ¤",
    "atx-heading": '## ¤ {#h-№ .¤ title="¤"}',
    "setext-heading": "¤\n-----\n",
    "comment": "%%\n¤\n%%",
    "directive": "```{note} ¤\n¤\n```",
    "fence": '```python {#f-№ filename="¤" caption="¤"}\n¤\n```',
    "contents": "¤\n\n[TOC]\n\n¤",
    "kramdown-attributes": "¤\n\n{: .¤}",
    "kramdown-box": "> ¤\n>\n> ¤\n{: .prompt-tip}\n\n{: .note-title}\n> ¤\n>\n> ¤",
    "mdx-module": 'import a from "¤"\n\n¤\n\nexport const a = {\n  b: "¤",\n}',
    "later-front-matter": "¤\n\n---\ntitle: ¤\n---\n\n¤",
    "myst-place": "(p-№)=\n## ¤",
    "verbatim-pair": "{{< highlight python >}}\n¤\n{{< /highlight >}}",
    "leanpub-box": "W> ¤\nW> ¤",
    "leanpub-choice": "{quiz}\n? ¤\n\na) ¤\nB) ¤\n{/quiz}",
    "quiz": "    [( )] ¤\n    [(X)] ¤\n    [[?]] ¤\n\n[[¤]]",
    "pair": "--- hint ---\n---\ntitle: ¤\n---\n¤\n--- /hint ---",
    "standing": "--- save ---\n\n¤\n\n--- task ---\n--- /task ---",
    "lesson-code": "--- code ---\n---\nfilename: ¤\n---\n¤\n--- /code ---",
    "lesson-choice": "--- choices ---\n- ( ) ¤\n\n¤\n- (x)\n¤\n--- /choices ---",
    "included-code": '¤\n\n<pre><code>{% include "no.py" %}</code></pre>\n\n¤',
    "d2l-label": ":¤\n\n| ¤ |\n|---|\n:label:`tab_№`\n\n:begin_tab:`¤`\n¤\n:end_tab:",
    "rfc-part": "¤\n\n--- note_¤\n\n¤ {{¤}}\n\n--- middle",
    "rfc-title": '```\n¤\n```\n{: #lst-№ title="¤"}',
    "math": "$$\n\\text{¤}\n$$",
    "latex-math": "\\[\n\\text{¤}\n\\]",
    "html": '<p title="¤">¤ <a href="https://¤.example" title="¤">¤</a></p>',
    "table": "| ¤ | b |\n|---|---|\n| ¤ | ¤ |\n\nTable: ¤ {#tbl-№}",
    "grid-table": (
        "+------------------+---+\n| ¤       | b |\n+==================+===+\n"
        "| ¤       | c |\n+------------------+---+"
    ),
    "dash-table": "¤       b\n------------ -----\n¤       c",
    "thematic-break": "¤\n\n---\n\n¤",
    "page-break": "¤\n\n\\newpage\n\n¤",
    "item": "- ¤\n- ¤\n\n  ¤\n\n1. ¤\n2. ¤",
    "indented-code": "    ¤",
    "margin": "1. ¤\n\n       ::: note ¤\n       ¤\n       :::",
    "container": '::: ¤ ¤ {data-x="¤"}\n¤\n:::',
    "slashes": "/// note | ¤\n¤\n///",
    "definition": "¤\n:   ¤\n\n    ¤",
    "note": "x[^n-№]\n\n[^n-№]: ¤\n\n    ¤",
    "admonition": '!!! note "¤"\n    ¤',
    "tab": '=== "¤"\n    ¤',
    "paragraph": "¤ *¤* **¤** ~~¤~~ ==¤== H~¤~ x^¤^ `¤` $¤$ [¤]{.¤}\n¤",
    "include": "¤",
    "left-out": "¤",
}
"""A text for each construct of the table of blocks."""

MORE = {
    "Markdown element": '<div title="¤" markdown="1">¤ *¤*\n¤</div>\n¤',
    "film": '<iframe src="https://¤.example/¤" title="¤"></iframe>\n\n¤',
    "link definition": '[l-№] and [x][l-№]\n\n[l-№]: https://¤.example "¤"',
    "abbreviation": "ABC№\n\n*[ABC№]: ¤",
    "note only here": "[^m-№]: ¤",
    "label of example": "(@e-№) ¤\n(@) ¤",
    "images": '![¤](¤.png "¤")\n\nx ![¤](¤.png) y',
    "task": "- [x] ¤\n- [ ] ¤",
    "choices": "- (x) ¤\n- ( ) ¤",
    "callout": "> [!TIP]- ¤\n> ¤",
    "turn": "Ann Asker: ¤\n\nBen Teller: ¤",
    "index mark": '[¤]{.index entry="¤"}',
    "data": '```csv {caption="¤"}\n¤,b\n¤,c\n```',
    "chart": '```chart {caption="¤" unit="¤" x="¤" y="¤"}\nA,¤\n¤,3\n```',
    "html table": '<table><caption>¤</caption><tr><th>¤<tbody><tr><td title="¤">¤</table>',
    "html list": "<ul><li>¤<li>¤</ul><dl><dt>¤<dd>¤</dl>",
    "html figure": '<figure><img src="¤.png" alt="¤"><figcaption>¤</figcaption></figure>',
    "details": "::: details ¤\n¤\n:::",
    "exercise": "::: exercise ¤ {#ex-№}\n¤ ____{¤}\n\na) ¤\nb) ¤\n:::",
    "marks": "::: exercise ¤ {points=3}\na) ¤ {marks=2}\nb) ¤ {marks=1}\n:::",
    "rubric": "::: rubric ¤\n| ¤ | ¤ |\n|---|---|\n| ¤ | ¤ |\n:::",
    "help of a level": "::: level support\n::: tip ¤\n¤\n:::\n:::",
    "together": "::: together\n::: exercise ¤ {.fixed}\n¤\n:::\n:::",
    "number": "{{ a№ = 2..9 }} ¤ ____{ {{ 2 * a№ }} ¤ }",
    "matching": "::: matching\n| ¤ | ¤ |\n|---|---|\n| ¤ | ¤ |\n| c | d |\n:::",
    "ordering": "::: ordering\n1. ¤\n2. ¤\n:::",
    "glossary": "::: glossary\n¤\n:   ¤\n:::",
    "verse": "::: verse ¤\n¤\n¤\n:::",
    "epigraph": "::: epigraph\n¤\n\n— ¤\n:::",
    "figures": "::: figures\n![¤](¤.png)\n\n![¤](¤.png)\n\n¤\n:::",
    "columns": "::: columns\n¤\n\n¤\n:::",
    "word bank": "____{¤}\n\n::: word-bank\n¤, b\n:::",
    "variable": "{{ title }} {{ ¤ | ¤ }} ¤",
    "line block": "| ¤\n| ¤",
    "callout of Quarto": "::: {.callout-tip}\n### ¤\n\n¤\n:::",
    "table of lists": "::: table ¤\n- - ¤\n  - b\n- - c\n  - ¤\n:::",
    "cross-reference": "¤ [-@fig-x] ¤\n\n[see ¤, p. 3]",
    "changes": "{++¤++} {==¤==} {~~a~>¤~~}",
}

TEXTS = {
    "paragraph": "a ~ b",
    "beginning": "~ b",
    "end": "a ~",
    "line": "a\n~\nb",
    "emphasis": "*a ~* **~ b** ~~~~",
    "heading": "## a ~ b",
    "setext heading": "a ~ b\n---",
    "item": "- a ~\n- b",
    "numbered": "1. ~ a\n2. b",
    "task": "- [x] a ~",
    "choice": "- (x) a ~\n- ( ) ~ b",
    "quotation": "> a ~",
    "alert": "> [!NOTE] a ~\n> b ~",
    "term": "a ~\n:   b ~",
    "note": "x[^t-№]\n\n[^t-№]: a ~",
    "inline note": "x^[a ~ b]",
    "all of a note": "x^[~]",
    "link": "[a ~ b](https://example.org)",
    "reference": "[a ~ b][r-№]\n\n[r-№]: https://example.org",
    "alternative": '![a ~ b](x.png "c")',
    "cell": "| a ~ | b |\n|---|---|\n| ~ | c |",
    "caption": "| a |\n|---|\n| b |\n\nTable: a ~",
    "title": "::: note a ~ b\nc\n:::",
    "summary": "::: details a ~ b\nc\n:::",
    "exercise": "::: exercise a ~\nb ~\n\na) c ~\nb) d\n:::",
    "matching": "::: matching\n| a ~ | b ~ |\n|---|---|\n| c | d ~ |\n| e | f |\n:::",
    "ordering": "::: ordering\n1. a ~\n2. b\n3. c\n:::",
    "word bank": "____{a}\n\n::: word-bank\nb, ~\n:::",
    "verse": "::: verse\na ~\nb\n:::",
    "attribution": "::: epigraph\na\n\n— b ~\n:::",
    "turn": "Ann Asker: a ~",
    "figures": "::: figures\n![a](x.png)\n\n![b](x.png)\n\nc ~\n:::",
    "html": "<p>a ~ b</p>",
    "html cell": "<table><tr><td>a ~</td></tr></table>",
    "html caption": "<table><caption>a ~</caption><tr><td>b</td></tr></table>",
    "html within": "a <b>b ~</b> c",
    "citation": "[see ~ @open, p. 3]",
    "citation's end": "[@open, p. 3 ~]",
    "glossary": "::: glossary\na ~\n:   b ~\n:::",
    "span": "[a ~ b]{.x}",
    "tab": '=== "a"\n    b ~',
    "admonition": "!!! note\n    a ~",
}
"""Texts with an inline element at ``~``."""

LINES = ("paragraph", "beginning", "end", "line", "emphasis", "span")
"""Those that may go on in another line."""

STRINGS = {
    "link's title": '[a](https://example.org "b ~")',
    "image's title": '![a](x.png "b ~")',
    "image's alternative": '![a](x.png){fig-alt="b ~"}',
    "attribute": '[a]{title="b ~"}',
    "block's attribute": '::: {.x aria-label="b ~"}\na\n:::',
    "expansion": "DEF№\n\n*[DEF№]: a ~",
    "entry": '[a]{.index entry="b ~"}',
    "part of an entry": '[a]{.index entry="b ~!c"}',
    "title in an alternative": '![a [c]{title="b ~"} d](x.png)',
    "file": '```python {filename="a ~" caption="b ~"}\nc\n```',
    "chart": '```chart {caption="a ~" unit="b ~"}\nA,B\nc,3\n```',
    "data": "```csv\nA,B ~\nc ~,3\n```",
    "box's title": '!!! note "a ~"\n    b',
    "tab's title": '=== "a ~"\n    b',
}
"""Strings with an inline element at ``~``, which other markup cannot be in."""

AROUND = {
    "nothing": "~",
    "item": "- a\n\n  ~\n\n- b",
    "tight item": "- a\n- ~\n- b",
    "numbered item": "1. a\n\n   ~\n2. b",
    "quotation": "> a\n>\n> ~",
    "box": "::: note\n~\n:::",
    "exercise": "::: exercise\na) b\n\n~\n\nb) c\n:::",
    "definition": "a\n:   b\n\n    ~",
    "note": "x[^a-№]\n\n[^a-№]: a\n\n    ~",
    "admonition": "!!! note\n    a\n\n    ~",
    "division": "<div>\n\n~\n\n</div>",
    "columns": "::: columns\na\n\n~\n:::",
}
"""Everything that can be around a block, which stands at ``~``."""


CONTENTS = (
    {"text": "¤"}
    | BLOCKS
    | MORE
    | {f"::: {name}": f"::: {name} ¤\n¤\n:::" for name in containers_for(())}
    | {f"fence {name}": f"```{name}\n¤,2\n```" for name in FENCES}
    | {f"<{name}>": f'<{name} title="¤">¤</{name}>' for name in sorted(KNOWN_TAGS - VOID_TAGS)}
)


_TEXT = {"text": "¤"}

WRITTEN_CONTENTS = {
    "text": "¤ here",
    "paragraphs": "¤ one\n\n¤ two",
    "list": "- ¤\n- ¤\n- ¤",
    "loose list": "1. ¤\n\n2. ¤",
    "table": "| ¤ | b |\n|---|---|\n| c | ¤ |",
    "list in a list": "- ¤\n  - ¤",
    "fence": "```\n¤\n```",
    "quotation": "> ¤\n>\n> ¤",
    "formula": "$$\n\\text{¤}\n$$",
    "box": "::: note\n¤\n:::",
    "division": "<div>¤</div>",
    "definition": "¤\n: ¤",
    "image": "![¤](x.png)",
    "bold": "**¤**: ¤",
    "chart": '```chart {caption="¤"}\nA,B\n¤,3\n```',
}

WRITTEN_SPANS = {
    "class in quotes": '[¤]{class="answer"}',
    "class with spaces": "[¤]{class = 'x answer'}",
    "commas": "[¤]{.x,.answer, .y,}",
    "space before": "[¤] {.answer}",
    "no-break spaces": "[¤]{\u00a0.answer\u00a0}",
    "unreadable list": "[¤]{.answer else}",
    "lone word": "[¤]{answer}",
    "class without quotes": "[¤]{class=answer}",
    "kramdown": "[¤]{: .answer}",
    "two paragraphs": "[¤\n\n¤]{.answer}",
    "element": "<span class=answer>¤</span>",
    "element in capitals": '<SPAN CLASS = "answer">¤</SPAN>',
    "code": '`¤`{class="answer"}',
    "image": '![¤](x.png){class="answer"}',
    "gap": "____{¤}",
    "gap after a space": "____ {¤}",
    "gap after a no-break space": "____\u00a0{¤}",
    "braces in a gap": "____{a{¤}b}",
    "two lines in a gap": "____{a\n¤}",
    "formula in a gap": "____{$\\frac{¤}{2}$}",
    "gap in a formula": "$a = ____{¤}$",
    "braces in a formula": "$a = \\frac{____{\\text{¤}}}{2}$",
    "space in a formula": "$a = ____ {¤}$",
    "mark in a formula": "$a = [¤]{.answer}$",
    "number": "____{ {{ a№ = 2..9 }} ¤ }",
}
"""More of them, as people write them, and gaps."""

WRITTEN_CHOICES = {
    "choices": "- (◆) one\n- (◇) two\n- ( ) three",
    "no space": "- (◆)one\n- (◇)two",
    "no-break space": "- (◆)\u00a0one\n- (◇)\u00a0two",
    "numbers": "1. (◆) one\n2. (◇) two",
    "letters": "a) (◆) one\nb) (◇) two",
    "spaces": "* ( ◆ ) one\n* ( ◇ ) two",
    "bold": "- **(◆) one**\n- (◇) two",
    "lines": "(◆) one\n(◇) two\n( ) three",
    "exercise": "::: exercise\n- [◆] one\n- [◇] two\n:::",
    "cells": "::: exercise\n| A | yes | no |\n|---|---|---|\n| a | [◆] | [◇] |\n:::",
}
"""Choices of which the right one is the secret: that at ``◆``, or else that at ``◇``."""

INDENTED = {
    "four spaces": "Why?\n\n    ~\n\nThen.",
    "four spaces under a line": "Why?\n    ~\n\nThen.",
    "tab": "Why?\n\n\t~\n\nThen.",
    "four spaces under a number": "1. Why?\n\n    ~\n\n2. Then",
    "two spaces under a number": "1. Why?\n\n  ~\n\n2. Then",
    "six spaces under a bullet": "- Why?\n\n      ~\n\n- Then",
    "tab under a bullet": "- Why?\n\n\t~\n\n- Then",
    "seven spaces under a letter": "::: exercise\na) Why?\n\n       ~\n\nb) Then\n:::",
    "five spaces in an exercise": "::: exercise\nWhy?\n\n     ~\n:::",
    "under a line": "Why?\n~\n\nThen.",
}
GRID = "grid"
"""The frame of a cell that is as wide as its content."""

WRITTEN_AROUND = {
    "cell in HTML": "<table><tr><td>\n\n~\n\n</td></tr></table>",
    "details": "<details><summary>More</summary>\n\n~\n\n</details>",
    "turn": "Ann Asker: Why?\n\n~\n\nBen Teller: So.",
    "cell of a grid": GRID,
    "open box": "::: note\nWhy?\n\n~",
    "open details": "<details>\n\n~",
}
OPEN = {
    "open fence": "```\ncode\n\n~",
    "open fence of tildes": "≈≈≈ python\ncode\n\n~",
    "open pre": "<pre>\ncode\n\n~",
}
"""Code without an end, so that nothing after it is anything but code."""

WRITTEN_TEXTS = {
    "label of a chart": '```chart {caption="b"}\nA,B\nc ~,3\nd,4\n```',
    "label of a fraction": "```chart {type=fractions}\na ~: 5/8\n```",
    "cell in quotes": '```csv\nA,B\n"c ~, d",3\n```',
    "indented text": "Why?\n\n    a ~",
    "indented by a tab": "Why?\n\n\ta ~",
    "indented by six": "- a\n\n      a ~",
    "between dollars": "$5 a ~ and $6",
    "title of MyST": "```{note} a ~\nb\n```",
    "caption of MyST": "```{figure} x.png\na ~\n```",
    "cell of a grid": GRID,
    "alternative in HTML": '<img src="x.png" alt="b ~">',
    "line block": "| a ~\n| b",
    "term of the index": "[b ~]{.index}",
    "title of a section": '## a {title="b ~"}',
    "short title": '## a {short="b ~"}',
}

FILES = {
    "included": ("{{ include part.md }}", "part.md", "~"),
    "included with a byte-order mark": ("{{ include part.md }}", "part.md", "\ufeff~"),
    "included in a box": ("::: note\n{{ include part.md }}\n:::", "part.md", "~"),
    "section of an included file": (
        "## Key {.answer}\n\n{{ include part.md }}",
        "part.md",
        "# ¤\n\n~",
    ),
    "data": ("```csv {file=part.csv}\n```", "part.csv", "A,B\n~,3"),
    "data of a chart": ("```chart {file=part.csv}\n```", "part.csv", "A,B\n~,3\nc,4"),
    "code": ("```python {file=part.py}\n```", "part.py", "# ~"),
}
"""Texts that take in a file, its name, and what stands in it."""

FRONT = ("title", "subtitle", "description", "author", "publisher", "rights", "keywords", "series")
"""Keys of front matter that are printed."""


class Placement(NamedTuple):
    """A piece of a source with secrets at ``¤``, and its place in words; a ``file`` that it takes
    in, with its text; and more ``front`` matter."""

    place: str
    text: str
    file: tuple[str, str] = ("", "")
    front: str = ""


def _put(frame: str, content: str) -> str:
    """A frame with content at ``~``, each line of it after what stands before that."""
    lines: list[str] = []
    for line in frame.split("\n"):
        before, mark, after = line.partition("~")
        if mark and line.count("~") == 1:
            margin = re.sub(r"[^> \t]", " ", before)
            first, *rest = content.split("\n")
            last = [before + first, *((margin + part).rstrip() for part in rest)]
            last[-1] += after
            lines += last
        else:
            lines.append(line)
    return "\n".join(lines)


def _filled(frame: str, content: str) -> str:
    """A text with content at every ``~`` that stands alone."""
    return re.sub(r"(?<!~)~(?!~)", lambda _: content, frame)


def _all() -> Iterator[tuple[str, str]]:
    around = itertools.cycle(AROUND.items())
    for way, hiding in HIDING_BLOCKS.items():
        contents = _TEXT if way.startswith("the word ") else CONTENTS
        for name, content in contents.items():
            if (name, way) == ("<h1>", "section"):
                continue  # the heading ends the section
            for place, frame in itertools.islice(around, 3 if name in MORE | BLOCKS else 1):
                if (name, way) == ("rfc-part", "section"):
                    continue  # where it begins one too
                yield f"{name} / {way} / {place}", _put(frame, _put(hiding, content))
    spans = itertools.product(HIDING_SPANS.items(), TEXTS.items())
    strings = itertools.product(zip(STRING_SPANS, STRING_SPANS, strict=True), STRINGS.items())
    for (way, span), (name, text) in itertools.chain(spans, strings):
        if "\n" not in span or name in LINES:
            for place, frame in itertools.islice(around, 3):
                yield f"{name} / {way} / {place}", _put(frame, _filled(text, span))


@functools.cache
def placements() -> tuple[Placement, ...]:
    """All of them, each with secrets of its own, unlike ones next to each other."""
    found = [
        Placement(place, text.replace("№", str(number)))
        for number, (place, text) in enumerate(dict(_all()).items())
    ]
    random.Random(34).shuffle(found)
    return tuple(found)


def _framed(frame: str, content: str) -> str:
    """A frame with content at ``~``; ``≈`` is a tilde."""
    if frame != GRID:
        return _put(frame, content).replace("≈", "~")
    rows = [f" {row.replace('≈', '~')} " for row in content.split("\n")]
    lengths = [
        sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in row)
        for row in (row.replace("¤", secret(0)).replace("№", "1") for row in rows)
    ]
    rule = f"+{'-' * max(lengths)}+---+"
    cells = (f"|{row}{' ' * (max(lengths) - n)}| b |" for row, n in zip(rows, lengths, strict=True))
    return "\n".join((rule, *cells, rule))


def _written() -> Iterator[Placement]:
    around = {**AROUND, **INDENTED, **WRITTEN_AROUND, **OPEN}
    turns, keys = itertools.cycle(around.items()), itertools.cycle(FRONT)
    for way, hiding in WRITINGS.items():
        contents = WRITTEN_CONTENTS if "~" in hiding else _TEXT
        for name, content in contents.items():
            if not _fits(name, way):
                continue
            for place, frame in itertools.islice(turns, 10 if name == "text" else 1):
                if not (way in BESIDE and place in UNDER):
                    text = _framed(frame, _put(hiding, content))
                    yield Placement(f"{name} / {way} / {place}", text)
    texts = {**TEXTS, **STRINGS, **WRITTEN_TEXTS}
    for way, span in WRITTEN_SPANS.items():
        for name, text in texts.items():
            in_bank = "___" in span and name == "word bank"  # which lists the answers of gaps
            if not in_bank and "\n" not in span and not ('"' in span and '"' in text):
                framed = _framed(GRID, f"a {span}") if text == GRID else _filled(text, span)
                yield Placement(f"{name} / {way}", framed)
        for place, frame in itertools.islice(turns, 12):
            yield Placement(f"text / {way} / {place}", _framed(frame, f"a {span}"))
        for key in itertools.islice(keys, 2):
            front = f"\n{key}: {json.dumps('a ' + span, ensure_ascii=False)}"
            yield Placement(f"front matter's {key} / {way}", "Text.", front=front)
    for way, choices in WRITTEN_CHOICES.items():
        for place, frame in around.items():
            if place not in OPEN or "[" not in choices:  # tasks, as far as anybody can tell
                yield Placement(f"choices / {way} / {place}", _framed(frame, choices))
    for place, (text, file, frame) in FILES.items():
        is_text = file == "part.md"
        for way, mark in (WRITINGS if is_text else WRITTEN_SPANS).items():
            if is_text or "\n" not in mark:
                content = _framed(frame, _put(mark, "¤ here"))
                yield Placement(f"{place} / {way}", text, (file, content))


@functools.cache
def written(*, every: bool) -> tuple[Placement, ...]:
    """Marks as people write them, in ``every`` place, or each of them in one."""
    found: dict[str, Placement] = {}
    for place, text, file, front in _written():
        way = place if every else file[0] or front or place.split(" / ")[1]
        file = (file[0], file[1].replace("№", "1"))
        found.setdefault(way, Placement(place, text.replace("№", "1"), file, front))
    return tuple(found.values())


FOREIGN = (
    "[.answer]\n¤", '[role="answer"]\n¤', "[NOTE.answer]\n¤", "ifdef::teacher[]\n¤\nendif::[]",
    ".. solution::\n\n   ¤", "#+begin_solution\n¤\n#+end_solution", "a \\answer{¤}",
    "answer:: ¤", "{% hint answer %}\n¤\n{% endhint %}", "{% if teacher %}¤{% endif %}",
    "a {solution}`¤`", "{{< hint answer >}}\n¤\n{{< /hint >}}", '+++ {"tags": ["solution"]}\n¤',
    '::: {when-profile="teacher"}\n¤\n:::', '[¤]{.content-hidden unless-profile="solutions"}',
    "a {{c1::¤}}", "a {{cloze ¤}}", "a {1:SHORTANSWER:=¤~%50%b}", "{:NM:=¤:0.1}", "Why? {=¤ ~b}",
    "Why? {~b =¤}", "\\CorrectChoice ¤", "a \\fillin[¤]", "\\ifprintanswers\n¤\n\\fi",
    "A. ¤\nB. b\nANSWER: A", "Solution\n====\n¤\n\nexsolution: 10", "{class: answer}\nA> ¤",
    "a {answer: ¤}", "[answer]\n¤\n[/answer]", "<!-- answer -->\n¤\n<!-- /answer -->",
    "<!-- BEGIN SOLUTION -->\n¤\n<!-- END SOLUTION -->", ".. only:: teacher\n\n   ¤",
    ".. admonition:: Solution\n\n   ¤", ".Answer\n[%collapsible]\n====\n¤\n====",
    ":ANSWER:\n¤\n:END:", '{% hint style="answer" %}\n¤\n{% endhint %}',
    '{{< details title="Solution" >}}\n¤\n{{< /details >}}', "a ||b|| {{c1::¤}}",
)  # fmt: skip
"""Marks that other tools understand."""

SLIPS = (
    "a [¤].answer}", "a [¤](.answer)", "{answer}\n¤", "> [!ANSWER\n> ¤", "> [ANSWER]\n> ¤",
    "> !ANSWER\n> ¤",
)  # fmt: skip
"""Marks with a sign too few, or another one."""

SPOILERS = (
    ">! ¤", "a >!¤!< b", "a ||¤|| b", "a [spoiler]¤[/spoiler]", "<spoiler>¤</spoiler>",
    "{{< spoiler >}}\n¤\n{{< /spoiler >}}", "a <span hidden>¤</span>",
    '<p style="font: x; display: none">¤</p>', '<b style="color:#fff">¤</b>',
)  # fmt: skip
"""Text that other tools hide until somebody asks for it."""

BESIDE = ("line before", "line far before", "line after", "line far after", "line of kramdown",
          "comment between")  # fmt: skip
UNDER = ("under a line", "four spaces under a line", "tight item")
"""Ways that are about what is beside them, and places in which that is something else."""


SOME = ("level", "not", "misspelt", "edition", "only")
"""Ways to withhold from some pupils only or for some teachers, and one that code cannot have."""

PLAIN = ("alternative", "summary", "citation", "citation's end")
WITH_MORE = ("link", "link in it", "index", "element")
"""Texts in which nothing is a link or in the index, and spans with addresses and the like."""


def _fits(name: str, way: str) -> bool:
    """Return whether a way can withhold a content: no fence without an end, and of blocks beside a
    mark only the first."""
    is_fence = "```" in WRITTEN_CONTENTS.get(name, "")
    has_fence = "```" in WRITINGS.get(way, "") or way == "brackets of two blocks"
    return not (is_fence and has_fence) and not (way in BESIDE and name == "paragraphs")


def crossed(draw: Callable[[Sequence[str]], str]) -> Placement:
    """A placement of which each part is drawn, with something around what is around it."""
    around = {**AROUND, **INDENTED, **WRITTEN_AROUND}
    blocks = {way: text for way, text in {**HIDING_BLOCKS, **WRITINGS}.items() if way not in SOME}
    spans = {**HIDING_SPANS, **WRITTEN_SPANS}
    spans = {way: text for way, text in spans.items() if way not in SOME}
    kind = draw(("block", "span", "choices"))
    if kind == "block":
        way = draw(tuple(blocks))
        name = draw([name for name in WRITTEN_CONTENTS if _fits(name, way)])
        text = _put(blocks[way], WRITTEN_CONTENTS[name])
    elif kind == "span":
        way = draw(tuple(spans))
        unfit: tuple[str, ...] = PLAIN if way in WITH_MORE else ()
        if "___" in spans[way]:
            unfit = ("word bank",)  # which lists the answers of gaps
        names = LINES if "\n" in spans[way] else TEXTS
        name = draw([name for name in names if name not in unfit])
        text = _filled(TEXTS[name], spans[way].replace("~", "≈"))
    else:
        name, way = kind, draw(tuple(WRITTEN_CHOICES))
        text = WRITTEN_CHOICES[way]
    frames = around if kind == "choices" and "[" in text else {**around, **OPEN}
    inners = [place for place in around if not (way in BESIDE and place in UNDER)]
    inner, outer = draw(inners), draw(tuple(frames))
    text = _framed(frames[outer], _framed(around[inner], text))
    return Placement(" / ".join((name, way, inner, outer)), text.replace("№", "1"))


def foreign() -> list[Placement]:
    """Marks that nothing understands here."""
    return [Placement(text.split("\n")[0], text) for text in (*FOREIGN, *SLIPS)]


def writings() -> list[Placement]:
    """A text with each of the `WRITINGS`."""
    return [Placement(way, _framed(hiding, "¤")) for way, hiding in WRITINGS.items()]


def batches(placements: Sequence[Placement], size: int) -> Iterator[Sequence[Placement]]:
    """The placements, so many at once."""
    for start in range(0, len(placements), size):
        yield placements[start : start + size]


def secret(number: int, end: str = "q") -> str:
    """A word that stands nowhere else."""
    return f"zq{number:05}x{end}"


VARIED = "\nlevels: [core, support]\nversions: 2\nscore: [exercises, table]\ngrades: {zqgrade: 50}"
"""The front matter of a worksheet with levels, versions, points and a grading key."""


def filled(text: str, end: str, first: int = 0) -> tuple[str, list[str]]:
    """A text with secrets that end in ``end``, of which the first has a number, and these. It
    depends on the end which of two choices is right."""
    parts = text.split("¤")
    secrets = [secret(number, end) for number in range(first, first + len(parts) - 1)]
    right, wrong = ("x", " ") if end == "q" else (" ", "x")
    filled = "".join(map("".join, zip(parts, [*secrets, ""], strict=True)))
    return filled.replace("◆", right).replace("◇", wrong), secrets


def source(
    placements: Sequence[Placement], end: str = "q", front: str = ""
) -> tuple[str, dict[str, str]]:
    """A source with all of them, and the place of each secret in it; these end in ``end``. The
    ``front`` is more front matter."""
    secrets: dict[str, str] = {}

    def take(text: str, place: str) -> str:
        text, found = filled(text, end, len(secrets))
        secrets.update(dict.fromkeys(found, place))
        return text

    parts = [
        f"<!-- -->\n\nPublic {number}.\n\n{take(each.text, each.place)}"
        for number, each in enumerate(placements)
    ]
    more = "".join(take(each.front, each.place) for each in placements)
    title = "" if "\ntitle:" in more else "\ntitle: Work"
    front = f"---{title}\nlang: en\nspeakers: [Ann Asker, Ben Teller]{front}{more}\n---"
    return "\n\n".join((front, *parts, "")), secrets
