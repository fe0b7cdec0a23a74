"""What a catalogue has seen, as draws that any new script can be laid on.

From the hazard fitted over the library (``hazard.py``, with types of beat) come

- the curve of position that all episodes share,
- what types of beat do to leaving, with errors by scene,
- each episode's own level, slope and opening spike.

The episodes' own terms, turned so that they vary independently of each other (a high level goes along with a flat
opening), enter one mixed model each (``mixed.py``): series have levels of their own, and the place in the season,
the length and how late the hook comes shift them.  How many go on after an ending is learnt as in
``plan/going_on.py``, how many of the asked pay in ``paying.py``.  Without a library everything is the field's priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hookline.insight.clusters import effects as clustered
from hookline.insight.effects import told_apart, with_types
from hookline.insight.forecast.paying import Walls, learn_walls
from hookline.insight.grid import Floats, Screen, SeriesData, spread
from hookline.insight.hazard import OWN_SD, Fit, fit, position_columns
from hookline.insight.mixed import Posterior, Prior, posterior
from hookline.insight.plan.going_on import learnt
from hookline.model.story import BeatType, EpisodeStory

DRAWS = 1_000
TERMS = ("level", "slope", "spike")
USUAL, USUAL_SD = np.array([-5.0, 0.0, 0.0]), np.array([2.0, 1.0, 1.0])  # prior of the terms
MOST_PRIOR = 0.95  # of what is known of a term from the prior; more is taken as that
FEW = 12  # episodes, fewer of which don't tell how terms go along with each other
# Priors where nobody watched yet: ours, wide on purpose, not a measurement (docs/forecast.md).
FIELD_LEVEL, FIELD_LEVEL_SD = -5.6, 0.5  # log-odds of leaving in a second: 0.37 %, from 0.14 to 0.98
FIELD_SPIKE, FIELD_SPIKE_SD = 1.8, 0.5  # added at the start, fading over 4 s
FIELD_SLOPE_SD = 0.3
FIELD_TYPE_SD = 0.3  # of a type of beat
FIELD_SHIFT_SD = 0.1
SHIFT_SD = 0.5  # of what the place, the length and the hook do
FIELD_BLOCKS = 0.15  # standard deviation of four seconds about the model
LATE_MS = 15_000  # the form's window for a hook
PLACES = 4  # what ``place_of`` says of an episode


@dataclass(frozen=True, slots=True, eq=False)
class Experience:
    """Draws of everything that a forecast needs; the first axis is the draw."""

    series: int
    views: float
    fitted: Fit | None  # None: the field's priors
    curve: Floats  # coefficients of the shared curve, draws x columns
    terms: tuple[Posterior, ...]  # of level, slope and spike, turned
    turn: Floats  # terms x turned terms, orthonormal
    types: dict[BeatType, Floats]  # log odds ratio of leaving, by draw
    blocks: float  # standard deviation of four seconds about the model
    endings: Posterior
    walls: Walls
    story: bool  # whether scripts' content counts, or position alone

    def position(self, at_s: Floats, length_s: float) -> Floats:
        """The shared curve along an episode, draws x seconds."""
        if self.fitted is None:
            return np.zeros((DRAWS, len(at_s)))
        return self.curve @ position_columns(self.fitted, at_s, np.full(len(at_s), length_s)).T


def learn(library: Sequence[SeriesData], *, story: bool = True, seed: int = 0) -> Experience:
    """What a library has seen.

    Args:
        library: Series with stories and viewers; none will do.
        story: Whether what the scripts say counts; without it position and length alone are learnt.
        seed: Of the draws.
    """
    rng = np.random.default_rng([seed, 5])
    seen = [data for data in library if len(data.hazard.episode)]
    endings, _ = learnt(library if story else [_plain(data) for data in library], draws=DRAWS, seed=seed)
    walls = learn_walls(seen, story=story, draws=DRAWS, seed=seed)
    if not seen:
        return _field(rng, endings, walls, story=story)
    grid = spread(seen).grid()
    screen = Screen.of(grid)
    fitted, columns = with_types(grid, screen) if story else (fit(grid), {})
    width = fitted.position.shape[1]
    plain, covariance = _own_terms(fitted, columns)
    turn = _apart(plain, covariance)
    own, errors = plain @ turn, np.einsum("ji,ejk,ki->ei", turn, covariance, turn)
    usual, usual_sd = USUAL @ turn, np.sqrt(USUAL_SD**2 @ turn**2)
    features = np.array([place_of(episode, story=story) for _, episode in grid.keys])
    group = np.array([index for index, _ in grid.keys], dtype=np.int64)
    terms = tuple(
        posterior(
            own[:, term],
            errors[:, term],
            features,
            group,
            groups=len(seen) + 1,  # and one not seen yet
            prior=Prior(
                np.zeros(features.shape[1]),
                np.full(features.shape[1], SHIFT_SD),
                float(usual[term]),
                float(usual_sd[term]),
            ),
            draws=DRAWS,
            seed=seed + term,
        )
        for term in range(len(TERMS))
    )
    return Experience(
        len(seen),
        float(sum(data.hazard.at_risk[data.hazard.second == 0].sum() for data in seen)),
        fitted,
        _normal(rng, fitted.coefficients[:width], fitted.shared_inverse[:width, :width]),
        terms,
        turn,
        _types(fitted, columns, screen, rng),
        float(np.sqrt(fitted.tau2)),
        endings,
        walls,
        story,
    )


def _own_terms(fitted: Fit, columns: dict[BeatType, Floats]) -> tuple[Floats, Floats]:
    """Each episode's own level, slope and spike and their covariance, freed of the fit's own prior.

    With prior N(0, P) and posterior covariance V, what the data alone say is m (1 - v) along each of the axes of
    P^-1/2 V P^-1/2, v its eigenvalue there: how much the prior still counts.
    """
    scale = np.array(OWN_SD)
    shared = np.column_stack([fitted.position, *columns.values()])
    rest = fitted.log_odds - shared @ fitted.coefficients
    own, errors = [], []
    for group in range(fitted.grid.groups):
        rows = fitted.grid.rows(group)
        terms = np.linalg.lstsq(fitted.own[rows], rest[rows], rcond=None)[0]
        left, axes = np.linalg.eigh(fitted.own_inverse[group] / np.outer(scale, scale))
        left = np.clip(left, 1e-9, MOST_PRIOR)
        own.append(scale * (axes @ (axes.T @ (terms / scale) / (1 - left))))
        errors.append(np.outer(scale, scale) * ((axes * (left / (1 - left))) @ axes.T))
    return np.array(own), np.array(errors)


def _apart(own: Floats, covariance: Floats) -> Floats:
    """The axes along which the terms of episodes vary independently: of their covariance less the errors'."""
    if len(own) < FEW:
        return np.eye(len(TERMS))
    weight = 1 / np.trace(covariance, axis1=1, axis2=2)
    weight = weight / weight.sum()
    about = own - weight @ own
    between = (about * weight[:, None]).T @ about - np.einsum("e,eij->ij", weight, covariance)
    return np.asarray(np.linalg.eigh((between + between.T) / 2)[1], dtype=np.float64)


def _types(
    fitted: Fit, columns: dict[BeatType, Floats], screen: Screen, rng: np.random.Generator
) -> dict[BeatType, Floats]:
    """Draws of what each type that could be judged does, shrunk by how much types do at all."""
    judged = told_apart(fitted, columns)
    if not judged:
        return {}
    found = dict(zip(columns, clustered(fitted, screen.scene[fitted.grid.widest]), strict=True))
    value = np.array([found[kind].value for kind in judged])
    error = np.array([found[kind].error for kind in judged])
    told = posterior(
        value,
        error**2,
        np.zeros((len(value), 0)),
        np.zeros(len(value), dtype=np.int64),
        groups=1,
        prior=Prior(np.zeros(0), np.zeros(0), 0.0, FIELD_TYPE_SD),
        draws=DRAWS,
        seed=int(rng.integers(1 << 31)),
    )
    return {kind: told.units[:, index] for index, kind in enumerate(judged)}


def place_of(episode: EpisodeStory, *, story: bool) -> list[float]:
    """Place in the season, first episode, length, and how late the hook comes."""
    late = 1.0 if episode.hook is None else min(episode.hook.at_ms / LATE_MS, 1.0)
    place = float(np.log(max(episode.number, 1)) - np.log(10))
    length = float(np.log(max(episode.duration_ms, 1) / 75_000))
    return [place, float(episode.number == 1), length, late - 0.3 if story else 0.0]


def _plain(data: SeriesData) -> SeriesData:
    """The series with every ending alike."""
    episodes = tuple(
        replace(one, ending=replace(one.ending, strength=0.5, type=type(one.ending.type).SUSPENSE))
        for one in data.story.episodes
    )
    return replace(data, story=replace(data.story, episodes=episodes))


def _field(rng: np.random.Generator, endings: Posterior, walls: Walls, *, story: bool) -> Experience:
    """Everything as the field has it."""
    none, group = np.zeros(0), np.zeros(0, dtype=np.int64)
    usual = ((FIELD_LEVEL, FIELD_LEVEL_SD), (0.0, FIELD_SLOPE_SD), (FIELD_SPIKE, FIELD_SPIKE_SD))
    terms = tuple(
        posterior(
            none,
            none,
            np.zeros((0, PLACES)),
            group,
            groups=2,
            prior=Prior(np.zeros(PLACES), np.full(PLACES, FIELD_SHIFT_SD), *level),
            draws=DRAWS,
            seed=seed,
        )
        for seed, level in enumerate(usual)
    )
    types = {kind: FIELD_TYPE_SD * rng.standard_normal(DRAWS) for kind in BeatType} if story else {}
    turn, curve = np.eye(len(TERMS)), np.zeros((DRAWS, 0))
    return Experience(0, 0.0, None, curve, terms, turn, types, FIELD_BLOCKS, endings, walls, story)


def _normal(rng: np.random.Generator, mean: Floats, covariance: Floats) -> Floats:
    drawn = rng.multivariate_normal(np.zeros(len(mean)), (covariance + covariance.T) / 2, DRAWS)
    return np.asarray(mean + drawn - drawn.mean(axis=0), dtype=np.float64)
