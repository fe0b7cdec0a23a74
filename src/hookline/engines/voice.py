"""What a voice is: text in, sound and the times of its sounds out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hookline.model.span import Span


class Mouth(StrEnum):
    """Shapes of a mouth that a drawing can tell apart (after the animators' A-H set)."""

    REST = "rest"  # silence
    CLOSED = "closed"  # m, b, p
    TEETH = "teeth"  # f, v
    NARROW = "narrow"  # s, z, t, d, k and the like: teeth nearly shut
    TONGUE = "tongue"  # l, n, th: tongue seen behind the teeth
    WIDE = "wide"  # ee, i: corners drawn back
    MID = "mid"  # e, uh, r
    OPEN = "open"  # a
    ROUND = "round"  # o, aw
    PURSED = "pursed"  # oo, w, sh


@dataclass(frozen=True, slots=True)
class VoiceStyle:
    """How somebody sounds.  Engines map the numbers to what they have."""

    language: str = "en-us"  # BCP 47
    variant: str = ""  # the engine's name of a timbre, "" for its default
    pitch: int = 50  # 0 low .. 99 high
    melody: int = 50  # 0 monotone .. 99 sing-song
    words_per_minute: int = 165
    loudness: int = 100  # 0 silent .. 100 usual .. 200


@dataclass(frozen=True, slots=True)
class Phone:
    """One sound of speech, in the speech's own time, and the mouth that makes it."""

    symbol: str  # IPA
    span: Span
    mouth: Mouth


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Something said: mono samples and the sounds they are made of."""

    samples: NDArray[np.int16]
    rate_hz: int
    phones: tuple[Phone, ...]  # in order, touching, covering the whole sound

    @property
    def duration_ms(self) -> int:
        """Length of the sound."""
        return round(len(self.samples) * 1000 / self.rate_hz)

    def mouth_at(self, at_ms: int) -> Mouth:
        """The mouth's shape at an instant of the speech; at rest outside it."""
        return next((p.mouth for p in self.phones if p.span.contains(at_ms)), Mouth.REST)


class Voice(Protocol):
    """A speaking engine."""

    def speak(self, text: str, *, style: VoiceStyle) -> Speech:
        """Say a text.  The same text and style give the same sound."""


_SHAPES = (  # first fitting row wins
    (Mouth.CLOSED, "mbp"),
    (Mouth.TEETH, "fv"),
    (Mouth.PURSED, "uʊwʃʒ"),
    (Mouth.ROUND, "oɔɒ"),
    (Mouth.OPEN, "aɑæʌɐ"),
    (Mouth.WIDE, "iɪj"),
    (Mouth.TONGUE, "lɫnθð"),
    (Mouth.NARROW, "sztdkɡgŋɾxh"),
    (Mouth.MID, "eɛəɚɜɹr"),
)


def mouth_of(symbol: str) -> Mouth:
    """The mouth that makes a sound, by the first IPA letter that says so.

    >>> mouth_of("m"), mouth_of("aɪ"), mouth_of("")
    (<Mouth.CLOSED: 'closed'>, <Mouth.OPEN: 'open'>, <Mouth.REST: 'rest'>)
    """
    if symbol.startswith(("tʃ", "dʒ")):
        return Mouth.PURSED
    for letter in symbol:
        for mouth, letters in _SHAPES:
            if letter in letters:
                return mouth
    return Mouth.REST
