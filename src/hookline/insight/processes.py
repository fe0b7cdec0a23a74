"""Studies of many series, shared between processes.

Each process is a fresh interpreter that is handed its series and hands back its studies (pickled,
through pipes).  Unlike multiprocessing it neither forks (other libraries' threads would be copied in
whatever state they are) nor imports the program that called, so that any program may ask for it.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from queue import Empty, Queue
from subprocess import PIPE, Popen

from hookline.insight.grid import SeriesData
from hookline.insight.study import Study, study
from hookline.model.errors import HooklineError

ANSWER = "from hookline.insight.processes import answer; answer()"
Jobs = Iterable[tuple[int, SeriesData]]


def studies_apart(library: Sequence[SeriesData], workers: int) -> list[Study]:
    """A study of each series by itself, in the library's order.

    Raises:
        HooklineError: a process ended before it answered.
    """
    workers = min(workers, len(library))
    if workers < 2:
        return [study((data,), at, apart=True) for at, data in enumerate(library)]
    waiting: Queue[tuple[int, SeriesData]] = Queue()
    for job in enumerate(library):
        waiting.put(job)
    with ThreadPoolExecutor(workers) as threads:
        shares = list(threads.map(lambda _: _asked(_taken(waiting)), range(workers)))
    made = dict(chain.from_iterable(shares))
    return [made[at] for at in range(len(library))]


def _taken(waiting: Queue[tuple[int, SeriesData]]) -> Jobs:
    """Whatever is still to do, when there is a hand free for it."""
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return


def _asked(jobs: Jobs) -> list[tuple[int, Study]]:
    """One process, one series at a time, so that neither side holds more."""
    # one thread of linear algebra each: the arrays are small, and the processes share the cores already
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    env |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    made = []
    with Popen([sys.executable, "-c", ANSWER], stdin=PIPE, stdout=PIPE, env=env) as process:  # noqa: S603
        assert process.stdin
        assert process.stdout
        for at, data in jobs:
            try:
                pickle.dump((at, data), process.stdin)
                process.stdin.flush()
                made.append((at, pickle.load(process.stdout)))  # noqa: S301 - from our own process
            except (BrokenPipeError, EOFError) as error:
                with suppress(BrokenPipeError):
                    process.stdin.close()
                raise HooklineError(
                    f"the process that learns from it ended early (exit {process.wait()})",
                    where=data.series,
                    mend="It may have run out of memory: try again with fewer series, or with less else running.",
                ) from error
    return made


def answer() -> None:
    """What a process does: a series from standard input, its study to standard output, until there are no more."""
    while True:
        try:
            at, data = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        pickle.dump(study((data,), at, apart=True), sys.stdout.buffer)
        sys.stdout.buffer.flush()
