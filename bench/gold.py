"""How far the offline story engine agrees with careful readers, and they with each other.

``bench/gold/guideline.md`` says what was annotated, how, and by whom.  ``python -m bench.gold`` prints the
figures; ``python -m bench.gold texts FOLDER`` writes the scripts a reader works from, each line with its
number; ``python -m bench.gold check FILE`` says what is wrong with a reader's file.  Wants the shared data.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from math import isnan
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.agreement import NAN, f1, interval, kappa, macro_f1, share, spearman, weighted_kappa
from bench.gold_files import (
    ARCHETYPES,
    BEATS,
    FOLDER,
    GRADES,
    EpisodeReading,
    Lead,
    Moment,
    Reading,
    chosen,
    problems,
    read,
    rows,
    write_texts,
)
from bench.real_input import SHARED
from hookline.formats import fountain
from hookline.model.script import Source
from hookline.model.story import Character, EpisodeStory, Hook, SeriesStory
from hookline.story import analyse

T = TypeVar("T")
NEAR_LINES = 2
NEAR_S = 3.0


@dataclass(frozen=True, slots=True)
class Compared:
    """A script's agreement between a reader who is believed and another."""

    hook_near: tuple[bool, ...] = ()
    hook_late_s: tuple[float, ...] = ()  # of the other reader, where both have one
    hooks: tuple[tuple[str, str], ...] = ()
    ending_near: tuple[bool, ...] = ()
    endings: tuple[tuple[str, str], ...] = ()
    strengths: tuple[tuple[float, float], ...] = ()
    opens: tuple[tuple[bool, bool], ...] = ()
    met: Mapping[str, int] = field(default_factory=dict)
    wanted: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    archetypes: tuple[tuple[bool, bool], ...] = ()
    roles: tuple[tuple[str, str], ...] = ()


Measure = Callable[[Sequence[Compared]], float]  # NaN where it is undefined


def main(words: list[str]) -> int:
    """Print the figures, write the texts, or check a file."""
    if not SHARED.exists():
        print("shared data not here: set HOOKLINE_SHARED", file=sys.stderr)
        return 1
    match words:
        case []:
            print(report())
        case ["texts", folder]:
            write_texts(Path(folder))
        case ["check", file]:
            found = [problem for row in rows(Path(file)) for problem in problems(row)]
            print("\n".join(found) or "nothing wrong")
            return 1 if found else 0
        case _:
            print("python -m bench.gold [texts FOLDER | check FILE]", file=sys.stderr)
            return 2
    return 0


# The engine as one more reader


@cache
def engine_stories() -> dict[str, SeriesStory]:
    """What the offline engine makes of each script."""
    return {
        name: analyse([fountain.read(text, file=f"{name}.fountain")], language="en") for name, text in chosen().items()
    }


def has(value: type, name: str) -> bool:
    """Whether the model has such a field yet."""
    return any(one.name == name for one in fields(value))


def engine_reading(story: SeriesStory, text: str) -> Reading:
    """The engine's story in a reader's shape.  What the model has no field for stays open."""
    episodes = tuple(engine_episode(episode) for episode in story.episodes)
    if not has(Character, "archetypes"):
        return Reading(episodes, None)
    return Reading(episodes, tuple(engine_lead(person, text) for person in story.characters))


def engine_episode(story: EpisodeStory) -> EpisodeReading:
    """An episode of the engine's story."""
    found = [beat for beat in story.beats if beat.type.value in BEATS]
    ending = story.ending
    return EpisodeReading(
        Moment(str(getattr(story.hook, "type", "")), lines_of(story.hook.evidence)) if story.hook else None,
        Moment(ending.type.value, lines_of(ending.evidence)),
        ending.strength,
        bool(ending.question),
        tuple(Moment(beat.type.value, lines_of(beat.evidence)) for beat in found),
    )


def engine_lead(person: Character, text: str) -> Lead:
    """A character in a reader's shape, at the first line below the head that holds a name of theirs."""
    names = [name.lower() for name in (person.name, *person.aliases)]
    lines = enumerate(text.lower().splitlines()[2:], start=3)
    first = next((number for number, line in lines if any(name in line for name in names)), 0)
    archetypes = getattr(person, "archetypes", ())
    return Lead(first, str(getattr(person, "role", "")), frozenset(str(getattr(one, "id", one)) for one in archetypes))


def lines_of(evidence: Iterable[Source]) -> tuple[int, ...]:
    """The line numbers of evidence."""
    return tuple(source.line for source in evidence)


def plain_reading(story: SeriesStory, *, ending: str) -> Reading:
    """The reader who doesn't read: hooks on the first line, one type of ending, on the last line."""
    episodes = []
    for episode in story.episodes:
        lines = [line.source.line for line in episode.episode.lines()]
        episodes.append(EpisodeReading(Moment("", (lines[0],)), Moment(ending, (lines[-1],)), 0.0, True, ()))
    return Reading(tuple(episodes), None)


# Comparing


def compare(gold: Reading, other: Reading, story: SeriesStory) -> Compared:
    """A script's agreement; times are those of the engine's story, whoever is compared."""
    pairs = list(zip(gold.episodes, other.episodes, strict=True))
    hooks = [(one.hook, two.hook) for one, two in pairs]
    clocks = [clock(episode) for episode in story.episodes]
    wanted = Counter(beat.type for one, _ in pairs for beat in one.beats)
    found = Counter(beat.type for _, two in pairs for beat in two.beats)
    met: Counter[str] = Counter()
    for one, two in pairs:
        met.update(matched(one.beats, two.beats))
        met["any"] += sum(matched(untyped(one.beats), untyped(two.beats)).values())
    people = lead_pairs(gold.leads, other.leads)
    return Compared(
        hook_near=tuple(near(a, b) for a, b in hooks),
        hook_late_s=tuple(
            late_s(a, b, when) for (a, b), when in zip(hooks, clocks, strict=True) if a is not None and b is not None
        ),
        hooks=tuple(kinds(a, b) for a, b in hooks if b is None or b.type),
        ending_near=tuple(near(one.ending, two.ending) for one, two in pairs),
        endings=tuple((one.ending.type, two.ending.type) for one, two in pairs),
        strengths=tuple((one.strength, two.strength) for one, two in pairs),
        opens=tuple((bool(one.open), bool(two.open)) for one, two in pairs),
        met=met,
        wanted=wanted | {"any": wanted.total()},
        found=found | {"any": found.total()},
        archetypes=tuple((name in a.archetypes, name in b.archetypes) for a, b in people for name in ARCHETYPES),
        roles=tuple((a.role, b.role) for a, b in people),
    )


def near(one: Moment | None, other: Moment | None) -> bool:
    """Whether two moments stand within two lines of each other; none is only near to none."""
    if one is None or other is None:
        return one is other
    return distance(one, other) <= NEAR_LINES


def distance(one: Moment, other: Moment) -> int:
    """The lines between the nearest two lines of two moments."""
    return min((abs(a - b) for a in one.lines for b in other.lines), default=sys.maxsize)


def kinds(one: Moment | None, other: Moment | None) -> tuple[str, str]:
    """The types of two hooks."""
    return (one.type if one else "none", other.type if other else "none")


def clock(story: EpisodeStory) -> dict[int, float]:
    """When each line of an episode starts, in seconds."""
    return {line.source.line: line.span.start_ms / 1000 for line in story.episode.lines() if line.span}


def late_s(one: Moment, other: Moment, when: Mapping[int, float]) -> float:
    """How many seconds after the first moment the other begins; a line within a speech starts with the speech."""
    times = [when[max((n for n in when if n <= moment.lines[0]), default=min(when))] for moment in (one, other)]
    return times[1] - times[0]


def matched(wanted: Sequence[Moment], found: Sequence[Moment]) -> Counter[str]:
    """How many moments of each type both have within two lines: as many pairs as can be, each used once."""
    if not (wanted and found):
        return Counter()
    close = np.array([[one.type == two.type and distance(one, two) <= NEAR_LINES for two in found] for one in wanted])
    pairs = zip(*linear_sum_assignment(close, maximize=True), strict=True)
    return Counter(wanted[a].type for a, b in pairs if close[a, b])


def untyped(moments: Sequence[Moment]) -> list[Moment]:
    """The moments without their types."""
    return [Moment("any", moment.lines) for moment in moments]


def lead_pairs(one: Sequence[Lead] | None, other: Sequence[Lead] | None) -> list[tuple[Lead, Lead]]:
    """The leads of the first reader whom the other has too, by line of first mention (within two)."""
    left = list(other or ())
    pairs = []
    for lead in one or ():
        close = [two for two in left if abs(two.line - lead.line) <= NEAR_LINES]
        if close:
            best = min(close, key=lambda two: (abs(two.line - lead.line), two.role != lead.role))
            left.remove(best)
            pairs.append((lead, best))
    return pairs


# Measures


def pooled(scripts: Sequence[Compared], of: Callable[[Compared], Sequence[T]]) -> list[T]:
    """What all scripts have of something."""
    return [one for script in scripts for one in of(script)]


def beat_measure(types: Sequence[str], of: Callable[[float, float, float], float]) -> Measure:
    """Precision, recall or F1 of some types of beat together, over all scripts."""

    def measure(scripts: Sequence[Compared]) -> float:
        return of(*beat_counts(scripts, types))

    return measure


def beat_counts(scripts: Sequence[Compared], types: Sequence[str]) -> tuple[int, int, int]:
    """How many beats of these types were met, wanted and found."""
    met, wanted, found = (
        sum(count.get(type, 0) for count in counts for type in types)
        for counts in ([s.met for s in scripts], [s.wanted for s in scripts], [s.found for s in scripts])
    )
    return met, wanted, found


def precision(met: float, _wanted: float, found: float) -> float:
    """The share of what was found that is right."""
    return met / found if found else NAN


def recall(met: float, wanted: float, _found: float) -> float:
    """The share of what was wanted that was found."""
    return met / wanted if wanted else NAN


def archetype_f1(scripts: Sequence[Compared]) -> float:
    """F1 over archetypes of the leads that both have."""
    marks = pooled(scripts, lambda s: s.archetypes)
    return f1(sum(a and b for a, b in marks), sum(a for a, _ in marks), sum(b for _, b in marks))


def last_only(scripts: Sequence[Compared]) -> list[tuple[str, str]]:
    """The endings of the second episodes, which their writers ended."""
    return [script.endings[-1] for script in scripts]


MEASURES: dict[str, Measure] = {
    "hook within 2 lines": lambda c: share(pooled(c, lambda s: s.hook_near)),
    "hook within 3 s, where both have one": lambda c: share(
        [abs(t) <= NEAR_S for t in pooled(c, lambda s: s.hook_late_s)]
    ),
    "hook type, accuracy": lambda c: share([a == b for a, b in pooled(c, lambda s: s.hooks)]),
    "hook type, macro F1": lambda c: macro_f1(pooled(c, lambda s: s.hooks)),
    "ending type, accuracy": lambda c: share([a == b for a, b in pooled(c, lambda s: s.endings)]),
    "ending type, macro F1": lambda c: macro_f1(pooled(c, lambda s: s.endings)),
    "ending type of episode 2, accuracy": lambda c: share([a == b for a, b in last_only(c)]),
    "ending within 2 lines": lambda c: share(pooled(c, lambda s: s.ending_near)),
    "ending strength, Spearman": lambda c: spearman(pooled(c, lambda s: s.strengths)),
    "question open, accuracy": lambda c: share([a == b for a, b in pooled(c, lambda s: s.opens)]),
    "beats of the same type within 2 lines, F1": beat_measure(BEATS, f1),
    "beats of any type within 2 lines, F1": beat_measure(("any",), f1),
    "archetypes of the leads, F1": archetype_f1,
}

KAPPAS: dict[str, Measure] = {
    "hook type": lambda c: kappa(pooled(c, lambda s: s.hooks)),
    "ending type": lambda c: kappa(pooled(c, lambda s: s.endings)),
    "ending strength, quadratic weights": lambda c: weighted_kappa(
        [(int(a), int(b)) for a, b in pooled(c, lambda s: s.strengths)], GRADES
    ),
    "question open": lambda c: kappa(pooled(c, lambda s: s.opens)),
    "role of the leads both have": lambda c: kappa(pooled(c, lambda s: s.roles)),
    "archetypes of the leads both have, each yes or no": lambda c: kappa(pooled(c, lambda s: s.archetypes)),
}


# The engine's strength, 0..1, in the guideline's four grades.
STRENGTH_CUTS = (0.05, 0.35, 0.75)


def graded(strength: float) -> int:
    """An engine's strength as one of the four grades."""
    return sum(strength >= cut for cut in STRENGTH_CUTS)


def GRADED(scripts: Sequence[Compared]) -> float:  # noqa: N802 - stands among the measures
    """Weighted kappa of the graded strength."""
    pairs = [(int(a), graded(b)) for a, b in pooled(scripts, lambda s: s.strengths)]
    return weighted_kappa(pairs, GRADES)


# The page


def report() -> str:
    """The figures as one markdown text."""
    gold = readings("first")
    stories = engine_stories()
    engine = compared(gold, {name: engine_reading(story, chosen()[name]) for name, story in stories.items()})
    other = compared(gold, readings("second")) if (FOLDER / "second.jsonl").exists() else None
    usual = Counter(episode.ending.type for one in gold.values() for episode in one.episodes).most_common(1)[0][0]
    plain = compared(gold, {name: plain_reading(story, ending=usual) for name, story in stories.items()})
    return "\n\n".join(
        (
            head(gold),
            measures_table(engine, other, plain, usual),
            beats_table(engine, other),
            kappas_table(engine, other),
            tail(engine),
        )
    )


def readings(name: str) -> dict[str, Reading]:
    """A reader's file."""
    return {str(row["id"]): read(row) for row in rows(FOLDER / f"{name}.jsonl")}


def compared(gold: Mapping[str, Reading], other: Mapping[str, Reading]) -> list[Compared]:
    """Each script's agreement."""
    stories = engine_stories()
    return [compare(gold[name], other[name], stories[name]) for name in gold]


def head(gold: Mapping[str, Reading]) -> str:
    """What was compared."""
    episodes = [episode for one in gold.values() for episode in one.episodes]
    beats = sum(len(episode.beats) for episode in episodes)
    return (
        f"{len(gold)} scripts, {len(episodes)} episodes, {beats} main beats, annotated by a language model that read "
        "each in full before it saw any output of the engine (`bench/gold/guideline.md`); no person has checked it. "
        "In brackets a 95% bootstrap interval over scripts."
    )


def measures_table(
    engine: Sequence[Compared], other: Sequence[Compared] | None, plain: Sequence[Compared], usual: str
) -> str:
    """Engine, second reader and plain guess against the first reader."""
    lines = [
        f"| against the first reader | offline engine | second reader | first line, always {usual} |",
        "|---|---|---|---|",
    ]
    for name, measure in MEASURES.items():
        guess = "" if "beats" in name or "hook type" in name or "archetype" in name else cell(plain, measure)
        lines.append(f"| {name} | {engine_cell(engine, name, measure)} | {cell(other, measure)} | {guess} |")
    return "\n".join(lines)


def engine_cell(engine: Sequence[Compared], name: str, measure: Measure) -> str:
    """The engine's figure, unless the model has no field for it."""
    if name.startswith("hook type") and not has(Hook, "type"):
        return "not yet"
    if name.startswith("archetypes") and not has(Character, "archetypes"):
        return "not yet"
    return cell(engine, measure)


def cell(scripts: Sequence[Compared] | None, measure: Measure) -> str:
    """A figure with its interval."""
    if scripts is None:
        return "not yet"
    value = measure(scripts)
    if isnan(value):
        return "-"
    low, high = interval(scripts, measure)
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def beats_table(engine: Sequence[Compared], other: Sequence[Compared] | None) -> str:
    """Beats by type."""
    lines = [
        "| beat, same type within 2 lines | in gold | by engine | precision | recall | F1 | second reader F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    kinds_of = {type: (type,) for type in BEATS} | {"**all, same type**": BEATS, "**all, any type**": ("any",)}
    for name, types in kinds_of.items():
        _, wanted, found = beat_counts(engine, types)
        figures = [cell(engine, beat_measure(types, of)) for of in (precision, recall, f1)]
        figures.append(cell(other, beat_measure(types, f1)))
        lines.append(f"| {name} | {wanted} | {found} | {' | '.join(figures)} |")
    return "\n".join(lines)


def kappas_table(engine: Sequence[Compared], other: Sequence[Compared] | None) -> str:
    """How far the engine and the second reader agree with the first beyond chance."""
    lines = ["| Cohen's kappa with the first reader | offline engine | second reader |", "|---|---|---|"]
    for name, measure in KAPPAS.items():
        scored = GRADED if name.startswith("ending strength") else measure
        lines.append(f"| {name} | {cell(engine, scored)} | {cell(other, measure)} |")
    return "\n".join(lines)


def tail(engine: Sequence[Compared]) -> str:
    """What to know when reading the tables."""
    late = pooled(engine, lambda s: s.hook_late_s)
    apart, after = median(map(abs, late)), sum(seconds > NEAR_S for seconds in late)
    return (
        f"The engine's hook is {apart:.1f} s from the first reader's in the median (reading-speed time), and more than "
        f"{NEAR_S:.0f} s later in {after} of the {len(late)} episodes where both have one. A beat may rest on "
        "several lines for the engine and on one for a reader: the nearest counts. Gold lists main beats only, so that "
        "the engine's precision is a lower bound. Line numbers count blank lines: within 2 lines is the same line or "
        "its neighbour. Episode 1 ends where the corpus cuts it, and not where a writer would."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
