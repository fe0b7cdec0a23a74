"""Trains the weights of ``hookline.formats.lines`` and writes ``src/hookline/formats/lines.json``.

    HOOKLINE_SHARED=... python -m training.lines

Data: the 70 English short-drama scripts of DramaBench (MIT), each printed in several layouts drawn at
random (``training/pages.py``), so that no line is labelled by hand and none of a film is used.
Method: the conditional random field of ``lines.py``, trained by penalised maximum likelihood with
L-BFGS (Nocedal 1980).  The same seed gives the same file on one machine.  Needs scipy, which Hookline does not.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from tests.shared import SHARED

from hookline.formats import fountain
from hookline.formats.lines import LINKS, ROLES, STATES, Row, Signs, Tag, Weights, read_signs
from hookline.model.script import Script
from training.pages import Printed, printed

Floats = NDArray[np.float64]

OUT = Path(__file__).resolve().parent.parent / "src" / "hookline" / "formats" / "lines.json"
COPIES = 6  # layouts a script
SEED = 20_240_601
CHUNK = 100  # rows a sequence in training
RARE = 4  # signs seen fewer times are left out


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document's signs with the role of each row, as its index in ``ROLES``."""

    signs: Signs
    roles: tuple[int, ...]
    weight: float = 1.0


def labelled(lines: Printed, *, weight: float = 1.0) -> Labelled:
    """A document from lines and their tags; a line with text that nobody tagged is page furniture."""
    signs = read_signs([line for line, _ in lines])
    tags = [lines[row.at][1] for row in signs.rows]
    return Labelled(signs, tuple(_roles(signs.rows, tags)), weight)


def _roles(rows: Sequence[Row], tags: Sequence[Tag]) -> Iterator[int]:
    """What each row is, given the rows above it."""
    above, speaking, open_above = Tag.BLANK, False, False
    for row, tag in zip(rows, tags, strict=True):
        match tag:
            case Tag.BLANK | Tag.OTHER:
                role = (Tag.OTHER, "in speech" if speaking else "in action")
            case Tag.ACTION:
                role = (tag, "more" if above is tag and row.gap == 0 else "first")
            case Tag.DIALOGUE:
                role = (tag, "more" if above in (tag, Tag.OTHER) and speaking else "first")
            case Tag.PARENTHETICAL:
                role = (tag, "more" if above is tag and open_above else "first")
            case _:
                role = (tag, "")
        yield ROLES.index(role)
        above, open_above = role[0], row.text[-1] != ")"
        speaking = speaking if above is Tag.OTHER else above in (Tag.CHARACTER, Tag.DIALOGUE, Tag.PARENTHETICAL)


def scripts() -> list[Script]:
    """The scripts of DramaBench, as the Fountain reader reads them."""
    rows = (SHARED / "story" / "dramabench" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        fountain.read(row["context"] + "\n" + row["continuation"], file=f"{row['id']}.fountain")
        for row in map(json.loads, rows)
    ]


def pages(*, copies: int = COPIES, seed: int = SEED) -> list[Labelled]:
    """Every script printed in ``copies`` layouts."""
    random = Random(seed)  # noqa: S311
    return [labelled(printed(script, random)) for script in scripts() for _ in range(copies)]


# --- training ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Batch:
    """Sequences of equal length, padded; time runs along the first axis."""

    signs: csr_matrix  # (rows, signs)
    rows: NDArray[np.int64]  # which row stands where ``inside`` is true
    inside: NDArray[np.bool_]  # (time, sequence)
    links: list[csr_matrix]  # per kind: (states, time * sequence)
    weight: Floats  # (time, sequence)
    observed: Floats  # how often the roles make each weight count


def fit(documents: Sequence[Labelled], *, penalty: float = 0.5, rounds: int = 150) -> Weights:
    """The weights that make the documents' roles likeliest, less ``penalty/2`` times the sum of their squares."""
    seen = Counter(sign for document in documents for signs in document.signs.of_row for sign in signs)
    places = {sign: k for k, sign in enumerate(sorted(sign for sign, times in seen.items() if times >= RARE))}
    batch = _batch(documents, places)
    shapes = [(len(places), len(ROLES)), *((states, len(ROLES), len(ROLES)) for states in STATES)]
    start = np.zeros(sum(int(np.prod(shape)) for shape in shapes))
    found = minimize(_loss, start, (batch, shapes, penalty), "L-BFGS-B", jac=True, options={"maxiter": rounds})
    signs, *links = _parts(found.x, shapes)
    return Weights(places, np.vstack([signs, np.zeros(len(ROLES))]), tuple(links))


def _batch(documents: Sequence[Labelled], places: dict[str, int]) -> _Batch:
    """The documents cut into sequences of ``CHUNK`` rows; what the roles make of them is counted once."""
    columns, ends, chunks = [], [0], []
    for document in documents:
        first, last = len(ends) - 1, len(ends) - 1 + len(document.roles)
        chunks += [(at, min(CHUNK, last - at), document.weight) for at in range(first, last, CHUNK)]
        for signs in document.signs.of_row:
            columns += [places[sign] for sign in signs if sign in places]
            ends.append(len(columns))
    roles = np.array([role for document in documents for role in document.roles])
    links = np.array([row for document in documents for row in document.signs.links])
    place = np.full((CHUNK, len(chunks)), -1)
    for k, (at, length, _) in enumerate(chunks):
        place[:length, k] = np.arange(at, at + length)
    inside = place >= 0
    follows = inside.copy()
    follows[0] = False  # the first row of a sequence has none above
    signs_of = csr_matrix((np.ones(len(columns)), np.array(columns), np.array(ends)), shape=(len(roles), len(places)))
    rows = place[inside]
    weight = np.broadcast_to(np.array([weight for *_, weight in chunks]), place.shape)
    states = [_one_hot(np.where(follows, links[place, kind], -1).ravel(), STATES[kind]) for kind in range(len(LINKS))]
    above = np.where(follows, roles[np.roll(place, 1, axis=0)] * len(ROLES) + roles[place], -1)
    told = np.zeros((len(roles), len(ROLES)))
    told[rows, roles[rows]] = weight[inside]
    pairs = _one_hot(above.ravel(), len(ROLES) ** 2).T.multiply(weight.ravel()[:, None]).tocsr()
    observed = [signs_of.T @ told, *((one @ pairs).toarray() for one in states)]
    return _Batch(
        signs_of, rows, inside, states, weight, np.concatenate([np.asarray(part).ravel() for part in observed])
    )


def _one_hot(states: NDArray[np.int64], count: int) -> csr_matrix:
    """(states, positions) with a one where a position is in a state; nowhere for -1."""
    (at,) = np.nonzero(states >= 0)
    return csr_matrix((np.ones(len(at)), (states[at], at)), shape=(count, len(states)))


def _parts(flat: Floats, shapes: Sequence[tuple[int, ...]]) -> list[Floats]:
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]


def _loss(flat: Floats, batch: _Batch, shapes: Sequence[tuple[int, ...]], penalty: float) -> tuple[float, Floats]:
    """Penalised negative log likelihood of the roles, and its gradient."""
    signs, *links = _parts(flat, shapes)
    shape = batch.inside.shape
    alone = np.zeros((*shape, len(ROLES)))
    alone[batch.inside] = (batch.signs @ signs)[batch.rows]
    pairs = sum(states.T @ table.reshape(len(table), -1) for states, table in zip(batch.links, links, strict=True))
    total, one, both = _expected(alone, pairs.reshape(*shape, len(ROLES), len(ROLES)), batch.inside)
    of_rows = np.zeros((batch.signs.shape[0], len(ROLES)))
    of_rows[batch.rows] = one[batch.inside] * batch.weight[batch.inside][:, None]
    both = (both * batch.weight[..., None, None]).reshape(-1, len(ROLES) ** 2)
    met = [batch.signs.T @ of_rows, *(states @ both for states in batch.links)]
    expected = np.concatenate([np.asarray(part).ravel() for part in met])
    loss = float((total * batch.weight[0]).sum()) - float(batch.observed @ flat) + 0.5 * penalty * float(flat @ flat)
    return loss, expected - batch.observed + penalty * flat


def _expected(alone: Floats, pairs: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Log Z per sequence, and how likely each role and each pair is (forward-backward, scaled)."""
    top = alone.max(axis=2, keepdims=True)
    here = np.exp(alone - top)
    step = np.exp(pairs)
    forward, backward = np.empty_like(here), np.ones_like(here)
    scale = np.empty(here.shape[:2])
    for t in range(len(here)):
        came = here[0] if t == 0 else np.matmul(forward[t - 1][:, None, :], step[t])[:, 0] * here[t]
        came = np.where(inside[t][:, None], came, forward[t - 1]) if t else came
        scale[t] = came.sum(axis=1)
        forward[t] = came / scale[t][:, None]
    for t in range(len(here) - 2, -1, -1):
        back = np.matmul(step[t + 1], (here[t + 1] * backward[t + 1])[:, :, None])[:, :, 0] / scale[t + 1][:, None]
        backward[t] = np.where(inside[t + 1][:, None], back, backward[t + 1])
    one = forward * backward
    both = np.zeros_like(step)
    onward = here[1:] * backward[1:] / scale[1:][..., None]
    both[1:] = forward[:-1][..., None] * step[1:] * onward[..., None, :] * inside[1:][..., None, None]
    return (np.log(scale) + top[..., 0]).sum(axis=0, where=inside), one, both


# --- the file ------------------------------------------------------------------------------------


def as_json(weights: Weights) -> str:
    """The weights with three decimals; signs that say nothing are left out."""
    rounded = np.round(weights.signs, 3) + 0.0
    data: dict[str, Any] = {
        "about": "made by training/lines.py from DramaBench (MIT), printed in random layouts; no film script is in it",
        "roles": [" ".join(role).strip() for role in ROLES],
        "signs": {sign: rounded[k].tolist() for sign, k in weights.places.items() if rounded[k].any()},
        "links": {kind: (np.round(table, 3) + 0.0).tolist() for kind, table in zip(LINKS, weights.links, strict=True)},
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace('"],', '"],\n') + "\n"


def main() -> None:
    """Trains and writes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--copies", type=int, default=COPIES)
    options.add_argument("--rounds", type=int, default=150)
    chosen = options.parse_args()
    weights = fit(pages(copies=chosen.copies), rounds=chosen.rounds)
    OUT.write_text(as_json(weights), encoding="utf-8")


if __name__ == "__main__":
    main()
