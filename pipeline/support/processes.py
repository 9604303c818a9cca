"""Pools of worker processes that share no state with their parent and exit when it exits, even if it is killed."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

PROCESSES = os.cpu_count() or 1

Progress = Callable[[int, int], None]  # done, total


@contextmanager
def process_pool() -> Iterator[Executor]:
    """A pool of `PROCESSES` spawned processes; forks would share the database connection. Exit cancels pending work.

    A Celery worker process is daemonic and may have no children, so threads take their place there; decoding pictures
    releases the GIL.
    """
    pool: Executor
    if multiprocessing.current_process().daemon:
        pool = ThreadPoolExecutor(PROCESSES)
    else:
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(PROCESSES, mp_context=spawn, initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)  # whatever it is computing, nobody will collect the result

    threading.Thread(target=wait, daemon=True).start()
