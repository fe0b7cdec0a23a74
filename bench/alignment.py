"""Whether script lines get the cue that speaks them, and how far off times are where there are no cues.

**Alignment.** ``bench/perturbed.py`` makes damaged subtitles of real scripts, as SubRip files that go through the
public reader.  A kept line is right when the cues that its span overlaps are exactly the cues it stands in: not one
more, not one fewer.  Scripts: the 140 halves of DramaBench and the sample's eight episodes (English); the sample's
eight episodes and the dialogues of CPED, real Chinese television (utterances of one scene as an episode).  Intervals
are 95 % by bootstrap over episodes.

**Reading speed.** Material whose true times are known is timed by its words alone, at the reading-speed model's own
length and scaled to the true one: the sample's English animatics (their voices are an offline engine's, their action
has lengths of its maker's choosing), and stretches of talk of three real films and two clips (three cues or more with
at most a second between them, each cue a line).  Chinese has no such material here: its pace rests on the field's
figures alone.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from tests.shared import SHARED

from bench.perturbed import KINDS, Played, Rates, perturbed
from bench.story import dramabench
from hookline.formats import chinese, fountain, read_cues, srt
from hookline.model.script import Cue, Episode, Line, LineKind, Scene, Source
from hookline.model.span import Span
from hookline.sample import scripts
from hookline.sample.timeline import Timeline
from hookline.story.align import in_order, timed_by_cues
from hookline.story.timing import timed_by_reading

SEASON = 80
PAUSE_MS = 1_000  # silence that ends a stretch of talk
LEAST_RUN = 3  # cues of a stretch
SHORTEST = 6  # utterances of a CPED dialogue that make an episode


@dataclass(frozen=True, slots=True)
class Score:
    """Of one episode: kept lines, right ones, and how far their starts are off, in ms."""

    kept: int
    right: int
    off_ms: tuple[int, ...]


def main() -> None:
    """Print the figures."""
    material = {"en": english(), "zh": chinese_episodes()}
    print("| kept lines with exactly their cues | en | n | zh | n |\n|---|---|---|---|---|")
    for kind, rates in KINDS.items():
        cells = [cell for language in material for cell in _cells(material[language], rates, language)]
        print(f"| {kind} | {' | '.join(cells)} |")
    print(f"\n{strangers(material)}\n\n{speed(material)}\n")
    print("| reading speed beside true times | n | own length, of the true one | a line's start is off, scaled |")
    print("|---|---|---|---|")
    print(_reading_row("sample animatics, episodes", [(plan.episode, plan_spans(plan)) for plan in animatics()]))
    for name, cues in films():
        print(_reading_row(f"{name}, stretches of talk", list(stretches(cues))))


def english() -> list[Episode]:
    """The halves of the public scripts, and the sample's episodes."""
    halves = [episode for pair in dramabench() for script in pair for episode in script.episodes]
    own = [ep for file in scripts("en") for ep in fountain.read(file.read_text("utf-8"), file=file.name).episodes]
    return halves + own


def chinese_episodes() -> list[Episode]:
    """The sample's episodes, and dialogues of television."""
    own = [ep for file in scripts("zh") for ep in chinese.read(file.read_text("utf-8"), file=file.name).episodes]
    return own + list(cped())


def cped() -> Iterator[Episode]:
    """Dialogues of CPED as episodes of one scene."""
    path = SHARED / "story" / "cped" / "valid_split.csv"
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        dialogues: dict[str, list[Line]] = {}
        for number, row in enumerate(csv.DictReader(file), start=2):
            line = Line(LineKind.DIALOGUE, row["Utterance"], Source(path.name, number), speaker=row["Speaker"])
            dialogues.setdefault(row["Dialogue_ID"], []).append(line)
    for number, lines in enumerate((d for d in dialogues.values() if len(d) >= SHORTEST), start=1):
        yield Episode(number, (Scene("", lines[0].source, tuple(lines)),))


# --- scores --------------------------------------------------------------------------------------


def _cells(episodes: Sequence[Episode], rates: Rates, language: str) -> tuple[str, str]:
    found = [score(episode, rates, seed=seed, language=language) for seed, episode in enumerate(episodes)]
    low, high = interval(found)
    kept, right = sum(one.kept for one in found), sum(one.right for one in found)
    return f"{right / kept:.2%} [{low:.1%}, {high:.1%}]", f"{kept:,}"


def score(episode: Episode, rates: Rates, *, seed: int, language: str) -> Score:
    """One damaged episode."""
    played = perturbed(episode, rates, seed=seed, language=language)
    if not played.heard:
        return Score(0, 0, ())
    cues = srt.read(played.srt, file="x.srt")
    found = _by_place(timed_by_cues(episode, cues).episode)
    lines = episode.lines()
    spans = {index: found[_place(lines[index])] for index in played.heard}
    right = sum(is_right(spans[index], index, played) for index in played.heard)
    off = tuple(abs(spans[index].start_ms - min(s.start_ms for s in played.heard[index])) for index in played.heard)
    return Score(len(played.heard), right, off)


def is_right(span: Span, index: int, played: Played) -> bool:
    """Whether the span overlaps the line's own cues, all of them, and no other."""
    every = {cue for cues in played.heard.values() for cue in cues} | set(played.sounds)
    return {cue for cue in every if cue.overlap_ms(span)} == set(played.heard[index])


def _place(line: Line) -> tuple[Source, str, str | None]:
    return line.source, line.text, line.speaker


def _by_place(episode: Episode) -> dict[tuple[Source, str, str | None], Span]:
    return {_place(line): line.span for line in episode.lines() if line.span}


def interval(scores: Sequence[Score]) -> tuple[float, float]:
    """95 % by bootstrap over episodes."""
    kept, right = (np.array([getattr(one, name) for one in scores]) for name in ("kept", "right"))
    picks = np.random.default_rng(1).integers(0, len(scores), (2_000, len(scores)))
    shares = right[picks].sum(axis=1) / np.maximum(1, kept[picks].sum(axis=1))
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def strangers(material: dict[str, list[Episode]]) -> str:
    """How often the next episode's subtitles are taken for an episode's own."""
    told = []
    for language, episodes in material.items():
        pairs = [(one, other) for one, other in pairwise(episodes) if len(one.lines()) >= SHORTEST]
        cues = [perturbed(other, Rates(), seed=1, language=language) for _, other in pairs]
        taken = sum(
            timed_by_cues(one, srt.read(played.srt, file="x.srt")).fits
            for (one, _), played in zip(pairs, cues, strict=True)
            if played.heard
        )
        told.append(f"{language} {taken} of {len(pairs)}")
    return f"The next episode's undamaged subtitles taken for an episode's own: {'; '.join(told)}."


def speed(material: dict[str, list[Episode]]) -> str:
    """Processor seconds for a season."""
    rows = []
    for language, episodes in material.items():
        long = sorted(episodes, key=lambda ep: -sum(len(li.text) for li in ep.lines()))[:SEASON]
        pairs = [
            (ep, srt.read(perturbed(ep, KINDS["extreme"], seed=n, language=language).srt, file="x.srt"))
            for n, ep in enumerate(long)
        ]
        began = time.process_time()
        for episode, cues in pairs:
            timed_by_cues(episode, cues)
        took = time.process_time() - began
        lines, many = sum(len(ep.lines()) for ep in long), sum(len(cues) for _, cues in pairs)
        rows.append(f"{len(pairs)} episodes ({language}, {lines:,} lines, {many:,} cues): {took:.2f} s of one core")
    return "Aligned: " + "; ".join(rows) + "."


# --- reading speed -------------------------------------------------------------------------------


def animatics() -> list[Timeline]:
    """The sample's English episodes as their animatics play them."""
    from hookline.engines.espeak import EspeakVoice
    from hookline.sample.animatic import plan_episode
    from hookline.sample.stage import read_stage

    own = [ep for file in scripts("en") for ep in fountain.read(file.read_text("utf-8"), file=file.name).episodes]
    with EspeakVoice() as voice:
        return [plan_episode(episode, read_stage(), voice=voice) for episode in own]


def plan_spans(plan: Timeline) -> dict[int, Span]:
    """The true spans of those lines that have a time of their own, by index."""
    by_id = {id(item.line): item.span for item in plan.items}
    return {index: by_id[id(line)] for index, line in enumerate(plan.episode.lines()) if id(line) in by_id}


FILMS = {
    "Tears of Steel": "media/tears_of_steel/TOS-en.vtt",
    "Sintel": "media/sintel/sintel-short-en.vtt",
    "Elephants Dream": "production/elephants-dream-captions/captions.en.vtt",
    "two-shot (read aloud)": "media/grid_twoshot/grid_twoshot.srt",
    "His Girl Friday": "media/mdn/friday.vtt",
}


def films() -> Iterator[tuple[str, tuple[Cue, ...]]]:
    """Subtitles of real films, timed to their talk."""
    for name, place in FILMS.items():
        if (path := SHARED / place).exists():
            yield name, read_cues(path, file=path.name)


def stretches(cues: Sequence[Cue]) -> Iterator[tuple[Episode, dict[int, Span]]]:
    """Runs of talk as episodes, with the cues' own spans from the run's start."""
    runs: list[list[Cue]] = []
    for cue in in_order(cues, None):
        if runs and cue.span.start_ms - runs[-1][-1].span.end_ms <= PAUSE_MS:
            runs[-1].append(cue)
        else:
            runs.append([cue])
    for run in (run for run in runs if len(run) >= LEAST_RUN):
        zero = run[0].span.start_ms
        lines = tuple(Line(LineKind.DIALOGUE, cue.text, cue.source, speaker=str(cue.source)) for cue in run)
        spans = {n: Span(c.span.start_ms - zero, c.span.end_ms - zero) for n, c in enumerate(run)}
        yield Episode(1, (Scene("", lines[0].source, lines),)), spans


def _reading_row(name: str, known: Sequence[tuple[Episode, dict[int, Span]]]) -> str:
    ratios, off_s = [], []
    for episode, spans in known:
        whole_ms = max(span.end_ms for span in spans.values())
        ratios.append(timed_by_reading(episode)[1] / whole_ms)
        lines = timed_by_reading(episode, duration_ms=whole_ms)[0].lines()
        found = {index: line.span for index, line in enumerate(lines) if line.span}
        off_s += [abs(found[index].start_ms - span.start_ms) / 1000 for index, span in spans.items()]
    low, mid, high = np.quantile(ratios, (0.1, 0.5, 0.9))
    half, most = np.quantile(off_s, (0.5, 0.9))
    figures = f"{mid:.2f} in the median, 80 % within {low:.2f} to {high:.2f}"
    starts = f"{half:.1f} s in the median, 90 % within {most:.1f} s"
    return f"| {name} | {len(known)}, {len(off_s)} lines | {figures} | {starts} |"


if __name__ == "__main__":
    main()
