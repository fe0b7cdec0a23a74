"""How many of the things found may be chance."""

from __future__ import annotations

from collections.abc import Sequence

from hookline.model.errors import MissingExtra

LEVEL = 0.05  # false discovery rate of all findings together


def require() -> None:
    """Raises ``MissingExtra`` where the statistics libraries are not installed."""
    try:
        import scipy.stats  # noqa: F401
        import statsmodels.stats.multitest  # noqa: F401
    except ImportError as error:
        raise MissingExtra(needs="statsmodels", extra="insight") from error


def false_discovery(p: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's (1995) q of each p: the rate of false ones among those at least as clear.

    >>> [round(q, 3) for q in false_discovery([0.01, 0.5, 0.02])]
    [0.03, 0.5, 0.03]
    """
    from statsmodels.stats.multitest import multipletests

    return [float(q) for q in multipletests(list(p), method="fdr_bh")[1]] if p else []
