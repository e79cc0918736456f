"""The keys of the front matter, in the order in which editors offer them."""

from __future__ import annotations

from pipeline.parser.frontmatter.keys import about, outputs, printing, publishing, text
from pipeline.parser.frontmatter.keys.key import Key

KEYS: tuple[Key, ...] = (*about.KEYS, *publishing.KEYS, *text.KEYS, *outputs.KEYS, *printing.KEYS)
