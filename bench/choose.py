"""What choosing and captioning cost and keep to: on the sample season, on real scripts and on real subtitles."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from bench.real_input import SHARED, records
from bench.real_input import season as season_of
from bench.sample_season import sample_season
from hookline import formats
from hookline.edit.captions import PLAIN, Fault, captions, faults, said_in
from hookline.edit.choose import HOOK_MS, Choice, choose
from hookline.edit.lettering import pictures
from hookline.edit.optimum import Problem, best
from hookline.edit.pieces import Material, sentences
from hookline.edit.platforms import known_platforms
from hookline.edit.reading import reading
from hookline.formats import fountain
from hookline.model.cut import Clip, CutKind
from hookline.model.errors import NotEnoughData
from hookline.model.script import Cue
from hookline.model.shot import Footage, Shot, ShotStart
from hookline.model.span import Span
from hookline.story import analyse

EPISODES = 80
REAL_SCRIPTS = 70
KINDS: tuple[tuple[CutKind, int | None], ...] = (
    (CutKind.FULL, None),
    (CutKind.TRIMMED, 45_000),
    (CutKind.TEASER, 30_000),
    (CutKind.AD, 6_000),
    (CutKind.AD, 15_000),
    (CutKind.AD, 30_000),
    (CutKind.HIGHLIGHT, 20_000),
    (CutKind.SILENT, 40_000),
    (CutKind.RECAP, 20_000),
)
SUBTITLES = (
    ("en", "media/tears_of_steel/TOS-en.vtt"),
    ("de", "media/tears_of_steel/TOS-de.vtt"),
    ("es", "media/tears_of_steel/TOS-es.vtt"),
    ("fr", "media/tears_of_steel/TOS-fr-Goofy.vtt"),
    ("en", "media/sintel/sintel-short-en.vtt"),
    ("es", "media/sintel/sintel-short-es.vtt"),
    ("pt", "media/sintel/sintel-short-pt.vtt"),
    ("en", "production/elephants-dream-captions/captions.en.vtt"),
    ("ar", "production/elephants-dream-captions/captions.ar.vtt"),
    ("ja", "production/elephants-dream-captions/captions.ja.vtt"),
)


def main() -> None:
    """Print the figures."""
    season = sample_season()
    scripts = list(real_scripts())
    print(
        "\n".join(
            (*cost(season), "", *kept([("sample", season), ("real scripts", scripts)]), "", *read(), "", *drawn())
        )
    )


def cost(season: Sequence[Material]) -> Iterator[str]:
    """CPU seconds for a long season."""
    long = longer(season)
    yield f"**Choosing for {EPISODES} episodes** (the sample's eight, again and again), CPU seconds, one variant each:"
    yield ""
    yield "| kind | seconds |"
    yield "|---|---|"
    whole = 0.0
    for kind, limit_ms in KINDS:
        began = time.process_time()
        for index, material in enumerate(long):
            made(material, kind, limit_ms, earlier=long[max(0, index - 7) : index])
        spent = time.process_time() - began
        whole += spent
        yield f"| {kind.value}{f' {limit_ms // 1000} s' if limit_ms else ''} | {spent:.2f} |"
    yield f"| **all {len(KINDS)}** | **{whole:.2f}** |"


def longer(season: Sequence[Material]) -> list[Material]:
    """The season, over and over, numbered on."""
    return [
        replace(
            one,
            source=f"ep{number:02d}.mp4",
            story=replace(one.story, episode=replace(one.story.episode, number=number)),
        )
        for number in range(1, EPISODES + 1)
        for one in [season[(number - 1) % len(season)]]
    ]


def made(
    material: Material, kind: CutKind, limit_ms: int | None, *, variants: int = 1, earlier: Sequence[Material] = ()
) -> tuple[Choice, ...]:
    """The choices; none where the episode has nothing for them."""
    try:
        return choose(material, kind, limit_ms=limit_ms, variants=variants, earlier=earlier)
    except NotEnoughData:
        return ()


def real_scripts() -> Iterator[Material]:
    """The first episode of real short-drama scripts at their reading time, each as one shot."""
    for record in records(REAL_SCRIPTS) if SHARED.exists() else []:
        script = fountain.read(season_of(record), file=f"{record['id']}.fountain")
        story = analyse([script]).episodes[0]
        shot = Shot(Span(0, story.duration_ms), ShotStart.START, 0, story.duration_ms // 40)
        yield Material(record["id"], Footage(story.duration_ms, (25, 1), (shot,)), story)


def kept(groups: Sequence[tuple[str, Sequence[Material]]]) -> Iterator[str]:
    """What the choices keep to."""
    yield f"**What teasers (30 s) and ads (15 s) keep to**, up to three variants; in time is in {HOOK_MS // 1000} s:"
    yield ""
    heads = ("episodes", "n", "variants", "whole sentences", "hook in time", "ends on a question", "overlap", "greedy")
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, materials in groups:
        for kind, limit_ms in ((CutKind.TEASER, 30_000), (CutKind.AD, 15_000)):
            sets = [(one, made(one, kind, limit_ms, variants=3)) for one in materials]
            chosen = [(one, choice) for one, choices in sets for choice in choices]
            if not chosen:
                continue
            overlaps = [overlap(a, b) for _, choices in sets for i, a in enumerate(choices) for b in choices[:i]]
            cells = (
                f"{name}, {kind.value}",
                str(len(materials)),
                str(len(chosen)),
                share(whole(one, choice) for one, choice in chosen),
                share(hooked(one, choice) for one, choice in chosen),
                share("ends on an open question" in choice.meets for _, choice in chosen),
                f"{100 * mean(overlaps):.0f}% (most {100 * max(overlaps):.0f}%)" if overlaps else "",
                greedy_share(materials, limit_ms),
            )
            yield f"| {' | '.join(cells)} |"


def share(results: Iterator[bool]) -> str:
    """Hits of all."""
    found = list(results)
    return f"{sum(found)} of {len(found)}"


def whole(material: Material, choice: Choice) -> bool:
    """Whether no sentence is cut."""
    edges = [edge for clip in choice.clips for edge in (clip.span.start_ms, clip.span.end_ms)]
    return not any(span.start_ms < edge < span.end_ms for edge in edges for span in sentences(material))


def hooked(material: Material, choice: Choice) -> bool:
    """Whether the hook's line begins in time."""
    line = next(line for line in material.story.episode.lines() if line.source == choice.hook)
    assert line.span is not None
    at_ms = 0
    for clip in choice.clips:
        if clip.span.contains(line.span.start_ms):
            return at_ms + line.span.start_ms - clip.span.start_ms <= HOOK_MS
        at_ms += clip.span.duration_ms
    return False


def overlap(one: Choice, other: Choice) -> float:
    """Shared time by the time of both together."""
    shared = sum(a.span.overlap_ms(b.span) for a in one.clips for b in other.clips)
    return shared / (one.duration_ms + other.duration_ms - shared)


def greedy_share(materials: Sequence[Material], limit_ms: int) -> str:
    """What taking the best piece that fits, again and again, is worth of the optimum, on the same problems."""
    from hookline.edit.choose import _Asked, _problem
    from hookline.edit.pieces import row_of
    from hookline.edit.worth import by_second, worth_of

    ratios = []
    for one in materials:
        row = row_of(one)
        problem = _problem(
            _Asked(one, CutKind.TRIMMED, limit_ms, 0, (), None), row, worth_of(row.pieces, {one.number: by_second(one)})
        )
        optimum = best(problem)
        if optimum is not None and optimum.value > 0:
            ratios.append(greedy(problem) / optimum.value)
    return f"{100 * mean(ratios):.0f}% (least {100 * min(ratios):.0f}%)" if ratios else ""


def greedy(problem: Problem) -> int:
    """The value of clips grown one piece at a time, each time the one that adds most for its length."""
    kept: set[int] = set()
    value = 0
    while True:
        trials = [
            (gained - value, piece)
            for piece in range(len(problem.frames))
            if piece not in kept and (gained := worth_of_set(problem, kept | {piece})) is not None and gained > value
        ]
        if not trials:
            return value
        gain, piece = max(trials, key=lambda trial: trial[0] / problem.frames[trial[1]])
        kept.add(piece)
        value += gain


def worth_of_set(problem: Problem, kept: set[int]) -> int | None:
    """What the clips made of some pieces are worth; None where they can't be."""
    exact = best(replace(problem, needed=frozenset(kept), barred=frozenset(range(len(problem.frames))) - kept))
    return None if exact is None else exact.value


def read() -> Iterator[str]:
    """Real subtitles before and after."""
    yield "**Real subtitles as captions for 9:16** (25 characters a line): how many go by faster than they are read."
    yield ""
    yield "| file | language | subtitles | too fast in the file | captions | too fast | lines over their width |"
    yield "|---|---|---|---|---|---|---|"
    for language, name in SUBTITLES:
        path = SHARED / name
        if path.exists():
            yield told(path, language, formats.read_cues(path, file=path.name))


def told(path: Path, language: str, cues: Sequence[Cue]) -> str:
    """One file's row."""
    rules = reading(language)
    before = sum(
        rules.count(" ".join(cue.text.split())) > rules.chars_per_s * cue.span.duration_ms / 1000 for cue in cues
    )
    clips = (Clip("a", Span(0, max(cue.span.end_ms for cue in cues) + 3_000)),)
    shown = captions(clips, said_in("a", cues), language)
    found: tuple[Fault, ...] = faults(shown, language)
    fast = sum(fault.rule == "characters a second" for fault in found)
    wide = sum(fault.rule in ("characters a line", "lines") for fault in found)
    return f"| {path.name} | {language} | {len(cues)} | {before} | {len(shown)} | {fast} | {wide} |"


def drawn() -> Iterator[str]:
    """What captions cost to draw."""
    platform = known_platforms()["tiktok"].platform
    texts = {
        "en": "Keep your name, Owen. I was only borrowing it.",
        "zh": "十一年前，我亲手葬了我妈。那我埋的，到底是谁？",
        "ar": "قبل أحد عشر عاماً دفنت أمي بيدي. فمن الذي دفنته إذن؟",
        "th": "สิบเอ็ดปีก่อนฉันฝังแม่ด้วยมือของฉันเอง แล้วฉันฝังใครไปกันแน่",
    }
    yield "**Drawing captions** on 1080x1920, CPU milliseconds a caption, best of five: " + ", ".join(
        f"{language} {1000 * cheapest(language, text):.0f}" for language, text in texts.items() if platform
    )


def cheapest(language: str, text: str) -> float:
    """CPU seconds to draw a caption."""
    from hookline.edit.captions import Said

    shown = captions([Clip("a", Span(0, 9_000))], [Said("a", Span(0, 6_000), text)], language, style=PLAIN)
    platform = known_platforms()["tiktok"].platform
    times = []
    for _ in range(5):
        began = time.process_time()
        pictures(shown, platform, PLAIN, language=language)
        times.append((time.process_time() - began) / len(shown))
    return min(times)


if __name__ == "__main__":
    main()
