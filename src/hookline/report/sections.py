"""What each part of the page says, as plain values for the template.

Every number leaves this file as text, with its interval beside it; every text of a script leaves
it as it came, and the template escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hookline.audience.result import AudienceSummary, EpisodeStep, Paywall
from hookline.insight.result import Effect, ElementKind, Moment
from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate, Finding, FindingKind, Grade
from hookline.model.script import Line, LineKind, Source
from hookline.model.story import Beat, EndingType, EpisodeStory, Origin, Timing
from hookline.report import marks, words
from hookline.report.lookup import Sight, around, by_second, heard, share_at, still_of

Stills = Mapping[tuple[int, int], bytes]

EXCERPT = 5
DECIDED = 0.05  # the false discovery rate at which insight calls an effect
OUTCOMES = {  # in the order viewers meet them
    name: at
    for at, name in enumerate(("leaving", "leaving the opening", "continuation", "unlock", "completion", "revenue"))
}
PLAIN = (ElementKind.BEAT, ElementKind.ENDING, ElementKind.PACE, ElementKind.MARKET)  # names that say what they are
UNREAD_SHOWN = 400
GRADE_STEPS = {Grade.EXPERIMENT: 4, Grade.WITHIN: 3, Grade.ACROSS: 2, Grade.PRIOR: 1}
KINDS = {
    FindingKind.MOMENT: "Moment",
    FindingKind.EFFECT: "Elements",
    FindingKind.ENDING: "Endings",
    FindingKind.PAYWALL: "Paywall",
    FindingKind.CURVE: "Platform curve",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate as it is shown: in figures, drawn, and with what it rests on."""

    value: str
    interval: str
    level: str
    n: str
    method: str
    grade: Grade
    whisker: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure of the head."""

    label: str
    value: str
    note: str = ""
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a script, as an excerpt shows it."""

    clock: str
    who: str
    text: str
    kind: str
    source: str
    here: bool = True


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as its card shows it."""

    number: int
    kind: str
    claim: str
    action: str
    figure: Figure
    gain: str
    simulated: bool
    markets: str
    places: tuple[tuple[int, str], ...]
    beats: tuple[str, ...]
    characters: str
    lines: tuple[tuple[int, LineView], ...]
    more: int
    still: bytes | None


@dataclass(frozen=True, slots=True)
class DipView:
    """A moment where more (or fewer) leave than expected, as an episode shows it."""

    number: int
    loss: bool
    when: str
    market: str
    figure: Figure
    ratio: Figure
    lost: str
    q: str
    scene: str
    beats: tuple[str, ...]
    lines: tuple[LineView, ...]
    text: str
    still: bytes | None


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """A line of the whole script with what viewers did while it played."""

    line: LineView
    beats: tuple[str, ...]
    share: str
    change: str
    weight: int  # how much is lost here, 0..4, against the episode's other lines


RANK = "relative retention on the platform"


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """An episode's part of the page."""

    number: int
    title: str
    length: str
    timing: str
    views: str
    method: str
    hook: tuple[str, str] | None
    hook_lines: tuple[LineView, ...]
    ending: str
    ending_strength: str
    ending_words: str
    question: str
    shares: tuple[tuple[str, str, str], ...]
    dips: tuple[DipView, ...]
    dip_grades: tuple[Grade, ...]
    dip_methods: tuple[str, ...]
    script: tuple[ScriptRow, ...]
    finish: Figure | None
    go_on: Figure | None
    spark: str
    platforms: tuple[str, ...]
    has_curve: bool
    has_expected: bool
    watched: str  # whose share of watching the script's lines carry, "" for nobody's


@dataclass(frozen=True, slots=True)
class StepRow:
    """An episode in the season's table, for one market."""

    episode: int
    starters: str
    finishers: str
    reach: Figure
    completion: Figure
    continuation: Figure | None
    paywall: bool


@dataclass(frozen=True, slots=True)
class GateRow:
    """A paywall in one market."""

    episode: int
    market: str
    offered: str
    unlocked: str
    unlock: Figure
    revenue: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What an element of the story does, everything else held equal."""

    subject: str
    outcome: str
    market: str
    figure: Figure
    decided: bool
    q: str
    places: str
    later: str  # of 100 who meet it, how many more or fewer are there 10 s later


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A character and how much of the story is theirs."""

    name: str
    aliases: str
    lines: str
    time: str
    share: str
    bar: str
    presence: str
    episodes: str


def figure(estimate: Estimate, *, unit: str = "", axis: marks.Axis | None = None, colour: str = marks.STEM) -> Figure:
    """An estimate with everything that must stand beside it."""
    return Figure(
        value=words.value(estimate, unit=unit),
        interval=words.interval(estimate, unit=unit),
        level=words.level(estimate),
        n=words.count(estimate.n),
        method=estimate.method,
        grade=estimate.grade,
        whisker=marks.whisker(estimate, axis, colour=colour) if axis else "",
    )


def unit_of(finding: Finding) -> str:
    """The unit a finding is told in: an excess of a moment or a curve is a difference of shares."""
    unit = finding.estimate.unit
    return "points" if unit == "share" and finding.kind in (FindingKind.MOMENT, FindingKind.CURVE) else unit


def line_view(line: Line, *, here: bool = True) -> LineView:
    """A line as an excerpt shows it."""
    who = line.speaker or ""
    if line.kind is LineKind.DIALOGUE and line.voice.value != "on":
        who = f"{who} ({'off' if line.voice.value == 'off' else 'voice-over'})".strip()
    at = words.clock(line.span.start_ms) if line.span else ""
    return LineView(at, who, line.text, line.kind.value, str(line.source), here)


def rests_on(sight: Sight) -> str:
    """The head's sentence: what the page rests on."""
    story, audience = sight.story, sight.audience
    running = words.minutes(sum(told.duration_ms for told in story.episodes))
    told = f"{words.plural(len(story.episodes), 'episode')}, {running}."
    if audience is None:
        return f"{told} No viewers yet: this page tells what stands in the story."
    if not audience.views:
        return f"{told} {_without_views(audience)}"
    parts = [
        f"{words.plural(audience.viewers, 'viewer')}, {words.plural(audience.views, 'view')}",
        words.days(audience.first_day, audience.last_day),
    ]
    if audience.markets:
        names = words.listed(tuple(map(words.apart, audience.markets)))
        parts.append(f"{words.plural(len(audience.markets), 'market')} ({names})")
    if audience.platforms:
        parts.append(f"on {words.listed(tuple(map(words.apart, audience.platforms)))}")
    return f"{told} Rests on {', '.join(part for part in parts if part)}."


def _without_views(audience: AudienceSummary) -> str:
    curves = audience.platform_curves
    if curves:
        names = words.listed(tuple(sorted({words.apart(curve.title) for curve in curves})))
        return f"Rests on {words.plural(len(curves), 'retention curve')} exported by {names}; no viewers of its own."
    came = words.plural(audience.quality.rows, "row")
    return f"{came} came in and none could be counted: see what became of them below."


def timing(sight: Sight) -> str:
    """Where the times of lines come from, over the series."""
    read = sum(told.timing is Timing.READING for told in sight.story.episodes)
    timed = len(sight.story.episodes) - read
    if not sight.story.episodes:
        return ""
    if not read:
        return "Times of lines come from the subtitles."
    if not timed:
        return "Times of lines are estimated from reading speed: give subtitles, and they will be exact."
    subtitles = f"Times of lines come from subtitles in {words.plural(timed, 'episode')}"
    return f"{subtitles} and are estimated from reading speed in {read}."


def tiles(sight: Sight) -> tuple[Tile, ...]:
    """The head's key figures: of the audience where there is one, of the story otherwise."""
    return _story_tiles(sight) if sight.audience is None or not sight.steps else _audience_tiles(sight)


def _story_tiles(sight: Sight) -> tuple[Tile, ...]:
    story = sight.story
    beats = sum(len(told.beats) for told in story.episodes)
    open_ended = sum(told.ending.type is not EndingType.RESOLVED for told in story.episodes)
    hooks = sorted(told.hook.at_ms for told in story.episodes if told.hook)
    found = [
        Tile("Episodes", words.count(len(story.episodes)), words.minutes(sum(t.duration_ms for t in story.episodes))),
        Tile("Story beats", words.count(beats), f"{beats / max(1, len(story.episodes)):.1f} an episode"),
        Tile("Episodes that end open", f"{open_ended} of {len(story.episodes)}", "with a question, a threat or a turn"),
    ]
    if hooks:
        found.append(Tile("Hook comes at", words.clock(hooks[len(hooks) // 2]), "into the episode, median"))
    return tuple(found)


def _audience_tiles(sight: Sight) -> tuple[Tile, ...]:
    everyone = sorted((s for (_, market), s in sight.steps.items() if not market), key=lambda s: s.episode)
    if not everyone:
        return _story_tiles(sight)
    first, last = everyone[0], everyone[-1]
    found = [
        Tile("Started the series", words.count(first.reach.n), "viewers"),
        _share_tile(f"Finish episode {first.episode}", first.completion, "of its starters"),
    ]
    if first.continuation:
        found.append(_share_tile("Go on to the next", first.continuation, f"of episode {first.episode}'s starters"))
    if last.episode != first.episode:
        found.append(_share_tile(f"Reach episode {last.episode}", last.reach, "of the series' starters"))
    gates = [gate for gate in sight.paywalls if not gate.market]
    if gates:
        found.append(_share_tile(f"Unlock episode {gates[0].episode}", gates[0].unlock, "of those offered"))
    return tuple(found)


def _share_tile(label: str, estimate: Estimate, note: str) -> Tile:
    return Tile(label, words.value(estimate), note, figure(estimate))


def findings(sight: Sight, stills: Stills) -> tuple[FindingView, ...]:
    """The findings' cards, best first, as insight ordered them."""
    every = sight.insight.findings if sight.insight else ()
    axes = {
        unit: marks.axis_for([f.estimate for f in every if unit_of(f) == unit], unit=unit)
        for unit in {unit_of(f) for f in every}
    }
    return tuple(_finding(sight, f, i, axes[unit_of(f)], stills) for i, f in enumerate(every, start=1))


def _finding(sight: Sight, found: Finding, number: int, axis: marks.Axis, stills: Stills) -> FindingView:
    lines = _finding_lines(sight, found)
    key = still_of(found)
    return FindingView(
        number=number,
        kind=KINDS[found.kind],
        claim=found.claim,
        action=found.action,
        figure=figure(found.estimate, unit=unit_of(found), axis=axis),
        gain=words.count(found.gain) if found.gain >= 0.5 else "",
        simulated=found.simulated or sight.simulated,
        markets=words.listed(found.markets) if found.markets else "all markets",
        places=tuple((p.episode, words.stretch(p.span)) for p in found.places[:6]),
        beats=tuple(words.name(beat.value) for beat in found.beats),
        characters=words.listed(found.characters),
        lines=lines[:EXCERPT],
        more=max(0, len(lines) - EXCERPT),
        still=stills.get(key) if key else None,
    )


def _finding_lines(sight: Sight, found: Finding) -> tuple[tuple[int, LineView], ...]:
    """The lines a finding rests on; where it names none, those heard at its places."""
    rows: list[tuple[int, LineView]] = []
    for source in found.evidence:
        spot = sight.find(source)
        if spot:
            told, index = spot
            rows.append((told.number, line_view(told.episode.lines()[index])))
    if rows or found.evidence:
        return tuple(rows)
    for place in found.places:
        here = sight.story.episode(place.episode)
        if here:
            rows += [
                (here.number, line_view(line))
                for line in heard(here)
                if line.span and line.span.overlap_ms(place.span) > 0
            ]
    return tuple(rows)


def season(sight: Sight, market: str) -> tuple[StepRow, ...]:
    """The season's table for one market, "" for all."""
    gates = {gate.episode for gate in sight.paywalls}
    rows = sorted((s for (_, m), s in sight.steps.items() if m == market), key=lambda s: s.episode)
    return tuple(_step_row(step, step.episode in gates) for step in rows)


def _step_row(step: EpisodeStep, gate: bool) -> StepRow:
    return StepRow(
        step.episode,
        words.count(step.starters),
        words.count(step.finishers),
        figure(step.reach),
        figure(step.completion),
        figure(step.continuation) if step.continuation else None,
        gate,
    )


def season_readouts(sight: Sight) -> dict[str, dict[str, str]]:
    """What the season's chart says under the pointer: by market, by episode."""
    said: dict[str, dict[str, str]] = {}
    for (episode, market), step in sight.steps.items():
        reach, done, goes_on = (_shown(e) for e in (step.reach, step.completion, step.continuation))
        start = f"Episode {episode}: {words.count(step.starters)} start it, {reach} of the series' starters"
        text = f"{start}; {done} finish it"
        text += f"; {goes_on} go on to the next" if goes_on else ""
        said.setdefault(market, {})[str(episode)] = text
    return said


def _shown(estimate: Estimate | None) -> str:
    return f"{words.value(estimate)} [{words.interval(estimate)}]" if estimate else ""


def gates(sight: Sight) -> tuple[GateRow, ...]:
    """Every paywall, all markets first, on one scale."""
    if not sight.paywalls:
        return ()
    axis = marks.axis_for([gate.unlock for gate in sight.paywalls])
    return tuple(_gate_row(gate, axis) for gate in sight.paywalls)


def _gate_row(gate: Paywall, axis: marks.Axis) -> GateRow:
    return GateRow(
        gate.episode,
        gate.market or "all markets",
        words.count(gate.offered),
        words.count(gate.unlocked),
        figure(gate.unlock, axis=axis),
        tuple(words.money(micros, currency) for currency, micros in sorted(gate.revenue_micros.items())),
    )


def effects(sight: Sight) -> tuple[tuple[EffectRow, ...], tuple[EffectRow, ...]]:
    """Every element of the story that was estimated: over all markets, and by market; one scale for a unit."""
    every = sight.insight.effects if sight.insight else ()
    units = {e.estimate.unit for e in every}
    axes = {u: marks.axis_for([e.estimate for e in every if e.estimate.unit == u]) for u in units}
    ranked = sorted(every, key=lambda e: (OUTCOMES.get(e.outcome, 9), e.market, -e.estimate.value))
    rows = [_effect(e, axes[e.estimate.unit]) for e in ranked]
    told = list(zip(ranked, rows, strict=True))
    return tuple(row for e, row in told if not e.market), tuple(row for e, row in told if e.market)


def _effect(effect: Effect, axis: marks.Axis) -> EffectRow:
    return EffectRow(
        subject=_subject(effect),
        outcome=effect.outcome,
        market=effect.market or "all markets",
        figure=figure(effect.estimate, axis=axis, colour=marks.STEM if effect.q <= DECIDED else "#a3aebd"),
        decided=effect.q <= DECIDED,
        q=rate(effect.q),
        places=words.count(len(effect.places)) if effect.places else "",
        later=f"{words.value(effect.later)} [{words.interval(effect.later)}]" if effect.later else "",
    )


def _subject(effect: Effect) -> str:
    """An element's name; with its kind where the name alone doesn't say it."""
    name = words.name(effect.subject)
    return name if effect.element in PLAIN else f"{name} ({effect.element})"


def rate(q: float) -> str:
    """A false discovery rate in words."""
    return f"{q:.2g}" if q >= 0.001 else "under 0.001"


def episodes(sight: Sight, stills: Stills, *, floor: float) -> tuple[EpisodeView, ...]:
    """Every episode's part."""
    return tuple(_episode(sight, told, stills, floor) for told in sight.story.episodes)


def _episode(sight: Sight, told: EpisodeStory, stills: Stills, floor: float) -> EpisodeView:
    curve, step = sight.curves.get((told.number, "")), sight.steps.get((told.number, ""))
    moments = sight.moments.get(told.number, ())
    found = _dips(told, moments, stills)
    platforms = sight.platform_curves.get(told.number, ())
    watching = curve.share if curve else by_second(platforms[0], told) if platforms else ()
    middle = [(m.place.span.start_ms + m.place.span.end_ms) / 2 / max(1, told.duration_ms) for m in moments]
    losses = [min(1.0, at) for at, m in zip(middle, moments, strict=True) if m.excess.value >= 0]
    return EpisodeView(
        number=told.number,
        title=told.episode.title,
        length=words.clock(told.duration_ms),
        timing="subtitles" if told.timing is Timing.SUBTITLES else "reading speed, estimated",
        views=words.count(curve.n) if curve else "",
        method=curve.method if curve else "",
        hook=(words.clock(told.hook.at_ms), told.hook.why) if told.hook else None,
        hook_lines=_evidence(sight, told.hook.evidence if told.hook else ()),
        ending=told.ending.type.value,
        ending_strength=marks.strength(told.ending.strength),
        ending_words=f"{told.ending.strength:.2f} of 1",
        question=told.ending.question,
        shares=_shares(told),
        dips=found,
        dip_grades=tuple(g for g in Grade if any(dip.figure.grade is g for dip in found)),
        dip_methods=tuple(sorted({dip.figure.method for dip in found})),
        script=_script(told, watching, sight.expected.get(told.number, ()) if watching else ()),
        finish=figure(step.completion) if step else None,
        go_on=figure(step.continuation) if step and step.continuation else None,
        spark=marks.sparkline(watching, floor=floor if curve else 0.0, dips=losses),
        platforms=tuple(_platform_words(sight, c) for c in platforms),
        has_curve=curve is not None,
        has_expected=bool(watching) and told.number in sight.expected,
        watched="Watching" if curve else f"Watching on {platforms[0].title}" if platforms else "",
    )


def _platform_words(sight: Sight, curve: PlatformCurve) -> str:
    """A platform's curve in words: its views, who finishes, its rank, each with its interval or none said."""
    key = (curve.episode, curve.platform, curve.market)
    finish, rank = (sight.platform_figures.get((*key, name)) for name in ("completion of views", RANK))
    parts = [words.plural(curve.views, "view") if curve.views else "number of views not known, so no interval"]
    if finish:
        interval = f" [{100 * finish.low:.1f} to {100 * finish.high:.1f}]" if finish.n else ""
        parts.append(f"{100 * finish.value:.1f} % finish{interval}")
    if rank:
        parts.append(f"rank {rank.value:.2f} among the platform's videos of like length (0.5 is the middle)")
    if curve.paid:
        parts.append("plays of ads")
    where = f" ({words.apart(curve.market)})" if curve.market else ""
    return f"{curve.title}{where}: {'; '.join(parts)}"


def _evidence(sight: Sight, sources: tuple[Source, ...]) -> tuple[LineView, ...]:
    spots = [sight.find(source) for source in sources[:2]]
    return tuple(line_view(told.episode.lines()[index]) for told, index in filter(None, spots))


def _shares(told: EpisodeStory) -> tuple[tuple[str, str, str], ...]:
    ranked = sorted(told.dialogue_share.items(), key=lambda item: -item[1])
    return tuple((who, words.percent(share, digits=0), marks.bar(share)) for who, share in ranked[:6])


def _dips(told: EpisodeStory, moments: tuple[Moment, ...], stills: Stills) -> tuple[DipView, ...]:
    if not moments:
        return ()
    axis = marks.axis_for([m.excess for m in moments], unit="points")
    return tuple(_dip(told, m, i, axis, stills) for i, m in enumerate(moments, start=1))


def _dip(told: EpisodeStory, moment: Moment, number: int, axis: marks.Axis, stills: Stills) -> DipView:
    loss, span = moment.excess.value >= 0, moment.place.span
    context = around(told, moment.line, span.start_ms)
    return DipView(
        number=number,
        loss=loss,
        when=words.stretch(span),
        market=moment.market,
        figure=figure(moment.excess, unit="points", axis=axis, colour="#d9480f" if loss else "#2f8f4e"),
        ratio=figure(moment.ratio, unit="odds ratio"),
        lost=words.count(abs(moment.lost)),
        q=rate(moment.q),
        scene=moment.scene,
        beats=tuple(words.name(beat.value) for beat in moment.beats),
        lines=tuple(line_view(line, here=here) for line, here in context),
        text=moment.text,
        still=stills.get((told.number, span.start_ms)),
    )


def _script(told: EpisodeStory, shares: tuple[float, ...], expected: tuple[float, ...]) -> tuple[ScriptRow, ...]:
    """The whole script, each line with the share watching at its start and the change until the next."""
    lines = heard(told)
    starts = [line.span.start_ms for line in lines if line.span]
    stretches = list(zip(starts, [*starts[1:], told.duration_ms], strict=True)) if starts else []
    changes = [_change(shares, *stretch) for stretch in stretches]
    surplus = [_change(expected, *stretch) - change for stretch, change in zip(stretches, changes, strict=True)]
    worst = max(surplus, default=0.0)
    return tuple(
        ScriptRow(
            line=line_view(line),
            beats=tuple(_marked(b) for b in told.beats if line.source in b.evidence),
            share=words.percent(share_at(shares, start)) if shares else "",
            change=words.points(change).removesuffix(" points") if shares else "",
            weight=max(0, round(4 * lost / worst)) if worst > 0 else 0,
        )
        for line, start, change, lost in zip(lines, starts, changes, surplus, strict=True)
    )


def _marked(beat: Beat) -> str:
    """A beat's name, and whether a person says so."""
    return words.name(beat.type.value) + (" (by a person)" if beat.origin is Origin.PERSON else "")


def _change(shares: tuple[float, ...], start_ms: int, end_ms: int) -> float:
    return share_at(shares, end_ms) - share_at(shares, start_ms) if shares else 0.0


def people(sight: Sight) -> tuple[PersonRow, ...]:
    """Characters by how much they speak."""
    numbers = [told.number for told in sight.story.episodes]
    ranked = sorted(sight.story.characters, key=lambda c: -c.dialogue_share)
    most = max((c.dialogue_share for c in ranked), default=0.0) or 1.0
    return tuple(
        PersonRow(
            name=who.name,
            aliases=words.listed(who.aliases),
            lines=words.count(who.lines),
            time=words.minutes(who.dialogue_ms),
            share=words.percent(who.dialogue_share),
            bar=marks.bar(who.dialogue_share / most),
            presence=marks.presence([number in who.episodes for number in numbers]),
            episodes=f"{len(who.episodes)} of {len(numbers)}",
        )
        for who in ranked
    )
