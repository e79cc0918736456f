"""Code divided into tokens for syntax highlighting."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from pipeline.keep import in_batches, kept
from pipeline.model import CodeBlock, Document, Token
from pipeline.model.codes import Code
from pipeline.model.tree import find, rewrite_document
from pipeline.resolve.findings import Findings

if TYPE_CHECKING:
    from pygments.token import _TokenType

LONGEST_CODE = 500_000
"""The maximum length of highlighted code: more is data, and would take minutes."""

LONGEST_USUAL = 20_000
"""The maximum length in most languages: many lexers take four times as long for twice as many line
breaks, open quotation marks or the like, including those of C, Java and Python."""

STEADY = frozenset(
    {"bash", "css", "go", "json", "php", "ruby", "splus", "sql", "swift", "text", "toml"}
)
"""The first names of lexers that take twice as long for twice the text, whatever it is."""

LONGEST_SLOW = 4_000
"""The maximum length in a language whose lexer takes four times as long for twice the text."""

SLOW = frozenset(
    {"autoit", "csharp", "devicetree", "fan", "gherkin", "kal", "nemerle"}
    | {"restructuredtext", "zeek"}
)
"""The first names of such lexers. A clock decides nothing here: the same source gives the same
bytes, however fast the machine."""

ENDLESS = frozenset({"autohotkey", "easytrieve", "lilypond", "mcschema", "systemd", "tnt", "xpp"})
"""Lexers that take seconds for a few hundred characters, or never end."""

KEPT = 2048
"""The number of pieces of code that are kept for the other editions."""

EMPTY = 64
"""The maximum number of consecutive empty tokens: more of them mean that a lexer does not
advance."""


def highlight_code(document: Document) -> Document:
    """The document with the code of known languages in `Token`s; code that would take too long
    stays plain (PLAIN_CODE).

    The language may be any alias in Pygments; attributes of rustdoc and mdBook after a comma, as in
    ``rust,ignore``, are ignored.
    """
    findings = Findings(document)
    blocks = (block for _, block, _ in find(document, CodeBlock) if block.language and block.text)
    results = in_batches(highlight, ((block.language, block.text) for block in blocks))

    def leave(block: CodeBlock) -> CodeBlock:
        if not (block.language and block.text):
            return block
        call = block.language, block.text
        tokens, reason = results.get(call) or highlight_piece(*call)
        if reason:
            message = f"The code has no syntax highlighting: {reason}."
            findings.add(Code.PLAIN_CODE, message, block.span)
        return replace(block, tokens=tokens) if tokens else block

    return findings.add_to(rewrite_document(document, leave={CodeBlock: leave}))


Highlighted: TypeAlias = tuple[tuple[Token, ...], str]
"""The tokens of some code, or none with the reason, if there is one."""


@kept
def highlight(calls: tuple[tuple[str, str], ...]) -> tuple[Highlighted, ...]:
    """The tokens of many pieces of code, each after its language."""
    return tuple(highlight_piece(*call) for call in calls)


@functools.lru_cache(KEPT)
def highlight_piece(language: str, code: str) -> Highlighted:
    """The code in tokens."""
    if len(code) > LONGEST_CODE:
        return (), f"it has more than {LONGEST_CODE:,} characters"
    # Imported here because it takes longer than everything else for a document without code.
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.partition(",")[0], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return (), ""
    name = lexer.aliases[0]
    if name in ENDLESS:
        return (), f"highlighting `{name}` might never end"
    longest = LONGEST_SLOW if name in SLOW else LONGEST_CODE if name in STEADY else LONGEST_USUAL
    if len(code) > longest:
        return (), f"in `{name}`, highlighting more than {longest:,} characters takes too long"
    pieces = ((_short_name(kind), text) for kind, text in _take_advancing(lexer.get_tokens(code)))
    try:
        tokens = tuple(
            Token(name, "".join(text for _, text in group))
            for name, group in itertools.groupby(pieces, key=lambda piece: piece[0])
        )
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return (), f"the highlighter for `{name}` fails on it"
    is_whole = "".join(token.text for token in tokens) == code
    return (tokens if is_whole and any(token.kind for token in tokens) else ()), ""


def _take_advancing(pieces: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[_TokenType, str]]:
    """The pieces, up to the point where their lexer stops advancing."""
    empty = 0
    for piece in pieces:
        empty = 0 if piece[1] else empty + 1
        if empty > EMPTY:
            return
        yield piece


@functools.cache
def _short_name(kind: _TokenType) -> str:
    """The class name of a kind of token, or of the nearest kind above that has one."""
    from pygments.token import STANDARD_TYPES

    while kind not in STANDARD_TYPES:
        assert kind.parent is not None  # the root of all kinds is a standard one
        kind = kind.parent
    # White space has no colour; errors of a lexer are not the author's mistakes.
    name = STANDARD_TYPES[kind]
    return "" if name in ("w", "err") else name
