"""Pictures laid over a video for a while: captions, labels, marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hookline.model.span import Span


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture with its place and time; ``rgba`` is (height, width, 4) uint8, alpha not premultiplied."""

    span: Span  # in the cut's time
    left: int  # pixels of the delivered picture
    top: int
    rgba: NDArray[np.uint8]
