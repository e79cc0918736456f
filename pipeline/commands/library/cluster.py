"""A Dask cluster as an executor: the optional extra ``cluster``.

A worker passes each task to a process of its own, within the same limits as on one machine. So
tasks that hang, grow or crash do not affect Dask; if a worker itself dies, Dask assigns its tasks
to another.
"""

from __future__ import annotations

import functools
import logging
import os
from concurrent.futures import Executor
from typing import Any

import msgspec

from pipeline.commands.library.building import build
from pipeline.commands.processes.limited_child import Limits
from pipeline.commands.processes.limited_pool import LimitedPool

PATIENCE = 15
"""Seconds to wait for a scheduler to answer."""


class NoClusterError(Exception):
    """A cluster that cannot be used."""


class Cluster:
    """The workers of a scheduler, as long as they are used."""

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError as error:
            message = "Clusters need the extra “cluster”: pip install 'chapbook[cluster]'"
            raise NoClusterError(message) from error
        # its log messages are reported as a finding; some of its loggers have levels of their own
        for name in tuple(logging.root.manager.loggerDict):
            if name.partition(".")[0] == "distributed":
                logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            client: Any = distributed.Client
            self._client = client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            message = f"there is no scheduler at {address} that answers: {error}"
            raise NoClusterError(message) from error
        self.executor: Executor = self._client.get_executor(pure=False)

    @property
    def threads(self) -> int:
        """The number of tasks that the workers do at a time."""
        return sum(self._client.nthreads().values())

    def is_alive(self) -> bool:
        """Return whether there is a scheduler, and a worker."""
        return self._client.status == "running" and self.threads > 0

    def close(self) -> None:
        self._client.close(timeout=PATIENCE)


def build_within(limits: Limits, data: bytes) -> bytes:
    """Build the document of a task, on a worker."""
    return _pool(msgspec.json.encode(limits)).submit(build, data).result()


@functools.lru_cache(maxsize=1)
def _pool(limits: bytes) -> LimitedPool:
    return LimitedPool(os.cpu_count() or 1, msgspec.json.decode(limits, type=Limits))
