"""No small group can be had from what is shown, not even by subtraction."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.audience.suppress import Key, hidden

K = 20
TABLES = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("xyz")), st.integers(0, 60), min_size=1, max_size=12
)


def equations(counts: dict[Key, int]) -> list[set[Key]]:
    """The groups behind every total that is shown elsewhere: of all, and of each dimension's own table."""
    keys = list(counts)
    lines = [set(keys)] if sum(counts.values()) >= K else []
    for d in (0, 1):
        margin: dict[Key, int] = {}
        for key in keys:
            margin[(key[d],)] = margin.get((key[d],), 0) + counts[key]
        lines += [
            {key for key in keys if key[d] == name}
            for (name,) in {m for m, n in margin.items() if n} - hidden(margin, k=K)
        ]
    return lines


def attacked(counts: dict[Key, int], shown: set[Key]) -> dict[Key, int]:
    """What an attacker with all shown groups and totals knows for sure of the others, by least squares.

    Which of the others are empty is not known to them: an empty group is never shown either.
    """
    unknown = sorted(key for key in counts if key not in shown)
    lines = equations(counts)
    matrix = np.array([[float(key in line) for key in unknown] for line in lines])
    if not unknown or not len(matrix):
        return {}
    known = np.linalg.pinv(matrix) @ matrix  # a count is known where its row is a unit vector
    return {key: counts[key] for i, key in enumerate(unknown) if abs(known[i, i] - 1) < 1e-9}


@settings(max_examples=300, deadline=None)
@given(TABLES)
def test_nothing_hidden_can_be_solved(counts: dict[Key, int]) -> None:
    names = [sorted({key[d] for key in counts}) for d in (0, 1)]
    counts = {(a, b): counts.get((a, b), 0) for a, b in product(*names)}
    gone = hidden(counts, k=K)
    assert all(key in gone for key, n in counts.items() if 0 < n < K)
    shown = {key for key, n in counts.items() if n and key not in gone}
    small = [n for n in attacked(counts, shown).values() if 0 < n < K]
    assert not small
    for line in equations(counts):
        rest = sum(counts[key] for key in line if key in gone)
        assert rest == 0 or rest >= K


def test_one_small_group_takes_the_next_with_it() -> None:
    assert hidden({("US",): 60, ("MX",): 35, ("JP",): 5}, k=20) == {("MX",), ("JP",)}
    assert hidden({("US",): 60, ("MX",): 35}, k=20) == frozenset()
    assert hidden({("US",): 60, ("MX",): 11, ("JP",): 12}, k=20) == {("MX",), ("JP",)}  # together large enough
    assert hidden({}, k=20) == frozenset()


def test_without_the_second_step_subtraction_would_work() -> None:
    """The attack succeeds on primary suppression alone: so the test above can fail."""
    counts: dict[Key, int] = dict(zip(product("AB", "xy"), (50, 40, 30, 5), strict=True))
    primary = {key for key, n in counts.items() if n >= K}
    assert attacked(counts, primary) == {("B", "y"): 5}
    assert not attacked(counts, set(counts) - hidden(counts, k=K))


@pytest.mark.parametrize("seed", range(3))
def test_hidden_sums_stay_at_least_k_in_large_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts: dict[Key, int] = {(f"m{m}", f"p{p}"): int(rng.geometric(0.02)) for m in range(10) for p in range(6)}
    gone = hidden(counts, k=K)
    assert not [n for n in attacked(counts, set(counts) - gone).values() if n < K]
