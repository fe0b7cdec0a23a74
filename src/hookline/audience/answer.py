"""Questions about an audience, each answered with every figure that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hookline.audience import season, watching
from hookline.audience.acquisition import acquisition
from hookline.audience.exports import kept_exports
from hookline.audience.groups import Source
from hookline.audience.paying import engagement, funnel, revenue
from hookline.audience.platforms import add_figures, add_tracks, platform_figures
from hookline.audience.result import Answers, Figure
from hookline.audience.tables import ACQUIRED, BY_SECOND
from hookline.model.tables import Table

SETTLED_DAYS = 7  # the hooked episode is judged by who had a week to go on


def audience_figures(folder: Path, *, by: Sequence[str] = (), episode: int = 0, k: int = 20) -> Answers:
    """Who watched, stayed and went on, of all viewers and by group.

    With ``episode``: its retention, hazard, rewatching and skipping by second, watch time and completion.  Without:
    watch time, completion and relative retention of every episode, reach, continuation and survival through the
    season, the hooked episode, cohorts by week, revenue and what viewers did besides.

    Args:
        folder: where ``build`` and ``sum_up`` wrote.
        by: of market, platform and cut (the figures by viewer know no cut: they stand for all cuts there).
        episode: one alone, by second; 0 for the season.
        k: groups of fewer viewers are left out, and those that would give them away.
    """
    kept = kept_exports(folder)
    if kept is None or not (kept.curves or kept.counts or kept.notes):
        return _of_events(folder, by, episode, k)
    told = platform_figures(kept, by=by, episode=episode, k=k)
    alone = bool(told.figures) and not watching.anybody(folder, episode)
    own = Answers(kept.series, False, k=k) if alone else _of_events(folder, by, episode, k)
    return replace(
        own,
        figures=add_figures(own.figures, told, kept.durations_ms),
        by_second=add_tracks(own.by_second, told, kept.durations_ms) if episode else (),
        suppressed=own.suppressed + told.suppressed,
        notes=(*own.notes, *told.notes),
    )


def _of_events(folder: Path, by: Sequence[str], episode: int, k: int) -> Answers:
    """What the player's own events say."""
    cells, few = watching.watched(folder, by=by, episode=episode, k=k)
    figures: list[Figure] = [make(one) for one in cells for make in (watching.watch_time, watching.completion)]
    if episode:
        tracks = (watching.retention, watching.hazard, watching.rewatching, watching.skipping)
        by_second = tuple(make(one) for one in cells for make in tracks)
        acts, hidden = engagement(folder, by=_viewers(by), episode=episode, k=k)
        return replace(_answers(folder, BY_SECOND, [*figures, *acts], few + hidden, k), by_second=by_second)
    made = (
        _season(folder, _viewers(by), k),
        season.cohort_curves(folder, by=_viewers(by), k=k),
        revenue(folder, by=_viewers(by), k=k),
        engagement(folder, by=_viewers(by), k=k),
    )
    figures += watching.relative_retention(cells)
    figures += [figure for found, _ in made for figure in found]
    return _answers(folder, BY_SECOND, figures, few + sum(hidden for _, hidden in made), k)


def _season(folder: Path, by: Sequence[str], k: int) -> tuple[tuple[Figure, ...], int]:
    steps, few = season.stepped(folder, by=by, k=k)
    settled, _ = season.stepped(folder, by=by, k=k, settled_days=SETTLED_DAYS)
    makers = (season.reach, season.completion, season.continuation, season.season_survival)
    figures = [figure for one in steps for make in makers for figure in make(one)]
    figures += [figure for one in settled for figure in season.finishing(one)]
    figures += [figure for one in settled if (figure := season.hooked(one))]
    return tuple(figures), few


def funnel_figures(folder: Path, *, by: Sequence[str] = (), episode: int = 0, k: int = 20) -> Answers:
    """Who was asked to pay, who unlocked and in which way; and what viewers pay."""
    asked, few = funnel(folder, by=by, episode=episode, k=k)
    paid, hidden = revenue(folder, by=by, k=k) if not episode else ((), 0)
    return _answers(folder, BY_SECOND, [*asked, *paid], few + hidden, k)


def ad_figures(folder: Path, *, by: Sequence[str] = (), k: int = 20) -> Answers:
    """What ads cost and bring; see ``acquisition``."""
    figures, few = acquisition(folder, by=by, k=k)
    answers = _answers(folder, ACQUIRED, figures, few, k)
    none = "no install is known: import an attribution export (AppsFlyer) and the platforms' reports of spend"
    return answers if figures or few else replace(answers, notes=(none,))


def _viewers(by: Sequence[str]) -> tuple[str, ...]:
    """The dimensions that figures by viewer know."""
    return tuple(name for name in by if name in season.COLUMNS)


def _answers(folder: Path, table: Table, figures: Sequence[Figure], suppressed: int, k: int) -> Answers:
    source = Source(folder, table)
    names = source.rows("SELECT series FROM given LIMIT 1")["series"]
    series = str(names[0]) if len(names) else ""
    return Answers(series, bool(source.meta().get("simulated")), tuple(figures), suppressed=suppressed, k=k)
