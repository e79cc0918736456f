"""One memory and one pool for pure functions.

A function marked `kept` is pure: its result depends on its arguments, on the files that it looks up
through `system.paths`, and on the code. Within `keeping`, a result may be known: in this process,
where it is the same object, or in a store. `Kept.each` makes many in other processes, wherever an
`Executor` has them. A `step` is a kept function of the flow, of which a listener hears. Outside of
`keeping`, these are functions like any other.

The key of a call is a digest of the function, its arguments and the code. The files that it looks
up are known only when it has been made: the store has, under the key, which files these were, and
under a digest of the key and of their content, the result. (These are constructive traces; see
Mokhov, Mitchell and Peyton Jones, *Build Systems à la Carte*, 2018, section 4.2.)
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import time
import typing
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

import msgspec

from pipeline.model import Document
from pipeline.model.diagnostics import Begun, Ran
from pipeline.model.editions import Edition
from pipeline.system.paths import State, note_states, noting, states
from pipeline.system.store import (
    BETWEEN_TRIMS,
    Folder,
    Memo,
    Memory,
    Store,
    code_version,
    decode,
    encode,
    file_digest,
    key,
)  # fmt: skip

P = ParamSpec("P")
T = TypeVar("T")

MOST_LOOKUPS = 8
"""The number of sets of files remembered that a call has looked up."""

LARGE_ARGUMENT = 2**18
"""Bytes of an argument that is known to be the same as a result from its being the same object."""

RECENT_ARGUMENTS = 12
"""The number of these whose digests are remembered."""

MANY_CALLS, CALLS_IN_BATCH = 300, 60
"""The number of small calls from which they are worth other processes, and of those in a batch."""


class Timed(NamedTuple):
    """The result of a call, and the seconds that it took: 0 if it was known."""

    value: Any
    seconds: float


class _Keep:
    """The places where results are known, and the processes that make them."""

    def __init__(
        self,
        store: Store | None,
        memory: Memory | None,
        executor: Executor | None,
        tell: Callable[[Any], object],
    ) -> None:
        self.store, self.memory, self.executor, self.tell = store, memory, executor, tell
        self._digests: dict[tuple[str, State], str] = {}
        self.running: list[Future[Any]] = []
        self.spent = 0.0
        self._recent: deque[tuple[object, str]] = deque(maxlen=RECENT_ARGUMENTS)

    def digests(self, files: Mapping[str, State]) -> Iterator[str]:
        """The digests of the contents of files, as they are in these states."""
        for file in files.items():
            if file not in self._digests:
                self._digests[file] = file_digest(file[0])
            yield self._digests[file]

    def get(self, name: str, kind: Any) -> Any:
        """The value under a name, or None."""
        if self.memory and (value := self.memory.get(name)) is not None:
            return value
        data = self.store.get(name) if self.store else None
        if data is None:
            return None
        with contextlib.suppress(msgspec.MsgspecError):
            return self._learn(name, decode(data, type=kind), data)
        return None

    def put(self, name: str, value: Any, data: bytes) -> None:
        if self.store:
            self.store.put(name, data)
        self._learn(name, value, data)

    def _learn(self, name: str, value: T, data: bytes) -> T:
        if self.memory:
            self.memory.put(name, value)
        if len(data) >= LARGE_ARGUMENT:
            self._recent.append((value, key(data)))
        return value

    def describe(self, argument: Any) -> str | bytes:
        """The description of an argument in a key."""
        if isinstance(argument, str | Path):
            return f"text {argument}"
        for value, digest in self._recent:
            if value is argument:
                return digest
        data = encode(argument)
        if len(data) < LARGE_ARGUMENT:
            return data
        self._recent.append((argument, key(data)))
        return self._recent[-1][1]


_keep: ContextVar[_Keep | None] = ContextVar("keep", default=None)


@contextlib.contextmanager
def keeping(
    store: Store | None = None,
    memory: Memory | None = None,
    executor: Executor | None = None,
    listener: Callable[[Any], object] = lambda event: None,
) -> Iterator[dict[str, State]]:
    """A context in which results are kept in a ``store``, and in the ``memory`` of this process;
    the ``executor`` makes those that are worth another process. Gives the files that are looked
    up, now or when the results that are used were made, with their states before that. At the end,
    what was not used leaves the memory, and what is least used a store that is too large."""
    keep = _Keep(store, memory, executor, listener)
    token = _keep.set(keep)
    try:
        with noting() as files:
            yield files
    finally:
        _keep.reset(token)
        for future in keep.running:
            future.cancel()
    if memory:
        memory.end()
    if isinstance(store, Folder):
        store.trim(every=BETWEEN_TRIMS)


def tell(event: object) -> None:
    """Let the listener hear of an event."""
    if keep := _keep.get():
        keep.tell(event)


class Kept(Generic[P, T]):
    """A pure function whose results are kept. It belongs to a module, where other processes find
    it; its annotation says what it returns."""

    def __init__(self, function: Callable[P, T]) -> None:
        self.function = function
        self.title = function.__name__
        self.name = f"{function.__module__}:{function.__qualname__}"
        functools.update_wrapper(self, function)

    @functools.cached_property
    def gives(self) -> Any:
        """The type of a result."""
        return typing.get_type_hints(self.function)["return"]

    def __call__(self, *arguments: P.args, **none: P.kwargs) -> T:
        assert not none, "arguments are given by position"
        if not (keep := _keep.get()):
            return self.function(*arguments, **none)
        return _Call(keep, self, arguments).run().value  # type: ignore[no-any-return]

    def each(self, calls: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """The results of calls, in order, which are parts of a step. Other processes begin at once
        with those that are not known, the first while the rest are still coming; without any, each
        is made when its turn comes."""
        if not (keep := _keep.get()):
            return itertools.starmap(self.function, calls)
        begun = []
        for arguments in calls:
            begun.append(_Call(keep, self, arguments))
            begun[-1].begin_elsewhere()
        return self._parts(begun, keep)

    def _parts(self, begun: list[_Call], keep: _Keep) -> Iterator[T]:
        edition = begun[0].edition if begun else ""
        seconds = list[float]()
        for number, call in enumerate(begun, start=1):
            keep.tell(Begun(self.title, edition, True, number, len(begun)))
            value, spent = call.run()
            seconds.append(spent)
            yield value
        note = f"{sum(map(bool, seconds))} of {len(seconds)}"
        keep.tell(Ran(self.title, edition, sum(seconds), note, is_part=True))


class Step(Kept[P, T]):
    """A kept function of the flow: the listener hears when it begins, and when it has run or was
    known."""

    def __call__(self, *arguments: P.args, **none: P.kwargs) -> T:
        assert not none, "arguments are given by position"
        (run,) = self.runs([arguments], lambda *_: False)
        return run.value  # type: ignore[no-any-return]

    def runs(
        self, calls: Iterable[tuple[Any, ...]], is_elsewhere: Callable[..., bool]
    ) -> Iterator[Timed]:
        """The results of calls, in order. Other processes begin at once with those that are better
        made there; each of the others is made here, when it is asked for."""
        if not (keep := _keep.get()):
            return (Timed(*_measure(self.function, arguments)[:2]) for arguments in calls)
        begun = []
        for arguments in calls:
            begun.append(call := _Call(keep, self, arguments))
            if keep.executor and call.known is None and is_elsewhere(*arguments):
                keep.tell(Begun(self.title, call.edition))
                call.begin_elsewhere()
        return (self._report(call, keep) for call in begun)

    def _report(self, call: _Call, keep: _Keep) -> Timed:
        if call.known is None and call.future is None:
            keep.tell(Begun(self.title, call.edition))
        run = call.run()
        keep.spent += run.seconds
        keep.tell(Ran(self.title, call.edition, run.seconds, getattr(run.value, "plan", "")))
        return run


kept, step = Kept, Step


def spent() -> float:
    """The seconds that steps have taken until now."""
    keep = _keep.get()
    return keep.spent if keep else 0.0


class _Call:
    """A call of a kept function, and its result, if that is ``known``."""

    def __init__(self, keep: _Keep, kept: Kept[Any, Any], arguments: tuple[Any, ...]) -> None:
        self._keep, self._kept, self._arguments = keep, kept, arguments
        self._name = key(kept.name, code_version(), *map(keep.describe, arguments))
        self._lookups: list[tuple[str, ...]] = keep.get(f"{self._name}.files", _Lookups) or []
        self._began = 0
        editions = (value.full_name for value in arguments if isinstance(value, Edition))
        self.edition = next(editions, "")
        self.known: Timed | None = None
        self.future: Future[tuple[bytes, float, dict[str, State]]] | None = None
        for paths in self._lookups:
            files = states(paths)
            value = keep.get(self._name_with(files), kept.gives)
            if value is not None:
                note_states(files)
                self.known = Timed(value, 0.0)
                break

    def _name_with(self, files: Mapping[str, State]) -> str:
        """The name of the result for the content of files."""
        digests = zip(files, self._keep.digests(files), strict=True)
        return key(self._name, *(f"{path}\0{digest}" for path, digest in digests))

    def begin_elsewhere(self) -> None:
        """Let another process make the result, if it is not known and there is one."""
        if self.known is None and (executor := self._keep.executor):
            self._began = time.time_ns()
            self.future = executor.submit(_elsewhere, self._kept.name, self._arguments)
            self._keep.running.append(self.future)

    def run(self) -> Timed:
        """The result: known, awaited, or made now."""
        if self.known:
            return self.known
        if self.future:
            data, seconds, files = self.future.result()
            self._keep.running.remove(self.future)
            self.future = value = None
        else:
            self._began = time.time_ns()
            value, seconds, files = _measure(self._kept.function, self._arguments)
            data = encode(value)
        if not isinstance(value, Document):  # whose nodes are to stay the same objects
            value = decode(data, type=self._kept.gives)  # 1 and 1.0 are equal, but not the same
        note_states(files)
        name, paths = self._name_with(files), tuple(files)
        # What was saved while it was made may differ from what was read, which for some files was
        # before they were noted.
        present = states(files)
        if files == present and not any(
            state and state[0] >= self._began for state in present.values()
        ):
            self._keep.put(name, value, data)
            known = [paths, *(other for other in self._lookups if other != paths)][:MOST_LOOKUPS]
            with contextlib.suppress(UnicodeEncodeError):  # of a name that is not UTF-8
                self._keep.put(f"{self._name}.files", known, encode(known))
        return Timed(value, seconds)


_Lookups = list[tuple[str, ...]]


def _measure(
    function: Callable[..., T], arguments: Iterable[Any]
) -> tuple[T, float, dict[str, State]]:
    """The result, the seconds that it took, and the files that were looked up."""
    started = time.perf_counter()
    with noting() as files:
        value = function(*arguments)
    return value, time.perf_counter() - started, files


def _elsewhere(name: str, arguments: tuple[Any, ...]) -> tuple[bytes, float, dict[str, State]]:
    """The same in another process, the result as bytes."""
    module, _, function = name.partition(":")
    kept: Kept[Any, Any] = getattr(importlib.import_module(module), function)
    _keep.set(None)  # that of the process of which this one is a copy
    value, seconds, files = _measure(kept.function, arguments)
    return encode(value), seconds, files


@contextlib.contextmanager
def parts(*context: Any, files: Iterable[Path] = ()) -> Iterator[Memo]:
    """The parts of a result that stay the same when the rest changes, from the last time that it
    was made in this ``context``, with these files; kept afterwards as far as they were used."""
    if not (keep := _keep.get()):
        yield Memo()
        return
    before = states(files)
    described = (*map(keep.describe, context), *keep.digests(before))
    name = f"{key(code_version(), *described)}.parts"
    if keep.memory and (remembered := keep.memory.get(name)):
        yield remembered
        return
    known = Memo(keep.store.get(name) if keep.store else None)
    yield known
    if before == states(before):
        if keep.memory:
            keep.memory.put(name, known)
        if keep.store and (data := known.data):
            keep.store.put(name, data)


def earlier(*context: str) -> Memory:
    """The memory that a process which stays has of its last build, in this ``context``."""
    keep = _keep.get()
    if not (keep and keep.memory):
        return Memory()
    name = key(*context)
    known: Memory = keep.memory.get(name) or Memory()
    keep.memory.put(name, known)
    return known


def in_batches(batch: Kept[Any, Any], calls: Iterable[tuple[Any, ...]]) -> dict[Any, Any]:
    """The results of many small calls, which other processes make in batches; of few, none. An edit
    changes few batches, as each call belongs to one by its content."""
    each = list(dict.fromkeys(calls))
    if len(each) < MANY_CALLS:
        return {}
    batches: dict[int, list[tuple[Any, ...]]] = {}
    most = 1 << (len(each) // CALLS_IN_BATCH).bit_length()
    for call in each:
        batches.setdefault(zlib.crc32(repr(call).encode()) % most, []).append(call)
    takes = [tuple(batches[number]) for number in sorted(batches)]
    results = batch.each((take,) for take in takes)
    return {
        call: result
        for take, batch_results in zip(takes, results, strict=True)
        for call, result in zip(take, batch_results, strict=True)
        if result is not None
    }
