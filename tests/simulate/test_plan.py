from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from hookline.model.errors import BadInput, Unreadable
from hookline.model.story import BeatType, EndingType
from hookline.simulate import Plan
from hookline.simulate.plan import Baseline, MarketPlan, PaywallPlan, Randomness

WHOLE = """
days = 14

[[market]]
code = "US"
[[market]]
code = "ID"
share = 0.5
price = 5900
currency = "IDR"

[baseline]
floor_per_s = 0.003
drift = -0.1

[random]
frailty = 0.4

[[leaving]]
beat = "exposition"
odds_ratio = 1.8
markets = ["ID"]

[[moment]]
episode = 3
line = "I never left"
lines = 2
odds_ratio = 4

[[moment]]
episode = 2
from_s = 20
to_s = 26.5
odds_ratio = 0.5

[[ending]]
type = "resolved"
continuation_odds_ratio = 0.5

[paywall]
first = 5

[platforms]
web = 1
"""


def test_a_whole_plan_is_read() -> None:
    plan = Plan.from_string(WHOLE)
    assert [market.code for market in plan.markets] == ["US", "ID"]
    assert (plan.days, plan.baseline.floor_per_s, plan.baseline.drift, plan.random.frailty) == (14, 0.003, -0.1, 0.4)
    assert plan.leaving[0].beat is BeatType.EXPOSITION
    assert plan.leaving[0].markets == ("ID",)
    assert plan.moments[0].line == ("I never left",)
    assert (plan.moments[1].from_s, plan.moments[1].to_s) == (20, 26.5)
    assert plan.endings[0].type is EndingType.RESOLVED
    assert plan.paywall is not None
    assert plan.paywall.first == 5
    assert dict(plan.platforms) == {"web": 1.0}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("days = 3\n\n[[leaving]\n", 3, "TOML"),
        (
            '[[leaving]]\nbeat = "exposition"\nodds_ratio = 1.8\n[[leaving]]\nbeat = "boredom"\nodds_ratio = 2\n',
            5,
            "boredom",
        ),
        ('[[leaving]]\nbeat = "hook"\nodds_ratio = 0\n', 3, "above 0"),
        ('[[leaving]]\nbeat = "hook"\n', 1, "odds_ratio"),
        ('[[leaving]]\nbeat = "hook"\nodds = 2\n', 3, "no field"),
        ('[[leaving]]\nbeat = "hook"\nodds_ratio = 2\nmarkets = ["XX"]\n', 4, "XX"),
        ('[[leaving]]\nbeat = "hook"\nodds_ratio = "two"\n', 3, "number"),
        ("[[moment]]\nepisode = 1\nodds_ratio = 2\n", 1, "where"),
        ("[[moment]]\nepisode = 1\nodds_ratio = 2\nfrom_s = 9\nto_s = 3\n", 1, "later"),
        ("[[moment]]\nepisode = 1.5\nodds_ratio = 2\n", 2, "whole"),
        ("[paywall]\nfirst = 5\nunlock = 35\n", 3, "share"),
        ("\n[payroll]\nfirst = 5\n", 2, "payroll"),
        ('first_day = "soon"\n', 1, "2026"),
        ("[leaving]\nodds_ratio = 2\n", 1, "[[leaving]]"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        Plan.from_string(text, where="effects.toml")
    assert says in str(caught.value)
    assert f"line {line}" in str(caught.value) or caught.value.where == f"effects.toml:{line}"


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Plan.from_toml(tmp_path / "none.toml")


def test_the_null_plan_plants_nothing_but_keeps_differences() -> None:
    plan = Plan.null()
    assert (plan.leaving, plan.moments, plan.endings) == ((), (), ())
    assert plan.random.frailty > 0
    assert plan.random.episode_leaving > 0
    assert len({market.leaving_odds_ratio for market in plan.markets}) > 1
    assert {market.unlock_odds_ratio for market in plan.markets} == {1.0}


def test_the_documentation_names_every_field_with_its_default() -> None:
    told = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text(encoding="utf-8")
    parts: tuple[Baseline | Randomness | MarketPlan | PaywallPlan, ...]
    parts = (Baseline(), Randomness(), MarketPlan("XX"), PaywallPlan(5))
    for part in parts:
        for known in fields(part):
            value = getattr(part, known.name)
            wanted = f"`{known.name}`" if known.default is MISSING else f"`{known.name}` {_plain(value)}"
            assert wanted in told, wanted


def _plain(value: object) -> str:
    return f"{value:.2f}" if value == 0.40 else f"{value:g}" if isinstance(value, (int, float)) else str(value)
