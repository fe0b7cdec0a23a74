"""What a simulated world holds: its ordinary behaviour, and the effects planted in it.

A plan is read from a TOML file that a person can read and change; ``docs/simulate.md`` gives the
formulas, and the file's tables are the dataclasses below.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from hookline.model.errors import BadInput, Unreadable
from hookline.model.story import BeatType, EndingType

Part = TypeVar("Part")

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Baseline:
    """How viewers behave where nothing is planted."""

    floor_per_s: float = 0.0022  # probability of leaving in a second, long after the start
    spike_per_s: float = 0.018  # added to it in the first instant
    spike_s: float = 4.0  # how fast that decays
    drift: float = 0.3  # log-odds of leaving, from the episode's start to its end
    going_on: float = 0.88  # finishers who start the next episode
    going_on_early: float = 0.25  # the same for those who left, at the last second; less before
    rewatch: float = 0.03  # views that are played a second time
    enter_elsewhere: float = 0.08  # viewers whose first episode is another free one


@dataclass(frozen=True, slots=True)
class Randomness:
    """How much viewers, episodes, scenes and markets differ; standard deviations of log-odds."""

    frailty: float = 0.5  # between viewers, on leaving
    frailty_on_going_on: float = 0.3  # log-odds of going on lost per unit of log frailty
    episode_leaving: float = 0.15
    episode_market_leaving: float = 0.05
    episode_going_on: float = 0.08
    episode_unlock: float = 0.0
    scene_leaving: float = 0.0


@dataclass(frozen=True, slots=True)
class Structure:
    """The shape of what the rest gives the size of: the ordinary one, or another that the analysis doesn't assume."""

    hazard: str = "spike"  # along an episode: see HAZARDS
    frailty: str = "normal"  # of its log, or of itself: see FRAILTIES
    fades_s: float = 0.0  # a beat's effect falls as exp(-seconds since it began / fades_s); 0: it doesn't
    fades_episodes: float = 0.0  # every effect falls likewise over the season; 0: it doesn't


HAZARDS = ("spike", "humps")
FRAILTIES = ("normal", "gamma", "two-class")
STRUCTURES: Mapping[str, Structure] = MappingProxyType(
    {"ordinary": Structure(), "other": Structure("humps", "two-class", fades_s=8.0, fades_episodes=20.0)}
)


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """One market: how many of the viewers, and how they differ from the first."""

    code: str
    share: float = 1.0
    leaving_odds_ratio: float = 1.0
    going_on_odds_ratio: float = 1.0
    unlock_odds_ratio: float = 1.0
    price: float = 0.40  # of one episode, in `currency`
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class PaywallPlan:
    """Where viewers are asked to pay, and how many do."""

    first: int
    unlock: float = 0.35  # of those asked the first time
    unlock_again: float = 0.9  # of those who have paid before
    by_ad: float = 0.3  # of the unlocks


@dataclass(frozen=True, slots=True)
class LeavingEffect:
    """A type of beat changes the odds of leaving while it lasts."""

    beat: BeatType
    odds_ratio: float
    markets: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True, slots=True)
class MomentEffect:
    """One place of one episode changes the odds of leaving; the place by seconds or by its line."""

    episode: int
    odds_ratio: float
    from_s: float | None = None
    to_s: float | None = None
    line: tuple[str, ...] = ()  # its opening words; one text for each language of the script
    lines: int = 1  # how many lines from there on
    markets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndingEffect:
    """A type of ending changes the odds that finishers start the next episode, and that who is asked pays for it."""

    type: EndingType
    continuation_odds_ratio: float = 1.0
    unlock_odds_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A simulated world's ordinary behaviour and its planted effects."""

    baseline: Baseline = Baseline()
    random: Randomness = Randomness()
    structure: Structure = Structure()
    markets: tuple[MarketPlan, ...] = (MarketPlan("US"),)
    platforms: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"ios": 0.4, "android": 0.6}))
    paywall: PaywallPlan | None = None
    leaving: tuple[LeavingEffect, ...] = ()
    moments: tuple[MomentEffect, ...] = ()
    endings: tuple[EndingEffect, ...] = ()
    days: int = 28
    first_day: str = "2026-01-05"
    duplicate_rows: float = 0.0  # rows of the tables that are written twice

    @staticmethod
    def null(*, first_paid: int | None = 5) -> Plan:
        """A world where the story does nothing: viewers, episodes and markets still differ."""
        markets = (
            MarketPlan("US", share=0.4),
            MarketPlan("BR", share=0.3, leaving_odds_ratio=1.15, price=1.90, currency="BRL"),
            MarketPlan("ID", share=0.2, leaving_odds_ratio=1.3, going_on_odds_ratio=0.8, price=5900, currency="IDR"),
            MarketPlan("JP", share=0.1, leaving_odds_ratio=0.85, price=60, currency="JPY"),
        )
        return Plan(markets=markets, paywall=PaywallPlan(first_paid) if first_paid else None)

    def without_effects(self) -> Plan:
        """The same world with nothing planted."""
        return replace(self, leaving=(), moments=(), endings=())

    def structured(self, name: str) -> Plan:
        """The same world with another of the ``STRUCTURES``."""
        if name not in STRUCTURES:
            raise BadInput(f"there is no structure {name!r}", mend=f"known: {', '.join(STRUCTURES)}")
        return replace(self, structure=STRUCTURES[name])

    @staticmethod
    def from_toml(path: Path) -> Plan:
        """The plan in a TOML file; ``BadInput`` names the line of what it can't take."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(f"can't be read ({error})", where=str(path)) from error
        return Plan.from_string(text, where=str(path))

    @staticmethod
    def from_string(text: str, *, where: str = "plan") -> Plan:
        r"""The plan in a TOML text.

        >>> Plan.from_string('[[leaving]]\nbeat = "exposition"\nodds_ratio = 1.8').leaving[0].odds_ratio
        1.8
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(f"is not TOML: {error}", where=where, mend="mend the line that it names") from error
        return _Reader(text, where).plan(data)


LISTS: dict[str, tuple[str, type[Any]]] = {  # a [[table]]'s name -> the plan's field and what it holds
    "market": ("markets", MarketPlan),
    "leaving": ("leaving", LeavingEffect),
    "moment": ("moments", MomentEffect),
    "ending": ("endings", EndingEffect),
}
TABLES: dict[str, type[Any]] = {
    "baseline": Baseline,
    "random": Randomness,
    "structure": Structure,
    "paywall": PaywallPlan,
}
PLAIN: dict[str, type[Any]] = {"days": int, "first_day": str, "duplicate_rows": float}

# What a number may be.  Whatever is not named may be any number from 0 up.
PROBABILITIES = {
    *("floor_per_s", "spike_per_s", "going_on", "going_on_early", "rewatch", "enter_elsewhere"),
    *("unlock", "unlock_again", "by_ad", "duplicate_rows"),
}
POSITIVE = {
    *("odds_ratio", "leaving_odds_ratio", "going_on_odds_ratio", "unlock_odds_ratio", "continuation_odds_ratio"),
    *("spike_s", "share", "days", "first", "episode", "lines"),
}
SIGNED = {"drift", "frailty_on_going_on"}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns TOML's tables into the plan, and knows the line of what is wrong."""

    text: str
    where: str

    def plan(self, data: dict[str, Any]) -> Plan:
        known = {*LISTS, *TABLES, *PLAIN, "platforms"}
        for name in data:
            if name not in known:
                self.refuse(f"{name!r} is not part of a plan", name, known=known)
        values: dict[str, Any] = {}
        for name, (target, kind) in LISTS.items():
            if name in data:
                values[target] = tuple(
                    self.part(kind, item, name, at) for at, item in enumerate(self.tables(data[name], name))
                )
        values |= {name: self.part(kind, data[name], name, 0) for name, kind in TABLES.items() if name in data}
        values |= {name: self.value(kind, data[name], name, name, 0) for name, kind in PLAIN.items() if name in data}
        if "platforms" in data:
            values["platforms"] = MappingProxyType(self.shares(data["platforms"]))
        return self.whole(Plan(**values))

    def tables(self, items: Any, name: str) -> list[Any]:
        if not isinstance(items, list):
            self.refuse(f"write [[{name}]], once for each", name)
        return list(items)

    def part(self, kind: type[Part], item: Any, table: str, at: int) -> Part:
        if not isinstance(item, dict):
            self.refuse(f"[{table}] must be a table", table)
        hints = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
        for name in item:
            if name not in hints:
                self.refuse(f"[{table}] has no field {name!r}", name, table=table, at=at, known=set(hints))
        try:
            return kind(**{name: self.value(hints[name].type, item[name], name, table, at) for name in item})
        except TypeError as error:
            missing = str(error).partition("argument")[2].strip(" s:")
            self.refuse(f"[{table}] lacks {missing}", "", table=table, at=at)

    def value(self, kind: Any, given: Any, name: str, table: str, at: int) -> Any:
        hint = kind if isinstance(kind, str) else kind.__name__
        if hint in ("BeatType", "EndingType"):
            return self.member(BeatType if hint == "BeatType" else EndingType, given, name, table, at)
        if hint.startswith("tuple"):
            return tuple(self.value("str", item, name, table, at) for item in self.sequence(given, name, table, at))
        if hint == "str":
            return given if isinstance(given, str) else self.refuse(f"{name} must be a text", name, table=table, at=at)
        return self.number(hint, given, name, table, at)

    def sequence(self, given: Any, name: str, table: str, at: int) -> list[Any]:
        """A list of texts; one text alone will do."""
        if not isinstance(given, list):
            return [self.value("str", given, name, table, at)]
        return list(given)

    def member(self, kind: type[BeatType] | type[EndingType], given: Any, name: str, table: str, at: int) -> Any:
        known = {item.value for item in kind}
        if given not in known:
            self.refuse(f"there is no {name} {given!r}", name, table=table, at=at, known=known)
        return kind(given)

    def number(self, hint: str, given: Any, name: str, table: str, at: int) -> Any:
        whole = hint == "int"
        if isinstance(given, bool) or not isinstance(given, int if whole else (int, float)):
            self.refuse(f"{name} must be a {'whole ' if whole else ''}number", name, table=table, at=at)
        if name in PROBABILITIES and not 0 <= given <= 1:
            self.refuse(f"{name} is a share: from 0 to 1, not {given}", name, table=table, at=at)
        if name in POSITIVE and not given > 0:
            self.refuse(f"{name} must be above 0, not {given}", name, table=table, at=at)
        if name not in SIGNED and given < 0:
            self.refuse(f"{name} can't be below 0", name, table=table, at=at)
        return given

    def shares(self, given: Any) -> dict[str, float]:
        if not isinstance(given, dict) or not given:
            self.refuse("[platforms] needs a share for each platform", "platforms")
        return {str(name): float(self.number("float", share, name, "platforms", 0)) for name, share in given.items()}

    def whole(self, plan: Plan) -> Plan:
        """What single fields can't show to be wrong."""
        codes = {market.code for market in plan.markets}
        named = [("leaving", at, effect.markets) for at, effect in enumerate(plan.leaving)]
        named += [("moment", at, effect.markets) for at, effect in enumerate(plan.moments)]
        for name, at, markets in named:
            for market in set(markets) - codes:
                self.refuse(f"{market!r} is none of the plan's markets", "markets", table=name, at=at, known=codes)
        for name, known in (("hazard", HAZARDS), ("frailty", FRAILTIES)):
            if (given := getattr(plan.structure, name)) not in known:
                self.refuse(f"there is no {name} {given!r}", name, table="structure", known=set(known))
        for at, moment in enumerate(plan.moments):
            by_seconds = moment.from_s is not None and moment.to_s is not None and moment.from_s < moment.to_s
            if by_seconds == bool(moment.line):
                self.refuse("say where: from_s and a later to_s, or line", "", table="moment", at=at)
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", plan.first_day):
            self.refuse("first_day must look like 2026-01-05", "first_day")
        return plan

    def refuse(self, what: str, name: str, *, table: str = "", at: int = 0, known: set[str] | None = None) -> NoReturn:
        mend = f"known: {', '.join(sorted(known))}" if known else "see docs/simulate.md"
        raise BadInput(what, where=f"{self.where}:{self.line(name, table, at)}", mend=mend)

    def line(self, name: str, table: str, at: int) -> int:
        """The line of a field in the ``at``-th table of that name, as near as the text shows it."""
        lines = self.text.splitlines()
        heads = [n for n, line in enumerate(lines) if re.match(rf"\s*\[+\s*{re.escape(table)}\s*\]+", line)]
        start = heads[at] if table and at < len(heads) else 0
        wanted = re.compile(rf"\s*(?:\[+\s*)?{re.escape(name)}\b")
        found = (n for n in range(start, len(lines)) if name and wanted.match(lines[n]))
        return next(found, start) + 1
