"""How people move in a shot: mouths with the voice, blinks, nods, hands.  The same seed acts the same."""

from __future__ import annotations

from math import sin

from hookline.engines.voice import Mouth, Speech
from hookline.sample.draw_face import Mood
from hookline.sample.draw_svg import chance
from hookline.sample.puppet import Pose

FRAME_MS = 80  # drawn on twos at 25 frames a second
_STRIKING = (Mouth.CLOSED, Mouth.TEETH)  # shapes that are missed when they are not seen
_BLINK = (0.5, 0.0, 0.5)


def speaking(speech: Speech, said_at_ms: int, at_ms: int, seed: str, *, away: bool, mood: Mood) -> Pose:
    """The pose of somebody who speaks, at an instant of the episode."""
    within = at_ms - said_at_ms
    stress = _stress(speech, within)
    calm = 0.6 if mood in (Mood.COLD, Mood.SAD) else 1.0
    return Pose(
        tilt=_tilt(at_ms, seed, 1.3 * calm, nod=2.4 * stress * calm),
        mouth=_mouth(speech, within),
        lids=_lids(at_ms, seed),
        gaze=-0.9 if away else 0.0,
        brow=1.0 if stress > 0.75 else 0.0,
        arm=_arm(speech, within, seed, quiet=calm < 1),
    )


def listening(at_ms: int, seed: str, *, away: bool = False) -> Pose:
    """The pose of somebody who says nothing."""
    return Pose(tilt=_tilt(at_ms, seed, 1.0, nod=0.0), lids=_lids(at_ms, seed), gaze=-0.9 if away else 0.0)


def breath(at_ms: int, seed: str) -> float:
    """How far a chest is raised, -1..1."""
    return sin(at_ms / 1000 * 1.9 + chance(seed).random() * 6)


def _mouth(speech: Speech, within_ms: int) -> Mouth:
    """The shape to draw for a frame: one that strikes the eye if the frame has one, else the middle's."""
    seen = [speech.mouth_at(within_ms + step) for step in range(0, FRAME_MS, 10)]
    return next((mouth for mouth in seen if mouth in _STRIKING), seen[len(seen) // 2])


def _stress(speech: Speech, within_ms: int) -> float:
    """1 at the start of a stressed vowel, falling to 0 within a third of a second."""
    last = max(
        (p.span.start_ms for p in speech.phones if "ˈ" in p.symbol and p.span.start_ms <= within_ms), default=-999
    )
    return max(0.0, 1 - (within_ms - last) / 330)


def _tilt(at_ms: int, seed: str, reach: float, *, nod: float) -> int:
    phase = chance(seed).random() * 9
    sway = reach * (sin(at_ms / 1000 * 1.1 + phase) + 0.5 * sin(at_ms / 1000 * 2.3 + phase * 2))
    return round(max(-4.0, min(4.0, sway + nod)))


def _lids(at_ms: int, seed: str) -> float:
    """Open, but for a blink every two to five seconds."""
    dice, next_ms = chance(f"{seed} blinks"), 0.0
    while next_ms <= at_ms:
        next_ms += dice.uniform(1_900, 4_800)
        step = int((at_ms - next_ms) // FRAME_MS)
        if 0 <= step < len(_BLINK):
            return _BLINK[step]
    return 1.0


def _arm(speech: Speech, within_ms: int, seed: str, *, quiet: bool) -> int:
    """A hand that rises with a phrase, beats with it and sinks at its end."""
    if quiet or speech.duration_ms < 1_500:
        return 0
    beat = 1 if sin(within_ms / 1000 * 4.2 + chance(seed).random()) > 0.2 else 0
    rising = within_ms // (2 * FRAME_MS)
    sinking = max(0, (speech.duration_ms - within_ms) // (2 * FRAME_MS))
    return int(max(0, min(3 + beat, rising, sinking)))
