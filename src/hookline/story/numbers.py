"""Step 14: the season in figures, counted from the timed story.

Everything here is counted and nothing guessed, but for times by reading speed, which are estimates
(``timing`` says which an episode has).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from hookline.model.script import Line, LineKind, Scene
from hookline.model.span import Span
from hookline.model.story import BeatType, EpisodeStory, SeriesStory
from hookline.story.result import EpisodeNumbers, PlaceNumbers, SceneNumbers, SeriesNumbers, SpeakerNumbers, Spread
from hookline.story.timing import counted

SHOWN = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)
QUIET = (BeatType.EXPOSITION, BeatType.FLASHBACK)  # beats that don't pull by themselves

SPREADS: dict[str, tuple[str, Callable[[EpisodeNumbers], float]]] = {
    "length": ("s", lambda ep: ep.duration_ms / 1000),
    "scenes": ("", lambda ep: len(ep.scenes)),
    "lines": ("", lambda ep: ep.lines),
    "speaking parts": ("", lambda ep: len(ep.speakers)),
    "dialogue": ("share of the time", lambda ep: ep.dialogue_ms / max(1, ep.duration_ms)),
    "words said": ("a minute", lambda ep: ep.units_per_minute),
    "tension": ("0..1", lambda ep: ep.tension),
    "strength of the ending": ("0..1", lambda ep: ep.ending_strength),
}


def numbers_of(story: SeriesStory) -> SeriesNumbers:
    """A series in figures, episode by episode."""
    episodes = tuple(_episode(ep) for ep in story.episodes)
    scenes = [scene for ep in episodes for scene in ep.scenes]
    return SeriesNumbers(
        episodes=episodes,
        spreads=tuple(_spread(name, unit, [of(ep) for ep in episodes]) for name, (unit, of) in SPREADS.items())
        if episodes
        else (),
        places=_places(episodes),
        duration_ms=sum(ep.duration_ms for ep in episodes),
        settings=dict(Counter(scene.setting or "unsaid" for scene in scenes).most_common()),
        times_of_day=dict(Counter(scene.time_of_day or "unsaid" for scene in scenes).most_common()),
    )


def pulls_of(story: EpisodeStory) -> tuple[int, ...]:
    """When something pulls anew: hook, spikes (where none were looked for, beats that press), in order."""
    hook = [story.hook.at_ms] if story.hook else []
    pressing = [beat.span.start_ms for beat in story.beats if beat.type not in QUIET]
    return tuple(sorted({*hook, *([spike.at_ms for spike in story.spikes] or pressing)}))


def _episode(story: EpisodeStory) -> EpisodeNumbers:
    lines = story.episode.lines()
    shown = [counted(line.text) for line in lines if line.kind in SHOWN]
    said = [sum(counted(line.text)) for line in lines if line.kind is LineKind.DIALOGUE]
    pulls = pulls_of(story)
    peak = max(story.tension, default=0.0)
    return EpisodeNumbers(
        episode=story.number,
        title=story.episode.title,
        duration_ms=story.duration_ms,
        timing=story.timing,
        scenes=tuple(_scene(number, scene) for number, scene in enumerate(story.episode.scenes, start=1)),
        lines=len(lines),
        dialogue_lines=sum(line.kind is LineKind.DIALOGUE for line in lines),
        action_lines=sum(line.kind is LineKind.ACTION for line in lines),
        words=sum(words for words, _ in shown),
        han=sum(han for _, han in shown),
        dialogue_ms=_talk_ms(lines),
        units_per_minute=sum(said) / (story.duration_ms / 60_000) if story.duration_ms else 0.0,
        speakers=_speakers(lines),
        hook_ms=story.hook.at_ms if story.hook else None,
        pulls_ms=pulls,
        longest_gap_ms=max((b - a for a, b in pairwise([*pulls, story.duration_ms])), default=0) if pulls else 0,
        tension=statistics.fmean(story.tension) if story.tension else 0.0,
        peak_tension=peak,
        peak_ms=story.tension.index(peak) * 1000 if story.tension else 0,
        ending=story.ending.type,
        ending_strength=story.ending.strength,
        question=story.ending.question,
    )


def _scene(number: int, scene: Scene) -> SceneNumbers:
    spans = [line.span for line in scene.lines if line.span]
    start = min((span.start_ms for span in spans), default=0)
    return SceneNumbers(
        number=number,
        heading=scene.heading,
        source=scene.source,
        span=Span(start, max((span.end_ms for span in spans), default=start)),
        place=scene.place,
        setting=scene.setting,
        time_of_day=scene.time_of_day,
        lines=len(scene.lines),
        dialogue_ms=_talk_ms(scene.lines),
        speakers=_speakers(scene.lines),
    )


def _talk_ms(lines: Iterable[Line]) -> int:
    return sum(line.span.duration_ms for line in lines if line.kind is LineKind.DIALOGUE and line.span)


def _speakers(lines: Sequence[Line]) -> tuple[SpeakerNumbers, ...]:
    times: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for line in lines:
        if line.kind is LineKind.DIALOGUE and line.speaker and line.span:
            times[line.speaker] += line.span.duration_ms
            count[line.speaker] += 1
    total = sum(times.values())
    return tuple(
        SpeakerNumbers(name, count[name], ms, ms / total if total else 0.0)
        for name, ms in sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _spread(name: str, unit: str, values: Sequence[float]) -> Spread:
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    return Spread(name, unit, len(values), middle, low, high)


def _places(episodes: Sequence[EpisodeNumbers]) -> tuple[PlaceNumbers, ...]:
    """Locations under one spelling; a scene without a place has none."""
    found: dict[str, list[tuple[int, SceneNumbers]]] = {}
    for ep in episodes:
        for scene in ep.scenes:
            if scene.place:
                found.setdefault(" ".join(scene.place.casefold().split()), []).append((ep.episode, scene))
    places = [
        PlaceNumbers(
            name=scenes[0][1].place,
            scenes=len(scenes),
            episodes=tuple(sorted({episode for episode, _ in scenes})),
            duration_ms=sum(scene.span.duration_ms for _, scene in scenes),
            source=scenes[0][1].source,
        )
        for scenes in found.values()
    ]
    return tuple(sorted(places, key=lambda place: (-place.scenes, -place.duration_ms, place.name)))
