"""Errors of effects when whole scenes, not seconds or viewers, are the independent units.

The bias-reduced cluster-robust variance "CR2" of Bell and McCaffrey (2002) with the effective
degrees of freedom of its t distribution, as Pustejovsky and Tipton (2018) give them, on the last
step of the reweighted fit.  With residuals e, weights W and the hat matrix H (its weighted,
symmetric form), the score of scene g for an effect c is

    s_g = c' S^-1 X_g' W_g^(1/2) (I - H_gg)^(-1/2) W_g^(1/2) e_g,     Var = sum of s_g^2

The working model is that rows vary independently with variance 1 / W.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, Ints
from hookline.insight.hazard import Fit

MOST_CLUSTERS = 3000  # beyond that the cross terms no longer matter to the degrees of freedom


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
class _Cluster:
    """A scene's rows in the weighted, symmetric form of the fit."""

    group: int
    shared: Floats
    own: Floats
    residual: Floats
    adjust: Floats  # (I - H_gg)^(-1/2)


def effects(model: Fit, clusters: Ints) -> list[Uncertain]:
    """Each effect of a fit, with errors from the clusters."""
    parts = _clusters(model, clusters)
    first = len(model.coefficients) - model.effects
    return [_one(model, parts, first + index) for index in range(model.effects)]


def _clusters(model: Fit, clusters: Ints) -> list[_Cluster]:
    rows = np.flatnonzero(model.weight > 0)
    information = model.information[rows]
    root = np.sqrt(model.weight[rows] * information)
    residual = root * (model.grid.exits[rows] - model.grid.at_risk[rows] * model.p[rows]) / information
    shared, own = model.columns[rows] * root[:, None], model.own[rows] * root[:, None]
    _, starts = np.unique(clusters[rows], return_index=True)
    made = []
    for part in np.split(np.arange(len(rows)), starts[1:]):
        group = int(model.grid.group[rows[part[0]]])
        x, z = shared[part], own[part]
        hat = x @ model.shared_inverse @ x.T + z @ model.own_inverse[group] @ z.T
        made.append(_Cluster(group, x, z, residual[part], _inverse_root(np.eye(len(part)) - hat)))
    return made


def _inverse_root(matrix: Floats) -> Floats:
    """To the power -1/2; directions that the model fits exactly carry nothing."""
    values, vectors = np.linalg.eigh(matrix)
    scale = np.where(values > 1e-6, 1 / np.sqrt(np.maximum(values, 1e-6)), 0.0)
    root: Floats = (vectors * scale) @ vectors.T
    return root


def _one(model: Fit, parts: list[_Cluster], index: int) -> Uncertain:
    contrast = model.shared_inverse[:, index]
    pull = [part.adjust @ (part.shared @ contrast) for part in parts]
    scores = np.array([q @ part.residual for q, part in zip(pull, parts, strict=True)])
    error = float(np.sqrt((scores**2).sum()))
    return Uncertain(float(model.coefficients[index]), max(error, 1e-9), _freedom(model, parts, pull))


def _freedom(model: Fit, parts: list[_Cluster], pull: list[Floats]) -> float:
    """Satterthwaite's degrees of freedom: (sum of the scores' variances)^2 / sum of their squared covariances."""
    own_size = np.array([q @ q for q in pull])
    if len(parts) > MOST_CLUSTERS:
        return float(max(own_size.sum() ** 2 / (own_size**2).sum(), 1.0))
    shared = np.array([part.shared.T @ q for q, part in zip(pull, parts, strict=True)])
    covariance = np.diag(own_size) - shared @ model.shared_inverse @ shared.T
    for group in {part.group for part in parts}:
        members = [i for i, part in enumerate(parts) if part.group == group]
        own = np.array([parts[i].own.T @ pull[i] for i in members])
        covariance[np.ix_(members, members)] -= own @ model.own_inverse[group] @ own.T
    return float(max(np.trace(covariance) ** 2 / max((covariance**2).sum(), 1e-300), 1.0))
