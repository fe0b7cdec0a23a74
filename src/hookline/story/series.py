"""The steps in order, episode by episode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hookline.model.correction import Correction
from hookline.model.script import Cue, Episode, LineKind, Script, Source
from hookline.model.shot import Footage
from hookline.model.story import EpisodeStory, SeriesStory, Timing
from hookline.story.align import timed_by_cues, told_by_cues
from hookline.story.arcs import episode_arc, season_arc
from hookline.story.beats import INCITING_EPISODES, find_beats, in_order
from hookline.story.corrections import (
    Laid,
    Placed,
    place,
    respoken,
    retimed,
    with_beats,
    with_ending,
    with_hook,
    with_people,
)
from hookline.story.feelings import LANGUAGES as FELT_LANGUAGES
from hookline.story.feelings import feel, has_model, valence_of
from hookline.story.hooks import find_ending, find_hook
from hookline.story.lexicon import LANGUAGES, Lexicon, lexicon
from hookline.story.people import Cast, cast_of, characters, recast, shares
from hookline.story.presence import bonds, seen_lines, with_presence
from hookline.story.promises import answered, promises_of
from hookline.story.pull import paywall_places, spikes_of
from hookline.story.segments import segments_of
from hookline.story.signs import read
from hookline.story.tension import tension_of
from hookline.story.timing import timed_by_reading
from hookline.story.traits import tropes, with_archetypes, with_roles, words_of
from hookline.story.turning import turning_points_of

ODD_SCALE = 1.8  # a video this much longer or shorter than its script reads is worth a word


@dataclass(frozen=True, slots=True)
class _Timed:
    """An episode on its time axis, and what was noted on the way."""

    episode: Episode
    duration_ms: int
    timing: Timing
    notes: tuple[str, ...] = ()


def analysed(
    scripts: Sequence[Script],
    *,
    cues: Mapping[int, Sequence[Cue]],
    durations_ms: Mapping[int, int],
    footage: Mapping[int, Footage] = {},
    title: str,
    language: str,
    corrections: Sequence[Correction] = (),
) -> SeriesStory:
    """The story of a series; see ``hookline.story.analyse``."""
    cues = {number: found for number, found in cues.items() if found}
    spoken = language or next((s.language for s in scripts if s.language), "") or _guessed(cues)
    chosen, notes = _chosen(scripts, spoken)
    timed = [
        _timed(number, chosen.get(number), cues.get(number, ()), durations_ms.get(number))
        for number in sorted({*chosen, *cues})
    ]
    placed = place(corrections, [one.episode for one in timed])
    timed = [_as_said(one, placed, fixed=one.episode.number in durations_ms) for one in timed]
    words = lexicon(spoken)
    cast = cast_of([one.episode for one in timed], words)
    stories = tuple(_stories(timed, cast, words, spoken, placed, footage))
    promises = promises_of(stories, cast, words)
    stories = answered(stories, promises)
    turning_points = turning_points_of(stories)
    notes += [*placed.notes, *(note for one in timed for note in one.notes)]
    notes += _missing(scripts, stories, spoken, words)
    people, seen = characters(stories, cast), seen_lines(stories, cast)
    known, told = words_of(spoken), _told(scripts, title)
    people = with_roles(with_presence(people, seen), stories, seen, cast, known, told)
    people = with_archetypes(people, seen, cast, known, told)
    story = SeriesStory(
        title=title or next((s.title for s in scripts if s.title), ""),
        language=spoken,
        episodes=stories,
        characters=people,
        unread=tuple(unread for script in scripts for unread in script.unread),
        notes=tuple(dict.fromkeys([note for script in scripts for note in script.notes] + notes)),
        bonds=bonds(people, seen),
        tropes=tropes(people, stories, seen, known),
        paywall=paywall_places(stories, promises),
        arc=season_arc(stories),
        turning_points=turning_points,
        segments=segments_of(stories, turning_points),
        promises=promises,
        description=next((s.description for s in scripts if s.description), ""),
    )
    return with_people(story, placed)


def _as_said(one: _Timed, placed: Placed, *, fixed: bool) -> _Timed:
    """The episode with speakers and times as people have them."""
    mine = placed.of(one.episode.number)
    if not mine:
        return one
    spoken = respoken(one.episode, mine)
    episode, duration_ms, notes = retimed(spoken, one.duration_ms, one.timing, mine, fixed=fixed)
    return replace(one, episode=episode, duration_ms=duration_ms, notes=(*one.notes, *notes))


def _told(scripts: Sequence[Script], title: str) -> str:
    """What stands above the story: titles and descriptions, each once."""
    parts = [title, *(part for script in scripts for part in (script.title, script.description))]
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _chosen(scripts: Sequence[Script], language: str) -> tuple[dict[int, Episode], list[str]]:
    """One episode for each number: the series' language before others, then the first read."""
    ranked = sorted(scripts, key=lambda script: script.language[:2] != language[:2])
    chosen: dict[int, Episode] = {}
    notes = []
    for script in ranked:
        for episode in script.episodes:
            if episode.number not in chosen:
                chosen[episode.number] = episode
                continue
            kept, left = _file(chosen[episode.number]), _file(episode)
            notes.append(f"episode {episode.number} stands in {kept} and in {left}: {kept} counts")
    return chosen, notes


def _file(episode: Episode) -> str:
    return next((scene.source.file for scene in episode.scenes), "an empty script")


def _timed(number: int, episode: Episode | None, cues: Sequence[Cue], duration_ms: int | None) -> _Timed:
    if episode is None or not episode.lines():
        told, length_ms = told_by_cues(number, cues, duration_ms=duration_ms)
        if episode is not None and not cues:
            note = (f"episode {number} has no lines in {_file(episode)}",)
            return _Timed(replace(told, title=episode.title), length_ms, Timing.READING, note)
        return _Timed(told, length_ms, Timing.SUBTITLES)
    if cues:
        aligned = timed_by_cues(episode, cues, duration_ms=duration_ms)
        if aligned.fits:
            return _Timed(aligned.episode, aligned.duration_ms, Timing.SUBTITLES, _moved(number, aligned.moved))
        note = (
            f"episode {number}: the subtitles are not this script's ({aligned.met:.0%} of the words "
            "met); timed by reading speed",
        )
        read_out, length_ms = timed_by_reading(episode, duration_ms=duration_ms)
        return _Timed(read_out, length_ms, Timing.READING, note)
    read_out, length_ms = timed_by_reading(episode, duration_ms=duration_ms)
    return _Timed(read_out, length_ms, Timing.READING, _odd(number, episode, duration_ms))


def _moved(number: int, moved: Sequence[Source]) -> tuple[str, ...]:
    """Says which lines the subtitles have earlier than the script does."""
    places = ", ".join(str(source) for source in moved)
    return (f"episode {number}: played before the line they were written after: {places}",) if moved else ()


def _odd(number: int, episode: Episode, duration_ms: int | None) -> tuple[str, ...]:
    """Says when script and video are so unlike in length that one may belong to another episode."""
    if duration_ms is None:
        return ()
    _, natural_ms = timed_by_reading(episode)
    if natural_ms / ODD_SCALE <= duration_ms <= natural_ms * ODD_SCALE:
        return ()
    return (
        f"episode {number}: the script reads as {natural_ms / 1000:.0f} s and the video lasts "
        f"{duration_ms / 1000:.0f} s; times were scaled to the video: check that the two belong together",
    )


def _stories(
    timed: Sequence[_Timed],
    cast: Cast,
    words: Lexicon,
    language: str,
    placed: Placed,
    footage: Mapping[int, Footage],
) -> Iterator[EpisodeStory]:
    set_going = False
    for position, one in enumerate(timed):
        opening = not set_going and position < INCITING_EPISODES
        mine, seen = placed.of(one.episode.number), footage.get(one.episode.number)
        story = _story(one, cast, words, mine, opening=opening, language=language, footage=seen)
        set_going = set_going or any(beat.type == "inciting" for beat in story.beats)
        yield story


def _story(
    one: _Timed,
    cast: Cast,
    words: Lexicon,
    mine: Sequence[Laid],
    *,
    opening: bool,
    language: str,
    footage: Footage | None,
) -> EpisodeStory:
    episode = recast(one.episode, cast)
    reading = read(episode, one.duration_ms, words, cast)
    beats = with_beats(find_beats(reading, cast, opening=opening), reading, mine)
    ending, cliffhanger = with_ending(find_ending(reading, beats, words), reading, mine)
    hooked = with_hook(find_hook(reading, beats), reading, mine)
    added = [beat for beat in (cliffhanger, hooked[1] if hooked else None) if beat]
    beats = with_beats(in_order([*beats, *added]), reading, mine)
    feelings = tuple(one for scene in episode.scenes for one in feel(scene.lines, language=language))
    valence = valence_of(episode, feelings, seconds=-(-one.duration_ms // 1000))
    return EpisodeStory(
        episode=episode,
        duration_ms=one.duration_ms,
        timing=one.timing,
        beats=beats,
        tension=tension_of(reading, beats, feelings=feelings, footage=footage),
        ending=ending,
        hook=hooked[0] if hooked else None,
        dialogue_share=shares(episode),
        feelings=feelings,
        spikes=spikes_of(beats),
        valence=valence,
        arc=episode_arc(feelings, valence),
        shots=tuple(shot.span.start_ms for shot in footage.shots) if footage else (),
        loudness=(footage.loudness_lufs or ()) if footage else (),
    )


def _missing(scripts: Sequence[Script], stories: Sequence[EpisodeStory], language: str, words: Lexicon) -> list[str]:
    notes = []
    if not stories:
        notes.append("no script or subtitle file holds an episode")
    if stories and not words.language:
        known = ", ".join(LANGUAGES)
        notes.append(f"no words are known for {language or 'the language'}: beats need one of {known}")
    if stories and not has_model(language):
        notes.append(
            f"no emotion model for {language or 'the language'}: feelings need one of {', '.join(FELT_LANGUAGES)}"
        )
    notes += [
        f"{script.title or script.format}: the script holds no episode" for script in scripts if not script.episodes
    ]
    silent = [str(s.number) for s in stories if s.episode.lines() and not _speaks(s)]
    return notes + ([f"nobody is named as speaking in episode {', '.join(silent)}"] if silent else [])


def _speaks(story: EpisodeStory) -> bool:
    return any(line.kind is LineKind.DIALOGUE and line.speaker for line in story.episode.lines())


def _guessed(cues: Mapping[int, Sequence[Cue]]) -> str:
    """The language of subtitles without a script: Chinese where Han characters prevail."""
    text = "".join(cue.text for found in cues.values() for cue in found)
    letters = [char for char in text if char.isalpha()]
    han = sum("\u4e00" <= char <= "\u9fff" for char in letters)
    if not letters:
        return ""
    return "zh" if han > len(letters) / 2 else "en" if all(char < "\u0250" for char in letters) else ""
