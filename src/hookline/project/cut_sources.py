"""What there is to cut: episodes with their video, what is seen and told in them, and how viewers stayed."""

from __future__ import annotations

import importlib.util
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.model.codec import dumps, loads
from hookline.model.errors import BadInput, HooklineError
from hookline.model.progress import Progress, silent
from hookline.model.script import Line, LineKind
from hookline.model.story import EpisodeStory, SeriesStory
from hookline.project.cut_settings import CutSettings
from hookline.project.cut_tasks import Failed, SourceFile
from hookline.project.folder import Library, SeriesFolder
from hookline.project.store import Derived, Make, Store, code_digest
from hookline.project.work import SeriesRun, by_episode, understood
from hookline.project.workers import Lost, Workers, done_by

if TYPE_CHECKING:
    from hookline.audience.result import AudienceSummary
    from hookline.edit.watching import Seen
    from hookline.insight.result import Insight

LITTLE = 20.0  # viewers leaving in a second, from which on its figure outweighs "as expected"
SMOOTH_S = 3  # seconds that the appeal of one is taken over
NO_EFFECT = 0.05  # false discovery rate up to which an effect counts


@dataclass(frozen=True, slots=True)
class Filmed:
    """An episode with its video."""

    source: SourceFile
    number: int
    story: EpisodeStory
    seen: Seen
    appeal: tuple[float, ...] = ()  # by second, -1..1: worse or better than expected; none without viewers

    @property
    def said(self) -> tuple[Line, ...]:
        """What is said in it at a time that is known: what captions say."""
        return tuple(line for line in self.lines if line.kind is LineKind.DIALOGUE and line.span)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is said and done in it, with its times."""
        return tuple(self.story.episode.lines())


@dataclass(frozen=True, slots=True)
class Footages:
    """The episodes of a series that can be cut."""

    series: str  # its id
    language: str
    story: SeriesStory
    filmed: Mapping[int, Filmed]
    first_paid: int | None
    notes: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()  # videos that can't be read: what is wrong with each


@dataclass(frozen=True, slots=True)
class Watch:
    """A video to be watched."""

    source: SourceFile
    model: str
    threads: int


def videos_of(series: SeriesFolder, store: Store) -> dict[int, SourceFile]:
    """The video of each episode that has one."""
    found = by_episode(series.files("video"))
    return {number: source_file(series.root / entry.path, store, name=entry.path) for number, entry in found.items()}


def check_source(path: Path) -> os.stat_result:
    """What stands at a path; ``BadInput`` when it can't be opened or holds nothing."""
    try:
        stat = path.stat()
        with path.open("rb"):
            pass
    except OSError as error:
        raise BadInput(f"can't be opened ({error.strerror})", where=str(path), mend="check the path") from error
    if not stat.st_size:
        raise BadInput("the file is empty", where=str(path), mend="copy or export it again")
    return stat


def source_file(path: Path, store: Store, *, name: str) -> SourceFile:
    """A video as it stands there now; ``BadInput`` when it can't be opened or holds nothing."""
    stat = check_source(path)
    return SourceFile(name, path.resolve(), stat.st_size, stat.st_mtime_ns, store.content(path))


def watched(
    sources: Sequence[SourceFile], store: Store, settings: CutSettings, workers: Workers, progress: Progress
) -> tuple[dict[str, Derived], tuple[Failed, ...]]:
    """Each video watched once, kept by its content; and those that can't be, with what is wrong."""
    key = _key(settings)
    there = {source.name: store.found("seen", [*key, source.sha256]) for source in sources}
    jobs = [Watch(source, settings.faces, workers.threads) for source in sources if not there[source.name]]
    failed = []
    for job, answer in done_by(workers, look, jobs, progress=progress):
        if isinstance(answer, Lost):
            failed.append(Failed(job.source.name, answer.why, str(job.source.path)))
        elif isinstance(answer, Failed):
            failed.append(answer)
        else:
            there[job.source.name] = store.derive("seen", [*key, job.source.sha256], _keeping(answer))
    if failed and len(failed) == len(sources) and len({one.what for one in failed}) == 1:
        raise BadInput(failed[0].what, where=failed[0].where if len(failed) == 1 else "", mend=failed[0].mend)
    return {name: step for name, step in there.items() if step}, tuple(failed)


def _key(settings: CutSettings) -> list[Any]:
    """What decides what is seen in a video, besides the video."""
    from hookline.engines.faces import finder

    eyes = finder(model=_model(settings.faces))
    code = code_digest("model", "media", "engines", "edit/watching.py", "edit/tracking.py", "edit/burnt.py")
    return [code, eyes.name, eyes.version]


def _model(path: str) -> Path | None:
    return Path(path) if path else None


def look(job: Watch, progress: Progress) -> Seen | Failed:
    """Watch a video: its shots, its faces, its voice."""
    from hookline.edit.watching import see
    from hookline.engines.faces import finder

    name = Path(job.source.name).stem

    def told(task: str, done: int, total: int) -> None:
        progress(f"watching {name}", done, total)

    try:
        return see(job.source.path, finder=finder(model=_model(job.model)), threads=job.threads, progress=told)
    except HooklineError as error:
        return Failed(job.source.name, error.what, error.where, error.mend)


def _keeping(seen: Seen) -> Make:
    def make(work: Path) -> None:
        (work / "seen.json").write_text(dumps(seen), encoding="utf-8")

    return make


def seen_of(step: Derived) -> Seen:
    """What was seen of a video."""
    from hookline.edit.watching import Seen

    path = step.folder / "seen.json"
    return loads(Seen, path.read_text(encoding="utf-8"), where=str(path))


def filmed(source: SourceFile, number: int, story: EpisodeStory, seen: Seen, appeal: tuple[float, ...] = ()) -> Filmed:
    """An episode with its video, and who speaks in it."""
    from hookline.edit.speakers import Turn, speaking

    said = [line for line in story.episode.lines() if line.kind is LineKind.DIALOGUE and line.span]
    turns = [Turn(line.span, line.speaker or "") for line in said if line.span]
    return Filmed(source, number, story, speaking(seen, seen.voice, turns), appeal)


# ------------------------------------------------------------------ how viewers stayed


def appeal(run: SeriesRun, number: int) -> tuple[float, ...]:
    """By second of an episode, how much better (1) or worse (-1) than expected viewers stay; () without any.

    Where the episode was watched: (expected - left) / (expected + left) of the viewers leaving in a second,
    drawn towards 0 where few of them make it up.  Else what beats of these types do elsewhere.
    """
    summary, insight, story = run.audience(), run.insight(), run.story().episode(number)
    if summary is None or insight is None or story is None:
        return ()
    return _as_watched(summary, insight, number, story.seconds) or _as_told(insight, story)


def _as_watched(summary: AudienceSummary, insight: Insight, number: int, seconds: int) -> tuple[float, ...]:
    curve = next((c for c in summary.curves if c.episode == number and not c.market), None)
    expected = next((e.share for e in insight.expected if e.episode == number), None)
    if curve is None or expected is None:
        return ()
    left, thought = _leaving(curve.share, curve.n), _leaving(expected, curve.n)
    worth = []
    for second in range(min(seconds, len(left), len(thought))):
        near = slice(max(0, second - SMOOTH_S // 2), second + SMOOTH_S // 2 + 1)
        gone, due = sum(left[near]), sum(thought[near])
        worth.append(round((due - gone) / (due + gone + LITTLE), 3))
    return (*worth, *[0.0] * (seconds - len(worth)))


def _leaving(share: Sequence[float], n: int) -> list[float]:
    return [max(0.0, before - after) * n for before, after in pairwise(share)]


def _as_told(insight: Insight, story: EpisodeStory) -> tuple[float, ...]:
    odds = {
        effect.subject: math.log(effect.estimate.value)
        for effect in insight.effects
        if effect.element == "beat" and not effect.market and effect.q <= NO_EFFECT and effect.estimate.value > 0
    }
    if not odds:
        return ()
    by_second = [[odds.get(beat.type.value, 0.0) for beat in story.beats_at(s * 1000)] for s in range(story.seconds)]
    return tuple(round(-math.tanh(sum(found)), 3) for found in by_second)


def runs_with_viewers(library: Library, progress: Progress = silent) -> tuple[tuple[SeriesRun, ...], tuple[str, ...]]:
    """Every series of the library understood, if viewers are there to understand; and what to tell the user."""
    if not any(series.files("events") or series.files("curve") for series in library.series):
        return (), ()
    if importlib.util.find_spec("statsmodels") is None:
        return (), ("how viewers stayed is not used: that needs the extra insight",)
    return understood(library, progress=progress), ()


def first_paid(settings: CutSettings, summary: AudienceSummary | None) -> tuple[int | None, str]:
    """The first episode that is paid for, and how that is known; None where nothing says it."""
    if settings.first_paid:
        return settings.first_paid, f"episodes from {settings.first_paid} on are paid for, as hookline.toml says"
    offered = [paywall.episode for paywall in summary.paywalls] if summary else []
    if offered:
        return min(offered), f"episodes from {min(offered)} on are paid for: there viewers were first asked to pay"
    return None, "no paywall is known, so nothing is held back; say it with first_paid under [cut]"
