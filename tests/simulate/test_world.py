from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from bench.worlds import hazard_cells, made_up_story

from hookline.model.errors import BadInput
from hookline.model.story import BeatType, SeriesStory
from hookline.model.tables import META_KEY, STEPS_RAW, VIEWS, WATCHED
from hookline.simulate import Plan, World, viewers, write_parquet
from hookline.simulate.hazard import cumulated, span_of
from hookline.simulate.plan import LeavingEffect, MarketPlan, MomentEffect, PaywallPlan, Randomness

STORY = made_up_story(1)
PLAIN = replace(
    Plan.null(first_paid=None),
    markets=(MarketPlan("US"),),
    random=Randomness(
        frailty=0, frailty_on_going_on=0, episode_leaving=0, episode_market_leaving=0, episode_going_on=0
    ),
    baseline=replace(Plan.null().baseline, rewatch=0.0),
)


def one_viewer(story: SeriesStory, *moments: MomentEffect) -> World:
    return viewers(story, replace(PLAIN, moments=moments), viewers=1, seed=1, series="s")


def test_the_same_arguments_give_the_same_world() -> None:
    one, two, other = (viewers(STORY, Plan.null(), viewers=2_000, seed=seed, series="s") for seed in (4, 4, 5))
    assert np.array_equal(one.views.exit_ms, two.views.exit_ms)
    assert np.array_equal(one.steps.at_ms, two.steps.at_ms)
    assert not np.array_equal(one.views.exit_ms[:100], other.views.exit_ms[:100])


def test_leaving_follows_the_documented_hazard() -> None:
    """Without frailty the share still watching at t is exp(-cumulated rate), within chance."""
    world = viewers(STORY, PLAIN, viewers=100_000, seed=2, series="s")
    story = STORY.episodes[0]
    rate = cumulated(story, PLAIN, "US", offset=0, scenes=np.zeros(3))
    first = world.views.episode == 1
    for at_s in (1, 5, 20, 40, 60):
        expected = np.exp(-rate[at_s * 10 - 1])
        seen = (world.views.exit_ms[first] >= at_s * 1000).mean()
        assert abs(seen - expected) < 4 * np.sqrt(expected * (1 - expected) / first.sum())


def test_a_planted_beat_multiplies_the_odds_of_leaving_by_its_ratio() -> None:
    plan = replace(PLAIN, leaving=(LeavingEffect(BeatType.EXPOSITION, 3.0),))
    story = next(ep for ep in STORY.episodes if any(beat.type is BeatType.EXPOSITION for beat in ep.beats))
    beat = next(beat for beat in story.beats if beat.type is BeatType.EXPOSITION)
    with_it, without = (np.diff(cumulated(story, p, "US", offset=0, scenes=np.zeros(3))) * 10 for p in (plan, PLAIN))
    middle = (beat.span.start_ms + beat.span.end_ms) // 200
    odds = [np.expm1(rate[middle]) for rate in (with_it, without)]
    assert odds[0] / odds[1] == pytest.approx(3.0)
    assert with_it[beat.span.end_ms // 100 + 1] == pytest.approx(without[beat.span.end_ms // 100 + 1])


def test_a_moment_is_found_by_the_opening_words_of_its_line() -> None:
    line = STORY.episodes[2].episode.lines()[4]
    assert line.span
    moment = MomentEffect(3, 4.0, line=("anderswo", line.text[:12].upper()))
    assert span_of(moment, STORY.episodes[2]).start_ms <= line.span.start_ms
    with pytest.raises(BadInput, match="no line that opens with"):
        viewers(
            STORY, replace(PLAIN, moments=(MomentEffect(3, 4.0, line=("nobody says",)),)), viewers=1, seed=1, series="s"
        )
    with pytest.raises(BadInput, match="no episode 99"):
        viewers(
            STORY, replace(PLAIN, moments=(MomentEffect(99, 4.0, from_s=1, to_s=2),)), viewers=1, seed=1, series="s"
        )
    with pytest.raises(BadInput, match="no episode to watch"):
        one_viewer(SeriesStory("", "en", ()))


def test_nobody_watches_a_paid_episode_without_unlocking_it() -> None:
    plan = replace(Plan.null(), paywall=PaywallPlan(5, unlock=0.3))
    world = viewers(STORY, plan, viewers=20_000, seed=6, series="s")
    paid = world.steps.event > 0
    unlocked = set(zip(world.steps.viewer[paid].tolist(), world.steps.episode[paid].tolist(), strict=True))
    late = world.views.episode >= 5
    assert late.any()
    watched = set(zip(world.views.viewer[late].tolist(), world.views.episode[late].tolist(), strict=True))
    assert watched <= unlocked
    first = world.steps.episode == 5
    share = paid[first].sum() / (~paid[first]).sum()
    assert share == pytest.approx(0.3, abs=0.02)
    assert (world.steps.price_micros[world.steps.event != 1] == 0).all()


def test_views_lie_inside_their_episode() -> None:
    world = viewers(STORY, Plan.null(), viewers=5_000, seed=7, series="s")
    lengths = np.array([0, *world.durations_ms.values()])[world.views.episode]
    assert (world.views.exit_ms >= 0).all()
    assert (world.views.exit_ms <= lengths).all()
    assert np.array_equal(world.views.completed, world.views.exit_ms == lengths)
    assert (world.views.watched_ms >= world.views.exit_ms).all()
    cells = hazard_cells(world)
    assert (cells.exits <= cells.at_risk).all()


def test_tables_hold_what_happened_and_say_that_they_are_simulated(tmp_path: Path) -> None:
    plan = replace(Plan.null(), duplicate_rows=0.1)
    world = viewers(STORY, plan, viewers=3_000, seed=8, series="o'hara")
    paths = {path.stem: str(path) for path in write_parquet(world, tmp_path / "it's here")}
    assert set(paths) == {"views", "watched", "steps_raw"}
    with duckdb.connect() as database:
        for table in (VIEWS, WATCHED, STEPS_RAW):
            columns = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [paths[table.name]]).fetchall()
            assert [tuple(column[:2]) for column in columns] == list(table.columns)
            query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = ?"
            ((meta,),) = database.execute(query, [paths[table.name], META_KEY]).fetchall()
            assert json.loads(meta)["simulated"] is True
        count, distinct, watched = database.execute(
            "SELECT count(*), count(DISTINCT view_id), (SELECT sum(w) FROM (SELECT any_value(watched_ms) w FROM"
            " read_parquet(?) GROUP BY view_id)) FROM read_parquet(?)",
            [paths["views"], paths["views"]],
        ).fetchall()[0]
        assert distinct == len(world.views.viewer)
        assert 1.05 < count / distinct < 1.15
        assert watched == world.views.watched_ms.sum()
