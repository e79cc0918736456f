"""Commands, editions and blocks are described."""

from __future__ import annotations

import re

from pipeline.commands import COMMANDS
from pipeline.model.boxes import KINDS
from pipeline.model.editions import EDITIONS
from pipeline.parser.constructs import FENCES, containers_for
from pipeline.parser.dialects import table
from tests.helpers.documentation import DOCS

COMMAND_PAGE = (DOCS / "command.md").read_text("utf-8")


def test_each_command_is_described() -> None:
    assert {*COMMANDS} <= {*re.findall(r"(?:chapbook|^##) (\w+)", COMMAND_PAGE, re.MULTILINE)}


def test_each_edition_is_in_the_table() -> None:
    cells = re.findall(r"^\| (`[^|]+`) \|", COMMAND_PAGE, re.MULTILINE)
    assert EDITIONS.keys() <= {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)}


def test_each_block_is_described() -> None:
    """By one of its names; a box by all of them."""
    pages = "\n".join(page.read_text("utf-8") for page in DOCS.glob("*.md"))
    described = {
        *re.findall(r"^:::+ ([\w-]+)|`(?:::: ?)?([\w-]+)`|^```([\w-]+)", pages, re.MULTILINE)
    }
    names = {name for names in described for name in names}
    assert KINDS.keys() <= names
    of_tools = {*table(()).containers.values()}
    for constructs in (containers_for(()), FENCES):
        for construct in {*constructs.values()} - of_tools:
            own = {name for name, other in constructs.items() if other is construct}
            assert own & names, f"docs/markdown.md: {' or '.join(own)}"
