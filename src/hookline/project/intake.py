"""Files into the series folder: recognised, read once, kept.

Scripts, subtitles, video, curves and corrections are copied as they are.  Viewer events are not: their raw ids
must not lie about, so what is kept is Hookline's own Parquet with pseudonyms in their place.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from glob import glob, has_magic
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from hookline import formats
from hookline.formats import Detected
from hookline.formats.text import decode
from hookline.model.correction import Correction
from hookline.model.curve import PlatformExport
from hookline.model.errors import BadInput, UnknownFormat, Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.quality import SetAside
from hookline.project.config import Config
from hookline.project.folder import FOLDERS, Imported, SeriesFolder, episode_of
from hookline.project.store import beside, copy_atomic, file_digest, write_atomic

if TYPE_CHECKING:
    from hookline.formats.sources import Load

KEY_VARIABLE = "HOOKLINE_PSEUDONYM_KEY"
KEY_FILE = "events/.pseudonym-key"
QUARTILES = 8  # points: a curve with fewer is quartiles
MOST_NAMED = 6
REPORTS_OF_ADS = ("meta-ads", "tiktok-ads", "appsflyer-cost")


@dataclass(frozen=True, slots=True)
class Said:
    """What the user says of files being imported."""

    kind: str | None = None
    format: str | None = None
    episode: int = 0
    market: str = ""
    views: int = 0
    mapping: Path | None = None  # a mapping file: which columns are which


@dataclass(frozen=True, slots=True)
class Taken:
    """One file, or the parts of a folder or a pattern, that were imported or had been already."""

    source: Path
    entry: Imported
    detected: Detected
    fresh: bool
    found: str  # in words: "1 episode, 3 scenes, 41 lines"
    remarks: tuple[str, ...] = ()  # what the user should know


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of an imported folder that no format recognises."""

    source: Path
    why: str


def take(
    series: SeriesFolder, paths: Sequence[Path], *, said: Said = Said(), progress: Progress = silent
) -> tuple[tuple[Taken, ...], tuple[Skipped, ...]]:
    """Import files and folders of files.

    Every file is recognised before the first is kept, so an unknown one stops the import before
    anything changed.  Files inside a folder that nothing recognises are skipped and told.
    """
    with series.store().locked():
        known, skipped = _recognise(paths, said)
        taken = []
        for done, (sources, detected) in enumerate(known):
            progress("importing", done, len(known))
            taken.append(_take_one(series, sources, detected, said, progress))
        progress("importing", len(known), len(known))
    return tuple(taken), tuple(skipped)


def drop_simulated(series: SeriesFolder) -> int:
    """Remove simulated viewers from the folder; how many files went."""
    with series.store().locked():
        gone = [entry for entry in series.manifest().files if entry.simulated and entry.kind == "events"]
        for entry in gone:
            series.forget(entry)
    return len(gone)


Parts = tuple[tuple[Path, ...], Detected]  # files that are one import, and what they are


def _recognise(paths: Sequence[Path], said: Said) -> tuple[list[Parts], list[Skipped]]:
    known: list[Parts] = []
    skipped: list[Skipped] = []
    for path in paths:
        found: list[tuple[Path, Detected]] = []
        files = list(_matching(path))
        for file in files:
            try:
                found.append((file, _detect(file, said)))
            except UnknownFormat as error:
                if file == path:
                    raise
                skipped.append(Skipped(file, error.what))
        known += _together(found)
    kinds = [detected.kind for _, detected in known]
    if said.episode and len(set(kinds)) < len(kinds):
        raise BadInput(
            f"episode {said.episode} was given for several files of a kind",
            where=", ".join(str(file) for files, _ in known for file in files),
            mend="import them one by one, or number their names",
        )
    return known, skipped


def _detect(file: Path, said: Said) -> Detected:
    if said.mapping:
        return Detected("mapped", "events", "Mapped columns", f"by {said.mapping.name}")
    return formats.detect(file, kind=said.kind, format=said.format)


def _together(found: Sequence[tuple[Path, Detected]]) -> Iterator[Parts]:
    """Viewer events of one folder or pattern and of one format are one import; all else is file by file.

    So are reports of what ads cost: rows of one are added, and where two tell the same day it must count once.
    """
    groups: dict[tuple[str, str], list[tuple[Path, Detected]]] = {}
    for file, detected in found:
        if detected.kind != "events" or _of_ads(detected):
            yield (file,), detected
        else:  # Hookline's own tables are told apart by why they are known
            why = detected.why if detected.format == "hookline" else ""
            groups.setdefault((detected.format, why), []).append((file, detected))
    for group in groups.values():
        yield tuple(file for file, _ in group), group[0][1]


def _of_ads(detected: Detected) -> bool:
    """Whether a file is a report of what ads cost."""
    return detected.format in REPORTS_OF_ADS or (detected.format == "hookline" and detected.why.endswith(" table ads"))


def _matching(path: Path) -> Iterator[Path]:
    """The files that a path means: itself, those of a folder, or those that fit a pattern (``*``, ``**``)."""
    if path.exists():
        yield from _files(path)
        return
    names = sorted(glob(str(path), recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not names:
        what = "no file fits this pattern" if has_magic(str(path)) else "there is no such file"
        raise Unreadable(what, where=str(path), mend="check the path")
    for name in names:
        yield from _files(Path(name))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for child in sorted(path.iterdir()):
        if not child.name.startswith("."):
            yield from _files(child)


def _take_one(
    series: SeriesFolder, sources: tuple[Path, ...], detected: Detected, said: Said, progress: Progress
) -> Taken:
    if detected.kind == "events":
        return _take_events(series, sources, detected, said, progress)
    (source,) = sources
    sha = file_digest(source)
    before = next((e for e in series.manifest().files if e.sha256 == sha and e.kind == detected.kind), None)
    if before and (series.root / before.path).exists() and before.format == detected.format and not _says_more(said):
        return Taken(source, before, detected, fresh=False, found="imported before; nothing changed")
    return _take_copy(series, source, detected, _entry(source, detected, sha, said))


def _entry(source: Path, detected: Detected, sha: str, said: Said) -> Imported:
    return Imported(
        path="", kind=detected.kind, format=detected.format, origin=source.name, sha256=sha,
        episode=said.episode, market=said.market, views=said.views,
    )  # fmt: skip


def _says_more(said: Said) -> bool:
    return bool(said.episode or said.market or said.views)


def _take_copy(series: SeriesFolder, source: Path, detected: Detected, entry: Imported) -> Taken:
    name = _free_name(series, source, entry)
    entry = replace(entry, path=f"{FOLDERS[entry.kind]}/{name}")
    if entry.kind in ("subtitles", "video", "curve") and not entry.episode:
        entry = replace(entry, episode=_episode_or_ask(source))
    found, remarks = _LOOKS[entry.kind](source, entry)
    target = series.root / entry.path
    if entry.kind == "corrections":
        remarks += _replaced(source, target, entry)
    if not (target.exists() and source.samefile(target)):
        copy_atomic(source, target)
    series.remember(entry)
    series.store().record("imported", path=entry.path, origin=str(source.name), sha256=entry.sha256)
    return Taken(source, entry, detected, fresh=True, found=found, remarks=tuple(remarks))


def _free_name(series: SeriesFolder, source: Path, entry: Imported) -> str:
    """The file's own name, or one with its content's hash where another file has that name.

    A table of corrections takes the place of the one of its name: people edit it and import it again.
    """
    target = series.root / FOLDERS[entry.kind] / source.name
    if entry.kind == "corrections":
        return source.name
    if not target.exists() or source.samefile(target) or file_digest(target) == entry.sha256:
        return source.name
    return f"{source.stem}-{entry.sha256[:8]}{source.suffix}"


def _episode_or_ask(source: Path) -> int:
    number = episode_of(source.name)
    if number is None:
        raise BadInput(
            "which episode is this?", where=str(source), mend="say it with --episode N, or in the file's name"
        )
    return number


def _take_events(
    series: SeriesFolder, sources: tuple[Path, ...], detected: Detected, said: Said, progress: Progress
) -> Taken:
    """Viewer events, of which only what is new is read: parts that were imported before stay as they are."""
    name = sources[0] if len(sources) == 1 else Path(os.path.commonpath([file.parent for file in sources]))
    digests = {file_digest(file): file for file in sources}
    there = [e for e in series.manifest().files if e.kind == "events" and (series.root / e.path).exists()]
    same = [e for e in there if e.format == detected.format]
    known = {sha: e for e in same for sha in (e.sha256, *e.parts)}
    fresh = {sha: file for sha, file in digests.items() if sha not in known}
    if not fresh:
        before = known[next(iter(digests))]
        return Taken(name, before, detected, fresh=False, found="imported before; nothing changed")
    parts = tuple(sorted(fresh))
    sha = parts[0] if len(parts) == 1 else sha256(" ".join(parts).encode()).hexdigest()
    path = f"events/{_stem(name)}-{sha[:8]}.parquet"
    target = series.root / path
    with beside(target) as work:
        intake = _loader(detected, said)(
            list(fresh.values()), work / target.name, series=series.config().id, key=pseudonym_key(series),
            progress=progress,
        )  # fmt: skip
        entry = replace(
            _entry(name, detected, sha, said), path=path, table=intake.table, rows=intake.rows, written=intake.written,
            simulated=intake.simulated, set_aside=intake.set_aside, parts=parts if len(parts) > 1 else (),
        )  # fmt: skip
        series.remember(entry)  # first: a file without its entry counts as put there by hand
        (work / target.name).replace(target)
    series.store().record("imported", path=path, origin=name.name, sha256=entry.sha256, rows=intake.rows)
    found = f"{intake.written:,} {intake.table} of {intake.rows:,} rows" + (", simulated" if intake.simulated else "")
    if len(sources) > 1:
        found += f", {len(fresh)} of {len(sources)} parts new"
    return Taken(name, entry, detected, fresh=True, found=found, remarks=tuple(_told(intake.set_aside)))


def _loader(detected: Detected, said: Said) -> Load:
    """What reads the files: their format, or the user's mapping."""
    if said.mapping is None:
        load: Load = formats.module(detected.format).load
        return load
    from hookline.formats import mapping

    return partial(mapping.load, mapping=mapping.read(said.mapping))


def _stem(source: Path) -> str:
    return source.name.split(".")[0] or "events"


def _told(aside: Iterable[SetAside]) -> Iterator[str]:
    for row in aside:
        what = "mended" if row.kept else "set aside"
        example = f", for example {row.example}" if row.example else ""
        mend = f"; {row.mend}" if row.mend else ""
        yield f"{row.count:,} {what}: {row.reason}{example}{mend}"


def pseudonym_key(series: SeriesFolder) -> bytes:
    """The secret that turns viewers' ids into pseudonyms.

    From the environment (one key for a studio, so that viewers can be followed across series), else
    made once and kept beside the events, readable by the owner alone.
    """
    if given := os.environ.get(KEY_VARIABLE):
        return given.encode()
    path = series.root / KEY_FILE
    if not path.exists():
        write_atomic(path, secrets.token_hex(32))
        path.chmod(0o600)
    return path.read_bytes()


def _look_at_script(source: Path, entry: Imported) -> tuple[str, list[str]]:
    script = formats.read_script(source, file=entry.path, format=entry.format)
    scenes = sum(len(episode.scenes) for episode in script.episodes)
    lines = sum(len(episode.lines()) for episode in script.episodes)
    unread = [f"not read, {u.source}: {u.text[:80]!r} ({u.why})" for u in script.unread]
    if not lines:
        raise Unreadable("holds no scene and no line", where=str(source), mend="is it a script? choose with --as")
    found = f"{_count(len(script.episodes), 'episode')}, {_count(scenes, 'scene')}, {_count(lines, 'line')}"
    return found + f", {len(unread)} unread", [*script.notes, *unread]


def _look_at_cues(source: Path, entry: Imported) -> tuple[str, list[str]]:
    cues = formats.read_cues(source, file=entry.path, format=entry.format)
    if not cues:
        raise Unreadable("holds no subtitle", where=str(source), mend="export it again")
    return f"episode {entry.episode}, {_count(len(cues), 'cue')}, to {cues[-1].span.end_ms / 1000:.1f} s", []


def _look_at_video(source: Path, entry: Imported) -> tuple[str, list[str]]:
    from hookline.media.probe import probe

    info = probe(source)
    rate = info.fps[0] / info.fps[1]
    sound = "sound" if info.has_audio else "no sound"
    size, seconds = f"{info.width}x{info.height}", info.duration_ms / 1000
    return f"episode {entry.episode}, {size}, {rate:.5g} fps, {seconds:.1f} s, {sound}", []


def _look_at_curve(source: Path, entry: Imported) -> tuple[str, list[str]]:
    export = read_export(source, entry)
    remarks = [*export.notes, *_told(export.quality.set_aside)]
    if any(not curve.views for curve in export.curves):
        remarks.append("no number of views, so no interval can be given: say it with --views N, or import the views")
    if any(curve.positions and not curve.seconds and curve.size < QUARTILES for curve in export.curves):
        remarks.append("quartiles are laid along the episode's length, which its script, subtitles or video say")
    views = sum(count.views for count in export.counts)
    found = [_count(curve.size, "point") + (f" in {curve.market}" if curve.market else "") for curve in export.curves]
    found += [_count(views, "view")] if export.counts else []
    return f"episode {entry.episode}, {', '.join(found[:MOST_NAMED])}", remarks


def read_export(path: Path, entry: Imported) -> PlatformExport:
    """What a platform's export holds, with what was said of it on import."""
    reader = formats.module(entry.format or formats.detect(path, kind="curve").format)
    text = decode(path.read_bytes(), where=str(path)).text
    export: PlatformExport = reader.read(
        text, file=entry.path, episode=entry.episode, views=entry.views, market=entry.market
    )
    return export


def views_of(entry: Imported, config: Config) -> int:
    """How many views a curve rests on by the user's word: on import, else in ``hookline.toml`` by the file's name."""
    return entry.views or config.views.get(Path(entry.path).name, 0)


def _look_at_corrections(source: Path, entry: Imported) -> tuple[str, list[str]]:
    corrections = formats.read_corrections(source, file=source.name)
    remarks = [] if corrections else ["no row says anything that an engine had not said: nothing is corrected"]
    counts = Counter(correction.what.value for correction in corrections)
    each = ", ".join(f"{number} {what}" for what, number in counts.most_common())
    return _count(len(corrections), "correction") + (f": {each}" if each else ""), remarks


def _replaced(source: Path, target: Path, entry: Imported) -> list[str]:
    """Says what an older table of the same name held that the new one does not."""
    if not target.exists() or source.samefile(target) or file_digest(target) == entry.sha256:
        return []
    kept = {_told_once(one) for one in formats.read_corrections(source, file=source.name)}
    old = formats.read_corrections(target, file=target.name)
    gone = [one for one in old if _told_once(one) not in kept]
    return [f"takes the place of the {source.name} imported before"] + (
        [f"{_count(len(gone), 'correction')} of the older one no longer stand: {_named(gone)}"] if gone else []
    )


def _told_once(one: Correction) -> Correction:
    return replace(one, source=None, by="", comment="", was="")


def _named(corrections: Sequence[Correction]) -> str:
    names = [f"{one.what} {one.type}".strip() + f" (row {one.source.line if one.source else 0})" for one in corrections]
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


_LOOKS = {
    "script": _look_at_script,
    "subtitles": _look_at_cues,
    "video": _look_at_video,
    "curve": _look_at_curve,
    "corrections": _look_at_corrections,
}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
