"""Limits of a build on request: files, network, time and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.processes.limited_pool import (
    RAISED,
    TOO_LARGE,
    TOO_LONG,
    LimitedPool,
    Limits,
    TaskStoppedError,
)
from pipeline.commands.terminal import give_up, human_size, or_exit

if TYPE_CHECKING:
    from pipeline.driver import Result, Saved

NO_SECONDS, NO_BYTES = 10.0**8, 10**15
"""Limits that are never reached."""


def confine_to(sources: Iterable[Path], out: Path, templates: Path | None) -> None:
    """Confine this process to reading the folders of the sources and the templates, and writing to
    the output folder and the user's cache; exit if the system cannot do that."""
    from pipeline.commands.processes.confinement import ConfinementError, confine
    from pipeline.system.store import cache_folder

    writes = [out, *filter(None, [cache_folder()])]
    for folder in writes:
        or_exit(folder.mkdir, parents=True, exist_ok=True)
    try:
        confine([*(source.parent for source in sources), *filter(None, [templates])], writes)
    except ConfinementError as error:
        give_up(f"--sandbox is not available: {error}.")


def within(
    run: Callable[..., Result], timeout: float | None, memory: int | None
) -> Callable[..., Result]:
    """`driver.build` in a process of its own, which is ended if it takes too much time or memory.
    The listener only gets the files that were saved."""
    from pipeline.driver import Listener, Result
    from pipeline.model.codes import Code, diagnostic

    limits = Limits(timeout or NO_SECONDS, memory or NO_BYTES, tasks=1)

    def limited(
        source: Path, editions: tuple[str, ...], *, listener: Listener, executor: None
    ) -> Result:
        try:
            with LimitedPool(1, limits) as pool:
                result, saved = pool.submit(_with_saved, run, source, editions).result()
        except TaskStoppedError as error:
            if error.reason == RAISED:
                give_up(error.output)
            message, hint = stop_message(error, limits)
            return Result((diagnostic(Code.NOT_BUILT, message, source=str(source), hint=hint),))
        for event in saved:
            listener(event)
        return result

    return limited


def _with_saved(
    run: Callable[..., Result], source: Path, editions: tuple[str, ...]
) -> tuple[Result, list[Saved]]:
    """The result of a build, and what it saved."""
    from pipeline.driver import Saved

    saved: list[Saved] = []
    result = run(
        source,
        editions,
        listener=lambda event: saved.append(event) if isinstance(event, Saved) else None,
    )
    return result, saved


def stop_message(error: TaskStoppedError, limits: Limits, tries: int = 1) -> tuple[str, str]:
    """The message for a document that was not built, and the hint."""
    match error.reason:
        case reason if reason == TOO_LONG:
            seconds = "a second" if limits.seconds == 1 else f"{limits.seconds:g} seconds"
            message = f"Building it took more than {seconds}, and was stopped."
            hint = "Give it more time with `--timeout`, or divide it."
        case reason if reason == TOO_LARGE:
            message = f"Building it needed more than {human_size(limits.memory)} of memory."
            hint = "Give it more with `--memory`, make its images smaller, or divide it."
        case reason if reason == RAISED:
            message, hint = error.output, "This is a bug in Chapbook: please report it."
        case _:
            times = f" {tries} times" if tries > 1 else ""
            message = f"The process that built it ended{times} ({error.output})."
            hint = "If it fails with `chapbook build`, too, please report it."
    return message, hint
