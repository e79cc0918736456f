"""The starter that ``chapbook new`` writes: a source that says how it is done."""

from __future__ import annotations

import datetime
import json

_TEXT = """\
---
# What the publication is called, and by whom. Only the title is needed.
title: {title}
subtitle: A starter to write over
authors:
  - Your Name
lang: en
date: {date}
# description: One or two sentences, for search engines and catalogues.
# licence: CC BY-SA 4.0
# Who speaks in the interview below. An interviewer's turns are set as questions.
speakers:
  Asker: interviewer
  Guest: guest
---

## How this works

Write plain Markdown: a blank line between paragraphs, *emphasis* with stars, **strong**
with two. A footnote has a mark here[^how] and its text anywhere below. A heading begins
with `##`, and a link to one looks [like this](#things-to-do).

<!-- A comment is for you alone: it is in none of the outputs. -->

[^how]: It stands at the foot of the page in print, and pops up in an e-book.

## A short interview

Asker: How does a dialogue work?

Guest: A paragraph that begins with a speaker's name and a colon starts a turn. The names
are listed at the top of this file.

It goes on until the next speaker, or the next heading.

Asker: And what comes out?

Guest: A web page, a PDF to print and an e-book, from this one file.

## Things to do

> [!TIP]
> A box like this is for what readers should not miss.

| Step            | Minutes |
|-----------------|--------:|
| Read the dialogue |     5 |
| Talk in pairs     |    10 |

Table: A plan for fifteen minutes {{#tbl-plan}}

1. Change a sentence in this file, and run `chapbook build` again.

   ::: lines 3
   :::

2. Add a picture: `![what it shows](picture.png "its caption")`.
"""


def starter(name: str) -> str:
    """The text of a starter for a file called ``name`` (without ending)."""
    title = name.replace("-", " ").replace("_", " ").strip().capitalize() or "Untitled"
    return _TEXT.format(title=json.dumps(title, ensure_ascii=False), date=datetime.date.today())
