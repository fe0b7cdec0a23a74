"""Step 15: where an episode leaves the form, as notes that a writer can act on.

Each note says what was measured, what it is held against and where that figure is from:

    form     the short-drama form as the field states it: ``FORM``, a figure a row
    season   this season's own episodes: further than ``FAR`` robust standard deviations from their
             median, |x - median| / (1.4826 MAD) (Iglewicz and Hoaglin 1993), from ``FEWEST`` episodes on
    scripts  70 public English short-drama scripts, counted by ``bench/scripts.py``

A note of one kind in more than a third of a season is one note of the series.  An episode has at
most ``MOST_AN_EPISODE`` notes and the series ``MOST_OF_SERIES`` of its own, the weightiest.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from hookline.model.script import LineKind, Source
from hookline.model.span import Span
from hookline.model.story import EndingType, EpisodeStory, SeriesStory
from hookline.story.hooks import OPEN_FROM
from hookline.story.result import Basis, EpisodeNumbers, Note, NoteKind, SceneNumbers, SeriesNumbers, Severity

K, S = NoteKind, Severity


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of the form, and who says so."""

    value: float
    source: str


FORM = {
    "first window": Limit(3, "hook windows of 3 s and 15 s"),
    "second window": Limit(15, "hook windows of 3 s and 15 s"),
    "spike": Limit(40, "a spike every 20 to 40 s"),
    "sag": Limit(20, "a spike every 20 to 40 s"),
    "shortest": Limit(60, "ReelShort runs 60 to 90 s an episode"),
    "longest": Limit(120, "episodes are sold at 60 to 120 s"),
    "far too long": Limit(180, "platforms take 1 to 3 minutes an episode"),
}
MOST_PARTS = Limit(8, "65 of 70 public scripts have at most 8")

FAR = 3.5
FEWEST = 8  # episodes from which a season is its own measure
QUIET_SHARE = 0.25  # a second is quiet when three quarters of the season's seconds press harder
HOT_SHARE = 0.75  # and hot when it presses harder than three quarters: it pulls, whatever it is called,
HOT_RISE = 0.1  # if it stands so far above the quiet ones
MIDDLE = (0.25, 0.75)
MOST_AN_EPISODE, MOST_OF_SERIES, MOST_NAMED = 3, 6, 8
EVERYWHERE_FROM, EVERYWHERE_SHARE = 6, 1 / 3

_WEIGHT = {S.HIGH: 3, S.MIDDLE: 2, S.LOW: 1}


def notes_of(story: SeriesStory, numbers: SeriesNumbers) -> tuple[Note, ...]:
    """The notes of a series: its own first, then by episode, weightiest first."""
    last = story.episodes[-1].number if len(story.episodes) > 1 else None
    calm = _quantile(story, QUIET_SHARE)
    hot = max(_quantile(story, HOT_SHARE), calm + HOT_RISE)
    found: list[Note] = []
    for told, counts in zip(story.episodes, numbers.episodes, strict=True):
        if counts.lines:
            found += _of_episode(told, counts, calm, hot, last=told.number == last)
    found += _unusual(story, numbers)
    everywhere = _everywhere(found, len(story.episodes))
    series = sorted([*everywhere, *_of_series(story, numbers)], key=_rank)[:MOST_OF_SERIES]
    return (*series, *_capped(found))


def _rank(note: Note) -> tuple[float, float, int]:
    """Weightier first, then further from what it is held against."""
    far = abs(note.measured - note.limit) / max(abs(note.limit), 1e-9) if note.limit else note.measured
    return -_WEIGHT[note.severity], -far, note.episode


def _capped(notes: Sequence[Note]) -> Iterator[Note]:
    for _, own in groupby(sorted(notes, key=lambda note: note.episode), key=lambda note: note.episode):
        yield from sorted(own, key=_rank)[:MOST_AN_EPISODE]


def _everywhere(notes: Sequence[Note], episodes: int) -> Iterator[Note]:
    """One note for a kind that much of the season has."""
    for kind in K:
        same = sorted((note for note in notes if note.kind is kind), key=_rank)
        numbers = tuple(sorted({note.episode for note in same}))
        if episodes < EVERYWHERE_FROM or len(numbers) <= EVERYWHERE_SHARE * episodes:
            continue
        worst = ", ".join(str(note.episode) for note in same[:3])
        yield Note(
            K.EVERYWHERE,
            same[0].severity,
            f"{_HEADINGS[kind]} in {len(numbers)} of {episodes} episodes, most in {worst}",
            same[0].why,
            f"A habit of the season: {same[0].action[0].lower()}{same[0].action[1:]}",
            same[0].basis,
            len(numbers),
            round(EVERYWHERE_SHARE * episodes, 1),
            "episodes",
            episodes=numbers,
        )


_HEADINGS = {
    K.NO_HOOK: "No hook",
    K.SLOW_OPENING: "A slow opening",
    K.GAP: "A long stretch without a pull",
    K.SAGGING_MIDDLE: "A sagging middle",
    K.CLOSED_ENDING: "An ending at rest",
    K.WEAK_ENDING: "A weak ending",
    K.TOO_LONG: "Too long",
    K.TOO_SHORT: "Too short",
    K.UNUSUAL: "An unusual figure",
    K.CROWDED: "Many speaking parts",
}


# ------------------------------------------------------------------ one episode


def _of_episode(told: EpisodeStory, counts: EpisodeNumbers, calm: float, hot: float, *, last: bool) -> Iterator[Note]:
    yield from _length(counts, told)
    yield from _opening(told)
    gap = _gap(told, counts, hot)
    sag = None if gap else _sag(told, calm)
    yield from (note for note in (gap, sag) if note)
    if not last:
        yield from _ending(told)
    yield from _crowded(told, counts)


def _length(counts: EpisodeNumbers, told: EpisodeStory) -> Iterator[Note]:
    seconds = counts.duration_ms / 1000
    way = "" if counts.timing == "subtitles" else " by reading speed"
    longest, shortest = FORM["longest"], FORM["shortest"]
    if seconds > longest.value:
        far = seconds > FORM["far too long"].value
        limit = FORM["far too long"] if far else longest
        calmest = _calmest_scene(told, counts)
        yield Note(
            K.TOO_LONG,
            S.HIGH if far else S.MIDDLE,
            f"It runs {_clock(counts.duration_ms)}",
            f"{seconds:.0f} s{way}; {limit.source}",
            f"Cut {seconds - longest.value:.0f} s, or make two episodes of it; its calmest scene starts at "
            f"{_clock(calmest.span.start_ms)}.",
            Basis.FORM,
            round(seconds, 1),
            limit.value,
            "s",
            told.number,
            Span(0, counts.duration_ms),
            (calmest.source,),
        )
    elif seconds < shortest.value and counts.duration_ms:
        yield Note(
            K.TOO_SHORT,
            S.LOW if seconds > shortest.value / 2 else S.MIDDLE,
            f"It runs only {_clock(counts.duration_ms)}",
            f"{seconds:.0f} s{way}; {shortest.source}",
            "Give its strongest moment room, or join it with a neighbour.",
            Basis.FORM,
            round(seconds, 1),
            shortest.value,
            "s",
            told.number,
            Span(0, counts.duration_ms),
        )


def _calmest_scene(told: EpisodeStory, counts: EpisodeNumbers) -> SceneNumbers:
    def press(span: Span) -> float:
        seconds = [told.tension[s] for s in span.seconds() if s < len(told.tension)]
        return statistics.fmean(seconds) if seconds else 1.0

    return min((scene for scene in counts.scenes if scene.lines), key=lambda scene: press(scene.span))


def _opening(told: EpisodeStory) -> Iterator[Note]:
    first, second = FORM["first window"], FORM["second window"]
    if told.hook is None:
        lines = _lines(told, Span(0, int(second.value * 1000)))
        yield Note(
            K.NO_HOOK,
            S.HIGH,
            "Nothing in the words gives a reason to stay",
            f"no line pulls, in the first {second.value:.0f} s or after; {second.source}",
            "Open on the danger, the insult or the secret that the episode is about.",
            Basis.FORM,
            min(told.duration_ms / 1000, second.value),
            second.value,
            "s",
            told.number,
            Span(0, min(told.duration_ms, int(second.value * 1000))),
            lines,
        )
        return
    at = told.hook.at_ms / 1000
    if at <= first.value:
        return
    late = at > second.value
    limit = second if late else first
    before = _lines(told, Span(0, told.hook.at_ms))
    yield Note(
        K.SLOW_OPENING,
        S.HIGH if late else S.LOW,
        f"The first reason to stay comes at {at:.0f} s",
        f"{at:.1f} s ({told.hook.why}); {limit.source}",
        f"Bring it forward, or cut what stands before it ({_count(len(before), 'line')}).",
        Basis.FORM,
        round(at, 1),
        limit.value,
        "s",
        told.number,
        Span(0, told.hook.at_ms),
        (*before, *told.hook.evidence),
    )


def _gap(told: EpisodeStory, counts: EpisodeNumbers, hot: float) -> Note | None:
    """The longest stretch without a spike, a pressing beat or a hot second, from the first pull on."""
    limit = FORM["spike"]
    first = counts.pulls_ms[0] if counts.pulls_ms else 0
    burning = {s * 1000 for s, value in enumerate(told.tension) if value > hot and s * 1000 > first}
    edges = sorted({*counts.pulls_ms, *burning, told.duration_ms})
    start, end = max(pairwise(edges), key=lambda pair: pair[1] - pair[0], default=(0, 0))
    seconds = (end - start) / 1000
    if seconds <= limit.value:
        return None
    span = Span(start, end)
    return Note(
        K.GAP,
        S.HIGH if seconds > 1.5 * limit.value else S.MIDDLE,
        f"Nothing new pulls from {_clock(start)} to {_clock(end)}",
        f"{seconds:.0f} s without a moment or a hot second; {limit.source}",
        "Put a turn, a threat or a discovery in here, or cut the stretch.",
        Basis.FORM,
        round(seconds, 1),
        limit.value,
        "s",
        told.number,
        span,
        _lines(told, span),
    )


def _quantile(story: SeriesStory, share: float) -> float:
    """The tension that this share of the season's seconds don't reach."""
    every = sorted(value for told in story.episodes for value in told.tension)
    return every[int(share * len(every))] if every else 0.0


def _sag(told: EpisodeStory, calm: float) -> Note | None:
    """The longest quiet run in the middle half."""
    limit = FORM["sag"]
    first, last = (int(len(told.tension) * part) for part in MIDDLE)
    best = (0, 0)
    start: int | None = None
    for second in range(first, last + 1):
        quiet = second < last and told.tension[second] < calm
        if quiet and start is None:
            start = second
        if not quiet and start is not None:
            best, start = max(best, (start, second), key=lambda run: run[1] - run[0]), None
    seconds = best[1] - best[0]
    if seconds < limit.value:
        return None
    span = Span(best[0] * 1000, best[1] * 1000)
    mean = statistics.fmean(told.tension[best[0] : best[1]])
    return Note(
        K.SAGGING_MIDDLE,
        S.MIDDLE,
        f"The middle sags from {_clock(span.start_ms)} to {_clock(span.end_ms)}",
        f"{seconds} s with a tension of {mean:.2f}, where three quarters of the season's seconds have more than "
        f"{calm:.2f}; {limit.source}",
        "Let somebody want something against somebody here, or cut to the next turn.",
        Basis.SEASON,
        seconds,
        limit.value,
        "s",
        told.number,
        span,
        _lines(told, span),
    )


def _ending(told: EpisodeStory) -> Iterator[Note]:
    ending = told.ending
    if ending.type is not EndingType.RESOLVED and ending.strength >= OPEN_FROM:
        return
    rest = ending.type is EndingType.RESOLVED
    yield Note(
        K.CLOSED_ENDING if rest else K.WEAK_ENDING,
        S.HIGH if rest else S.MIDDLE,
        "It ends at rest, without a question" if rest else "Its last lines hardly pull",
        f"the last lines pull {ending.strength:.2f} of 1, an open end {OPEN_FROM} and more; "
        "an episode's shape is hook, friction, spike, button",
        "Stop one line earlier, or end on what is about to be found out.",
        Basis.FORM,
        ending.strength,
        OPEN_FROM,
        "pull",
        told.number,
        ending.span,
        ending.evidence or _lines(told, ending.span),
    )


def _crowded(told: EpisodeStory, counts: EpisodeNumbers) -> Iterator[Note]:
    parts = len(counts.speakers)
    if parts <= MOST_PARTS.value:
        return
    slight = [who for who in counts.speakers if who.lines == 1]
    one = ", ".join(who.name for who in slight[:MOST_NAMED])
    first = {line.speaker: line.source for line in reversed(told.episode.lines()) if line.speaker}
    yield Note(
        K.CROWDED,
        S.LOW if slight else S.MIDDLE,
        f"{parts} people speak",
        f"{parts} speaking parts; {MOST_PARTS.source}",
        f"Give away the single lines of {one}." if one else "Join two of them.",
        Basis.SCRIPTS,
        parts,
        MOST_PARTS.value,
        "parts",
        told.number,
        evidence=tuple(first[who.name] for who in (slight or counts.speakers) if who.name in first)[:MOST_NAMED],
    )


def _lines(told: EpisodeStory, span: Span) -> tuple[Source, ...]:
    """The lines that are heard or seen within a span."""
    unseen = (LineKind.MARK, LineKind.TRANSITION)
    shown = (line for line in told.episode.lines() if line.kind not in unseen and line.span)
    return tuple(dict.fromkeys(line.source for line in shown if line.span and line.span.overlap_ms(span)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


# ------------------------------------------------------------------ against the season


_OWN: dict[str, tuple[str, Callable[[EpisodeNumbers], float]]] = {
    "length": ("s", lambda ep: ep.duration_ms / 1000),
    "scenes": ("scenes", lambda ep: len(ep.scenes)),
    "talk": ("words a minute", lambda ep: ep.units_per_minute),
    "speaking parts": ("parts", lambda ep: len(ep.speakers)),
}
_MEND = {
    "length": (
        "Far longer than its neighbours: cut, or split it.",
        "Far shorter than its neighbours: is a scene missing?",
    ),
    "scenes": (
        "Many changes of place for one episode: join two scenes.",
        "Fewer scenes than the others: is one missing?",
    ),
    "talk": ("Talks far more than the others: let a look or an act say it.", "Talks far less than the others."),
    "speaking parts": ("More people speak than elsewhere: give lines to those we know.", "Hardly anybody speaks."),
}


def _unusual(story: SeriesStory, numbers: SeriesNumbers) -> Iterator[Note]:
    filled = [ep for ep in numbers.episodes if ep.lines]
    if len(filled) < FEWEST:
        return
    for name, (unit, of) in _OWN.items():
        values = [of(ep) for ep in filled]
        middle, far = statistics.median(values), robust_z(values)
        for ep, value, z in zip(filled, values, far, strict=True):
            if abs(z) > FAR:
                yield Note(
                    K.UNUSUAL,
                    S.LOW if abs(z) < 2 * FAR else S.MIDDLE,
                    f"{value:.0f} {unit} where the season has {middle:.0f}",
                    f"{name}: {value:.0f} {unit}, {abs(z):.1f} robust standard deviations from the median of "
                    f"{len(filled)} episodes",
                    _MEND[name][z < 0],
                    Basis.SEASON,
                    round(value, 1),
                    round(middle, 1),
                    unit,
                    ep.episode,
                    Span(0, ep.duration_ms),
                    tuple(scene.source for scene in ep.scenes)[:1],
                )


def robust_z(values: Sequence[float]) -> list[float]:
    """Distances from the median in robust standard deviations: (x - median) / (1.4826 MAD).

    Where more than half of the values are one, MAD is 0 and the mean absolute deviation, times
    1.2533, takes its place (Iglewicz and Hoaglin 1993).

    >>> [round(z, 1) for z in robust_z([60, 62, 61, 59, 90])]
    [-0.7, 0.7, 0.0, -1.3, 19.6]
    """
    middle = statistics.median(values)
    off = [abs(value - middle) for value in values]
    scale = 1.4826 * statistics.median(off) or 1.2533 * statistics.fmean(off)
    return [(value - middle) / scale if scale else 0.0 for value in values]


# ------------------------------------------------------------------ the series as a whole


def _of_series(story: SeriesStory, numbers: SeriesNumbers) -> Iterator[Note]:
    if len(numbers.episodes) >= EVERYWHERE_FROM:
        yield from _lone_places(numbers)
        yield from _one_liners(story)
    yield from _open_promises(story)


def _lone_places(numbers: SeriesNumbers) -> Iterator[Note]:
    lone = sorted((place for place in numbers.places if place.scenes == 1), key=lambda place: place.duration_ms)
    if len(lone) < 2:
        return
    named = ", ".join(f"{place.name} (episode {place.episodes[0]})" for place in lone[:MOST_NAMED])
    more = f" and {len(lone) - MOST_NAMED} more" if len(lone) > MOST_NAMED else ""
    yield Note(
        K.LONE_PLACES,
        S.LOW,
        f"{len(lone)} of {len(numbers.places)} locations are used in one scene only: {named}{more}",
        f"{len(lone)} sets are dressed for one scene each, the shortest for {lone[0].duration_ms / 1000:.0f} s",
        "Move those scenes to a place that stands already.",
        Basis.SEASON,
        len(lone),
        1,
        "locations",
        evidence=tuple(place.source for place in lone[:MOST_NAMED]),
        episodes=tuple(sorted({place.episodes[0] for place in lone})),
    )


def _one_liners(story: SeriesStory) -> Iterator[Note]:
    slight = [person for person in story.characters if person.lines == 1]
    if len(slight) < 2:
        return
    where = {
        line.speaker: line.source
        for told in story.episodes
        for line in told.episode.lines()
        if line.speaker and line.kind is LineKind.DIALOGUE
    }
    named = ", ".join(person.name for person in slight[:MOST_NAMED])
    more = f" and {len(slight) - MOST_NAMED} more" if len(slight) > MOST_NAMED else ""
    yield Note(
        K.ONE_LINERS,
        S.LOW,
        f"{len(slight)} of {len(story.characters)} speaking parts have one line: {named}{more}",
        "each is an actor to cast for one line",
        "Give their lines to somebody who is there already.",
        Basis.SEASON,
        len(slight),
        1,
        "parts",
        evidence=tuple(where[person.name] for person in slight[:MOST_NAMED] if person.name in where),
        episodes=tuple(sorted({person.episodes[0] for person in slight if person.episodes})),
    )


def _open_promises(story: SeriesStory) -> Iterator[Note]:
    """What stays open at the end of the season; the last tenth may leave things for the next one."""
    until = story.episodes[-max(1, len(story.episodes) // 10)].number if story.episodes else 0
    left = [p for p in story.promises if p.payoff is None and p.episode < until]
    left = sorted(left, key=lambda promise: (-promise.confidence, -promise.open_ms))
    if len(story.episodes) < EVERYWHERE_FROM or not left:
        return
    named = "; ".join(f"{promise.what} (episode {promise.episode})" for promise in left[:3])
    yield Note(
        K.OPEN_PROMISES,
        S.MIDDLE,
        f"{len(left)} of {len(story.promises)} things set up are never paid off: {named}",
        "no later line was found that settles them",
        "Pay them off, or don't set them up; where the payoff stands and was not seen, say so in a correction.",
        Basis.SEASON,
        len(left),
        0,
        "promises",
        evidence=tuple(source for promise in left[:3] for source in promise.evidence),
        episodes=tuple(sorted({promise.episode for promise in left})),
    )
