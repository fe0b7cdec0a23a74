"""The nouns that later rooms stand on keep their shape on disk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hookline.model import codec
from hookline.model.cut import Clip, Cut
from hookline.model.estimate import Estimate, Grade
from hookline.model.market import Market
from hookline.model.span import Span
from hookline.model.tables import TABLES
from hookline.model.view import View

CUT = Cut("c1", "s", 3, (Clip("ep03.mp4", Span(0, 4_000)), Clip("ep03.mp4", Span(9_000, 10_500))), platform="tiktok")
VIEW = View(
    "v", "p", "s", 3, "c1", "US", "ios", datetime(2026, 3, 1, tzinfo=UTC), 5_500, 2_000, 2_500, False, (Span(0, 2_000),)
)


@pytest.mark.parametrize("value", [CUT, VIEW, Market("US", "US", "en", "USD")], ids=["cut", "view", "market"])
def test_a_noun_comes_back_as_it_was(value: object) -> None:
    assert codec.loads(type(value), codec.dumps(value)) == value


def test_a_cut_is_as_long_as_its_clips() -> None:
    assert CUT.duration_ms == 5_500


def test_an_estimate_lies_in_its_interval() -> None:
    with pytest.raises(ValueError, match="outside its interval"):
        Estimate(2.0, 0.0, 1.0, 10, "m", Grade.WITHIN, "share")


def test_tables_name_every_column_once_and_hold_no_raw_id() -> None:
    for table in TABLES.values():
        assert len(set(table.names())) == len(table.columns)
        assert not {"user_id", "email", "device_id", "ip"} & set(table.names())
