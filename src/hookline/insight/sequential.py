"""Statistics that stay true however often they are looked at.

A fixed-horizon interval looked at every day is wrong far more often than it says.  An always-valid one
holds at all looks at once, so an experiment may be watched, stopped early or run on.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite, lgamma, log, sqrt

SRM_CONCENTRATION = 1_000.0  # the pull of the planned shares: small departures show, and show soon


def radius(variance: float, *, mixture: float, alpha: float = 0.05) -> float:
    r"""Half the width of an always-valid interval around an estimate that is nearly normal.

    With s² the estimate's variance at this look and τ² the mixture's::

        sqrt( s²(s² + τ²)/τ² · log((s² + τ²)/(s² α²)) )

    The interval of the mixture sequential probability ratio test with a N(0, τ²) mixture: H. Robbins,
    Statistical methods related to the law of the iterated logarithm, Ann. Math. Stat. 41 (1970); R. Johari,
    P. Koomen, L. Pekelis, D. Walsh, Always valid inference, Operations Research 70 (2022).  With an estimated
    variance it is asymptotic (I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy, A. Ramdas, Time-uniform
    central limit theory, Ann. Stat. 52 (2024)): its first look must wait for the normal to fit.

    Args:
        variance: s², of the estimate, not of one observation.
        mixture: τ, in the unit of the estimate.  Fixed before the first look.  Tightest where
            s = τ/2.87 at α = 0.05; the smallest effect worth finding, which a fixed test of 80 % power finds
            at s = τ/2.80, is therefore the natural choice.
        alpha: chance that the truth ever leaves the interval.

    >>> round(radius(0.01**2, mixture=0.03), 4)  # a fixed-horizon interval would be 0.0196
    0.0304
    """
    if variance <= 0 or not isfinite(variance):
        return float("inf")
    both = variance + mixture * mixture
    return sqrt(variance * both / (mixture * mixture) * log(both / (variance * alpha * alpha)))


def evidence(estimate: float, variance: float, *, mixture: float) -> float:
    """The e-value against "no difference": at most 1 on average under it, at every look.

    The likelihood ratio of the mixture to no effect, ``sqrt(s²/(s²+τ²)) exp(τ² x²/(2 s²(s²+τ²)))``; ``1/e``
    is an always-valid p.  Sources as in ``radius``.
    """
    if variance <= 0 or not isfinite(variance):
        return 1.0
    both = variance + mixture * mixture
    power = mixture * mixture * estimate * estimate / (2 * variance * both)
    return sqrt(variance / both) * exp(min(power, 700.0))


def mismatch(counts: Sequence[int], shares: Sequence[float], *, concentration: float = SRM_CONCENTRATION) -> float:
    """The e-value against "viewers were dealt out in these shares": a sample-ratio mismatch shows as a large one.

    The Bayes factor of a Dirichlet mixture around the shares to the shares themselves: M. Lindon, A. Malek,
    Anytime-valid inference for multinomial count data, NeurIPS 2022.  At most 1 on average at every look
    where the dealing is as planned, so ``>= 1/alpha`` is a sound alarm however often it is looked at.

    >>> mismatch([5_000, 5_000], [0.5, 0.5]) < 1 < 1_000 < mismatch([5_000, 5_600], [0.5, 0.5])
    True
    """
    total = sum(shares)
    prior = [concentration * share / total for share in shares]
    n = sum(counts)
    value = lgamma(concentration) - lgamma(concentration + n)
    for count, weight, share in zip(counts, prior, shares, strict=True):
        value += lgamma(weight + count) - lgamma(weight) - count * log(share / total)
    return exp(min(value, 700.0))
