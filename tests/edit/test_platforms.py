from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.edit.platforms import (
    FIGURES,
    TABLE,
    UNKNOWN_MAY_BE,
    Listed,
    Sureness,
    choose_platforms,
    known_platforms,
    read_tables,
)
from hookline.model.errors import BadInput

KNOWN = known_platforms()
READ = tomllib.loads(TABLE.read_text())
ASKED = "tiktok reels facebook-reels facebook shorts youtube snapchat x x-square x-vertical douyin kuaishou channels"


@pytest.mark.parametrize("name", [*ASKED.split(), "reelshort", "dramabox"])
def test_every_platform_of_the_field_is_there(name: str) -> None:
    assert KNOWN[name].platform.name == name


@pytest.mark.parametrize("name", KNOWN)
def test_every_figure_has_a_source_with_a_date(name: str) -> None:
    listed = KNOWN[name]
    for figure in FIGURES:
        if getattr(listed.platform, figure) is not None:
            source = listed.sources[figure]
            assert source.what
            assert date(2026, 1, 1) <= date.fromisoformat(source.checked)
    assert date.fromisoformat(listed.platform.checked)
    assert listed.platform.source


def test_own_pages_have_an_address_and_unverified_figures_say_so() -> None:
    for row in READ["sources"].values():
        assert row["where"].startswith("https://") or row["kind"] != Sureness.OWN
    for name in ("douyin", "kuaishou", "channels", "reelshort", "dramabox"):
        assert {"width", "max_ms", "safe"} <= set(KNOWN[name].unverified)
    assert not KNOWN["reels"].unverified
    used = {source for table in READ["platforms"].values() for source in table["from"].values()}
    assert used == set(READ["sources"])
    named = {figure for table in READ["platforms"].values() for figure in table["from"]}
    assert named <= {*FIGURES, "rest"}


def test_the_fields_figures_stand_there() -> None:
    """Held against what the field says, figure by figure (16 Nov 2026)."""
    limits = {name: (listed.platform.min_ms, listed.platform.max_ms) for name, listed in KNOWN.items()}
    assert limits["tiktok"] == (3_000, 600_000)
    assert limits["reels"] == (3_000, 900_000)
    assert limits["facebook-reels"] == (3_000, 90_000)
    assert limits["shorts"][1] == 180_000
    assert limits["snapchat"] == (5_000, 60_000)
    assert limits["x"][1] == 140_000
    assert KNOWN["x"].platform.max_bytes == 512_000_000
    sizes = {name: (one.platform.width, one.platform.height) for name, one in KNOWN.items()}
    assert sizes["facebook"] == (1080, 1350)
    assert sizes["youtube"] == (1920, 1080)
    reels, tiktok = KNOWN["reels"].platform.safe, KNOWN["tiktok"].platform.safe
    assert (reels.left, reels.top, 1080 - reels.right, 1920 - reels.bottom) == (65, 269, 65, 672)
    assert (tiktok.top, 1080 - tiktok.right, 1920 - tiktok.bottom) == (150, 150, 440)


def test_users_figures_stand_above_ours_and_say_so() -> None:
    own = {"tiktok": {"max_ms": 60_000, "source": "our account manager", "checked": "2026-11-01"}}
    found = known_platforms(own)["tiktok"]
    assert found.platform.max_ms == 60_000
    assert found.platform.min_ms == 3_000
    assert found.sources["max_ms"].kind is Sureness.USER
    assert found.sources["max_ms"].what == "our account manager"
    assert found.sources["min_ms"].kind is Sureness.OTHERS
    assert "our account manager" in found.platform.source


def test_a_platform_of_ones_own_may_be_like_another() -> None:
    found = known_platforms({"lobby": {"like": "youtube", "title": "The lobby's screen", "channels": 1}})["lobby"]
    assert (found.platform.name, found.platform.title, found.platform.width) == ("lobby", "The lobby's screen", 1920)
    assert found.platform.channels == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"tiktok": {"max_seconds": 60}}, "there is no figure 'max_seconds'"),
        ({"tiktok": {"max_ms": "60 s"}}, "max_ms is '60 s'"),
        ({"tiktok": {"max_ms": True}}, "max_ms is True"),
        ({"tiktok": {"max_ms": 0}}, "max_ms is 0"),
        ({"tiktok": {"max_ms": 1_000}}, "min_ms is above max_ms"),
        ({"tiktok": {"width": 1081}}, "must be even"),
        ({"tiktok": {"width": 540}}, "safe doesn't lie inside 540x1920"),
        ({"tiktok": {"safe": {"left": 0, "top": 0, "right": 100, "bottom": 1920}}}, "too small for captions"),
        ({"tiktok": {"safe": [0, 0, 1, 1]}}, "safe is [0, 0, 1, 1]"),
        ({"tiktok": {"loudness_lufs": 14}}, "loudness_lufs is 14"),
        ({"tiktok": {"checked": "1.11.2026"}}, "checked is '1.11.2026'"),
        ({"tiktok": {"sells": "yes"}}, "sells is 'yes'"),
        ({"tiktok": 3}, "is no table"),
        ({"lobby": {"like": "yutube"}}, "there is no platform 'yutube'"),
        ({"lobby": {"width": 1920}}, "lacks height"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(table: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as wrong:
        known_platforms(table, where="hookline.toml")
    assert said in wrong.value.what
    assert wrong.value.where == f"hookline.toml [platforms.{next(iter(table))}]"
    assert wrong.value.mend


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput) as wrong:
        choose_platforms(KNOWN, ("tiktok", "insta-reels"))
    assert "did you mean" in wrong.value.mend
    assert [one.platform.name for one in choose_platforms(KNOWN, ("reels", "tiktok", "reels"))] == ["reels", "tiktok"]


@pytest.mark.parametrize("text", ["[platforms.tiktok\n", "platforms = 3\n", "[platform.tiktok]\nmax_ms = 3\n"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "platforms.toml").write_text(text)
    with pytest.raises(BadInput):
        read_tables(tmp_path / "platforms.toml")


ODD: st.SearchStrategy[Any] = st.sampled_from(["", "60 s", None, True, [], {}])
VALUES: st.SearchStrategy[Any] = st.integers(-10, 10**13) | st.floats(-100, 100) | ODD


@given(st.dictionaries(st.sampled_from(FIGURES), VALUES))
def test_any_table_is_taken_or_refused_in_words(table: dict[str, Any]) -> None:
    found = answer({"tiktok": table})
    if isinstance(found, BadInput):
        assert found.mend
        return
    for figure, value in table.items():
        assert getattr(found["tiktok"].platform, figure) == value or (value is None and figure in UNKNOWN_MAY_BE)


def answer(own: dict[str, Any]) -> dict[str, Listed] | BadInput:
    try:
        return known_platforms(own)
    except BadInput as wrong:
        return wrong
