"""What is known of an address once it was looked up."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Outcome: TypeAlias = Literal["there", "moved", "gone", "unknown", "forbidden"]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """``moved``: it is there, but at the address ``to`` for good. ``gone``: the server says
    that there is no such page. ``unknown``: it cannot be told. ``forbidden``: programs are
    asked to stay away. ``reason`` ends a sentence that begins with the address."""

    outcome: Outcome
    reason: str = ""
    to: str = ""
