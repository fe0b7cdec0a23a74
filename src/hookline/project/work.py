"""The work of a run, in order: story, audience, insight, stills, report.

Each step asks the store for its result by the content of its inputs; only what is missing is made.
Results are read back from the store where they are needed, so a run with nothing to do reads none.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hookline import formats
from hookline.model.codec import dumps, loads, to_json
from hookline.model.correction import Correction
from hookline.model.curve import PlatformExport
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.progress import Progress, silent
from hookline.model.quality import Quality, SetAside
from hookline.model.script import Script
from hookline.model.shot import Footage
from hookline.model.story import SeriesStory
from hookline.project.config import Config
from hookline.project.experiment_plans import questions
from hookline.project.experiment_results import Viewers, results_step, tested
from hookline.project.folder import Imported, Library, SeriesFolder, with_episode
from hookline.project.intake import pseudonym_key, read_export, views_of
from hookline.project.store import Derived, Store, code_digest, write_atomic

if TYPE_CHECKING:
    from hookline.audience import Kept
    from hookline.audience.engine import Open
    from hookline.audience.result import AudienceSummary
    from hookline.insight import SeriesData
    from hookline.insight.result import Insight

REPORT = "report.html"
INDEX = "index.html"
STILL_WIDTH = 480  # px: a phone's full width


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """What a run did for one series, and where the results lie."""

    folder: SeriesFolder
    story_step: Derived
    audience_step: Derived | None = None  # None without viewers
    insight_step: Derived | None = None
    others: tuple[Derived, ...] = ()  # stills, report

    @property
    def steps(self) -> tuple[Derived, ...]:
        """All steps, in order."""
        first = (self.story_step, self.audience_step, self.insight_step)
        return (*(step for step in first if step), *self.others)

    @property
    def report(self) -> Path:
        """The page that people open."""
        return self.folder.out / REPORT

    def story(self) -> SeriesStory:
        """The timed story."""
        return _load(SeriesStory, self.story_step, "story.json")

    def audience(self) -> AudienceSummary | None:
        """The audience's figures; None without viewers."""
        from hookline.audience.result import AudienceSummary

        return _load(AudienceSummary, self.audience_step, "summary.json") if self.audience_step else None

    def insight(self) -> Insight | None:
        """The findings; None without viewers."""
        from hookline.insight.result import Insight

        return _load(Insight, self.insight_step, "insight.json") if self.insight_step else None


@dataclass(frozen=True, slots=True)
class LibraryRun:
    """What a run did for a library (a single series is a library of one)."""

    series: tuple[SeriesRun, ...]
    page: Path  # the report of a series alone, else the library's index
    seconds: float

    @property
    def fresh(self) -> tuple[Derived, ...]:
        """The steps that had to be done."""
        return tuple(step for run in self.series for step in run.steps if step.fresh)


def run(library: Library, *, progress: Progress = silent) -> LibraryRun:
    """Bring everything derived up to date and write the reports."""
    began = time.monotonic()
    stores = [series.store() for series in library.series]
    with ExitStack() as held:
        for store in stores:
            held.enter_context(store.locked())
        runs = _understood(library, stores, progress)
        runs = [_report(one, store, progress) for one, store in zip(runs, stores, strict=True)]
        for store in stores:
            store.prune()
    page = runs[0].report if library.alone else _index(library, runs)
    return LibraryRun(tuple(runs), page, time.monotonic() - began)


def understood(library: Library, *, progress: Progress = silent) -> tuple[SeriesRun, ...]:
    """The story, audience and findings of every series, brought up to date, without reports."""
    stores = [series.store() for series in library.series]
    with ExitStack() as held:
        for store in stores:
            held.enter_context(store.locked())
        return tuple(_understood(library, stores, progress))


def _understood(library: Library, stores: Sequence[Store], progress: Progress) -> list[SeriesRun]:
    pairs = list(zip(library.series, stores, strict=True))
    runs = [SeriesRun(series, _story(series, store, progress)) for series, store in pairs]
    runs = [
        replace(one, audience_step=_audience(one, store, progress)) for one, store in zip(runs, stores, strict=True)
    ]
    return _insights(runs, stores, progress)


def timed_story(series: SeriesFolder, *, progress: Progress = silent) -> SeriesStory:
    """The series' story alone, brought up to date."""
    store = series.store()
    with store.locked():
        return SeriesRun(series, _story(series, store, progress)).story()


def built_audience(series: SeriesFolder, *, progress: Progress = silent) -> SeriesRun:
    """The series' story and audience, brought up to date, without findings and report.

    Raises:
        NotEnoughData: no viewer events and no curve were imported.
    """
    store = series.store()
    with store.locked():
        done = SeriesRun(series, _story(series, store, progress))
        done = replace(done, audience_step=_audience(done, store, progress))
        store.prune(
            "audience"
        )  # the days that stayed are linked: what an older one alone holds is of rows that are gone
    if not done.audience_step:
        raise NotEnoughData(
            "there are no viewers yet",
            where=str(series.root),
            mend=f"import some: hookline import {series.root} EVENTS",
        )
    return done


# Story


def _story(series: SeriesFolder, store: Store, progress: Progress) -> Derived:
    scripts, subtitles, videos = (series.files(kind) for kind in ("script", "subtitles", "video"))
    said = series.files("corrections")
    if not scripts and not subtitles:
        raise BadInput(
            "there is no script and no subtitle file",
            where=str(series.root),
            mend=f"import some: hookline import {series.root} SCRIPT...",
        )
    config = series.config()
    durations = {number: _duration(series, store, entry) for number, entry in by_episode(videos).items()}
    seen = _watched(series, store, videos, progress)
    inputs = _contents(series, store, (*scripts, *subtitles, *said))

    def make(work: Path) -> None:
        progress("story", 0, 1)
        story = _analysed(series, scripts, subtitles, durations, seen, config, corrections_of(series))
        lengths = {episode.number: episode.duration_ms for episode in story.episodes}
        (work / "story.json").write_text(dumps(story), encoding="utf-8")
        (work / "durations.json").write_text(json.dumps(lengths))
        progress("story", 1, 1)

    parts = [
        _code("model", "formats", "story"),
        inputs,
        durations,
        [step.key for step in seen.values()],
        config.title,
        config.language,
    ]
    return store.derive("story", parts, make)


def _analysed(
    series: SeriesFolder,
    scripts: Sequence[Imported],
    subtitles: Sequence[Imported],
    durations: Mapping[int, int],
    seen: Mapping[int, Derived],
    config: Config,
    corrections: Sequence[Correction],
) -> SeriesStory:
    from hookline.story import analyse

    read = [
        formats.read_script(series.root / entry.path, file=entry.path, format=entry.format or None) for entry in scripts
    ]
    read = [_numbered(script, entry) for script, entry in zip(read, scripts, strict=True)]
    language = config.language or (read[0].language if read else "")
    told = [script for script in read if script.language == language]
    notes = [
        f"{entry.path} is in {script.language!r} and not read into the story, which is in {language!r}"
        for script, entry in zip(read, scripts, strict=True)
        if script.language != language
    ]
    cues = {
        number: formats.read_cues(series.root / entry.path, file=entry.path, format=entry.format or None)
        for number, entry in by_episode(subtitles, language=language).items()
    }
    story = analyse(
        told,
        cues=cues,
        durations_ms=durations,
        footage={number: _load(Footage, step, "footage.json") for number, step in seen.items()},
        title=config.title,
        language=language,
        corrections=corrections,
    )
    return replace(story, notes=(*notes, *story.notes))


def corrections_of(series: SeriesFolder) -> tuple[Correction, ...]:
    """What people say of the series, file by file in order of name; the last word on a thing counts."""
    return tuple(
        correction
        for entry in series.files("corrections")
        for correction in formats.read_corrections(series.root / entry.path, file=entry.path)
    )


def _numbered(script: Script, entry: Imported) -> Script:
    """A script of one episode takes the number that the user or the file's name gives it."""
    number = with_episode(entry).episode
    if len(script.episodes) != 1 or not number:
        return script
    only = script.episodes[0]
    return script if only.number == number else replace(script, episodes=(replace(only, number=number),))


def by_episode(entries: Sequence[Imported], *, language: str = "") -> dict[int, Imported]:
    """One file an episode: of several the one whose name says the language, else the first."""
    chosen: dict[int, Imported] = {}
    for entry in sorted(entries, key=lambda e: (f".{language}." not in e.path, e.path)):
        number = with_episode(entry).episode or (1 if len(entries) == 1 else 0)
        if not number:
            raise BadInput(
                "which episode is this?",
                where=entry.path,
                mend="put the number in its name, or import it with --episode N",
            )
        chosen.setdefault(number, entry)
    return dict(sorted(chosen.items()))


def _duration(series: SeriesFolder, store: Store, entry: Imported) -> int:
    path = series.root / entry.path

    def make(work: Path) -> None:
        from hookline.media.probe import probe

        (work / "duration_ms").write_text(str(probe(path).duration_ms))

    step = store.derive("probe", [_code("media"), store.content(path)], make)
    return int((step.folder / "duration_ms").read_text())


def _watched(series: SeriesFolder, store: Store, videos: Sequence[Imported], progress: Progress) -> dict[int, Derived]:
    """Each episode's video watched once: its shots and its loudness, kept by the file's content."""
    chosen = by_episode(videos)
    steps = {}
    for done, (number, entry) in enumerate(chosen.items()):
        progress("video", done, len(chosen))
        steps[number] = _footage(store, series.root / entry.path)
    if chosen:
        progress("video", len(chosen), len(chosen))
    return steps


def keep_footage(series: SeriesFolder, path: Path, footage: Footage) -> None:
    """Keep what was seen of a video elsewhere, so that it isn't watched a second time."""
    store = series.store()
    with store.locked():
        _footage(store, path, footage)


def _footage(store: Store, path: Path, footage: Footage | None = None) -> Derived:
    def make(work: Path) -> None:
        from hookline.media.footage import watch

        (work / "footage.json").write_text(dumps(footage or watch(path)), encoding="utf-8")

    return store.derive("footage", [_code("model", "media"), store.content(path)], make)


# Audience


def _audience(run: SeriesRun, store: Store, progress: Progress) -> Derived | None:
    series, config = run.folder, run.folder.config()
    events, exports = series.files("events"), series.files("curve")
    if not events and not exports:
        return None
    lengths = (run.story_step.folder / "durations.json").read_text()
    inputs = [_contents(series, store, (*events, *exports)), [_said(entry, config) for entry in exports]]
    testers = _testers(series, config)
    engine = engine_of(config)

    def make(work: Path) -> None:
        from hookline import audience

        durations_ms = {int(number): length for number, length in json.loads(lengths).items()}
        sources = [series.root / entry.path for entry in events]
        quality = audience.build(
            sources,
            work,
            series=config.id,
            durations_ms=durations_ms,
            testers=testers,
            previous=latest_audience(store),
            content=content_keys(store),
            engine=engine,
            progress=progress,
        )
        audience.sum_up(work, series=config.id, sources=sources, engine=engine, progress=progress)
        read = [_export(series, entry, config) for entry in exports]
        kept = audience.keep_exports(work, read, series=config.id, durations_ms=durations_ms, engine=engine)
        summary = _summary(work, _with_intake(quality, events), kept, config.smallest_group)
        (work / "summary.json").write_text(dumps(summary), encoding="utf-8")

    parts = [_code("model", "audience"), inputs, lengths, config.id, config.smallest_group, testers]
    return store.derive("audience", parts, make)


def engine_of(config: Config) -> Open:
    """Where the series' viewers are counted.  No part of any key: every engine gives the same tables."""
    from hookline.audience.engine import chosen

    told, where = config.engine, f"{config.file} [audience]"
    return chosen(told.engine, master=told.master, remote=told.remote, options=told.spark, where=where)


def latest_audience(store: Store) -> Path | None:
    """The folder of the last audience that was built, from which the next one takes the days that stayed."""
    return store.latest("audience", holding="audience.json")


def content_keys(store: Store) -> Callable[[Path], str]:
    """What tells the build whether it has seen a file: its content, and the code, which when changed makes all anew."""
    code = _code("model", "audience")
    return lambda path: f"{code} {store.content(path)}"


def _testers(series: SeriesFolder, config: Config) -> list[str]:
    """The testers' pseudonyms."""
    if not config.testers:
        return []
    from hookline.formats.events import Pseudonyms

    names = Pseudonyms.from_key(pseudonym_key(series))
    return sorted(names.viewer(raw) for raw in config.testers)


def _summary(work: Path, quality: Quality, kept: Kept, k: int) -> AudienceSummary:
    """The figures of a built audience; where every row was set aside, their quality, which says why."""
    from hookline import audience
    from hookline.audience.result import AudienceSummary

    of_exports = kept.quality
    quality = Quality(
        quality.rows + of_exports.rows,
        quality.counted + of_exports.counted,
        (*quality.set_aside, *of_exports.set_aside),
    )
    told = audience.platform_figures(kept, k=k)
    try:
        summary = audience.summarise(work, quality=quality, k=k, platform_curves=kept.curves)
    except NotEnoughData:
        summary = AudienceSummary(False, 0, 0, "", "", (), (), quality, platform_curves=kept.curves)
    tracks = audience.platform_retention(kept, k=k)
    return replace(summary, platform_figures=told.figures, platform_retention=tracks, platform_notes=told.notes)


def _said(entry: Imported, config: Config) -> list[object]:
    known = with_episode(entry)
    return [known.episode, known.market, views_of(known, config)]


def _export(series: SeriesFolder, entry: Imported, config: Config) -> PlatformExport:
    known = with_episode(entry)
    return read_export(series.root / entry.path, replace(known, views=views_of(known, config)))


# Insight


def _insights(runs: Sequence[SeriesRun], stores: Sequence[Store], progress: Progress) -> list[SeriesRun]:
    """Findings of every series with viewers; effects are learnt over all of them together."""
    watched = [run for run in runs if run.audience_step]
    keys = [[run.story_step.key, run.audience_step.key] for run in watched if run.audience_step]

    @cache
    def answers() -> Mapping[str, Insight]:
        from hookline.insight import analyse

        progress("insight", 0, 1)
        found = analyse([data_of(run) for run in watched], workers=os.cpu_count() or 1)
        progress("insight", 1, 1)
        return found

    def step(run: SeriesRun, store: Store) -> Derived | None:
        trials, config = _trials(run, store), run.folder.config()
        asked = [to_json(question) for question in questions(config).values()] if trials else []

        def make(work: Path) -> None:
            insight = answers()[config.id]
            if trials and asked:
                insight = _overruled(run, trials, insight)
            (work / "insight.json").write_text(dumps(insight), encoding="utf-8")

        own = [run.story_step.key, run.audience_step.key] if run.audience_step else None
        tried = [trials.key, asked] if trials else []
        return store.derive("insight", [_code("model", "insight"), own, keys, tried], make) if own else None

    return [replace(run, insight_step=step(run, store)) for run, store in zip(runs, stores, strict=True)]


def trial_viewers(run: SeriesRun) -> Viewers:
    """A series' audience as experiments take it."""
    summary = run.audience()
    assert run.audience_step is not None
    assert summary is not None
    episodes = tuple(episode.number for episode in run.story().episodes)
    return Viewers(run.audience_step, episodes, summary.simulated, engine_of(run.folder.config()))


def _trials(run: SeriesRun, store: Store) -> Derived | None:
    """What the series' experiments say; None without any, or without a viewer."""
    config = run.folder.config()
    if "experiments" not in config.sections or not run.audience_step or not (told := run.audience()) or not told.views:
        return None
    return results_step(config, trial_viewers(run), store)


def _overruled(run: SeriesRun, trials: Derived, found: Insight) -> Insight:
    """The findings, with those that were tested replaced by what the tests say."""
    from hookline.insight.overrule import overrule

    summary = run.audience()
    assert summary is not None
    reach = {step.episode: step.reach.value for step in summary.steps if not step.market}
    return overrule(found, *tested(run.folder.config(), trials), reach=reach)


def data_of(run: SeriesRun) -> SeriesData:
    """A series with viewers as the insight room takes it."""
    from hookline import audience
    from hookline.insight import SeriesData

    summary, step, series = run.audience(), run.audience_step, run.folder.config().id
    assert summary is not None
    assert step is not None
    counted = (audience.hazard_cells(step.folder), audience.step_counts(step.folder)) if summary.views else None
    hazard, steps = counted or audience.nobody(series)
    prices = audience.prices_seen(step.folder) if summary.views else ()
    return SeriesData(series, run.story(), hazard, steps, summary.simulated, summary.platform_curves, prices)


# Report


def _report(run: SeriesRun, store: Store, progress: Progress) -> SeriesRun:
    stills = _stills(run, store, progress)

    def make(work: Path) -> None:
        from hookline import report

        progress("report", 0, 1)
        frames = {} if stills is None else _frames(stills)
        page = report.render(run.story(), audience=run.audience(), insight=run.insight(), stills=frames)
        (work / "page.html").write_text(page, encoding="utf-8")
        progress("report", 1, 1)

    pictures = stills.key if stills else None
    step = store.derive("report", [_code("model", "report"), [s.key for s in run.steps], pictures], make)
    _put(step.folder / "page.html", run.report)
    return replace(run, others=(*((stills,) if stills else ()), step))


def _stills(run: SeriesRun, store: Store, progress: Progress) -> Derived | None:
    """The frames that the report shows; None without video."""
    videos = by_episode(run.folder.files("video"))
    if not videos:
        return None
    inputs = {number: store.content(run.folder.root / entry.path) for number, entry in videos.items()}

    def make(work: Path) -> None:
        from hookline.media.stills import still
        from hookline.report import wanted_stills

        wanted = [(n, at_ms) for n, at_ms in wanted_stills(run.story(), run.insight()) if n in videos]
        for done, (number, at_ms) in enumerate(wanted):
            progress("stills", done, len(wanted))
            path = run.folder.root / videos[number].path
            (work / f"{number}-{at_ms}.jpg").write_bytes(still(path, at_ms=at_ms, width=STILL_WIDTH))
        progress("stills", len(wanted), len(wanted))

    keys = [step.key for step in run.steps]
    return store.derive("stills", [_code("media", "report"), inputs, keys, STILL_WIDTH], make)


def _frames(stills: Derived) -> dict[tuple[int, int], bytes]:
    frames = {}
    for path in sorted(stills.folder.glob("*.jpg")):
        number, at_ms = path.stem.split("-")
        frames[int(number), int(at_ms)] = path.read_bytes()
    return frames


def _index(library: Library, runs: Sequence[SeriesRun]) -> Path:
    from hookline import report

    page = library.root / "out" / INDEX
    rows = [
        report.library_row(
            run.story(), audience=run.audience(), insight=run.insight(), href=f"../{run.folder.root.name}/out/{REPORT}"
        )
        for run in runs
    ]
    write_atomic(page, report.index(rows))
    return page


def _put(source: Path, target: Path) -> None:
    data = source.read_bytes()
    if not target.exists() or target.read_bytes() != data:
        write_atomic(target, data)


# Shared

Saved = TypeVar("Saved")


def _load(kind: type[Saved], step: Derived, name: str) -> Saved:
    path = step.folder / name
    return loads(kind, path.read_text(encoding="utf-8"), where=str(path))


def _with_intake(quality: Quality, events: Sequence[Imported]) -> Quality:
    """The fate of every row since its own file: what import set aside joins what the build did."""
    lost = sum(entry.rows - entry.written for entry in events)
    aside: dict[tuple[str, bool], SetAside] = {}
    for row in (*(row for entry in events for row in entry.set_aside), *quality.set_aside):
        before = aside.get((row.reason, row.kept))
        aside[row.reason, row.kept] = replace(before, count=before.count + row.count) if before else row
    return Quality(quality.rows + lost, quality.counted, tuple(aside.values()))


@cache
def _code(*rooms: str) -> str:
    return code_digest(*rooms)


def _contents(series: SeriesFolder, store: Store, entries: Sequence[Imported]) -> list[list[object]]:
    return [[e.path, e.kind, e.format, e.episode, store.content(series.root / e.path)] for e in entries]
