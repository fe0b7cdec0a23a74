"""What to make: for each episode, kind and platform the clips, how they are framed, what stands on them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.edit.assemble import Look, cut_id, framed, looked
from hookline.edit.platforms import Listed
from hookline.model.cut import Cut, CutKind, Framing
from hookline.model.errors import BadInput, HooklineError, NotEnoughData
from hookline.model.platform import Platform
from hookline.model.progress import Progress, silent
from hookline.project.cut_settings import WantedKind
from hookline.project.cut_sources import Filmed, Footages
from hookline.project.cut_tasks import SourceFile, Task, Version
from hookline.project.store import code_digest, file_digest

if TYPE_CHECKING:
    from hookline.edit.captions import CaptionStyle
    from hookline.edit.choose import Choice
    from hookline.edit.pieces import Material

USUAL_MS = {CutKind.TEASER: 60_000, CutKind.RECAP: 30_000, CutKind.HIGHLIGHT: 30_000}
SHORT_MS = 120_000  # of an episode as long at most, a teaser may show less than a minute anyway: half of it
SHORT_TEASER_MS = 30_000
SHOWING = (CutKind.TEASER, CutKind.AD, CutKind.HIGHLIGHT)  # made for people who haven't paid
PASS_BYTES = 250_000_000  # decoding and sound of one pass: a 720p source took 110 MB (bench/cutting.py)
ENCODER_BYTES = 200_000_000  # of a 1080x1920 version in it: 165 to 195 MB


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions to make."""

    platforms: tuple[Listed, ...]
    kinds: tuple[WantedKind, ...]
    episodes: tuple[int, ...] = ()  # none: every one that has a video
    variants: int = 1
    spoilers: bool = False
    market: str = ""
    looks: tuple[Look, ...] = ()
    fonts: Path | None = None  # a folder of the user's own


@dataclass(frozen=True, slots=True)
class Planned:
    """A version to be made, and why this way."""

    version: Version
    kind: WantedKind
    variant: int
    choice: Choice
    sources: tuple[SourceFile, ...]
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The cut's name."""
        return self.version.cut.id


@dataclass(frozen=True, slots=True)
class Skipped:
    """A version that is not made, and why."""

    episode: int
    kind: str
    platform: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All versions asked for."""

    planned: tuple[Planned, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


def plan(footages: Footages, wanted: Wanted, *, progress: Progress = silent) -> Plan:
    """Choose, frame and caption every version asked for."""
    numbers = _numbers(footages, wanted)
    desk = _Desk(footages, wanted, f"{code_digest('model', 'media', 'edit')}{_letters(wanted.fonts)}")
    made: list[Planned | Skipped] = []
    for done, number in enumerate(numbers):
        progress("planning", done, len(numbers))
        for kind in wanted.kinds:
            for listed in wanted.platforms:
                made += _versions(desk, footages.filmed[number], kind, listed)
    progress("planning", len(numbers), len(numbers))
    planned = {one.id: one for one in made if isinstance(one, Planned)}  # the same cut twice is one
    return Plan(tuple(planned.values()), tuple(one for one in made if isinstance(one, Skipped)), footages.notes)


def tasks(planned: Sequence[Planned], *, folder: Path, memory_bytes: int) -> tuple[Task, ...]:
    """The passes that make these versions: one for each set of sources, more where memory bears no more at once."""
    groups: dict[tuple[SourceFile, ...], list[Planned]] = {}
    for one in planned:
        groups.setdefault(one.sources, []).append(one)
    return tuple(
        Task(tuple(one.version for one in some), sources, folder)
        for sources, ones in groups.items()
        for some in _batches(ones, memory_bytes - PASS_BYTES)
    )


def needs_bytes(versions: Sequence[Version]) -> int:
    """The memory that one pass over these versions takes, about."""
    return PASS_BYTES + sum(_encoder_bytes(version.platform) for version in versions)


def _batches(ones: Sequence[Planned], bytes: int) -> Iterator[list[Planned]]:
    batch: list[Planned] = []
    taken = 0
    for one in ones:
        need = _encoder_bytes(one.version.platform)
        if batch and taken + need > bytes:
            yield batch
            batch, taken = [], 0
        batch.append(one)
        taken += need
    if batch:
        yield batch


def _encoder_bytes(platform: Platform) -> int:
    return round(ENCODER_BYTES * platform.width * platform.height / (1080 * 1920))


@dataclass(slots=True)
class _Desk:
    """What planning looks up more than once."""

    footages: Footages
    wanted: Wanted
    code: str  # of the program and the fonts that draw a version
    choices: dict[tuple[int, CutKind, int | None, int], tuple[Choice, ...]] = field(default_factory=dict)
    framings: dict[tuple[str, Platform], tuple[Framing, ...]] = field(default_factory=dict)

    def frame(self, filmed: Filmed, platform: Platform) -> tuple[Framing, ...]:
        """How a whole source is framed for a platform."""
        from hookline.edit.framing import frame

        key = filmed.source.name, platform
        if key not in self.framings:
            looks = [
                look
                for look in self.wanted.looks
                if look.episode == filmed.number and look.platform in ("", platform.name)
            ]
            size, shape = (filmed.seen.width, filmed.seen.height), platform.width / platform.height
            found = frame(filmed.seen, platform=platform, captioned=any(filmed.said))
            self.framings[key] = tuple(looked(found, looks, size=size, shape=shape))
        return self.framings[key]

    def choose(self, filmed: Filmed, kind: WantedKind, platform: Platform) -> tuple[Choice, ...]:
        """What to keep of an episode."""
        from hookline.edit.choose import choose

        limit = _limit(kind, platform, filmed.seen.footage.duration_ms)
        key = filmed.number, kind.kind, limit, platform.min_ms
        if key not in self.choices:
            earlier = [one for number, one in sorted(self.footages.filmed.items()) if number < filmed.number]
            self.choices[key] = choose(
                self.material(filmed),
                kind.kind,
                limit_ms=limit,
                least_ms=min(platform.min_ms, limit) if limit else platform.min_ms,
                variants=1 if kind.kind in (CutKind.FULL, CutKind.SILENT) else self.wanted.variants,
                earlier=[self.material(one) for one in earlier] if kind.kind is CutKind.RECAP else (),
            )
        return self.choices[key]

    def material(self, filmed: Filmed) -> Material:
        """An episode as choosing wants it."""
        from hookline.edit.pieces import Material

        return Material(
            filmed.source.name,
            filmed.seen.footage,
            filmed.story,
            promises=self.footages.story.promises,
            appeal=filmed.appeal,
        )


def _versions(desk: _Desk, filmed: Filmed, kind: WantedKind, listed: Listed) -> Iterator[Planned | Skipped]:
    platform = listed.platform
    why = _withheld(desk, filmed.number, kind, listed)
    if why:
        yield Skipped(filmed.number, str(kind), platform.name, why)
        return
    try:
        for variant, choice in enumerate(desk.choose(filmed, kind, platform), start=1):
            yield _planned(desk, filmed, kind, listed, choice, variant)
    except (BadInput, NotEnoughData) as error:
        yield Skipped(filmed.number, str(kind), platform.name, _said(error))


def _said(error: HooklineError) -> str:
    return f"{error.what}; {error.mend}" if error.mend else error.what


def _withheld(desk: _Desk, number: int, kind: WantedKind, listed: Listed) -> str:
    """Why viewers there may not see this episode; "" when they may."""
    paid = desk.footages.first_paid
    if paid is None or number < paid or desk.wanted.spoilers:
        return ""
    if listed.sells and kind.kind not in SHOWING:
        return ""
    return (
        f"episode {number} is paid for (from episode {paid} on), {listed.platform.title} would give it away; --spoilers"
    )


def _limit(kind: WantedKind, platform: Platform, episode_ms: int) -> int | None:
    """How long a version may be, at most."""
    own = kind.limit_ms or USUAL_MS.get(kind.kind)
    if kind.kind is CutKind.TEASER and not kind.limit_ms and episode_ms <= SHORT_MS:
        own = SHORT_TEASER_MS
    limits = [limit for limit in (own, platform.max_ms) if limit is not None]
    return min(limits, default=None)


def _planned(desk: _Desk, filmed: Filmed, kind: WantedKind, listed: Listed, choice: Choice, variant: int) -> Planned:
    from hookline.edit.captions import captions, said_in
    from hookline.edit.placing import placed

    platform, footages = listed.platform, desk.footages
    style = _style(kind.kind, platform)
    by_source = {one.source.name: one for one in footages.filmed.values()}
    clips = tuple(framed(clip, desk.frame(by_source[clip.source], platform)) for clip in choice.clips)
    said = [one for name in dict.fromkeys(c.source for c in clips) for one in said_in(name, by_source[name].lines)]
    language = footages.language
    shown, notes = placed(
        captions(clips, said, language, style=style) if said else (),
        clips,
        {name: one.seen for name, one in by_source.items()},
        platform,
        style=style,
        language=language,
    )
    cut = Cut(
        id="",
        series=footages.series,
        episode=filmed.number,
        clips=clips,
        kind=kind.kind.value,
        platform=platform.name,
        market=desk.wanted.market,
        captions=shown,
        reason=choice.reason,
    )
    length = str(kind.limit_ms // 1000) if kind.limit_ms else ""
    cut = replace(cut, id=cut_id(cut, platform, length=length, variant=variant, code=f"{desk.code} {style}"))
    sources = tuple(by_source[name].source for name in dict.fromkeys(clip.source for clip in clips))
    version = Version(cut, platform, language, style, desk.wanted.fonts)
    return Planned(version, kind, variant, choice, sources, (*_notes(listed), *notes))


def _style(kind: CutKind, platform: Platform) -> CaptionStyle:
    """How captions look there; where the sound is off they must say who speaks."""
    from hookline.edit.captions import CaptionStyle

    silent = kind is CutKind.SILENT
    return CaptionStyle(vertical=platform.height > platform.width, speaker_names=silent, speaker_colours=silent)


def _letters(folder: Path | None) -> str:
    """A mark of the user's own fonts: other ones make other pictures, hence other cuts."""
    if folder is None:
        return ""
    from hookline.edit.fonts import font_files

    files = [(path.relative_to(folder).as_posix(), file_digest(path)) for path in font_files(folder)]
    return f" {hashlib.sha256(repr(files).encode()).hexdigest()}"


def _notes(listed: Listed) -> tuple[str, ...]:
    if not listed.unverified:
        return ()
    return (f"{listed.platform.title}: {', '.join(listed.unverified)} are usual figures, published nowhere",)


def check_episodes(wanted: Wanted, there: Collection[int]) -> None:
    """``BadInput`` when an episode is asked for that has no video."""
    for number in wanted.episodes:
        if number not in there:
            have = ", ".join(map(str, sorted(there))) or "none"
            raise BadInput(f"episode {number} has no video", mend=f"episodes with video: {have}")


def _numbers(footages: Footages, wanted: Wanted) -> tuple[int, ...]:
    """The episodes to cut; one whose video can't be read is told of elsewhere."""
    return tuple(number for number in sorted(footages.filmed) if not wanted.episodes or number in wanted.episodes)
