"""YouTube's retention export in the spellings that it comes in."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.formats import youtube_retention
from hookline.model.errors import BadInput, Unreadable
from tests.shared import shared_data

PLAIN = "Video position (%),Absolute audience retention (%)\n0,118.2\n50,72.5\n100,31\n"
SPELLINGS = {
    "as exported": PLAIN,
    "byte order mark": "\ufeff" + PLAIN,
    "quoted, relative beside": (
        '"Video position (%)","Relative audience retention (%)","Absolute audience retention (%)"\r\n'
        '"0","0.5","118.2"\r\n"50","0.4","72.5"\r\n"100","0.1","31"\r\n'
    ),
    "decimal commas": "Video position (%);Absolute audience retention (%)\n0;118,2\n50;72,5\n100;31\n",
    "decimal commas, quoted": 'Video position (%),Absolute audience retention (%)\n0,"118,2"\n50,"72,5"\n100,31\n',
    "per cent signs and blanks": (
        "Video position (%)\tAbsolute audience retention (%)\n0\t118.2 %\n50\t72.5\xa0%\n\n100\t31%\n"
    ),
    "rows in another order, some empty": (
        "Video position (%),Absolute audience retention (%)\n100,31\n50,72.5\n75,\n0,118.2\n"
    ),
    "the API's report": "elapsedVideoTimeRatio,audienceWatchRatio\n0.5,0.725\n1.0,0.31\n",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_gives_the_same_curve(text: str) -> None:
    curve = youtube_retention.read(text, file="a.csv", episode=3, views=1000, market="US")
    assert curve.positions == (0.5, 1.0)  # the start itself is no part of the curve
    assert curve.shares == pytest.approx((0.725, 0.31))
    assert (curve.platform, curve.episode, curve.views, curve.market, curve.file) == (
        "youtube", 3, 1000, "US", "a.csv",
    )  # fmt: skip
    for encoding in ("utf-8", "utf-16"):
        match = youtube_retention.recognise("a.csv", text.encode(encoding))
        assert match is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "columns found: none"),
        ("Date,Views\n2026-01-01,3\n", "columns found: Date, Views"),
        (PLAIN + "120,10\n", r"a\.csv:5.*no point of a curve"),
        (PLAIN + "75,-1\n", "no point of a curve"),
        (PLAIN + "75,half\n", r"a\.csv:5: 'half' is not a number"),
        (PLAIN + "50,70\n", "several curves"),
        ("Video position (%),Absolute audience retention (%)\n0,100\n", "holds no curve"),
    ],
)
def test_what_is_no_curve_is_said(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        youtube_retention.read(text, file="a.csv", episode=1)


def test_views_are_not_negative() -> None:
    with pytest.raises(BadInput):
        youtube_retention.read(PLAIN, file="a.csv", episode=1, views=-1)


def test_other_youtube_exports_are_not_taken_for_curves() -> None:
    for name in ("Chart data.csv", "Table data.csv", "Totals.csv"):
        head = shared_data("audience", "youtube_studio_geography", name).read_bytes()[:65_536]
        assert youtube_retention.recognise(name, head) is None


@given(st.text(max_size=200))
def test_no_text_gives_a_traceback(text: str) -> None:
    youtube_retention.recognise("x", text.encode(errors="ignore"))
    with suppress(Unreadable):
        curve = youtube_retention.read(
            "Video position (%),Absolute audience retention (%)\n" + text, file="x", episode=1
        )
        assert all(0 < position <= 1 for position in curve.positions)
