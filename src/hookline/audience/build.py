"""Canonical events, views and steps of any number of files to one set of views, cells and steps.

The rules stand in ``docs/audience.md`` and, each in its place, in ``sql/*.sql``.  They don't depend on the
order of files or rows, nor on how often a file is imported.  Views, cells and viewers' bits lie by day; a build that
is shown the previous one makes only the days whose rows have changed, links the others, and counts the touched
viewers' steps anew: what comes out is what a build of everything gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from hookline.audience import manifest as manifests
from hookline.audience.days import (
    QUERIES,
    Work,
    add_up,
    batches,
    link_day,
    make_days,
    open_days,
    show_places,
)
from hookline.audience.engine import Engine, Open, embedded
from hookline.audience.manifest import Content, Contents, Day, Manifest, file_key, inputs_of, key_of
from hookline.audience.quality import Counted, quality_of
from hookline.audience.sources import contents, cut_episodes, date_watched, votes_of_days
from hookline.audience.tables import BY_SECOND, COHORTS, RETENTION, REVENUE
from hookline.audience.totals import count_all, count_touched
from hookline.formats.events import canonical, read_meta, sql
from hookline.model.errors import BadInput
from hookline.model.progress import Progress, silent
from hookline.model.quality import Quality
from hookline.model.tables import STEPS

ROWS_AT_ONCE = 15_000_000  # of sources; a day that has more is made alone
ROWS_ADDED_AT_ONCE = 100_000  # of days that are added up together
BLOCK = 60  # episodes in a viewer's bits
TOUCHED_SHARE = 0.3  # of the rows: where more has changed, counting everyone is quicker


@dataclass(frozen=True, slots=True)
class Plan:
    """What is there and what must be made.  ``build`` draws it up, makes the changed days' views and then counts."""

    files: Mapping[Path, Contents]
    manifest: Manifest  # of this build, under way
    before: Manifest  # of the previous one; empty without
    previous: Path | None
    rows: Counter[str]  # of each day, over all files
    changed: list[str] = field(default_factory=list)  # days to be made


def build(
    sources: Sequence[Path],
    out: Path,
    *,
    series: str,
    durations_ms: Mapping[int, int],
    testers: Sequence[str] = (),
    previous: Path | None = None,
    content: Content = file_key,
    engine: Open = embedded,
    progress: Progress = silent,
) -> Quality:
    """Build every table of a series' audience in the folder ``out``, which must exist.

    Writes, by day, ``views``, ``watched``, ``steps_raw``, ``cells`` (see ``model.tables``), ``viewer_days`` and
    ``payments``, and as one file each ``steps``, ``by_second``, ``retention``, ``revenue`` and ``cohorts`` with
    the sums behind them (see ``audience.tables``).  ``audience.json``, which says what they were made from, comes last.

    Args:
        sources: canonical Parquet files as the event formats write them, in any order.
        out: folder for the tables; temporary files lie in it while the build runs.
        series: the series' name in the tables; rows of another one are set aside.
        durations_ms: length of each episode of the series, by its number.
        testers: pseudonyms of viewers who are set aside.
        previous: a folder that ``build`` wrote before; what still holds of it is linked, not made again.
        content: a key of a file's content.
        engine: where the queries run (see ``audience.engine``); the tables are the same.
        progress: told as days are made.

    Returns:
        What became of every row: ``rows == counted + set aside``.

    Raises:
        BadInput: an episode's length is not positive.
        Unreadable: a source is damaged or is not a canonical table.
    """
    wrong = [episode for episode, duration_ms in durations_ms.items() if duration_ms <= 0]
    if wrong or not durations_ms:
        raise BadInput(
            f"episodes without a length: {wrong or 'all'}", mend="give each episode's length in milliseconds"
        )
    with engine(out) as run:
        tables = {path: canonical(run.con, path) for path in sorted(set(sources))}
        simulated = any(bool(read_meta(run.con, path).get("simulated")) for path in tables)
        context = key_of(series, sorted(durations_ms.items()), sorted(set(testers)), simulated)
        work = Work(run, out, simulated)
        describe(run, series, durations_ms, testers)
        before = manifests.read(previous, context=context) or Manifest(context)
        keys = {path: content(path) for path in tables}
        files = {path: before.files.get(key) or contents(run, path, tables[path], key) for path, key in keys.items()}
        manifest = replace(
            before,
            files={keys[path]: one for path, one in files.items()},
            days={},
            places=list(before.places),
            variants={episode: list(cuts) for episode, cuts in before.variants.items()},
        )
        plan = Plan(files, manifest, before, previous, sum((Counter(one.rows) for one in files.values()), Counter()))
        _look(work, plan, progress)
        _make(work, plan, progress)
        count(work, plan, progress)
        manifests.write(out, manifest)
        return _quality(run, manifest)


def describe(engine: Engine, series: str, durations_ms: Mapping[int, int], testers: Sequence[str]) -> None:
    """What holds for all days, readable as ``this``, ``episodes``, ``episode_bits`` and ``testers``."""
    numbers = sorted(durations_ms)
    following = dict(pairwise(numbers))
    engine.table("this", "series VARCHAR", [[series]])
    rows = [(number, durations_ms[number], following.get(number)) for number in numbers]
    engine.table("episodes", "episode INTEGER, duration_ms BIGINT, next_episode INTEGER", rows)
    bits = [(number, place // BLOCK, 1 << place % BLOCK) for place, number in enumerate(numbers)]
    engine.table("episode_bits", "episode INTEGER, block BIGINT, bit BIGINT", bits)
    engine.table("testers", "viewer_id VARCHAR", [[one] for one in sorted(set(testers))])


def _look(work: Work, plan: Plan, progress: Progress) -> None:
    """What rows each day has, which lengths they report, and so how long each cut is; ``plan.changed`` is filled."""
    manifest, before = plan.manifest, plan.before.days
    named = cut_episodes(work.engine, plan.files.values())
    watched = date_watched(work, plan.files)
    for day in watched:
        plan.rows[day] += 0
    inputs = {day: inputs_of(day, list(plan.files.values()), watched.get(day, ""), named) for day in plan.rows}
    fresh = {day: plan.rows[day] for day, key in inputs.items() if day not in before or before[day].inputs != key}
    manifest.days.update((day, before[day]) for day in inputs.keys() - fresh.keys())
    for done, batch in enumerate(batches(fresh, ROWS_AT_ONCE * work.engine.times)):
        progress("look at the days", done, len(fresh))
        open_days(work, plan.files, batch)
        votes = votes_of_days(work, batch)
        manifest.days.update((day, Day(inputs[day], votes[day])) for day in batch)
    lengths = settle_cuts(work.engine, manifest)
    for day in sorted(inputs):
        told = manifest.days[day]
        key = key_of(told.inputs, sorted({lengths[e, cut] for e, cut, *_ in told.votes if (e, cut) in lengths}))
        if day in before and before[day].key == key:
            manifest.days[day] = before[day]
        else:
            manifest.days[day] = replace(told, key=key, quality=[])
            plan.changed.append(day)


def settle_cuts(engine: Engine, manifest: Manifest) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Every cut that rows of any day name, as ``cuts`` and, numbered for viewers' bits, ``cut_bits``."""
    votes: Counter[tuple[int, str, int | None]] = Counter()
    for day in manifest.days.values():
        for episode, cut, duration_ms, n in day.votes:
            votes[episode, cut, duration_ms] += n
    told = [[*vote, n] for vote, n in votes.items()]
    engine.table("votes", "episode INTEGER, cut VARCHAR, duration_ms BIGINT, n BIGINT", told)
    engine.keep("cuts", sql(QUERIES, "cuts"))
    found = engine.ask("SELECT episode, cut, unit, duration_ms, whole FROM cuts ORDER BY episode, cut")
    for episode, cut, *_ in found:
        numbered = manifest.variants.setdefault(str(episode), [])
        numbered.extend([cut] if cut not in numbered else [])
    rows = [(int(episode), n, cut) for episode, names in manifest.variants.items() for n, cut in enumerate(names)]
    engine.table("cut_variants", "episode INTEGER, variant BIGINT, cut VARCHAR", rows)
    engine.keep("cut_bits", sql(QUERIES, "cut_bits"))
    return {(episode, cut): (episode, cut, *facts) for episode, cut, *facts in found}


def _make(work: Work, plan: Plan, progress: Progress) -> None:
    """Link the days that stay, make those that have changed."""
    for day in plan.manifest.days.keys() - set(plan.changed):
        link_day(plan.previous, work.out, day)
    rows = {day: plan.rows[day] for day in plan.changed}
    done = 0
    for batch in batches(rows, ROWS_AT_ONCE * work.engine.times):
        progress("build the audience", done, len(rows))
        open_days(work, plan.files, batch)
        work.show("events_resolved")
        for day, counted in make_days(work, batch):
            plan.manifest.days[day].quality.append([counted.of, counted.code, counted.rows, counted.example])
        done += len(batch)
    progress("build the audience", len(rows), len(rows))


def count(work: Work, plan: Plan, progress: Progress = silent) -> None:
    """Cells and steps, and what is added up over days, from views, stretches and steps that lie there by day.

    Cells and viewers' bits are made of the plan's changed days; over all days, the changed days' cells and the viewers
    they touched are counted anew where those are few, else everyone.
    """
    rows = {day: plan.rows[day] for day in plan.changed}
    done = 0
    for batch in batches(rows, ROWS_ADDED_AT_ONCE * work.engine.times):
        progress("add up the days", done, len(rows))
        add_up(work, batch, plan.manifest)
        done += len(batch)
    progress("count the viewers", 0, 1)
    show_places(work.engine, plan.manifest)
    days, before = sorted(plan.manifest.days), sorted(plan.before.days)
    changed = sum(plan.rows[day] for day in {*plan.changed, *(set(before) - set(days))})
    if plan.previous and before and changed <= TOUCHED_SHARE * plan.rows.total():
        count_touched(work, plan.previous, before, days, plan.changed)
    else:
        count_all(work, days)
    for table in (STEPS, REVENUE, COHORTS, BY_SECOND, RETENTION):
        work.publish(table)
    progress("count the viewers", 1, 1)


def _quality(engine: Engine, manifest: Manifest) -> Quality:
    """What became of every row of every day."""
    told = [Counted(*row) for _, day in sorted(manifest.days.items()) for row in day.quality]
    told += [Counted("event", *row) for row in engine.ask(sql(QUERIES, "count_cuts"))]
    told += [Counted("step", *row) for row in engine.ask(sql(QUERIES, "count_offers"))]
    return quality_of(told)
