"""Questions about the viewers of a library, answered from its built audiences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.progress import Progress, silent
from hookline.model.quality import Quality
from hookline.project.folder import Library
from hookline.project.work import SeriesRun, built_audience

if TYPE_CHECKING:
    from hookline.audience.result import Answers

QUESTIONS = ("figures", "funnel", "ads")


def ask(
    library: Library, question: str, *, by: Sequence[str] = (), episode: int = 0, progress: Progress = silent
) -> tuple[Answers, ...]:
    """The figures, the funnel or the ads of every series of a library, brought up to date first.

    Args:
        library: a series, or several; those without viewers are left out unless none has any.
        question: figures, funnel or ads.
        by: of market, platform and cut.
        episode: one alone, 0 for the season; ads know no episode.
        progress: told as work goes on.

    Raises:
        BadInput: there is no such question or dimension.
        NotEnoughData: nobody watched.
    """
    from hookline import audience

    def figures(folder: Path, k: int) -> Answers:
        return audience.audience_figures(folder, by=by, episode=episode, k=k)

    def funnel(folder: Path, k: int) -> Answers:
        return audience.funnel_figures(folder, by=by, episode=episode, k=k)

    def ads(folder: Path, k: int) -> Answers:
        if episode:
            raise BadInput("ads are of the series, not of an episode", mend="leave --episode out")
        return audience.ad_figures(folder, by=by, k=k)

    answer: dict[str, Callable[[Path, int], Answers]] = {"figures": figures, "funnel": funnel, "ads": ads}
    if question not in answer:
        raise BadInput(f"there is no question {question!r}", mend=f"questions: {', '.join(QUESTIONS)}")
    found = [
        answer[question](run.audience_step.folder, run.folder.config().smallest_group)
        for run in _built(library, progress)
        if run.audience_step
    ]
    return tuple(found)


def quality(library: Library, *, progress: Progress = silent) -> dict[str, Quality]:
    """What became of every row of each series' imported files, by the series' name."""
    return {run.folder.config().id: summary.quality for run in _built(library, progress) if (summary := run.audience())}


def _built(library: Library, progress: Progress) -> list[SeriesRun]:
    runs = []
    missing: NotEnoughData | None = None
    for series in library.series:
        try:
            runs.append(built_audience(series, progress=progress))
        except NotEnoughData as error:
            missing = error
    if not runs and missing:
        raise missing
    return runs
