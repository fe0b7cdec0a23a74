"""The page itself: everything put into one file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hookline
from hookline.model.errors import MissingExtra
from hookline.model.estimate import Grade
from hookline.model.quality import Quality
from hookline.model.script import LineKind, Unread
from hookline.model.story import EpisodeStory, SeriesStory
from hookline.report import charts, marks, sections, words
from hookline.report.lookup import Sight, by_second, heard, share_at

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
OPEN_FIRST = 3

GLOSSARY = (
    (
        "[low to high]",
        "The interval: were the same counted again, 95 times in 100 such an interval would hold the true value.",
    ),
    ("n", "How many views, viewers or episodes the figure rests on; the method beside it says which."),
    ("Points", "Percentage points: from 60% to 56% is −4 points."),
    ("Expected", "The retention that an episode's length and position in the season would give, whatever its story."),
    ("Leaving beyond expected", "Of those watching as a moment begins, the share who leave in it beyond the expected."),
    ("Odds", "2× the odds: for every one who leaves to one who stays elsewhere, two leave here."),
    ("False discovery rate", "Of the moments called at this rate, the share that chance alone would have made."),
    ("Go on", "Viewers who start the next episode, of those who start this one."),
    ("Unlock", "Viewers who pay, or watch an advertisement, to see an episode, of those who were asked to."),
    (
        "Tension",
        "What the script's beats build up and release, second by second; read from the text, not from viewers.",
    ),
)


@dataclass(frozen=True, slots=True)
class GradeView:
    """An evidence grade as its legend shows it."""

    name: str
    means: str
    steps: str


@dataclass(frozen=True, slots=True)
class QualityView:
    """What became of every row, in words."""

    rows: str
    counted: str
    aside: str
    suppressed: str
    reasons: tuple[Mapping[str, Any], ...]


_MARKER = 0xFF
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU-T T.81, table B.1


def compose(sight: Sight, *, stills: sections.Stills, generated: str) -> str:
    """The report as one HTML text."""
    story, floor = sight.story, _floor(sight)
    style, script = styles(), (HERE / "page.js").read_text("utf-8")
    found = sections.findings(sight, stills)
    tiles = sections.tiles(sight)
    told = sections.episodes(sight, stills, floor=floor)
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            story=story,
            audience=sight.audience,
            insight=sight.insight,
            simulated=sight.simulated,
            rests_on=sections.rests_on(sight),
            timing=sections.timing(sight),
            poster=stills.get(poster(story) or (-1, -1)),
            tiles=tiles,
            tile_methods=sorted({t.figure.method for t in tiles if t.figure}),
            findings=found,
            grades={grade: _grade(grade) for grade in Grade},
            grades_shown=[grade for grade in Grade if any(f.figure.grade is grade for f in found)],
            notes=sight.insight.notes if sight.insight else (),
            seasons=_seasons(sight),
            season_chart=_season_chart(sight) if sight.steps else None,
            gates=sections.gates(sight),
            one_gate=len({gate.episode for gate in sight.paywalls}) == 1,
            **_effects(sight),
            episodes=told,
            charts=[_episode_chart(sight, one, floor) for one in story.episodes],
            curves_anywhere=any(one.has_curve for one in told),
            curve_methods=sorted({one.method for one in told if one.method}),
            keeps_anywhere=any(not dip.loss for one in told for dip in one.dips),
            open_first=OPEN_FIRST,
            people=sections.people(sight),
            **_markets(sight, floor),
            quality=_quality(sight.audience.quality, sight.audience.suppressed) if sight.audience else None,
            **_unread(story.unread),
            glossary=GLOSSARY,
            version=hookline.__version__,
            generated=generated,
            config=charts.CONFIG,
            csp=policy(styles=(style,), scripts=(bundle(), script)),
            style=style,
            script=script,
            bundle=bundle(),
        )
    )


def styles() -> str:
    """The style sheet of every page."""
    return (HERE / "style.css").read_text("utf-8")


def poster(story: SeriesStory) -> tuple[int, int] | None:
    """The frame that stands at the head: the first episode's hook, or a tenth into it."""
    if not story.episodes:
        return None
    first = story.episodes[0]
    return (first.number, first.hook.at_ms if first.hook else first.duration_ms // 10)


def policy(*, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """A content security policy that lets in these texts, embedded pictures, and nothing else."""
    return (
        f"default-src 'none'; script-src {' '.join(map(_digest, scripts))}; "
        f"style-src {' '.join(map(_digest, styles))}; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; made once per process (it takes two seconds)."""
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtra(needs="vl-convert-python", extra="report") from error
    text: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return text.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def environment() -> Environment:
    """The templates' surroundings: everything escaped, a misspelt name an error."""
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtra(needs="jinja2", extra="report") from error
    from markupsafe import Markup

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False
    )
    made.filters["json"] = lambda value: Markup(embedded(value))  # noqa: S704 - escaped by embedded()
    made.tests["landscape"] = landscape
    made.filters["b64"] = lambda data: base64.b64encode(data).decode()
    return made


def embedded(value: object) -> str:
    r"""JSON that may stand inside a script element, whatever texts it carries.

    >>> print(embedded({"line": "</script><!-- &"}))
    {"line":"\u003c/script\u003e\u003c!-- \u0026"}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for raw in "<>&\u2028\u2029":
        text = text.replace(raw, f"\\u{ord(raw):04x}")
    return text


def _floor(sight: Sight) -> float:
    """Where share axes begin: one place for all episodes, so that they can be compared."""
    everyone = [curve for (_, market), curve in sight.curves.items() if not market]
    lows = [min(curve.low) for curve in everyone]
    lows += [min(sight.expected[c.episode]) for c in everyone if c.episode in sight.expected]
    lows += [min((*c.shares, *c.second_shares)) for group in sight.platform_curves.values() for c in group]
    return charts.share_floor(lows)


def _grade(grade: Grade) -> GradeView:
    name, means = words.GRADES[grade]
    return GradeView(name, means, marks.strength(sections.GRADE_STEPS[grade] / 4))


def _seasons(sight: Sight) -> list[dict[str, Any]]:
    tables = [(market, sections.season(sight, market)) for market in ("", *sight.markets)]
    return [{"market": market, "rows": rows} for market, rows in tables if rows]


def _season_chart(sight: Sight) -> dict[str, Any]:
    numbers = sorted({episode for episode, _ in sight.steps})
    gates = sorted({gate.episode for gate in sight.paywalls} & set(numbers))
    spec = charts.season(tuple(sight.steps.values()), episodes=numbers, gates=gates, simulated=sight.simulated)
    return {**charts.packed(spec), "episodes": numbers, "readouts": sections.season_readouts(sight)}


def _episode_chart(sight: Sight, told: EpisodeStory, floor: float) -> dict[str, Any]:
    curve, expected = sight.curves.get((told.number, "")), sight.expected.get(told.number, ())
    platform = sight.platform_curves.get(told.number, ())
    spec = charts.episode(
        told,
        curve=curve,
        expected=expected,
        platform=platform,
        tracks=sight.platform_tracks.get(told.number, ()),
        moments=sight.moments.get(told.number, ()),
        floor=floor,
        simulated=sight.simulated and bool(curve or platform),
    )
    return {
        **charts.packed(spec),
        "length": max(0.001, told.duration_ms / 1000),
        "lang": sight.story.language,
        "curve": [[round(v, 4) for v in row] for row in zip(curve.share, curve.low, curve.high, strict=True)]
        if curve
        else [],
        "expected": [round(share, 4) for share in expected] if curve or platform else [],
        "platforms": [[c.title, [round(v, 4) for v in by_second(c, told)]] for c in platform],
        "beats": [[b.span.start_ms / 1000, b.span.end_ms / 1000, words.name(b.type.value)] for b in told.beats],
        "lines": [_said(line) for line in heard(told)],
    }


def _said(line: Any) -> list[Any]:
    who = line.speaker if line.kind is LineKind.DIALOGUE else ""
    return [line.span.start_ms / 1000, who or "", line.text]


def _effects(sight: Sight) -> dict[str, Any]:
    """Effects over all markets, and those of each; where only those are known they come first."""
    whole, parts = sections.effects(sight)
    every = sight.insight.effects if sight.insight else ()
    return {
        "effects": whole or parts,
        "effects_split": not whole,
        "effects_by_market": parts if whole else (),
        "effect_methods": sorted({e.estimate.method for e in every}),
    }


def _markets(sight: Sight, floor: float) -> dict[str, Any]:
    """Small multiples: one chart a market, its rows by episode, so that the page can switch."""
    numbers = sorted({episode for episode, market in sight.curves if market})
    multiples = [_multiple(sight, i, market, floor) for i, market in enumerate(sight.markets)]
    seasons = [told.number for told in sight.story.episodes]
    return {
        "multiples": [m for m in multiples if m],
        "multiple_episodes": numbers,
        "first_episode": seasons[0] if seasons else "",
        "last_episode": seasons[-1] if seasons else "",
    }


def _multiple(sight: Sight, index: int, market: str, floor: float) -> dict[str, Any] | None:
    choices = {str(episode): _choice(sight, episode, market) for episode, of in sorted(sight.curves) if of == market}
    if not choices:
        return None
    lows = [row[2] for choice in choices.values() for row in choice["curve"]["rows"]]
    first = next(iter(choices.values()))
    floor = min(floor, charts.share_floor(lows))
    spec = charts.market_curve(length=first["length"], floor=floor, simulated=sight.simulated)
    return {
        "id": f"market-{index}",
        "market": market,
        "n": first["n"].removesuffix(" views"),
        "data": {**charts.packed(spec), "choices": choices},
    }


def _choice(sight: Sight, episode: int, market: str) -> dict[str, Any]:
    curve, everyone = sight.curves[episode, market], sight.curves.get((episode, ""))
    rows = charts.seconds_of(curve, every=2)
    if everyone:
        rows = [{**row, "all": round(share_at(everyone.share, 1000 * row["t"]), 4)} for row in rows]
    length = float(len(curve.share) - 1)
    return {
        "curve": charts.table(rows),
        "length": length,
        "ticks": charts.ticks(length, most=5),
        "n": words.plural(curve.n, "view"),
    }


def _quality(quality: Quality, suppressed: int) -> QualityView:
    return QualityView(
        words.count(quality.rows),
        words.count(quality.counted),
        words.count(quality.rows - quality.counted),
        words.count(suppressed) if suppressed else "",
        tuple(
            {"reason": s.reason, "count": words.count(s.count), "kept": s.kept, "example": s.example, "mend": s.mend}
            for s in sorted(quality.set_aside, key=lambda s: (s.kept, -s.count))
        ),
    )


def _unread(unread: tuple[Unread, ...]) -> dict[str, Any]:
    shown = unread[: sections.UNREAD_SHOWN]
    rest = len(unread) - len(shown)
    return {
        "unread": shown,
        "unread_count": words.plural(len(unread), "line"),
        "unread_rest": words.count(rest) if rest else "",
    }


def landscape(jpeg: bytes) -> bool:
    """Whether a JPEG is wider than high, by its frame header; False where it has none."""
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == _MARKER:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if kind in _FRAME_HEADERS:
            height, width = (int.from_bytes(jpeg[at + n : at + n + 2]) for n in (5, 7))
            return width > height
        at += 2 + length
    return False
