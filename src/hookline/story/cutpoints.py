"""Where episodes could end: every place between two lines, with the ending that it would make.

The season is read as one text.  At each place the last minute before it is heard as an episode of its
own (``hooks.find_ending``), with the beats that were found in the season as it is divided today.  Where
an episode ends today its own ending stands, corrections by people included.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from hookline.model.script import Line, LineKind
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, CutPoint, EpisodeStory, SeriesStory
from hookline.story.hooks import find_ending
from hookline.story.lexicon import Lexicon, lexicon
from hookline.story.people import cast_of
from hookline.story.signs import SHOWN, Reading, read

HEARD_MS = 60_000  # how much of the story an ending is judged by
BREATH_MS = 500  # at most so long after a line an episode lets go, where the next line leaves room
OURS = (BeatType.HOOK, BeatType.CLIFFHANGER)  # beats that the division itself makes


def cut_points(story: SeriesStory) -> tuple[CutPoint, ...]:
    """Every place where an episode of the season could end, in the order of the story.

    The end of each of today's episodes is among them.  A place lies after a line that is heard or seen, never
    inside one, and not between a speaker's lines that run into each other without a pause.
    """
    words = lexicon(story.language)
    episodes = tuple(sorted((one for one in story.episodes if one.episode.lines()), key=lambda one: one.number))
    if not episodes:
        return ()
    cast = cast_of([one.episode for one in episodes], words)
    starts = tuple(accumulate((one.duration_ms for one in episodes), initial=0))
    parts = [read(one.episode, one.duration_ms, words, cast) for one in episodes]
    season = _Season.of(episodes, [_later(part, start) for part, start in zip(parts, starts, strict=False)])
    return tuple(_points(season, words))


@dataclass(frozen=True, slots=True)
class _Season:
    """All episodes end to end, on the season's axis."""

    episodes: tuple[EpisodeStory, ...]
    reading: Reading
    starts_ms: tuple[int, ...]  # of each episode
    first_line: tuple[int, ...]  # of each episode, and after the last
    beats: tuple[Beat, ...]  # with their evidence as numbers of lines in ``beat_lines``
    beat_lines: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, episodes: tuple[EpisodeStory, ...], parts: Sequence[Reading]) -> _Season:
        first_line = tuple(accumulate((len(part.lines) for part in parts), initial=0))
        beats, lines = [], []
        for story, part, first in zip(episodes, parts, first_line, strict=False):
            number = {line.source: first + index for index, line in enumerate(part.lines)}
            for beat in story.beats:
                known = tuple(sorted(number[source] for source in beat.evidence if source in number))
                if beat.type not in OURS and known and len(known) == len(beat.evidence):
                    beats.append(beat)
                    lines.append(known)
        starts = tuple(accumulate((story.duration_ms for story in episodes), initial=0))
        return cls(episodes, _joined(parts, starts[-1]), starts[:-1], first_line, tuple(beats), tuple(lines))

    def heard(self, last: int, at_ms: int) -> tuple[Reading, list[Beat]]:
        """The minute before an instant as an episode of its own, and its beats; ``last`` is its last line."""
        whole = self.reading
        first = bisect_left(range(last + 1), at_ms - HEARD_MS, key=lambda index: whole.span(index).end_ms)
        first = min(first, last)
        low = bisect_left(whole.signs, first, key=lambda sign: sign.line)
        high = bisect_right(whole.signs, last, key=lambda sign: sign.line)
        inside = slice(first, last + 1)
        reading = Reading(
            episode=whole.episode,
            duration_ms=at_ms,
            lines=whole.lines[inside],
            scenes=whole.scenes[inside],
            signs=tuple(replace(sign, line=sign.line - first) for sign in whole.signs[low:high]),
            heat=whole.heat[inside],
            opposition=whole.opposition[inside],
            asks=whole.asks[inside],
            cut_off=whole.cut_off[inside],
            trails_off=whole.trails_off[inside],
        )
        beats = [
            beat
            for beat, lines in zip(self.beats, self.beat_lines, strict=True)
            if first <= lines[0] and lines[-1] <= last
        ]
        return reading, beats


def _later(reading: Reading, by_ms: int) -> Reading:
    return replace(reading, lines=tuple(replace(li, span=_moved(reading.span(i), by_ms)) for i, li in _lines(reading)))


def _lines(reading: Reading) -> Iterator[tuple[int, Line]]:
    return iter(enumerate(reading.lines))


def _moved(span: Span, by_ms: int) -> Span:
    return Span(span.start_ms + by_ms, span.end_ms + by_ms)


def _joined(parts: Sequence[Reading], duration_ms: int) -> Reading:
    """Several readings as one, their lines and scenes counted on."""
    first_line = accumulate((len(part.lines) for part in parts), initial=0)
    first_scene = accumulate((part.scenes[-1] + 1 for part in parts), initial=0)
    return Reading(
        episode=parts[0].episode,
        duration_ms=duration_ms,
        lines=tuple(line for part in parts for line in part.lines),
        scenes=tuple(first + scene for part, first in zip(parts, first_scene, strict=False) for scene in part.scenes),
        signs=tuple(
            replace(sign, line=first + sign.line)
            for part, first in zip(parts, first_line, strict=False)
            for sign in part.signs
        ),
        heat=tuple(one for part in parts for one in part.heat),
        opposition=tuple(one for part in parts for one in part.opposition),
        asks=tuple(one for part in parts for one in part.asks),
        cut_off=tuple(one for part in parts for one in part.cut_off),
        trails_off=tuple(one for part in parts for one in part.trails_off),
    )


def _points(season: _Season, words: Lexicon) -> Iterator[CutPoint]:
    for episode, (first, end) in enumerate(pairwise(season.first_line)):
        for index in range(first, end - 1):
            if season.reading.lines[index].kind in SHOWN and not _runs_on(season.reading, index):
                yield _between(season, episode, index, words)
        story, last = season.episodes[episode], season.reading.lines[end - 1]
        scene_ends = True
        yield CutPoint(story.number, story.duration_ms, story.ending, scene_ends, last.text, last.source)


def _runs_on(reading: Reading, index: int) -> bool:
    """Whether the next line begins before this one ends, or goes on with the same speech."""
    here, after = reading.lines[index], reading.lines[index + 1]
    pause_ms = reading.span(index + 1).start_ms - reading.span(index).end_ms
    same = here.kind is after.kind is LineKind.DIALOGUE and here.speaker == after.speaker
    return pause_ms < 0 or (same and pause_ms == 0)


def _between(season: _Season, episode: int, index: int, words: Lexicon) -> CutPoint:
    reading, line = season.reading, season.reading.lines[index]
    pause_ms = reading.span(index + 1).start_ms - reading.span(index).end_ms
    at_ms = reading.span(index).end_ms + min(pause_ms // 2, BREATH_MS)
    ending, _ = find_ending(*season.heard(index, at_ms), words)
    start_ms = season.starts_ms[episode]
    span = Span(max(ending.span.start_ms - start_ms, 0), at_ms - start_ms)
    scene_ends = reading.scenes[index] != reading.scenes[index + 1]
    story = season.episodes[episode]
    return CutPoint(story.number, at_ms - start_ms, replace(ending, span=span), scene_ends, line.text, line.source)
