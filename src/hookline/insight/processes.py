"""Studies of many series, shared between processes.

Each process is a fresh interpreter that is handed its series and hands back its studies (pickled,
through pipes).  Unlike multiprocessing it neither forks (other libraries' threads would be copied in
whatever state they are) nor imports the program that called, so that any program may ask for it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

from hookline.insight.grid import SeriesData
from hookline.insight.study import Study, study

ANSWER = "from hookline.insight.processes import answer; answer()"
Jobs = list[tuple[int, SeriesData]]


def studies_apart(library: Sequence[SeriesData], workers: int) -> list[Study]:
    """A study of each series by itself, in the library's order."""
    jobs = list(enumerate(library))
    workers = min(workers, len(jobs))
    if workers < 2:
        return _made(jobs)
    with ThreadPoolExecutor(workers) as threads:
        shares = list(threads.map(_asked, [jobs[start::workers] for start in range(workers)]))
    return [told for told in chain.from_iterable(zip_longest(*shares)) if told is not None]


def _made(jobs: Jobs) -> list[Study]:
    return [study((data,), at, apart=True) for at, data in jobs]


def _asked(jobs: Jobs) -> list[Study]:
    # one thread of linear algebra each: the arrays are small, and the processes share the cores already
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    env |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    command = [sys.executable, "-c", ANSWER]
    done = subprocess.run(command, input=pickle.dumps(jobs), stdout=subprocess.PIPE, env=env, check=True)  # noqa: S603
    made: list[Study] = pickle.loads(done.stdout)  # noqa: S301 - from our own process
    return made


def answer() -> None:
    """What a process does: series from standard input, their studies to standard output."""
    jobs = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    sys.stdout.buffer.write(pickle.dumps(_made(jobs)))
