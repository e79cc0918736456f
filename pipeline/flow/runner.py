"""Runs stages, except those whose result is known.

The key of a result is a digest of all arguments of the stage, and of the code. The files that a
stage reads are known only after it has run, and are therefore stored under the key: a `Trace`
records the files with their content, and the result. If a trace matches the current files, the
stage need not run. (These are constructive traces; see Mokhov, Mitchell and Peyton Jones, *Build
Systems à la Carte*, 2018, section 4.2.)
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec

from pipeline.flow.outcomes import Outcome, Stage, Trace
from pipeline.model.editions import Edition
from pipeline.package.units import Proof
from pipeline.system.paths import noting
from pipeline.system.processes import Copier
from pipeline.system.store import Memo, Memory, Store, code_version, file_digest, key

T = TypeVar("T")

MOST_TRACES = 8
"""The number of file states remembered for a stage with the same inputs."""


class Ran(msgspec.Struct, frozen=True):
    """An event: a stage ran for an edition, with the time in seconds; 0 if its result was known. A
    ``note`` may describe the run. ``is_part`` marks a run for one of the parts of another stage."""

    stage: str
    edition: str
    seconds: float = 0.0
    note: str = ""
    is_part: bool = False


class Begun(msgspec.Struct, frozen=True):
    """An event: a stage begins to run for an edition, or continues with a ``part`` of a number of
    ``parts``, counted from 1."""

    stage: str
    edition: str
    is_part: bool = False
    part: int = 0
    parts: int = 0


class _Remembered(NamedTuple):
    """The memory of a stage, and its name in the store, unless it is there."""

    memo: Memo
    name: str = ""


_traces = msgspec.json.Decoder(tuple[Trace, ...])


class DocumentReady(NamedTuple):
    """An event: a document is resolved and marked for an edition, which is now made from it."""

    edition: str
    document: Outcome[Any]


Event: TypeAlias = Begun | Ran | DocumentReady | Proof
"""An event of stages."""

RunEach: TypeAlias = Callable[[Stage[Any], Iterable[tuple[Any, ...]]], list[Any]]
"""A function that runs a stage for each of many parts."""


class Runner:
    """Runs stages for one build. ``store`` has earlier results, and ``memory`` those of this
    process; ``executor`` runs stages that are worth another process, and the ``listener`` is
    notified of every stage, of one that runs before it does, and of what a stage tells by itself.
    ``files`` are all files read by stages that ran, now or earlier."""

    def __init__(
        self,
        store: Store | None = None,
        executor: Executor | None = None,
        listener: Callable[[Event], object] = lambda event: None,
        memory: Memory | None = None,
    ) -> None:
        self.files: dict[str, None] = {}
        self._store = store
        self._memory = memory
        self._executor = executor
        self._listener = listener
        self._digest = functools.cache(file_digest)  # of many stages that read the same files
        self._running: list[Future[Any]] = []
        self._latest: Future[Any] | None = None

    @property
    def is_idle(self) -> bool:
        """True if another process is computing a result to be awaited."""
        return self._latest is not None and not self._latest.done()

    @property
    def has_others(self) -> bool:
        """True if there are other processes."""
        return self._executor is not None

    def ahead(self, prepare: Callable[..., T], *args: Any) -> Future[T] | None:
        """Let another process, if there is one, prepare for later stages."""
        return self._executor.submit(prepare, *args) if self._executor else None

    def tell(self, event: Event) -> None:
        self._listener(event)

    def run(self, stage: Stage[T], *takes: Any) -> Outcome[T]:
        """The outcome of a stage with these inputs: outcomes of other stages, or plain values."""
        return self._begin(stage, takes, None)()

    def each(self, stage: Stage[T], many: Iterable[tuple[Any, ...]]) -> list[T]:
        """The values of a stage for each of many parts, made in parallel: the first are begun while
        the others are still coming."""
        edition = ""
        begun: list[Callable[[], Outcome[T]]] = []
        outcomes: list[Outcome[T]] = []
        try:
            for takes in many:
                edition = edition or _edition(takes)
                begun.append(self._begin(stage, takes, self._executor, is_part=True))
            for number, outcome in enumerate(begun, start=1):
                self._listener(Begun(stage.name, edition, True, number, len(begun)))
                outcomes.append(outcome())
        finally:
            while self._running:
                self._running.pop().cancel()
        ran = [outcome.seconds for outcome in outcomes if outcome.seconds]
        note = f"{len(ran)} of {len(begun)}"
        self._listener(Ran(stage.name, edition, sum(ran), note, is_part=True))
        return [outcome.value for outcome in outcomes]

    def preset(self, stage: Stage[T], value: T) -> Outcome[T]:
        """A value, as if the stage had returned it now."""
        outcome = Outcome(stage, Trace({}, "", stage.findings(value)), lambda: value, None)
        outcome.identity = key(outcome.data)
        return outcome

    @property
    def can_copy(self) -> bool:
        """True if `beside` is possible: not in a process that stays, whose next build is to know
        what was made."""
        others = self._executor
        return isinstance(others, Copier) and others.can_copy and not self._memory

    def beside(self, begin: Callable[[], Callable[[], T]]) -> Callable[[], T]:
        """Let a copy of this process begin something that runs stages, and finish it; returns what
        waits for the result."""
        events: list[Begun | Ran] = []

        def record(event: Event) -> None:
            if isinstance(event, Begun | Ran):  # others are of no use elsewhere
                events.append(event)

        def recorded() -> tuple[T, list[Begun | Ran], tuple[str, ...]]:
            self._listener, self._executor = record, None
            return begin()(), events, tuple(self.files)

        assert isinstance(self._executor, Copier), "`can_copy` was asked"
        waiting = self._executor.copied(recorded)

        def result() -> T:
            made = waiting()
            if made is None:  # here, where what is wrong can be told
                return begin()()
            value, events, files = made
            for event in events:
                self._listener(event)
            self.files.update(dict.fromkeys(files))
            return value

        return result

    def on_request(self, stage: Stage[T], make: Callable[[], T]) -> Outcome[T]:
        """The outcome of a stage whose value is made when it is requested."""
        return Outcome(stage, Trace({}, "", ()), make, None)

    def later(
        self, stage: Stage[T], *takes: Any, on_proof: Callable[[Proof], object] | None = None
    ) -> Callable[[], Outcome[T]]:
        """The same, started in another process if that is worth it, and awaited when the result is
        requested. ``on_proof`` gets a proof of a stage that is divided, before the listener."""
        is_apart = self._executor and stage.apart and stage.apart(*takes)
        return self._begin(stage, takes, self._executor if is_apart else None, on_proof=on_proof)

    def _begin(
        self,
        stage: Stage[T],
        takes: tuple[Any, ...],
        executor: Executor | None,
        *,
        is_part: bool = False,
        on_proof: Callable[[Proof], object] | None = None,
    ) -> Callable[[], Outcome[T]]:
        name = f"{key(stage.name, code_version(), *map(_described, takes))}.trace"
        traces = self._known(name)
        for trace in traces:
            if all(self._digest(path) == digest for path, digest in trace.files.items()):
                self.files.update(dict.fromkeys(trace.files))
                if not is_part:
                    self._listener(Ran(stage.name, _edition(takes)))
                make = functools.partial(self._remade, stage, takes)
                before = Outcome(stage, trace, make, self._store, self._memory)
                return lambda: before
        if not is_part:
            self._listener(Begun(stage.name, _edition(takes)))
        started = time.time()
        running: Future[tuple[bytes, float, list[str]]] | None = None
        if executor and not (stage.divides and stage.divides(*_values(takes))):
            inputs = [(t.stage, t.data) if isinstance(t, Outcome) else (None, t) for t in takes]
            running = executor.submit(_in_another_process, stage, inputs)
            self._latest = running
            if is_part:
                self._running.append(running)

        def show(proof: Proof) -> None:
            if on_proof:
                on_proof(proof)
            self._listener(proof)

        @functools.cache
        def outcome() -> Outcome[T]:
            known: _Remembered | None = None
            if running:
                data, seconds, paths = running.result()
                value = stage.decode(data)
            else:
                values = _values(takes)
                known = self._known_to(stage, values)
                extra: tuple[Any, ...] = (known.memo,) if known else ()
                if stage.divides:
                    extra = (*extra, self.each, show)
                elif stage.spreads and self._executor:
                    extra = (*extra, self.each)
                elif stage.recalls and self._memory:
                    own = f"{stage.name} {_edition(takes)}"
                    memory = self._memory.get(own) or Memory()
                    self._memory.put(own, memory)
                    extra = (memory,)
                value, seconds, paths = _run(stage, values, *extra)
            if not is_part:
                note = stage.note(value) if stage.note else ""
                self._listener(Ran(stage.name, _edition(takes), seconds, note))
            return self._noted(stage, value, seconds, paths, started, name, traces, known)

        return outcome

    def _known_to(self, stage: Stage[Any], values: Iterable[Any]) -> _Remembered | None:
        """The memory that a stage has of its last outcome."""
        if stage.remembers is None:
            return None
        inputs, files = stage.remembers(*values)
        digests = [self._digest(str(file)) for file in files]
        name = f"{key(stage.name, code_version(), *map(_described, inputs), *digests)}.memo"
        if self._memory and (memo := self._memory.get(name)):
            return _Remembered(memo)
        memo = Memo(self._store.get(name) if self._store else None)
        if self._memory:
            self._memory.put(name, memo)
        return _Remembered(memo, name)

    def _remade(self, stage: Stage[T], takes: Iterable[Any]) -> T:
        values = _values(takes)
        known = self._known_to(stage, values)
        return stage.make(*values, known.memo) if known else stage.make(*values)

    def _known(self, name: str) -> tuple[Trace, ...]:
        data = self._store.get(name) if self._store else None
        try:
            return _traces.decode(data) if data else ()
        except msgspec.MsgspecError:
            return ()

    def _noted(
        self,
        stage: Stage[T],
        value: T,
        seconds: float,
        paths: list[str],
        started: float,
        name: str,
        traces: tuple[Trace, ...],
        known: _Remembered | None,
    ) -> Outcome[T]:
        """The outcome of a stage that has just run, recorded in the store."""
        self.files.update(dict.fromkeys(paths))
        data = stage.encode(value) if stage.by_content or stage.kept else b""
        is_wanted = self._store or not data
        files = {path: self._digest(path) for path in paths} if is_wanted else {}
        states = [f"{path}\0{digest}" for path, digest in files.items()]
        identity = key(data) if data else key(name, *states)
        trace = Trace(files, identity, stage.findings(value))
        outcome = Outcome(stage, trace, lambda: value, self._store, self._memory, seconds)
        outcome.value = value
        # What was saved while the stage ran may differ from what it has read.
        if self._store and not any(_changed_since(path, started) for path in paths):
            if stage.kept:
                self._store.put(identity, data)
            if known and known.name and (remembered := known.memo.data):
                self._store.put(known.name, remembered)
            others = [one for one in traces if one.files != files]
            with contextlib.suppress(UnicodeEncodeError):  # of a file whose name is not UTF-8
                self._store.put(name, msgspec.json.encode([trace, *others[: MOST_TRACES - 1]]))
        return outcome


def _values(takes: Iterable[Any]) -> list[Any]:
    return [take.value if isinstance(take, Outcome) else take for take in takes]


def _run(stage: Stage[T], values: list[Any], *extra: Any) -> tuple[T, float, list[str]]:
    """The value of a stage, the seconds that it took, and the paths that it read."""
    started = time.perf_counter()
    with noting() as noted:
        value = stage.make(*values, *extra)
    paths = dict.fromkeys(map(str, (*stage.reads(value, *values), *noted)))
    return value, time.perf_counter() - started, list(paths)


def _in_another_process(
    stage: Stage[Any], arguments: Iterable[tuple[Stage[Any] | None, Any]]
) -> tuple[bytes, float, list[str]]:
    """The same, in another process: bytes in, and bytes out."""
    value, seconds, paths = _run(
        stage, [one.decode(take) if one else take for one, take in arguments]
    )
    return stage.encode(value), seconds, paths


def _described(take: Any) -> str | bytes:
    """The description of an input in a key."""
    if isinstance(take, Outcome):
        return f"outcome {take.identity}"
    if isinstance(take, str | Path):
        return f"text {take}"
    data = msgspec.json.encode(take)
    if isinstance(take, msgspec.Struct):  # 1 and 1.0 are equal; what is read again is always 1.0
        data = msgspec.json.encode(msgspec.json.decode(data, type=type(take)))
    return data


def _edition(takes: Iterable[Any]) -> str:
    return next((take.name for take in takes if isinstance(take, Edition)), "")


def _changed_since(path: str, moment: float) -> bool:
    with contextlib.suppress(OSError):
        return os.stat(path).st_mtime >= moment  # noqa: PTH116 (a third of the time)
    return False
