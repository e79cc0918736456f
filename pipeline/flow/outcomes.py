"""Stages and their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from pipeline.model.diagnostics import Diagnostic
from pipeline.system.store import Memory, Store

T = TypeVar("T")


class Stage(msgspec.Struct, Generic[T], frozen=True):
    """A pure function with a result of the type ``gives``.

    ``findings`` are those in the result. ``reads`` are the files that it depends on, in addition to
    those looked up in the source's folder (`paths.noting`); it is called with the result and the
    arguments. The functions belong to a module, so that other processes find them. A result is
    identified by its content, or else by its inputs, because writing a large value can cost more
    than computing it. A ``kept`` result stays in the store. ``apart`` decides from the arguments
    whether to run the stage in another process; ``divides``, whether it runs a stage for each of
    its parts: its last arguments are then a function for that (`Runner.each`), and one for events.
    One that ``spreads`` gets the former too, if there are other processes. A stage that
    ``remembers`` gets a `Memo` of its last run, which is valid as long as these arguments and files
    are the same. One that ``recalls`` gets, in a process that stays, a `Memory` of its own for each
    edition. A ``note`` describes for people how a value was made.
    """

    name: str
    make: Callable[..., T]
    gives: type[T]
    findings: Callable[[T], tuple[Diagnostic, ...]]
    reads: Callable[..., Iterable[Path | str]]
    by_content: bool = False
    kept: bool = False
    apart: Callable[..., bool] | None = None
    divides: Callable[..., bool] | None = None
    spreads: bool = False
    remembers: Callable[..., tuple[Any, Iterable[Path]]] | None = None
    recalls: bool = False
    note: Callable[[T], str] | None = None

    def encode(self, value: T) -> bytes:
        """The value as JSON, the same bytes for equal values."""
        return msgspec.json.encode(value)

    def decode(self, data: bytes) -> T:
        return msgspec.json.decode(data, type=self.gives)


class Trace(msgspec.Struct, frozen=True):
    """The outcome of a stage for these digests of its files."""

    files: dict[str, str]
    identity: str
    findings: tuple[Diagnostic, ...]


class Outcome(Generic[T]):
    """The outcome of a stage. Its value is there, in the store, or made on request; ``seconds`` is
    the time that it took, 0 if it was known. The stage itself read the ``files``."""

    def __init__(
        self,
        stage: Stage[T],
        trace: Trace,
        make: Callable[[], T],
        store: Store | None,
        memory: Memory | None = None,
        seconds: float = 0.0,
    ) -> None:
        self.identity = trace.identity
        self.findings = trace.findings
        self.files = tuple(trace.files)
        self.seconds = seconds
        self.stage = stage
        self._make = make
        self._store = store
        self._memory = memory
        self._value: T | None = None

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.findings)

    @property
    def value(self) -> T:
        if self._value is None and self._memory:
            self._value = self._memory.get(self.identity)
        if self._value is None:
            data = self._store.get(self.identity) if self._store and self.stage.kept else None
            self.value = self._make() if data is None else self.stage.decode(data)
        assert self._value is not None
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        self._value = value
        if self._memory and self.stage.kept:
            self._memory.put(self.identity, value)

    @property
    def data(self) -> bytes:
        """The value as bytes, which are the same for the same value."""
        data = self._store.get(self.identity) if self._store and self.stage.kept else None
        return self.stage.encode(self.value) if data is None else data
