from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.model.span import Span

spans = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).map(lambda pair: Span(min(pair), max(pair)))


@settings(max_examples=25)
@given(spans, spans)
def test_overlap_is_the_instants_that_both_contain(one: Span, other: Span) -> None:
    both = sum(one.contains(at) and other.contains(at) for at in range(0, 10_001, 1))
    assert one.overlap_ms(other) == other.overlap_ms(one) == both


@given(spans)
def test_seconds_are_those_that_the_span_touches(span: Span) -> None:
    touched = {at // 1000 for at in range(span.start_ms, span.end_ms)}
    assert touched <= set(span.seconds())
    assert len(span.seconds()) == len(touched) or span.duration_ms == 0


def test_a_span_can_not_run_backwards() -> None:
    with pytest.raises(ValueError, match=r"5\.\.4"):
        Span(5, 4)
