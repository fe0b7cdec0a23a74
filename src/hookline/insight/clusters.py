"""Errors of effects when whole scenes, not seconds or viewers, are the independent units.

The bias-reduced cluster-robust variance "CR2" of Bell and McCaffrey (2002) with the effective
degrees of freedom of its t distribution, as Pustejovsky and Tipton (2018) give them, on the last
step of the reweighted fit.  With residuals e, weights W and the hat matrix H (its weighted,
symmetric form), the score of scene g for an effect c is

    s_g = c' S^-1 X_g' W_g^(1/2) (I - H_gg)^(-1/2) W_g^(1/2) e_g,     Var = sum of s_g^2

The working model is that rows vary independently with variance 1 / W.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, Ints
from hookline.insight.hazard import Fit

AT_ONCE = 4_000_000  # numbers of the square matrices that are held at once


@dataclass(frozen=True, slots=True)
class Uncertain:
    """An estimate with its standard error and the degrees of freedom of its t."""

    value: float
    error: float
    freedom: float

    @property
    def p(self) -> float:
        """Two-sided probability of a t as far out."""
        from scipy.stats import t

        return float(2 * t.sf(abs(self.value) / self.error, self.freedom))

    def bound(self, side: float, level: float = 0.95) -> float:
        """An end of the interval; ``side`` is -1 or 1."""
        from scipy.stats import t

        return float(self.value + side * t.ppf(0.5 + level / 2, self.freedom) * self.error)

    def minus(self, other: Uncertain) -> Uncertain:
        """The difference of two independent estimates (Welch and Satterthwaite's freedom)."""
        mine, its = self.error**2, other.error**2
        freedom = (mine + its) ** 2 / (mine**2 / self.freedom + its**2 / other.freedom)
        return Uncertain(self.value - other.value, float(np.sqrt(mine + its)), freedom)


@dataclass(frozen=True, slots=True, eq=False)
class _Pulls:
    """What each scene does to each effect; scenes first, effects last."""

    group: Ints  # the episode
    score: Floats  # scenes x effects
    size: Floats  # scenes x effects: the score's variance, were the fit given
    shared: Floats  # scenes x shared columns x effects: what the fit takes off it
    own: Floats  # scenes x own columns x effects


def effects(model: Fit, clusters: Ints) -> list[Uncertain]:
    """Each effect of a fit, with errors from the clusters."""
    pulls = _pulls(model, clusters)
    first = len(model.coefficients) - model.effects
    errors = np.sqrt((pulls.score**2).sum(axis=0))
    return [
        Uncertain(float(model.coefficients[first + i]), max(float(errors[i]), 1e-9), _freedom(model, pulls, i))
        for i in range(model.effects)
    ]


def rough_errors(model: Fit, clusters: Ints) -> Floats:
    """Standard errors of a fit's effects: the plain sandwich over clusters, or the model's own where that is greater.

    Cheap, and good enough for weights: who combines many fits takes the interval from how those differ.
    """
    first = len(model.coefficients) - model.effects
    missed = model.weight * (model.grid.exits - model.grid.at_risk * model.p)
    starts = np.flatnonzero(np.diff(clusters, prepend=-1))
    scores = np.add.reduceat((model.columns @ model.shared_inverse[:, first:]) * missed[:, None], starts, axis=0)
    sandwich = (scores**2).sum(axis=0) * len(starts) / max(len(starts) - 1, 1)
    errors: Floats = np.sqrt(np.maximum(sandwich, np.diag(model.shared_inverse)[first:]))
    return errors


def _pulls(model: Fit, clusters: Ints) -> _Pulls:
    rows = np.flatnonzero(model.weight > 0)
    information = model.information[rows]
    root = np.sqrt(model.weight[rows] * information)
    residual = root * (model.grid.exits[rows] - model.grid.at_risk[rows] * model.p[rows]) / information
    shared, own = model.columns[rows] * root[:, None], model.own[rows] * root[:, None]
    starts = np.flatnonzero(np.diff(clusters[rows], prepend=-1))
    sizes, group = np.diff(np.append(starts, len(rows))), model.grid.group[rows[starts]]
    made = _Pulls(
        group,
        np.zeros((len(starts), model.effects)),
        np.zeros((len(starts), model.effects)),
        np.zeros((len(starts), shared.shape[1], model.effects)),
        np.zeros((len(starts), own.shape[1], model.effects)),
    )
    contrasts = model.shared_inverse[:, len(model.coefficients) - model.effects :]
    for some in _alike(sizes):
        at = starts[some][:, None] + np.arange(sizes[some[0]])
        x, z = shared[at], own[at]
        hat = x @ model.shared_inverse @ x.transpose(0, 2, 1) + z @ model.own_inverse[group[some]] @ z.transpose(
            0, 2, 1
        )
        pull = _inverse_root(np.eye(at.shape[1]) - hat) @ (x @ contrasts)
        made.score[some] = np.einsum("srk,sr->sk", pull, residual[at])
        made.size[some] = (pull**2).sum(axis=1)
        made.shared[some], made.own[some] = x.transpose(0, 2, 1) @ pull, z.transpose(0, 2, 1) @ pull
    return made


def _alike(sizes: Ints) -> Iterator[Ints]:
    """Scenes of equal length, which go through linear algebra together, in bounded numbers."""
    for size in np.unique(sizes):
        members = np.flatnonzero(sizes == size)
        most = max(AT_ONCE // int(size) ** 2, 1)
        yield from (members[low : low + most] for low in range(0, len(members), most))


def _inverse_root(matrices: Floats) -> Floats:
    """To the power -1/2; directions that the model fits exactly carry nothing."""
    values, vectors = np.linalg.eigh(matrices)
    scale = np.where(values > 1e-6, 1 / np.sqrt(np.maximum(values, 1e-6)), 0.0)
    root: Floats = (vectors * scale[:, None, :]) @ vectors.transpose(0, 2, 1)
    return root


def _freedom(model: Fit, pulls: _Pulls, index: int) -> float:
    """Satterthwaite's degrees of freedom: (sum of the scores' variances)^2 / sum of their squared covariances.

    The covariance of two scenes' scores is d_i [i = j] - a_i' M a_j - b_i' N_g b_j [same episode g], with d,
    a and b the ``size``, ``shared`` and ``own`` of ``_Pulls`` and M, N_g the inverses of the fit.  Its squares are
    summed term by term, so that the cost grows with the number of scenes, not with its square.
    """
    d, a, b = pulls.size[:, index], pulls.shared[:, :, index], pulls.own[:, :, index]
    m, n = model.shared_inverse, model.own_inverse[pulls.group]
    of_shared = ((a @ m) * a).sum(axis=1)
    of_own = np.einsum("si,sij,sj->s", b, n, b)
    starts = np.flatnonzero(np.diff(pulls.group, prepend=-1))
    inverse = n[starts]
    joint = np.add.reduceat(a[:, :, None] * b[:, None, :], starts, axis=0)
    alone = np.add.reduceat(b[:, :, None] * b[:, None, :], starts, axis=0) @ inverse
    crossed = a.T @ a @ m
    squares = (d**2).sum() - 2 * (d * (of_shared + of_own)).sum()
    squares += np.sum(crossed * crossed.T) + np.sum(alone * alone.transpose(0, 2, 1))
    squares += 2 * np.sum((m @ joint @ inverse) * joint)
    variance = d.sum() - of_shared.sum() - of_own.sum()
    return float(max(variance**2 / max(squares, 1e-300), 1.0))
