"""What the command line shows: progress while work goes on, results when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hookline.model.estimate import Estimate, Finding
from hookline.model.progress import Progress

if TYPE_CHECKING:
    from hookline.project.annotating import Annotated, Cost, Quote
    from hookline.story.annotate import Disagreement


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress that draws bars on a terminal, and a line a task elsewhere; on standard error."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=False) as bars:
        tasks: dict[str, int] = {}

        def draw(task: str, done: int, total: int) -> None:
            if task not in tasks:
                tasks[task] = bars.add_task(task, total=total or None)
            bars.update(tasks[task], completed=done, total=total or None)  # type: ignore[arg-type]

        yield draw


class _Lines:
    """Says when a task begins and ends."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def __call__(self, task: str, done: int, total: int) -> None:
        if task not in self.began:
            self.began[task] = time.monotonic()
            print(f"  {task} ...", file=sys.stderr, flush=True)
        if total and done >= total and self.began[task] >= 0:
            seconds = time.monotonic() - self.began[task]
            print(f"  {task} done in {seconds:.1f} s", file=sys.stderr, flush=True)
            self.began[task] = -1.0


def finding(number: int, found: Finding) -> str:
    """A finding as a few lines of text."""
    marked = "  [simulated viewers]" if found.simulated else ""
    lines = [f"{number}. {found.claim}{marked}", f"   {estimate(found.estimate)}"]
    if found.action:
        lines.append(f"   Try: {found.action}")
    return "\n".join(lines)


def estimate(value: Estimate) -> str:
    """An estimate with everything that makes it honest."""
    figures = f"{value.value:.3g} [{value.low:.3g} to {value.high:.3g}] {value.unit}"
    return f"{figures}; n = {value.n:,}; {value.method}; evidence: {value.grade.value}"


def numbers(found: Sequence[int]) -> str:
    """Runs of numbers as people write them.

    >>> numbers([1, 2, 3, 5, 8, 9])
    '1-3, 5, 8-9'
    """
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


MOST_TOLD = 12  # disagreements and refusals shown; all of them stand in the story or in the ledger's count


def quote(told: Quote) -> str:
    """What asking a model will take, before it is asked."""
    left = told.scenes - told.known
    asked = f"{told.model} at {told.base_url}: {left} of {told.scenes} scenes to ask"
    if not left:
        return f"{asked}; all are known, nothing is sent"
    return f"{asked}; about {_cost(told.cost)}"


def annotated(found: Annotated) -> str:
    """What a model's reading came to, and where it and the offline engine differ."""
    lines = [f"asked {found.asked} scenes: {_cost(found.cost)} in {found.used.requests} requests"]
    lines += [f"refused, episode {one.episode} scene {one.scene + 1}: {one.why}" for one in found.refused[:MOST_TOLD]]
    lines += _more(len(found.refused), "refused")
    lines.append(f"{len(found.disagreements)} places where the model and the offline engine differ")
    lines += [f"  {_difference(one)}" for one in found.disagreements[:MOST_TOLD]]
    return "\n".join([*lines, *_more(len(found.disagreements), "different")])


def _difference(one: Disagreement) -> str:
    where = ", ".join(map(str, one.evidence[:3]))
    return f"episode {one.episode}, {one.what}: offline {one.offline or '-'}, model {one.model or '-'} ({where})"


def _more(count: int, what: str) -> list[str]:
    return [f"  and {count - MOST_TOLD} more {what}"] if count > MOST_TOLD else []


def _cost(cost: Cost) -> str:
    tokens = f"{cost.prompt_tokens:,} tokens sent, {cost.completion_tokens:,} answered"
    return tokens + (", no price is set" if cost.price is None else f", {cost.price:.4f} by the prices set")
