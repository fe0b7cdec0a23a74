"""How viewers go through the season: continuation, the hooked episode, survival by episode, cohorts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from hookline.audience.groups import Source, by_group, checked, group_of, visible, with_all
from hookline.audience.intervals import share
from hookline.audience.result import Figure, Group
from hookline.audience.survival import KAPLAN_MEIER, kaplan_meier
from hookline.audience.tables import COHORTS, SEASON
from hookline.model.errors import BadInput
from hookline.model.estimate import Estimate, Grade
from hookline.model.tables import STEPS, Table

HOOKED = 0.7  # of an episode's viewers finish the season: the field's definition
COLUMNS = ("market", "platform")
COUNTS = ("starters", "finishers", "continued")
PERIODS = ("day", "week")


@dataclass(frozen=True, slots=True)
class Stepped:
    """What one group's viewers did episode by episode; distinct viewers."""

    group: Group
    viewers: int  # of the series
    episodes: tuple[int, ...]
    starters: tuple[int, ...]
    finishers: tuple[int, ...]
    continued: tuple[int, ...]
    finished_season: tuple[int, ...]  # of the finishers, who finished the last episode too


def stepped(
    folder: Path, *, by: Sequence[str] = (), k: int = 20, settled_days: int = 0
) -> tuple[tuple[Stepped, ...], int]:
    """The steps of all viewers and of each group, and how many groups are too small to be shown.

    Args:
        folder: where ``build`` and ``sum_up`` wrote.
        by: of market and platform, those of the viewer's first view of the series.
        k: the smallest group that is shown, in viewers of the series.
        settled_days: leave out who started in the last so many days and had less time to go on.
    """
    by = checked(by, known=COLUMNS)
    kept: list[Stepped] = []
    suppressed = 0
    for dims in with_all(by):
        found = list(_read(folder, dims, settled_days))
        shown, few = visible({one.group: one.viewers for one in found}, dims, k=k)
        large = [one for one in found if one.group in shown]
        seen = _shown_in(large, dims, k)
        cut = [_shortened(one, seen) for one in large]
        kept += [one for one in cut if one.episodes]
        suppressed += few + sum(len(a.episodes) - len(b.episodes) for a, b in zip(large, cut, strict=True))
    return tuple(kept), suppressed


def _shown_in(groups: Sequence[Stepped], by: Sequence[str], k: int) -> dict[int, frozenset[Group]]:
    """The groups of each episode that may be shown, by its starters."""
    starters: dict[int, dict[Group, int]] = {}
    for one in groups:
        for episode, n in zip(one.episodes, one.starters, strict=True):
            starters.setdefault(episode, {})[one.group] = n
    return {episode: visible(counts, by, k=k)[0] for episode, counts in starters.items()}


def _shortened(one: Stepped, seen: dict[int, frozenset[Group]]) -> Stepped:
    """The group's episodes up to the first in which it may not be shown."""
    to = next((i for i, episode in enumerate(one.episodes) if one.group not in seen[episode]), len(one.episodes))
    columns = (one.episodes, one.starters, one.finishers, one.continued, one.finished_season)
    return Stepped(one.group, one.viewers, *(column[:to] for column in columns))


def _read(folder: Path, by: Sequence[str], settled_days: int) -> Iterator[Stepped]:
    until = Source(folder, SEASON).last_day() - timedelta(days=settled_days)
    steps = Source(folder, STEPS).figures("steps", by, COLUMNS, until=until)
    seasons = dict(_of(folder, SEASON, "finished_season", by, until))
    cohorts = dict(_of(folder, COHORTS, "viewers", by, until))
    for group, own in by_group(steps, by):
        began = own["starters"] > 0
        done = seasons.get(group, {})
        starters, finishers, continued = (tuple(own[name][began].tolist()) for name in COUNTS)
        episodes = tuple(own["episode"][began].tolist())
        finished = tuple(done.get(episode, 0) for episode in episodes)
        viewers = cohorts.get(group, {}).get(0, 0)
        if episodes:
            yield Stepped(group, viewers, episodes, starters, finishers, continued, finished)


def _of(
    folder: Path, table: Table, query: str, by: Sequence[str], until: date
) -> Iterator[tuple[Group, dict[int, int]]]:
    rows = Source(folder, table).figures(query, by, COLUMNS, until=until)
    for group, own in by_group(rows, by):
        yield group, dict(zip(own["episode"].tolist(), own["n"].tolist(), strict=True))


def continuation(steps: Stepped) -> tuple[Figure, ...]:
    """Who started the next episode, of each episode's starters; Wilson's interval.  The last has none."""
    pairs = zip(steps.episodes[:-1], steps.continued, steps.starters, strict=False)
    return tuple(Figure("continuation", steps.group, share(went, n), episode) for episode, went, n in pairs)


def reach(steps: Stepped) -> tuple[Figure, ...]:
    """Each episode's starters, of the series' viewers; Wilson's interval."""
    return tuple(
        Figure("reach", steps.group, share(min(n, steps.viewers), steps.viewers), episode)
        for episode, n in zip(steps.episodes, steps.starters, strict=True)
    )


def completion(steps: Stepped) -> tuple[Figure, ...]:
    """Who finished each episode, of its starters; Wilson's interval."""
    rows = zip(steps.episodes, steps.finishers, steps.starters, strict=True)
    return tuple(Figure("completion", steps.group, share(done, n), episode) for episode, done, n in rows)


def season_survival(steps: Stepped) -> tuple[Figure, ...]:
    """The share still there after each episode: Kaplan-Meier with episodes as time.

    At risk in an episode are its starters, and those leave who never start the next: ``prod (continued / starters)``.
    Greenwood's interval.  Assumes that episodes are seen in order; who skips one counts in ``reach`` and not here.  The
    last episode ends the season and nobody can leave after it.
    """
    starters = np.asarray(steps.starters[:-1])
    left = kaplan_meier(starters, starters - np.asarray(steps.continued[:-1]))
    return tuple(
        Figure(
            "season survival", steps.group,
            Estimate(float(v), float(low), float(high), n, KAPLAN_MEIER, Grade.WITHIN, "share"), episode,
        )
        for episode, n, v, low, high in zip(
            steps.episodes, steps.starters, left.share, left.low, left.high, strict=False
        )
    )  # fmt: skip


def finishing(steps: Stepped) -> tuple[Figure, ...]:
    """Of those who finished an episode, who finished the season's last one; Wilson's interval."""
    rows = zip(steps.episodes, steps.finished_season, steps.finishers, strict=True)
    return tuple(Figure("finishing the season", steps.group, share(k, n), episode) for episode, k, n in rows if n)


def hooked(steps: Stepped, *, share_needed: float = HOOKED) -> Figure | None:
    """The hooked episode: the first, never the pilot, whose viewers finish the season in at least 70 % of cases.

    Viewers of an episode are those who finished it.  Netflix's definition of 2015 with its threshold; None where no
    episode but the last reaches it.  The estimate is the share at that episode: where its interval reaches below the
    threshold, the next episodes are candidates too.  Only settled cohorts can answer: viewers who are still on their
    way count as not finishing.
    """
    pilot, last = steps.episodes[0], steps.episodes[-1]
    for figure in finishing(steps):
        if figure.episode not in (pilot, last) and figure.estimate.value >= share_needed:
            return replace(figure, name="hooked episode")
    return None


def cohort_curves(
    folder: Path, *, period: str = "week", by: Sequence[str] = (), k: int = 20
) -> tuple[tuple[Figure, ...], int]:
    """The reach of each episode by the day or week (from Monday) in which viewers first started the series.

    Starters of the episode from a cohort, of the cohort's viewers; Wilson's interval.  Compare cohorts of one age: a
    later one has had less time.
    """
    by = checked(by, known=COLUMNS)
    if period not in PERIODS:
        raise BadInput(f"there is no period {period!r}", mend=f"periods: {', '.join(PERIODS)}")
    made: list[Figure] = []
    suppressed = 0
    for dims in with_all(by):
        figures, few = _cohorts(folder, dims, period, k)
        made += figures
        suppressed += few
    return tuple(made), suppressed


def _cohorts(folder: Path, by: Sequence[str], period: str, k: int) -> tuple[list[Figure], int]:
    dims = (*by, "cohort")
    viewers = _viewers(folder, by, period)
    shown, few = visible(viewers, dims, k=k)
    starters = Source(folder, STEPS).figures("cohort_starters", by, COLUMNS, period=period)
    figures = [
        Figure("reach of cohort", group, share(min(int(n), viewers[group]), viewers[group]), int(episode))
        for group, own in by_group(starters, dims)
        if group in shown
        for episode, n in zip(own["episode"], own["n"], strict=True)
    ]
    return figures, few


def _viewers(folder: Path, by: Sequence[str], period: str) -> dict[Group, int]:
    dims = (*by, "cohort")
    rows = Source(folder, COHORTS).figures("cohort_viewers", by, COLUMNS, period=period)
    names = [dict(zip(dims, row, strict=True)) for row in zip(*(rows[d].astype(str) for d in dims), strict=True)]
    return {group_of(name, dims): int(n) for name, n in zip(names, rows["n"], strict=True)}
