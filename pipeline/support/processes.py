"""Worker processes that share nothing with the one that starts them and end with it, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

PROCESSES = os.cpu_count() or 1

Progress = Callable[[int, int], None]  # done, in all


@contextmanager
def process_pool() -> Iterator[Executor]:
    """A pool of `PROCESSES` fresh processes: a fork would share the database connection. Work not begun is dropped.

    In a worker of Celery, which may have no children, they are threads: decoding pictures lets others run meanwhile.
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
        os._exit(1)  # whatever it is doing, nobody waits for it any more

    threading.Thread(target=wait, daemon=True).start()
