"""A story, and how two drafts of it differ, as they are read in a terminal.

Everything a script says is shown as it stands: no markup is read out of it and no control character
reaches the terminal.  Piped, it is plain text of 80 columns (``COLUMNS`` widens it).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

from hookline.cli import draw
from hookline.model.script import Line, LineKind, Source, Voice
from hookline.model.story import Beat, Character, EpisodeStory, Origin, SeriesStory, Trait
from hookline.story.result import (
    ChangeKind,
    Comparison,
    EpisodeChange,
    EpisodeNumbers,
    Figures,
    LineChange,
    Note,
    SeriesNumbers,
    Severity,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NOTES_SHOWN, PEOPLE_SHOWN, PLACES_SHOWN, REMARKS_SHOWN, LISTED = 12, 10, 8, 8, 6
WIDE, MIDDLING, NARROW = 110, 92, 60  # columns from which a table shows everything, most, and bars
COMPARING = 76  # likewise of a comparison
LEAST_CUT = 12  # a column cut shorter than this is left out
BLOCKS = "▁▂▃▄▅▆▇█"
REWRITTEN = 0.25  # share of the wording kept, under which an episode was written anew
MARKS = {Severity.HIGH: "!!", Severity.MIDDLE: " !", Severity.LOW: "  "}
STYLES = {Severity.HIGH: "bold red", Severity.MIDDLE: "yellow", Severity.LOW: "dim"}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def console() -> Console:
    """The terminal, or plain text where there is none."""
    from rich.console import Console

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter shows a mark for it
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=False)


def clean(text: str) -> str:
    """A script's text on one line, without anything that a terminal would obey."""
    return " ".join(_CONTROL.sub(" ", text).split())


# ------------------------------------------------------------------ a series


def series(out: Console, story: SeriesStory, *, numbers: SeriesNumbers, notes: Sequence[Note], engine: str) -> None:
    """The whole season: a line an episode, the notes, the people."""
    _head(out, story, numbers, engine)
    out.print(_season_table(out, story, numbers))
    _print_notes(out, _weightiest(notes), left=len(notes) - NOTES_SHOWN)
    _people(out, story.characters)
    _places(out, numbers)
    _threads(out, story)
    _remarks(out, story)


def _head(out: Console, story: SeriesStory, numbers: SeriesNumbers, engine: str) -> None:
    scenes = sum(len(one.scenes) for one in numbers.episodes)
    lines = sum(one.lines for one in numbers.episodes)
    out.print(clean(story.title) or "Untitled", style="bold")
    counts = (_count(len(numbers.episodes), "episode"), clock(numbers.duration_ms), _count(scenes, "scene"))
    out.print(" · ".join((*counts, _count(lines, "line"), _count(len(story.characters), "speaking part"))))
    ways = sorted({one.timing.value for one in numbers.episodes})
    timed = {"reading": "estimated from reading speed", "subtitles": "from subtitles"}
    out.print(f"times {' and '.join(timed[way] for way in ways) or 'unknown'}; engine: {engine}", style="dim")
    lengths = next((spread for spread in numbers.spreads if spread.name == "length"), None)
    if lengths and lengths.n > 1:
        low, middle, high = (clock(int(1000 * value)) for value in (lengths.low, lengths.median, lengths.high))
        out.print(f"the middle half of the episodes runs {low} to {high}, the median {middle}", style="dim")
    out.print()


def _table(out: Console, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose columns are as wide as they need; the one that may be cut takes what is left."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    widths = [max(cell_len(text) for text in (name, *(row[n] for row in rows))) for n, (name, _) in enumerate(columns)]
    needed = sum(width for width, (_, kind) in zip(widths, columns, strict=True) if kind != "cut") + 2 * len(columns)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    fits = [
        kind != "cut" or out.width - needed >= min(LEAST_CUT, width)
        for width, (_, kind) in zip(widths, columns, strict=True)
    ]
    for width, (name, kind), fit in zip(widths, columns, fits, strict=True):
        if not fit:
            continue
        room = min(width, out.width - needed) if kind == "cut" else width
        right = "right" if kind == "right" else "left"
        table.add_column(name, width=room, justify=right, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(text for text, fit in zip(row, fits, strict=True) if fit))
    return table


def _season_table(out: Console, story: SeriesStory, numbers: SeriesNumbers) -> Table:
    columns = [("Ep", "right"), ("Length", "right"), ("Hook", "right"), ("Tension", "")]
    columns += [("Sc", "right"), ("Lines", "right"), ("Parts", "right")] if out.width >= MIDDLING else []
    columns += [("Ending", ""), ("Pull", "right"), ("Leaves open", "cut")]
    rows = []
    bars = 24 if out.width >= WIDE else 12 if out.width >= NARROW else 0
    for told, one in zip(story.episodes, numbers.episodes, strict=True):
        cells = [str(one.episode), clock(one.duration_ms), "none" if one.hook_ms is None else _second(one.hook_ms)]
        cells += [f"{sparkline(told.tension, bars)} {one.tension:.2f}".strip()]
        cells += [str(n) for n in (len(one.scenes), one.lines, len(one.speakers))] if out.width >= MIDDLING else []
        mine = "*" if told.ending.origin is Origin.PERSON else ""
        rows.append([*cells, one.ending.value + mine, f"{one.ending_strength:.2f}", clean(one.question)])
    return _table(out, columns, rows)


def sparkline(values: Sequence[float], width: int) -> str:
    """A curve of 0..1 in one line of text: the highest of each part.

    >>> sparkline([0.0, 0.1, 0.5, 1.0], 4)
    '▁▁▅█'
    """
    if not values or not width:
        return ""
    width = min(width, len(values))
    parts = [values[i * len(values) // width : (i + 1) * len(values) // width] for i in range(width)]
    return "".join(BLOCKS[min(7, int(max(part) * 8))] for part in parts)


def _weightiest(notes: Sequence[Note]) -> list[Note]:
    """The series' notes, then the heaviest of the episodes; a kind told of the series isn't told again."""
    habits = {note.claim.split(" in ")[0]: note for note in notes if note.kind == "everywhere"}
    told = {(episode, note.why) for note in habits.values() for episode in note.episodes}
    order = list(Severity)
    rest = sorted((note for note in notes if note.episode), key=lambda note: order.index(note.severity))
    chosen = [note for note in notes if not note.episode]
    return [*chosen, *(note for note in rest if (note.episode, note.why) not in told)][:NOTES_SHOWN]


def _print_notes(out: Console, notes: Sequence[Note], *, left: int = 0) -> None:
    out.print()
    out.print("Notes" if notes else "No notes: nothing here leaves the form.", style="bold" if notes else "")
    for note in notes:
        where = f"episode {note.episode}" if note.episode else "season"
        when = f", {clock(note.span.start_ms)}-{clock(note.span.end_ms)}" if note.span else ""
        _hang(out, f"{MARKS[note.severity]} ", f"{clean(note.claim)}  ({where}{when})", STYLES[note.severity])
        _hang(out, "   ", f"why: {clean(note.why)}", "dim")
        lines = f"  [{places(note.evidence)}]" if note.evidence else ""
        _hang(out, "   ", f"try: {clean(note.action)}{lines}", "")
    if left > 0:
        out.print(f"   and {_count(left, 'lighter note')}: see --episode N, or --csv", style="dim")


def _hang(out: Console, mark: str, text: str, style: str) -> None:
    """A paragraph whose following lines stand under its first word."""
    from rich.padding import Padding
    from rich.text import Text

    wrapped = Text(text).wrap(out, max(20, out.width - len(mark)))
    for number, line in enumerate(wrapped):
        line.rstrip()
        out.print(Padding(Text(mark if number == 0 else " " * len(mark)) + line, 0, expand=False), style=style)


def _people(out: Console, people: Sequence[Character]) -> None:
    if not people:
        return
    out.print()
    archetypes = any(person.archetypes for person in people)
    roles = any(person.role for person in people)
    columns = [("People", ""), *([("Role", "")] if roles else []), ("Talk", "right"), ("Lines", "right")]
    columns += [("Episodes", ""), ("Archetype", "cut")] if archetypes else [("Episodes", "cut")]
    rows = []
    for person in people[:PEOPLE_SHOWN]:
        cells = [_name(person), *([person.role.value if person.role else ""] if roles else [])]
        cells += [f"{person.dialogue_share:.0%}", str(person.lines), draw.numbers(person.episodes)]
        rows.append([*cells, *([_traits(person.archetypes[:2])] if archetypes else [])])
    out.print(_table(out, columns, rows))
    if len(people) > PEOPLE_SHOWN:
        out.print(f"and {len(people) - PEOPLE_SHOWN} more: see --json or --csv", style="dim")


def _name(person: Character) -> str:
    other = [name for name in person.aliases if name.casefold() != person.name.casefold()][:2]
    return clean(person.name + (f" ({', '.join(other)})" if other else ""))


def _traits(traits: Iterable[Trait]) -> str:
    return ", ".join(f"{_spaced(t.id)}{'*' if t.origin is Origin.PERSON else ''} {t.score:.2f}" for t in traits)


def _places(out: Console, numbers: SeriesNumbers) -> None:
    if not numbers.places:
        return
    out.print()
    shown = ", ".join(f"{clean(place.name)} {place.scenes}" for place in numbers.places[:PLACES_SHOWN])
    more = f" and {len(numbers.places) - PLACES_SHOWN} more" if len(numbers.places) > PLACES_SHOWN else ""
    _hang(out, "", f"Locations (scenes): {shown}{more}", "")
    said = (
        ", ".join(f"{name} {n}" for name, n in counts.items()) for counts in (numbers.settings, numbers.times_of_day)
    )
    _hang(out, "", f"Scenes: {'; '.join(said)}", "")


def _threads(out: Console, story: SeriesStory) -> None:
    """What spans the season, where it was read: arc, segments, turning points, promises, tropes, paywall."""
    arc = story.arc
    rows = [
        *([f"Arc: {_spaced(arc.shape)} (fit {arc.fit:.2f}) {_mood(arc.values)}"] if arc else []),
        *([f"Tropes: {_traits(story.tropes[:LISTED])}"] if story.tropes else []),
        *[f"{s.type.value.capitalize()}: episodes {s.first_episode}-{s.last_episode}, tension {s.tension:.2f}"
          for s in story.segments],
        *[f"{_spaced(p.type).capitalize()}: episode {p.episode} at {clock(p.span.start_ms)}, {p.why} "
          f"[{places(p.evidence)}]" for p in story.turning_points],
        *[f"Paywall before episode {p.episode}: {p.score:.2f}, {p.why} [{places(p.evidence)}]"
          for p in story.paywall[:3]],
    ]  # fmt: skip
    if story.promises:
        still = sum(promise.payoff is None for promise in story.promises)
        rows.append(f"Set up: {len(story.promises)} things, {still} of them never paid off")
    if rows:
        out.print()
    for row in rows:
        _hang(out, "", clean(row), "")


def _mood(values: Sequence[float]) -> str:
    return sparkline([(value + 1) / 2 for value in values], 24)


def _remarks(out: Console, story: SeriesStory) -> None:
    remarks = [*story.notes, *(f"not read, {one.source}: {one.text[:60]!r} ({one.why})" for one in story.unread)]
    if not remarks:
        return
    out.print()
    out.print("Remarks of the readers", style="bold")
    for remark in remarks[:REMARKS_SHOWN]:
        _hang(out, "- ", clean(remark), "dim")
    if len(remarks) > REMARKS_SHOWN:
        out.print(f"- and {len(remarks) - REMARKS_SHOWN} more: see --json", style="dim")


# ------------------------------------------------------------------ an episode


def episode(out: Console, told: EpisodeStory, *, numbers: SeriesNumbers, notes: Sequence[Note]) -> None:
    """One episode as a timeline: each line at its second, the beats beside it."""
    one = next(one for one in numbers.episodes if one.episode == told.number)
    title = f": {clean(told.episode.title)}" if told.episode.title else ""
    out.print(f"Episode {told.number}{title}", style="bold")
    counts = (clock(told.duration_ms), _count(len(one.scenes), "scene"), _count(one.lines, "line"))
    out.print(" · ".join((*counts, f"{one.units_per_minute:.0f} words said a minute")))
    bars = sparkline(told.tension, max(20, min(60, out.width - 20)))
    out.print(f"tension {bars} {one.tension:.2f}, highest {one.peak_tension:.2f} at {clock(one.peak_ms)}")
    if told.arc:
        out.print(f"mood    {_mood(told.arc.values)} {_spaced(told.arc.shape)} (fit {told.arc.fit:.2f})")
    out.print()
    _timeline(out, told)
    _hook_and_ending(out, told)
    _talk(out, one)
    _print_notes(out, [note for note in notes if note.episode == told.number])


def _timeline(out: Console, told: EpisodeStory) -> None:
    beats: dict[Source, list[Beat]] = {}
    for beat in told.beats:
        first = min(beat.evidence, default=None)
        if first:
            beats.setdefault(first, []).append(beat)
    feelings = dict(enumerate(told.feelings))
    number = 0
    for scene in told.episode.scenes:
        out.print(clean(scene.heading) or "(no heading)", style="bold cyan")
        for line in scene.lines:
            feeling = feelings.get(number)
            number += 1
            mood = f" [{feeling.emotion.value}]" if feeling and feeling.emotion != "neutral" else ""
            at = clock(line.span.start_ms) if line.span else "?"
            _hang(out, f"{at:>5}  ", said(line) + mood, "" if line.kind is LineKind.DIALOGUE else "dim")
            for beat in beats.pop(line.source, []):
                mine = " (by a person)" if beat.origin is Origin.PERSON else ""
                text = f"{_spaced(beat.type)} {beat.intensity:.2f}{mine}: {clean(beat.why)} [{places(beat.evidence)}]"
                _hang(out, "       > ", text, "green")
    out.print()


def said(line: Line) -> str:
    """A line as a page shows it."""
    if line.kind is not LineKind.DIALOGUE:
        return clean(line.text)
    voice = {Voice.OFF: " (O.S.)", Voice.OVER: " (V.O.)"}.get(line.voice, "")
    delivery = f" ({clean(line.delivery)})" if line.delivery else ""
    return f"{clean(line.speaker or 'a voice')}{voice}{delivery}: {clean(line.text)}"


def _hook_and_ending(out: Console, told: EpisodeStory) -> None:
    hook, ending = told.hook, told.ending
    if hook:
        kind = f" ({hook.type.value})" if hook.type else ""
        _hang(out, "", f"Hook at {_second(hook.at_ms)}{kind}: {clean(hook.why)} [{places(hook.evidence)}]", "")
    else:
        out.print("No hook: nothing in the words gives a reason to stay.")
    opened = f"; leaves open: {clean(ending.question)}" if ending.question else ""
    answered = f"; answered in episode {ending.answer.episode}" if ending.answer else ""
    text = f"Ends on {ending.type.value}, pull {ending.strength:.2f}{opened}{answered} [{places(ending.evidence)}]"
    _hang(out, "", text, "")


def _talk(out: Console, one: EpisodeNumbers) -> None:
    if one.speakers:
        shares = (
            f"{clean(who.name)} {who.dialogue_ms / 1000:.0f} s ({who.dialogue_share:.0%})" for who in one.speakers
        )
        _hang(out, "", f"Talk: {', '.join(shares)}", "")


# ------------------------------------------------------------------ two drafts


def comparison(out: Console, found: Comparison, *, episode: int | None = None) -> None:
    """What changed, in all and by episode; the lines of one episode, or of all where few changed."""
    out.print(f"{clean(found.before) or 'before'} -> {clean(found.after) or 'after'}", style="bold")
    if found.same:
        out.print("Nothing changed.")
        return
    _totals(out, found)
    changed = [one for one in found.episodes if one.kind is not ChangeKind.SAME]
    out.print(_changes_table(out, found))
    if found.people:
        out.print()
        _hang(out, "", f"Talk: {'; '.join(_parts(found))}", "")
    for one in changed:
        numbers = (one.number_before, one.number_after)
        whole = ChangeKind.CHANGED, ChangeKind.MOVED  # of what came or went, the lines are its script
        if (episode and episode in numbers) or (episode is None and len(changed) <= LISTED and one.kind in whole):
            _details(out, one)
    if episode is None and len(changed) > LISTED:
        out.print("\nthe lines of one episode: --episode N", style="dim")


def _totals(out: Console, found: Comparison) -> None:
    a, b = found.total_before, found.total_after
    rows = [
        f"length {clock(a.duration_ms)} -> {clock(b.duration_ms)}",
        *(f"{name} {old} -> {new}" for name, old, new in
          (("scenes", a.scenes, b.scenes), ("lines", a.lines, b.lines), ("beats", a.beats, b.beats))),
        *(f"{name} {old:.2f} -> {new:.2f}" for name, old, new in
          (("tension", a.tension, b.tension), ("openings", a.opening_tension, b.opening_tension),
           ("closings", a.closing_tension, b.closing_tension),
           ("pull of endings", a.ending_strength, b.ending_strength))),
    ]  # fmt: skip
    _hang(out, "", " · ".join(rows), "")
    out.print()


def _changes_table(out: Console, found: Comparison) -> Table:
    wide = out.width >= COMPARING
    columns = [("Ep", ""), ("", ""), ("Length", "right"), ("Lines", "right"), ("Beats", "right"), ("Tension", "right")]
    columns += [("Hook", "right"), ("Ending", "cut")] if wide else []
    rows = []
    for one in found.episodes:
        a, b = one.before, one.after
        cells = [_numbers(one), _became(one), _moved(a, b, lambda f: clock(f.duration_ms))]
        cells += [_lines_of(one), _moved(a, b, lambda f: str(f.beats)), _moved(a, b, lambda f: f"{f.tension:.2f}")]
        if wide:
            cells += [_moved(a, b, lambda f: "none" if f.hook_ms is None else _second(f.hook_ms))]
            cells += [_ending_moved(a, b)]
        rows.append(cells)
    return _table(out, columns, rows)


def _numbers(one: EpisodeChange) -> str:
    if one.number_before is None or one.number_after is None:
        return str(one.number_before or one.number_after)
    return str(one.number_after) if one.kind is not ChangeKind.MOVED else f"{one.number_before}>{one.number_after}"


def _became(one: EpisodeChange) -> str:
    if one.kind is ChangeKind.MOVED:
        return "renumbered"
    return "rewritten" if one.kind is ChangeKind.CHANGED and one.alike < REWRITTEN else one.kind.value


def _moved(a: Figures | None, b: Figures | None, of: Callable[[Figures], str]) -> str:
    old, new = (of(a) if a else ""), (of(b) if b else "")
    return new or old if not (old and new) or old == new else f"{old}>{new}"


def _ending_moved(a: Figures | None, b: Figures | None) -> str:
    if a and b and a.ending is b.ending and b.ending:
        return f"{b.ending.value} {_moved(a, b, lambda f: f'{f.ending_strength:.2f}')}"
    return _moved(a, b, lambda f: f"{f.ending.value if f.ending else ''} {f.ending_strength:.2f}")


def _lines_of(one: EpisodeChange) -> str:
    counts = {kind: sum(line.kind is kind for line in one.lines) for kind in ChangeKind}
    marks = (("+", ChangeKind.ADDED), ("-", ChangeKind.REMOVED), ("~", ChangeKind.CHANGED), (">", ChangeKind.MOVED))
    return " ".join(f"{mark}{counts[kind]}" for mark, kind in marks if counts[kind])


def _parts(found: Comparison) -> list[str]:
    told = {ChangeKind.ADDED: "new", ChangeKind.REMOVED: "gone"}
    return [
        f"{clean(who.name)} {told.get(who.kind, '')} {who.share_before:.0%} -> {who.share_after:.0%}".replace("  ", " ")
        for who in found.people[:LISTED]
    ]


def _details(out: Console, one: EpisodeChange) -> None:
    out.print()
    out.print(f"Episode {_numbers(one)}: {_became(one)}", style="bold")
    if one.before and one.after:
        _hook_and_ending_changes(out, one.before, one.after)
    for beat in one.beats:
        shown = beat.after or beat.before
        assert shown is not None
        mark = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-"}.get(beat.kind, "~")
        weight = f"{shown.intensity:.2f}"
        if beat.before and beat.after:
            weight = f"{beat.before.intensity:.2f} -> {beat.after.intensity:.2f}"
        text = f"beat {_spaced(shown.type)} {weight} at {clock(shown.span.start_ms)}: {clean(shown.why)}"
        _hang(out, f"{mark} ", text, {"+": "green", "-": "red"}.get(mark, "yellow"))
    for line in one.lines:
        _line_change(out, line)


def _hook_and_ending_changes(out: Console, a: Figures, b: Figures) -> None:
    if (a.hook_ms, a.hook) != (b.hook_ms, b.hook):
        _hang(out, "~ ", f"hook: {_hook(a)} -> {_hook(b)}", "yellow")
    if (a.ending, a.question) != (b.ending, b.question):
        _hang(out, "~ ", f"ending: {_ending(a)} -> {_ending(b)}", "yellow")


def _hook(one: Figures) -> str:
    return "none" if one.hook_ms is None else f"{_second(one.hook_ms)}, {clean(one.hook)}"


def _ending(one: Figures) -> str:
    kind = one.ending.value if one.ending else "none"
    return f"{kind} {one.ending_strength:.2f}" + (f", {clean(one.question)}" if one.question else "")


def _line_change(out: Console, line: LineChange) -> None:
    old = f"{line.speaker_before}: {line.text_before}" if line.speaker_before else line.text_before
    new = f"{line.speaker_after}: {line.text_after}" if line.speaker_after else line.text_after
    if line.kind is ChangeKind.MOVED:
        where = f" to episode {line.to_episode}" if line.to_episode else ""
        _hang(out, "> ", f"moved{where}: {clean(new)}  [{line.before} -> {line.after}]", "cyan")
        return
    if line.before:
        _hang(out, "- ", f"{clean(old)}  [{line.before}]", "red")
    if line.after:
        _hang(out, "+ ", f"{clean(new)}  [{line.after}]", "green")


# ------------------------------------------------------------------ small words


def clock(ms: int) -> str:
    """Minutes and seconds: 71,400 ms is 1:11."""
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}" if minutes >= 60 else f"{minutes}:{seconds:02d}"


def _second(ms: int) -> str:
    return f"{ms / 1000:.1f} s"


def _spaced(name: str) -> str:
    return str(name).replace("_", " ")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def places(evidence: Sequence[Source]) -> str:
    """Where lines stand, each file once: ``ep01.fountain:12, 14-15``."""
    by_file: dict[str, list[int]] = {}
    for source in evidence:
        by_file.setdefault(source.file, []).append(source.line)
    return "; ".join(f"{clean(file)}:{_lines(sorted(set(lines)))}" for file, lines in by_file.items())


def _lines(numbers: Sequence[int]) -> str:
    return (
        str(numbers[0])
        if len(numbers) == 1
        else (", ".join(map(str, numbers)) if len(numbers) <= 3 else f"{numbers[0]}-{numbers[-1]}")
    )
