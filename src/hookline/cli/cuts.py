"""``hookline cut`` and ``hookline platforms``."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence

from hookline import project
from hookline.cli import draw
from hookline.model.errors import BadInput
from hookline.project import Asked, CutRun, Delivered, Estimated, Listed


def cut(options: argparse.Namespace) -> int:
    """``hookline cut DIR``, or ``--video FILE`` without a series folder: 2 when a version failed."""
    asked = Asked(
        platforms=options.platform,
        kinds=options.kind,
        episodes=tuple(options.episode or ()),
        variants=options.variants,
        spoilers=options.spoilers,
        workers=options.workers,
        market=options.market,
        dry_run=options.dry_run,
    )
    runs = _runs(options, asked)
    if options.json:
        print(json.dumps([project.cut_run_json(run) for run in runs], ensure_ascii=False, indent=1))
    else:
        for line in (line for run in runs for line in _told(run, dry=options.dry_run)):
            print(line)
    for failed in (failed for run in runs for failed in run.failed):
        print(f"hookline: {_failure(failed)}", file=sys.stderr)
    return 2 if any(run.failed for run in runs) or not any(run.plan.planned for run in runs) else 0


def _runs(options: argparse.Namespace, asked: Asked) -> Sequence[CutRun]:
    if bool(options.dir) == bool(options.video):
        raise BadInput(
            "give a series folder, or --video FILE", mend="hookline cut DIR; hookline cut --video FILE --out FOLDER"
        )
    if options.dir and any((options.subtitles, options.out, options.figures, options.language)):
        mend = "import subtitles; cuts go to DIR/out/cuts; platforms stand in hookline.toml"
        raise BadInput("--subtitles, --language, --out and --figures go with --video", mend=mend)
    with draw.progress() as progress:
        if options.dir:
            return project.cut_library(project.open_library(options.dir), asked, progress=progress)
        if not options.out:
            raise BadInput("where should the cuts go?", mend="say it with --out FOLDER")
        run = project.cut_video(
            options.video,
            subtitles=options.subtitles,
            out=options.out,
            asked=asked,
            language=options.language,
            figures=options.figures,
            progress=progress,
        )
        return (run,)


def _told(run: CutRun, *, dry: bool) -> Iterator[str]:
    yield from (f"note: {note}" for note in run.plan.notes)
    if dry:
        yield from _planned(run)
    for cut in run.made:
        yield f"{run.folder / cut.video}"
        yield f"  {_size(cut.bytes)}, {_length(cut.duration_ms)}: {cut.reason}"
    for skipped in run.plan.skipped:
        yield f"not made: episode {skipped.episode}, {skipped.kind} for {skipped.platform}: {skipped.why}"
    if dry:
        return
    left = f", {len(run.left)} left" if run.left else ""
    yield (
        f"{run.series}: {len(run.made)} made in {run.seconds:.1f} s, {len(run.there)} were there, "
        f"{len(run.failed)} failed{left}; {run.folder}"
    )


def _planned(run: CutRun) -> Iterator[str]:
    there = {cut.id for cut in run.there}
    about = project.estimated(run)
    told = ""
    for one in run.plan.planned:
        cut = one.version.cut
        what = f"\nepisode {cut.episode}, {one.kind}: {cut.reason}"
        if what != told:
            yield what
            told = what
        yield f"  {one.id}"
        size = "is there" if one.id in there else f"about {_about(about[one.id])}"
        yield f"    {one.version.platform.title}, {_length(cut.duration_ms)}, {size}"
        yield from (f"    note: {note}" for note in one.notes)
    if about:
        low, high = sum(one.low_bytes for one in about.values()), sum(one.high_bytes for one in about.values())
        seconds = sum(one.seconds for one in about.values())
        method = next(iter(about.values())).method
        yield f"\n{run.series}: {len(about)} to make, {_size(low)} to {_size(high)}, about {seconds:.0f} s of work"
        yield f"sizes and times are {method}"
    else:
        yield f"\n{run.series}: nothing to make"


def _about(one: Estimated) -> str:
    return f"{_size(one.low_bytes)} to {_size(one.high_bytes)}, {one.seconds:.0f} s of work"


def _failure(failed: project.Failed) -> str:
    where = f"{failed.where}: " if failed.where else ""
    mend = f"\n  {failed.mend}" if failed.mend else ""
    return f"{failed.id}: {where}{failed.what}{mend}"


def _size(bytes: int) -> str:
    if bytes < 1e6:
        return f"{bytes / 1e3:.0f} kB"
    return f"{bytes / 1e6:.1f} MB" if bytes < 1e9 else f"{bytes / 1e9:.2f} GB"


def _length(ms: int) -> str:
    return f"{ms / 1000:.1f} s" if ms < 120_000 else f"{ms // 60_000} min {ms % 60_000 // 1000} s"


def shown(cuts: Sequence[Delivered]) -> str:
    """What the cuts of an experiment are."""
    return "".join(
        f"\n{cut.id}: {cut.kind} for {cut.platform}, {_length(cut.duration_ms)}\n  {cut.reason}" for cut in cuts
    )


def platforms(options: argparse.Namespace) -> None:
    """``hookline platforms [NAME]``."""
    known = project.platforms_of(options.dir)
    if options.name:
        known = {one.platform.name: one for one in project.choose_platforms(known, (options.name,))}
    if options.json:
        print(json.dumps(project.platforms_json(known), ensure_ascii=False, indent=1))
        return
    lines = _one(known[options.name]) if options.name else (line for one in known.values() for line in _row(one))
    for line in lines:
        print(line)


def _row(one: Listed) -> Iterator[str]:
    platform = one.platform
    longest = _length(platform.max_ms) if platform.max_ms else "no limit known"
    size = f", {_size(platform.max_bytes)}" if platform.max_bytes else ""
    sold = "; episodes are sold there" if one.sells else ""
    yield f"{platform.name:<15} {platform.title}"
    yield (
        f"  {platform.width}x{platform.height}, {_length(platform.min_ms)} to {longest}{size}, "
        f"{platform.loudness_lufs:g} LUFS{sold}"
    )
    if one.unverified:
        yield f"  unverified: {', '.join(one.unverified)}"
    yield textwrap.fill(f"{platform.checked}: {platform.source}", 100, initial_indent="  ", subsequent_indent="    ")


def _one(one: Listed) -> Iterator[str]:
    yield f"{one.platform.name}: {one.platform.title}"
    for figure, source in one.sources.items():
        where = f" {source.where}" if source.where else ""
        yield f"  {figure:<15} {getattr(one.platform, figure)}"
        yield f"  {'':<15} {source.kind.value}, {source.checked or 'no date'}: {source.what}{where}"
