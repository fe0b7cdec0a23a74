"""High dynamic range brought to standard range: a table of colours for libavfilter's ``lut3d``.

A colour in PQ (SMPTE ST 2084) or HLG (ARIB STD-B67) and BT.2020 becomes light in cd/m2, its primaries BT.709's.  Its
largest component is bent by the curve of Report ITU-R BT.2390 (EETF) from a peak of 1000 to one of 203 cd/m2, which is
diffuse white (BT.2408); the other two keep their ratio to it, so that the hue stays.  White shown at 203 cd/m2 is the
1.0 of a BT.1886 display of gamma 2.4.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PQ, HLG = 16, 18  # transfer characteristics, ITU-T H.273
NAMES = {PQ: "PQ", HLG: "HLG"}
PEAK, WHITE = 1000.0, 203.0  # cd/m2
SIDE = 33

Light = NDArray[np.float64]

# BT.2087: BT.2020 to BT.709, linear
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128


@contextmanager
def table_file(transfer: int) -> Iterator[Path]:
    """A ``.cube`` file of the table, gone when the context is left."""
    with tempfile.TemporaryDirectory(prefix="hookline-") as folder:
        path = Path(folder) / "standard.cube"
        rows = "\n".join(" ".join(f"{value:.5f}" for value in row) for row in table(transfer))
        path.write_text(f"LUT_3D_SIZE {SIDE}\n{rows}\n", encoding="ascii")
        yield path


def table(transfer: int) -> Light:
    """Standard R'G'B' for each of 33 x 33 x 33 colours, red fastest, as rows in 0..1."""
    axis = np.linspace(0, 1, SIDE)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    coded = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    light = np.maximum(0.0, (pq_light(coded) if transfer == PQ else hlg_light(coded)) @ _TO_709.T)
    top = np.maximum(light.max(axis=1, keepdims=True), 1e-6)
    bent: Light = np.clip(light * bend(top) / top / WHITE, 0, 1) ** (1 / 2.4)
    return bent


def pq_light(coded: Light) -> Light:
    """PQ's light in cd/m2.

    >>> round(float(pq_light(np.array(0.5807))))
    203
    """
    root = coded ** (1 / _M2)
    light: Light = 10_000 * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1)
    return light


def pq_code(light: Light) -> Light:
    """Light in cd/m2 as PQ codes it."""
    power = (light / 10_000) ** _M1
    coded: Light = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return coded


def hlg_light(coded: Light) -> Light:
    """HLG's light in cd/m2 on a display of 1000 (system gamma 1.2).

    >>> round(float(hlg_light(np.array([[0.75, 0.75, 0.75]])).max()))
    203
    """
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    luma = np.maximum(scene @ np.array([0.2627, 0.6780, 0.0593]), 1e-9)
    light: Light = PEAK * scene * luma[..., None] ** 0.2
    return light


def bend(light: Light) -> Light:
    """BT.2390's EETF: light up to 1000 cd/m2 into 203, dark and middle tones untouched."""
    most = pq_code(np.array(PEAK))
    value = np.minimum(pq_code(light) / most, 1)
    goal = pq_code(np.array(WHITE)) / most
    knee = 1.5 * goal - 0.5
    t = np.clip((value - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * goal
    return pq_light(np.where(value < knee, value, spline) * most)
