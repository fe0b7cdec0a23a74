"""Which groups are too small to be shown, and which others must go with them.

A group of fewer than k viewers is not shown.  Nor may it be had by subtraction: where a total and all groups but one
are shown, the missing one is their difference.  So further groups are left out (complementary suppression, smallest
first) until nothing that is left out, nor any sum of it below k, follows from what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np

Key = tuple[str, ...]


def hidden(counts: Mapping[Key, int], *, k: int) -> frozenset[Key]:
    """The groups of a table that may not be shown.

    Args:
        counts: viewers by group; a key names the group in each of the dimensions.  Totals over one or more dimensions
            are taken to be known as far as they may be shown by the same rule.
        k: the smallest group that may be shown.

    >>> sorted(hidden({("US",): 60, ("MX",): 35, ("",): 5}, k=20))
    [('',), ('MX',)]
    """
    counts = _whole(counts)
    gone = {key for key, n in counts.items() if 0 < n < k}
    lines = _lines(counts, k)
    while True:
        more = _thin(counts, lines, gone, k) or _solved(counts, lines, gone)
        if not more:
            return frozenset(gone)
        gone.add(more)


def _whole(counts: Mapping[Key, int]) -> dict[Key, int]:
    """Every combination of names, nobody in those not given: which of the missing ones are empty is not known."""
    names = [sorted(set(column)) for column in zip(*counts, strict=True)]
    return {key: counts.get(key, 0) for key in product(*names)}


def _lines(counts: Mapping[Key, int], k: int) -> list[list[Key]]:
    """The groups behind each total that can be known: those over fewer dimensions that may themselves be shown."""
    keys = list(counts)
    width = len(keys[0]) if keys else 0
    lines: list[list[Key]] = []
    for kept in (dims for size in range(width) for dims in combinations(range(width), size)):
        behind: dict[Key, list[Key]] = {}
        for key in keys:
            behind.setdefault(tuple(key[d] for d in kept), []).append(key)
        totals = {total: sum(counts[key] for key in line) for total, line in behind.items()}
        gone = hidden(totals, k=k)
        lines += [line for total, line in behind.items() if totals[total] and total not in gone]
    return lines


def _thin(counts: Mapping[Key, int], lines: Sequence[Sequence[Key]], gone: set[Key], k: int) -> Key | None:
    """The next group to hide in a line whose hidden ones together are fewer than k, or are one alone."""
    for line in lines:
        out = [key for key in line if key in gone]
        shown = [key for key in line if key not in gone and counts[key]]
        if out and shown and (len(out) == 1 or sum(counts[key] for key in out) < k):
            return _smallest(counts, shown)
    return None


def _solved(counts: Mapping[Key, int], lines: Sequence[Sequence[Key]], gone: set[Key]) -> Key | None:
    """The next group to hide where several totals together give a hidden one away.

    A hidden count is known exactly if it is the same in every solution of the totals' equations: if its row in the
    basis of their null space is zero.
    """
    unknown = sorted(gone | {key for key, n in counts.items() if not n})
    if not gone or len(lines) < 2:
        return None
    index = {key: i for i, key in enumerate(unknown)}
    rows = [[index[key] for key in line if key in index] for line in lines]
    matrix = np.zeros((len(rows), len(unknown)))
    for number, row in enumerate(rows):
        matrix[number, row] = 1.0
    _, values, basis = np.linalg.svd(matrix)
    free = basis[int((values > 1e-9).sum()) :]
    for key in sorted(gone):
        if not len(free) or np.abs(free[:, index[key]]).max() < 1e-9:
            shown = [key for line in lines for key in line if key not in gone and counts[key]]
            if shown:
                return _smallest(counts, shown)
    return None


def _smallest(counts: Mapping[Key, int], keys: Sequence[Key]) -> Key:
    return min(keys, key=lambda key: (counts[key], key))
