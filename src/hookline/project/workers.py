"""The same jobs one after another, in a process pool, or on Ray.

A job is a function of one picklable value that is safe to run twice.  A job whose process dies is given
to another one; a job that kills three processes is handed back as ``Lost``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hookline.model.errors import BadInput, EngineFailed, MissingExtra
from hookline.model.progress import Progress, silent

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[Item, Progress], Answer]

TRIES = 3  # processes that a job may cost
EVERY_S = 0.1  # that the pool's processes are listened to
LAST_WORDS_S = 1.0
AGAIN = "given again after a lost process or node"


@dataclass(frozen=True, slots=True)
class Lost:
    """A job whose process died each time."""

    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the jobs."""

    count: int = 1
    ray: str = ""  # the address of a Ray cluster; "" for processes of this machine
    threads: int = 1  # that one job uses: processors to ask a cluster for
    memory_bytes: int = 0  # that one job may need


def done_by(
    workers: Workers, work: Work[Item, Answer], items: Sequence[Item], *, progress: Progress = silent
) -> Iterator[tuple[Item, Answer | Lost]]:
    """The answers to all items as they are done, in any order.

    ``work`` is a function of a module, called with an item and a progress.  What it raises comes out here and
    ends the jobs that are still at work, so it should hand its own failures back as values.
    """
    if workers.ray:
        yield from _on_ray(workers, work, items, progress)
    elif min(workers.count, len(items)) < 2:
        for item in items:
            yield item, work(item, progress)
    else:
        yield from _in_pool(min(workers.count, len(items)), work, items, progress)


# ------------------------------------------------------------------ processes of this machine


def _in_pool(
    count: int, work: Work[Item, Answer], items: Sequence[Item], progress: Progress
) -> Iterator[tuple[Item, Answer | Lost]]:
    left = []
    with _pool(count, progress) as pool:
        given = {pool.submit(_call, work, item): item for item in items}
        for item, answer in _answers(given):
            if isinstance(answer, Lost):
                left.append(item)
            else:
                yield item, answer
    if left:
        progress(AGAIN, len(left), 0)
    for item in left:  # one died and took the pool along: alone, only the guilty one is lost
        yield item, _alone(work, item, progress)


def _answers(given: dict[Future[Answer], Item]) -> Iterator[tuple[Item, Answer | Lost]]:
    for future in as_completed(given):
        try:
            yield given[future], future.result()
        except BrokenProcessPool:
            yield given[future], Lost(1, "its process was killed")


def _alone(work: Work[Item, Answer], item: Item, progress: Progress) -> Answer | Lost:
    for _ in range(TRIES - 1):
        with _pool(1, progress) as pool:
            ((_, answer),) = _answers({pool.submit(_call, work, item): item})
        if not isinstance(answer, Lost):
            return answer
    return Lost(TRIES, "its process was killed each time; is there enough memory? (--workers 1 takes the least)")


@contextmanager
def _pool(count: int, progress: Progress) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes end with it, whatever happens, and with the process that started it."""
    fresh = multiprocessing.get_context("spawn")  # forking a process with ffmpeg's threads can hang
    told: Any = fresh.SimpleQueue()
    over = threading.Event()
    listener = threading.Thread(target=_listen, args=(told, over, progress), daemon=True)
    listener.start()
    pool = ProcessPoolExecutor(count, mp_context=fresh, initializer=_begin, initargs=(told,))
    try:
        yield pool
        pool.shutdown()
    finally:
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(cancel_futures=True)
        over.set()
        listener.join(LAST_WORDS_S)


def _listen(told: Any, over: threading.Event, progress: Progress) -> None:
    """Pass progress on until it is over; nothing is put into the queue for that: who was killed may hold its lock."""
    while True:
        if not told.empty():
            progress(*told.get())  # half a message of one who was killed never ends, and nobody waits for it
        elif over.wait(EVERY_S):
            return


_told: Any = None  # in a pool's process: where progress goes


def _begin(told: Any) -> None:
    global _told  # noqa: PLW0603 - a process has one parent
    _told = told
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops on Ctrl-C and ends us
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _call(work: Work[Item, Answer], item: Item) -> Answer:
    return work(item, lambda task, done, total: _told.put((task, done, total)))


# ------------------------------------------------------------------ Ray


def _on_ray(
    workers: Workers, work: Work[Item, Answer], items: Sequence[Item], progress: Progress
) -> Iterator[tuple[Item, Answer | Lost]]:
    """Jobs on the cluster: Ray places them, a job whose node or process dies is given again."""
    if not items:
        return
    lost = 0
    with _cluster(workers.ray) as ray:
        needs: dict[str, Any] = {"num_cpus": workers.threads, "max_retries": 0}
        if workers.memory_bytes:
            needs["memory"] = workers.memory_bytes
        remote = ray.remote(**needs)(_call_far)
        given = {remote.remote(work, item): (item, 1) for item in items}
        try:
            while given:
                (ref,), _ = ray.wait(list(given), num_returns=1)
                item, tries = given.pop(ref)
                answer = _far_answer(ray, ref, tries)
                if isinstance(answer, Lost) and tries < TRIES:
                    lost += 1
                    progress(AGAIN, lost, 0)
                    given[remote.remote(work, item)] = (item, tries + 1)
                else:
                    progress("jobs on Ray", len(items) - len(given), len(items))
                    yield item, answer
        finally:
            for ref in given:
                ray.cancel(ref, force=True)


def _call_far(work: Work[Item, Answer], item: Item) -> Answer:
    return work(item, silent)


def _far_answer(ray: Any, ref: Any, tries: int) -> Any:
    lost = (
        ray.exceptions.WorkerCrashedError,
        ray.exceptions.NodeDiedError,
        ray.exceptions.LocalRayletDiedError,
        ray.exceptions.ObjectLostError,
        ray.exceptions.OutOfMemoryError,
    )
    try:
        return ray.get(ref)
    except lost as error:
        return Lost(tries, f"its node or process died each time ({type(error).__name__})")
    except ray.exceptions.RayTaskError as error:
        raise EngineFailed(f"a job failed on the cluster: {error.cause or error}") from error


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """The cluster at an address, for as long as its jobs take."""
    _ask_for_token(address)
    try:
        import ray
    except ImportError as error:
        raise MissingExtra(needs="Ray", extra="ray") from error
    _knock(address)
    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False, runtime_env=_same_code())
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise _no_cluster(address, said) from error
    try:
        with redirect_stdout(sys.stderr):  # Ray tells of lost nodes where results belong
            yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Whether anything listens at an address; Ray itself would try for a minute."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise _no_cluster(address, error.strerror or str(error)) from error


def _no_cluster(address: str, said: str) -> EngineFailed:
    mend = 'start one (ray start --head), or take engine = "local"'
    return EngineFailed(f"no Ray cluster answers ({said})", where=address, mend=mend)


def _same_code() -> dict[str, Any]:
    """The cluster's processes find Hookline where ours does: the folder is the same on every node."""
    import hookline

    code = str(Path(hookline.__file__).parent.parent)
    before = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part and part != code]
    return {"env_vars": {"PYTHONPATH": os.pathsep.join([code, *before])}}


def _ask_for_token(address: str) -> None:
    """A cluster without a token runs anyone's code: it is not used.  Ray reads this when it is imported."""
    if os.environ.setdefault("RAY_AUTH_MODE", "token") != "token":
        raise BadInput(
            "this cluster asks for no token: whoever reaches it runs code on it",
            where=address,
            mend="start Ray with RAY_AUTH_MODE=token and one RAY_AUTH_TOKEN on every node, and say both here",
        )
