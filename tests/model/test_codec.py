from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.model import codec
from hookline.model.errors import Unreadable
from hookline.model.estimate import Estimate, Finding, FindingKind, Grade, Place
from hookline.model.script import Line, LineKind, Source, Voice
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType

sources = st.builds(Source, file=st.text(), line=st.integers(1, 9999))
spans = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda p: Span(min(p), max(p)))
lines = st.builds(
    Line,
    kind=st.sampled_from(LineKind),
    text=st.text(),
    source=sources,
    speaker=st.none() | st.text(),
    voice=st.sampled_from(Voice),
    span=st.none() | spans,
)
beats = st.builds(
    Beat,
    type=st.sampled_from(BeatType),
    span=spans,
    intensity=st.floats(0, 1),
    evidence=st.lists(sources).map(tuple),
    characters=st.lists(st.text()).map(tuple),
)


@given(lines)
def test_lines_come_back_as_they_were(line: Line) -> None:
    assert codec.loads(Line, codec.dumps(line)) == line


@given(beats)
def test_beats_come_back_as_they_were(beat: Beat) -> None:
    assert codec.loads(Beat, codec.dumps(beat, indent=2)) == beat


def test_findings_come_back_as_they_were() -> None:
    estimate = Estimate(0.04, 0.03, 0.05, 1200, "binomial", Grade.WITHIN, "share")
    finding = Finding(FindingKind.MOMENT, "they leave", "cut it", estimate, 4.0, (Place(3, Span(0, 9)),))
    assert codec.loads(Finding, codec.dumps(finding)) == finding


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a saved Span"),
        ("[]", "not a saved Span"),
        ('{"schema": "Beat", "version": 1, "value": {}}', "holds a Beat, not a Span"),
        ('{"schema": "Span", "version": 1, "value": {"start_ms": 1}}', "lacks end_ms"),
        ('{"schema": "Span", "version": 1, "value": {"start_ms": "1", "end_ms": 2}}', "expected int"),
        ('{"schema": "Span", "version": 99, "value": {}}', "newer than this Hookline"),
    ],
)
def test_what_is_no_saved_span_is_refused(text: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        codec.loads(Span, text, where="x.json")


@dataclass(frozen=True)
class Thing:
    name: str
    size_ms: int


def test_an_older_document_is_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec.VERSIONS, "Thing", 2)
    monkeypatch.setitem(codec.UPGRADES, ("Thing", 1), lambda old: {"name": old["name"], "size_ms": old["size"] * 1000})
    old = '{"schema": "Thing", "version": 1, "value": {"name": "a", "size": 3}}'
    assert codec.loads(Thing, old) == Thing("a", 3000)
