"""Who stays and who leaves, by second or by episode: survival from counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hookline.audience.intervals import Z95
from hookline.model.errors import BadInput

Floats = NDArray[np.float64]

KAPLAN_MEIER = "Kaplan-Meier, Greenwood's variance, log(-log) interval"
SMOOTHED = "Epanechnikov kernel, {0} s each side, log interval"


@dataclass(frozen=True, slots=True)
class Survival:
    """The share that is left after each step, with its 95 % interval and standard error."""

    share: Floats
    low: Floats
    high: Floats
    error: Floats


def kaplan_meier(at_risk: ArrayLike, exits: ArrayLike, *, z: float = Z95) -> Survival:
    r"""The share that had not left after each step.

    With n at risk and d leaving in step i::

        S(t) = prod over i <= t of (1 - d_i / n_i)
        Var S(t) = S(t)² sum over i <= t of d_i / (n_i (n_i - d_i))          (Greenwood)

    and the interval S ** exp(± z sqrt(Var) / (S log S)), which stays within 0..1.  E. L. Kaplan, P. Meier, JASA 53
    (1958) 457-481; M. Greenwood, Reports on Public Health and Medical Subjects 33 (1926); interval: J. D. Kalbfleisch,
    R. L. Prentice, The Statistical Analysis of Failure Time Data (2002) 1.4.  Assumes independent views, and that
    those who are no longer watched for (their numbers leave ``at_risk`` without an exit) would have gone on as the
    others did.

    >>> kaplan_meier([21, 17], [3, 1]).share.round(3).tolist()
    [0.857, 0.807]
    """
    n, d = np.asarray(at_risk, np.float64), np.asarray(exits, np.float64)
    some = np.where(n > 0, n, 1)
    share = np.cumprod(np.where(n > 0, 1 - d / some, 1.0), dtype=np.float64)
    left = n - d
    terms = np.where((n > 0) & (left > 0), d / (some * np.where(left > 0, left, 1)), 0)
    spread = np.sqrt(np.cumsum(terms))  # of log S
    inside = (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    power = np.exp(z * spread / -np.log(safe))
    low, high = np.where(inside, safe**power, share), np.where(inside, safe ** (1 / power), share)
    error: Floats = share * spread
    return Survival(share, np.minimum(low, share), np.maximum(high, share), error)


def retained(at_risk: ArrayLike, exits: ArrayLike) -> tuple[Floats, Floats]:
    r"""The share that had not left before each step, and how many views with a whole life would tell it as well.

    ``S(s) = prod over i < s of (1 - d_i / n_i)``.  Views may begin in any step (left truncation): each is in n_i only
    from where it began (W. Y. Tsai, N. P. Jewell, M.-C. Wang, Biometrika 74 (1987) 883-886; S. W. Lagakos, L. M.
    Barraj, V. De Gruttola, Biometrika 75 (1988) 515-523).  Greenwood's variance holds as it stands.  The second number
    is ``S (1 - S) / Var S``: where all begin at 0 it is how many began, and with it Wilson's interval, which keeps its
    level where nearly all or nearly none are left (F. J. Dorey, E. L. Korn, Statistics in Medicine 6 (1987) 679-687).
    Assumes that who begins late would have left like the others: who comes back to go on rather stays.

    >>> share, n = retained([10, 8, 9], [2, 4, 1])
    >>> share.round(3).tolist(), n.round(1).tolist()
    ([1.0, 0.8, 0.4], [10.0, 10.0, 10.0])
    """
    n = np.asarray(at_risk, np.float64)
    left = kaplan_meier(n, exits)
    share = np.concatenate([[1.0], left.share[:-1]])
    error = np.concatenate([[0.0], left.error[:-1]])
    told = np.where(error > 0, share * (1 - share) / np.where(error > 0, error, 1) ** 2, 0)
    began = n[np.argmax(n > 0)] if n.size else 0.0  # before anybody left: who was there
    return share, np.where(error > 0, told, np.maximum(began, 1))


def smoothed_hazard(
    at_risk: ArrayLike, exits: ArrayLike, *, reach: int = 3, z: float = Z95
) -> tuple[Floats, Floats, Floats]:
    r"""The share of those still there who leave in each second, smoothed: (hazard, low, high).

    A weighted mean of d_i / n_i over the seconds at most ``reach`` away, by Epanechnikov's kernel; at the edges and
    where nobody is left the weights are renewed over what is there, so that a constant hazard stays constant::

        h(t) = sum of w_i d_i / n_i,   Var h(t) = sum of w_i² d_i (n_i - d_i) / n_i³,   h exp(± z sqrt(Var) / h)

    H. Ramlau-Hansen, Smoothing counting process intensities by means of kernel functions, Annals of Statistics 11
    (1983) 453-466.  Assumes that leaving changes slowly over ``reach``: a step (a hard cut) is spread over it; look at
    the unsmoothed exits there.
    """
    if reach < 0:
        raise BadInput(f"a kernel of {reach} s", mend="give how many seconds each side, 0 for none")
    n, d = np.asarray(at_risk, np.float64), np.asarray(exits, np.float64)
    some = np.where(n > 0, n, 1)
    weights = _weights(n > 0, reach)
    hazard = weights @ (d / some)
    spread = np.sqrt((weights**2) @ (d * (n - d) / some**3))
    factor = np.exp(z * spread / np.where(hazard > 0, hazard, 1))
    none = 3.0 / np.maximum(weights.astype(bool) @ n, 3.0)  # nobody left: the rule of three
    return hazard, hazard / factor, np.minimum(np.where(hazard > 0, hazard * factor, none), 1.0)


def _weights(known: NDArray[np.bool_], reach: int) -> Floats:
    at = np.arange(len(known))
    away = (at[:, None] - at[None, :]) / (reach + 1)
    weights = np.clip(1 - away**2, 0, None) * known[None, :]
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1), np.float64)
