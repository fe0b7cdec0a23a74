"""What the insight and audience rooms compute is what was published, or what is true by hand.

Only small published tables of counts are typed in, each beside its source.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import brentq

from hookline.audience.survival import kaplan_meier
from hookline.insight import hazard
from hookline.insight.confounding import e_values
from hookline.insight.discovery import false_discovery
from hookline.insight.grid import Floats, Grid
from hookline.insight.meta import meta_regression
from hookline.insight.mixed import Prior, posterior
from hookline.insight.sequential import evidence, radius
from hookline.model.estimate import Estimate, Grade

# Weeks in remission of acute leukaemia (Freireich et al., Blood 21 (1963) 699-716), as Gehan (Biometrika 52 (1965)
# 203-223, table 1) and Cox (JRSS B 34 (1972) 187-220, table 1) give them: the week, and whether it ended.
SIX_MP = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0)]
SIX_MP += [(19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
PLACEBO = [(week, 1) for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]

# BCG vaccine against tuberculosis: cases and others among the vaccinated, then among the others, and the latitude
# (Colditz et al., JAMA 271 (1994) 698-702; table 1 of Berkey et al., Statistics in Medicine 14 (1995) 395-411).
BCG = np.array(
    [
        (4, 119, 11, 128, 44), (6, 300, 29, 274, 55), (3, 228, 11, 209, 42), (62, 13536, 248, 12619, 52),
        (33, 5036, 47, 5761, 13), (180, 1361, 372, 1079, 44), (8, 2537, 10, 619, 19), (505, 87886, 499, 87892, 13),
        (29, 7470, 45, 7232, 27), (17, 1699, 65, 1600, 42), (186, 50448, 141, 27197, 18), (5, 2493, 3, 2338, 33),
        (27, 16886, 29, 17825, 33),
    ],
    dtype=float,
)  # fmt: skip


def weekly(arm: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Of every week to the last: how many were still watched, and how many of them relapsed."""
    weeks = range(1, max(week for week, _ in arm) + 1)
    at_risk = [sum(until >= week for until, _ in arm) for week in weeks]
    return at_risk, [sum(until == week and ended for until, ended in arm) for week in weeks]


def test_the_product_limit_of_6_mp_is_that_of_exact_fractions() -> None:
    at_risk, exits = weekly(SIX_MP)
    share, spread = Fraction(1), Fraction(0)
    found = kaplan_meier(at_risk, exits)
    for week, (n, d) in enumerate(zip(at_risk, exits, strict=True)):
        share *= 1 - Fraction(d, n)
        spread += Fraction(d, n * (n - d)) if d else 0
        assert found.share[week] == pytest.approx(float(share), abs=1e-14)
        assert found.error[week] == pytest.approx(float(share) * float(spread) ** 0.5, abs=1e-14)
    # Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (2002); Klein and Moeschberger, table 4.1A
    assert [round(float(found.share[week - 1]), 3) for week in (6, 7, 10, 13, 16, 22, 23)] == [
        *(0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448)
    ]


def both_arms() -> tuple[Grid, Floats]:
    """The trial as the hazard model takes an episode: a row a week and arm, the placebo a column."""
    rows = [(week, arm, n, d) for arm, who in enumerate((SIX_MP, PLACEBO)) for week, n, d in numbered(who)]
    week, arm, at_risk, exits = np.array(sorted(rows)).T
    count = len(week)
    whole = np.zeros(count, dtype=np.int64)
    grid = Grid(
        keys=((0, None),),  # type: ignore[arg-type]  # no story stands behind it
        starts=np.array([0, count]),
        group=whole,
        second=week - 1,
        length_s=np.full(count, 35.0),
        at_risk=at_risk.astype(float),
        exits=exits.astype(float),
        used=np.ones(count, dtype=bool),
        widest=np.arange(count),
    )
    return grid, arm[:, None].astype(float)


def numbered(arm: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    return [(week, n, d) for week, (n, d) in enumerate(zip(*weekly(arm), strict=True), start=1)]


def test_the_hazard_model_finds_what_cox_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cox (1972): 1.65 for the placebo; his exact conditional likelihood, as programs give it now, 1.63 (error 0.43).

    He conditions on each week's relapses and lets the weeks be as they are; here they lie on a spline, so
    the two may differ by part of a standard error.  statsmodels' GLM with the same columns must agree exactly.
    """
    monkeypatch.setattr(hazard, "OWN_SD", (1e4, 1e4, 1e4))  # statsmodels has no priors
    grid, placebo = both_arms()
    ours = hazard.fit(grid, effects=placebo, robust=False)
    design = np.column_stack([hazard._position(grid), placebo, hazard._own(grid)])
    counts = np.column_stack([grid.exits, grid.at_risk - grid.exits])
    theirs = sm.GLM(counts, design, family=sm.families.Binomial()).fit()
    at = design.shape[1] - 4
    error = float(np.diag(ours.shared_inverse)[-1] ** 0.5)
    assert ours.coefficients[-1] == pytest.approx(theirs.params[at], abs=1e-4)
    assert error == pytest.approx(theirs.bse[at], rel=1e-3)
    assert ours.coefficients[-1] == pytest.approx(1.65, abs=0.15)
    assert error == pytest.approx(0.43, abs=0.03)


def relative_risks() -> tuple[Floats, Floats]:
    """Log relative risks of the trials, and their variances."""
    ill, well, ill_else, well_else = BCG[:, :4].T
    y = np.log(ill / (ill + well)) - np.log(ill_else / (ill_else + well_else))
    return y, 1 / ill - 1 / (ill + well) + 1 / ill_else - 1 / (ill_else + well_else)


def test_bcg_trials_put_together() -> None:
    """The documented example of the R package metafor (Viechtbauer, J. Stat. Software 36 (2010), no. 3).

    Its REML: -0.7145, standard error 0.1798, tau2 0.3132.  Paule and Mandel's tau2 is another (0.318), so the
    figures agree to 0.002; that tau2 is the one at which Cochran's Q is its expectation is checked to the digit.
    """
    y, variance = relative_risks()
    told = meta_regression(y, variance, np.ones((13, 1)))
    assert told is not None
    assert told.value == pytest.approx(-0.7145, abs=0.002)
    assert told.error == pytest.approx(0.1798, abs=0.002)
    weight = 1 / (variance + 0.31809)
    assert (weight * (y - (weight @ y) / weight.sum()) ** 2).sum() == pytest.approx(12, abs=1e-3)
    assert told.error == pytest.approx(weight.sum() ** -0.5, abs=1e-5)
    assert told.value == pytest.approx((weight @ y) / weight.sum(), abs=1e-5)


def test_latitude_explains_bcg() -> None:
    """metafor's documented regression on latitude, by REML (tau2 0.0764): -0.0291 a degree, standard error 0.0072.

    Paule and Mandel's tau2 is greater, which moves both a little; the one at which Q is its expectation, 11, is
    looked for by hand here, and weighted least squares with it are statsmodels'.
    """
    y, variance = relative_risks()
    design = np.column_stack([np.ones(13), BCG[:, 4]])
    told = meta_regression(y, variance, design)
    assert told is not None
    assert told.value == pytest.approx(-0.0291, abs=0.001)
    assert told.error == pytest.approx(0.0072, abs=0.0025)
    tau2 = brentq(lambda tau2: sm.WLS(y, design, 1 / (variance + tau2)).fit().ssr - 11, 0, 2)
    weight = 1 / (variance + tau2)
    by_hand = sm.WLS(y, design, weight).fit()
    assert told.value == pytest.approx(by_hand.params[1], abs=1e-7)
    assert told.error == pytest.approx(np.linalg.inv((design * weight[:, None]).T @ design)[1, 1] ** 0.5, abs=1e-7)


def test_false_discovery_by_its_definition() -> None:
    """Benjamini and Hochberg's 15 p (JRSS B 57 (1995) 289-300, 3.2): q of the fourth is 0.0095 * 15 / 4."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    by_hand = [min(p[j] * 15 / (j + 1) for j in range(i, 15)) for i in range(15)]
    assert false_discovery(p) == pytest.approx(by_hand)
    assert by_hand[3] == pytest.approx(0.035625)
    assert false_discovery(p[::-1]) == pytest.approx(by_hand[::-1])


def test_e_values_of_breastfeeding() -> None:
    """VanderWeele and Ding, Annals of Internal Medicine 167 (2017) 268-274: RR 3.9 (1.8 to 8.7) gives 7.26 and 3.0."""
    feeding = Estimate(3.9, 1.8, 8.7, 1_000, "", Grade.ACROSS, "odds ratio")
    value, nearest = e_values(feeding, common=False)
    assert (round(value, 2), round(nearest, 1)) == (7.26, 3.0)
    protects = Estimate(1 / 3.9, 1 / 8.7, 1 / 1.8, 1_000, "", Grade.ACROSS, "odds ratio")
    assert e_values(protects, common=False) == pytest.approx((value, nearest))


def test_an_always_valid_interval_ends_where_its_evidence_is_twenty() -> None:
    """Robbins (1970): the interval holds what the mixture martingale has not reached 1 / alpha against.

    At s = tau and alpha 0.05 its half width is s sqrt(2 log(2 * 400)), by hand.
    """
    half = radius(1.0, mixture=1.0)
    assert half == pytest.approx((2 * np.log(2 * 400)) ** 0.5)
    assert evidence(half, 1.0, mixture=1.0) == pytest.approx(20)


def test_eight_schools_are_drawn_together_as_in_the_textbook() -> None:
    """Gelman et al., Bayesian Data Analysis, 5.5 and table 5.3 (data of Rubin, J. Educ. Statist. 6 (1981)).

    There tau has a flat prior; ours is half-normal and on the scale of log-odds, so the schools are measured in
    hundreds of points.  The order and the strength of the shrinking are theirs: the mean near 8, school A near 11.
    """
    effect = np.array([28, 8, -3, 7, -1, 1, 18, 12]) / 100
    error = np.array([15, 10, 16, 11, 9, 11, 10, 18]) / 100
    told = posterior(
        effect,
        error**2,
        np.zeros((8, 0)),
        np.zeros(8, dtype=np.int64),
        groups=1,
        prior=Prior(np.zeros(0), np.zeros(0)),
        draws=20_000,
    )
    middle = 100 * np.median(told.units, axis=0)
    assert 100 * told.mean.mean() == pytest.approx(8.0, abs=1.0)
    assert middle[0] == pytest.approx(10.5, abs=1.5)  # raw: 28
    assert middle[2] == pytest.approx(6.5, abs=1.5)  # raw: -3
    assert int(middle.argmax()) == 0
