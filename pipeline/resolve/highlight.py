"""Code, cut into tokens for colours."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pipeline.model import CodeBlock, Document, Token
from pipeline.tree import rewrite_document

if TYPE_CHECKING:
    from pygments.token import _TokenType

LONGEST = 500_000
"""Code of more characters stays plain: it is data, and colours would cost minutes."""


def highlight_code(document: Document) -> Document:
    """The document with the code of known languages in `Token`s.

    The language's name may be any alias that Pygments knows.
    """
    return rewrite_document(document, leave={CodeBlock: _highlight})


def _highlight(block: CodeBlock) -> CodeBlock:
    if not block.language or not 0 < len(block.text) <= LONGEST:
        return block
    # Imported here since it takes longer than all else for a document without code.
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(block.language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return block
    pieces = ((_short_name(kind), text) for kind, text in lexer.get_tokens(block.text))
    tokens = tuple(
        Token(name, "".join(text for _, text in group))
        for name, group in itertools.groupby(pieces, key=lambda piece: piece[0])
    )
    is_whole = "".join(token.text for token in tokens) == block.text
    if not is_whole or not any(token.kind for token in tokens):
        return block
    return replace(block, tokens=tokens)


def _short_name(kind: _TokenType) -> str:
    """The class name of a kind of token, or of the nearest kind above that has one."""
    from pygments.token import STANDARD_TYPES

    while kind not in STANDARD_TYPES:
        assert kind.parent is not None  # the root of all kinds is a standard one
        kind = kind.parent
    # White space has no colour; what a lexer does not understand is no fault of the author's.
    name = STANDARD_TYPES[kind]
    return "" if name in ("w", "err") else name
