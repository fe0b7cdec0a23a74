"""Calibration of what is said of everything on screen but beats, of whole episodes and series, and of markets.

    python -m bench.elements [--worlds 40]

The worlds are the simulator's (frailty between viewers, random effects of episodes, scenes and markets, a paywall).
It knows effects of types of beat only: an element's spans enter the simulated story as beats of a type that stands
in for it, and the story that is judged doesn't have those.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bench.worlds import hazard_cells, made_up_story, step_counts
from hookline.insight import Element, ElementKind, Insight, SeriesData, analyse
from hookline.insight.elements import of_series
from hookline.model.script import Line, Scene
from hookline.model.story import (
    Arc,
    ArcShape,
    Beat,
    BeatType,
    Character,
    Emotion,
    EndingType,
    EpisodeStory,
    Feeling,
    Hook,
    Role,
    SeriesStory,
    Trait,
)
from hookline.simulate import Plan, viewers
from hookline.simulate.plan import LeavingEffect

PEOPLE = ("LIN", "ZHAO", "MEI", "CHEN")
SPEAKS = (0.4, 0.25, 0.2, 0.15)
FEELS = {Emotion.NEUTRAL: 0.5, Emotion.ANGER: 0.15, Emotion.JOY: 0.12, Emotion.FEAR: 0.13, Emotion.SADNESS: 0.1}
CARRIES = {"ZHAO": "mafia_boss", "MEI": "secret_child"}
TROPES = ("sweet_romance", "face_slap", "contract_marriage", "system")
STAND_INS = (BeatType.HOOK, BeatType.INCITING, BeatType.REVERSAL, BeatType.NEAR_MISS, BeatType.DECLARATION)
ANGER, FALLING = Element(ElementKind.EMOTION, "anger"), Element(ElementKind.TENSION, "falling")
MEI, LEAD = Element(ElementKind.ARCHETYPE, "secret_child"), Element(ElementKind.SPEAKER, "lead")
PLANTED = {ANGER: 1.5, FALLING: 1.4, MEI: 0.7, LEAD: 0.8}


def rich_story(seed: int, *, episodes: int = 12) -> SeriesStory:
    """A made-up story whose lines have speakers and emotions, with tension, hooks, cuts, archetypes, tropes and an arc."""
    rng = np.random.default_rng([seed, 11])
    story = made_up_story(seed, episodes=episodes)
    told = tuple(_rich(episode, rng) for episode in story.episodes)
    people = tuple(
        Character(
            name,
            dialogue_ms=round(1000 * share),
            role=Role.LEAD if name == PEOPLE[0] else Role.ALLY,
            archetypes=(Trait(CARRIES[name], 0.8, ()),) if name in CARRIES else (),
        )
        for name, share in zip(PEOPLE, SPEAKS, strict=True)
    )
    tropes = tuple(Trait(name, 0.8, ()) for name in TROPES if rng.random() < 0.5)
    shapes = list(ArcShape)
    arc = Arc((), shapes[int(rng.integers(len(shapes)))], 0.7)
    return replace(story, episodes=told, characters=people, tropes=tropes, arc=arc)


def _rich(episode: EpisodeStory, rng: np.random.Generator) -> EpisodeStory:
    speakers = rng.choice(PEOPLE, p=SPEAKS, size=len(episode.episode.lines()))
    said = iter(speakers.tolist())
    scenes = tuple(_spoken(scene, said) for scene in episode.episode.scenes)
    emotions = rng.choice(list(FEELS), p=list(FEELS.values()), size=len(speakers))
    steps = rng.normal(0, 0.25, episode.seconds).cumsum()
    tension = np.clip(0.45 + 0.25 * (steps - np.convolve(steps, np.ones(25) / 25, "same")), 0, 1)
    kinds = [*EndingType][:5]
    kind = kinds[int(rng.integers(5))] if rng.random() < 5 / 6 else None
    hook = Hook(int(rng.integers(0, 14_000)), (), "by chance", kind) if kind else None
    shots = np.sort(rng.integers(0, episode.duration_ms, int(rng.integers(15, 35))))
    return replace(
        episode,
        episode=replace(episode.episode, scenes=scenes),
        feelings=tuple(Feeling(Emotion(str(one)), 0.8, 0.0) for one in emotions),
        tension=tuple(tension.tolist()),
        hook=hook,
        shots=tuple(int(at) for at in shots),
    )


def _spoken(scene: Scene, said: object) -> Scene:
    lines: tuple[Line, ...] = tuple(replace(line, speaker=next(said)) for line in scene.lines)  # type: ignore[call-overload]
    return replace(scene, lines=lines)


def standing_in(story: SeriesStory, planted: Mapping[Element, float]) -> tuple[SeriesStory, tuple[LeavingEffect, ...]]:
    """The story with elements as beats of other types, and the effects of those."""
    laid = of_series(story)
    kinds = dict(zip(planted, STAND_INS, strict=False))
    episodes = tuple(
        replace(
            episode,
            beats=(
                *episode.beats,
                *(
                    Beat(kind, span, 0.5, ())
                    for one, kind in kinds.items()
                    for span in laid[episode.number].get(one, ())
                ),
            ),
        )
        for episode in story.episodes
    )
    return replace(story, episodes=episodes), tuple(LeavingEffect(kinds[one], odds) for one, odds in planted.items())


def world(seed: int, planted: Mapping[Element, float], *, count: int, plan: Plan, episodes: int = 12) -> SeriesData:
    """One simulated series as the insight room takes it."""
    story = rich_story(seed, episodes=episodes)
    simulated, effects = standing_in(story, planted)
    made = viewers(
        simulated, replace(plan, leaving=(*plan.leaving, *effects)), viewers=count, seed=seed, series="bench"
    )
    return SeriesData("bench", story, hazard_cells(made), step_counts(made), simulated=True)


def tallied(worlds: int, planted: Mapping[Element, float], *, count: int, plan: Plan) -> None:
    """How many intervals hold the truth and how many are claimed, over worlds."""
    held, seen, claimed, wrong, false, total = Counter(), Counter(), Counter(), 0, 0, 0
    errors: dict[str, list[float]] = defaultdict(list)
    began = time.process_time()
    for seed in range(worlds):
        told = analyse([world(seed, planted, count=count, plan=plan)])["bench"]
        false_here = false_claims(told, planted)
        wrong, false, total = wrong + bool(false_here), false + len(false_here), total + len(told.findings)
        for effect in told.effects:
            one = Element(effect.element, effect.subject)
            if effect.outcome in ("leaving", "leaving the opening"):
                name = f"{one.kind}: {one.name}" if one in planted else f"{one.kind}, nothing planted"
                name += ", one market" if effect.market else ""
                truth = planted.get(one, 1.0)
                seen[name] += 1
                held[name] += effect.estimate.low <= truth <= effect.estimate.high
                claimed[name] += effect.q <= 0.05
                errors[name].append(float(np.log(effect.estimate.value / truth)))
        for line in false_here:
            print("  false:", seed, line)
    print(
        f"{worlds} worlds of {count:,} viewers, {(time.process_time() - began) / worlds:.1f} CPU s each: "
        f"{wrong} with a false finding, {false} of {total} findings false."
    )
    for name in sorted(seen):
        print(f"| {name} | {held[name]} | {claimed[name]} | {seen[name]} | {np.mean(errors[name]):+.3f} |")


def false_claims(told: Insight, planted: Mapping[Element, float]) -> list[str]:
    """Findings of nothing that was planted."""
    from hookline.insight import words

    names = [words.of(one).name for one in planted]
    return [finding.claim for finding in told.findings if not any(name in finding.claim.lower()[:60] for name in names)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--viewers", type=int, default=50_000)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    plan = replace(Plan.null(), random=replace(Plan.null().random, scene_leaving=0.05))
    if given.only in ("", "null"):
        tallied(given.worlds, {}, count=given.viewers, plan=plan)
    if given.only in ("", "planted"):
        tallied(given.worlds, PLANTED, count=given.viewers, plan=plan)


if __name__ == "__main__":
    main()
