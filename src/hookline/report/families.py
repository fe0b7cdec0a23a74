"""Beats in families: what a viewer feels, one lane and one colour each."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.model.story import BeatType


@dataclass(frozen=True, slots=True)
class Family:
    """Beats that work alike, under one name and one colour."""

    name: str
    colour: str
    beats: tuple[BeatType, ...]


FAMILIES = (
    Family("Turn", "#2b8a7e", (BeatType.HOOK, BeatType.INCITING, BeatType.DECISION)),
    Family("Hurt", "#9a4f8f", (BeatType.HUMILIATION, BeatType.BETRAYAL)),
    Family("Threat", "#c04a3a", (BeatType.THREAT, BeatType.CONFRONTATION, BeatType.CLIFFHANGER)),
    Family("Truth", "#3a6fb0", (BeatType.REVEAL, BeatType.DISCOVERY, BeatType.REVERSAL)),
    Family("Triumph", "#b8801a", (BeatType.COMEBACK, BeatType.PAYOFF)),
    Family("Heart", "#cf6485", (BeatType.DECLARATION, BeatType.NEAR_MISS)),
    Family("Slow", "#7d8797", (BeatType.FLASHBACK, BeatType.EXPOSITION)),
)

_OF = {beat: family for family in FAMILIES for beat in family.beats}


def family_of(beat: BeatType) -> Family:
    """The family that a type of beat belongs to.

    >>> family_of(BeatType.BETRAYAL).name
    'Hurt'
    """
    return _OF[beat]
