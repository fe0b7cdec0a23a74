"""What findings call the elements of a story, and what they advise: plain words, one action each."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.insight.result import Element, ElementKind
from hookline.model.story import BeatType

SLOW = {
    BeatType.EXPOSITION: "Tell it in half the lines, or inside a quarrel; show in a second cut whether it helps.",
    BeatType.FLASHBACK: "Shorten the flashbacks, or open them on their strongest image.",
    BeatType.CONFRONTATION: "Enter the quarrels later and leave them sooner.",
    BeatType.DECLARATION: "Cut the declarations to their one line that matters.",
}
HELPFUL = {
    BeatType.CLIFFHANGER: "Set it up earlier, so that more viewers are still there to see it.",
    BeatType.HOOK: "Open more episodes with one.",
}
NAMES = {
    BeatType.EXPOSITION: "exposition",
    BeatType.INCITING: "inciting incidents",
    BeatType.DISCOVERY: "discoveries",
    BeatType.NEAR_MISS: "near misses",
    BeatType.BETRAYAL: "betrayals",
    BeatType.HUMILIATION: "humiliation",
}
SINGULAR = (BeatType.EXPOSITION, BeatType.HUMILIATION)


@dataclass(frozen=True, slots=True)
class Words:
    """An element in words, and what to do where it loses viewers or holds them."""

    name: str
    harmful: str
    helpful: str
    plural: bool = False

    def verb(self, harmful: bool) -> str:
        """``loses`` or ``holds``."""
        return f"{'lose' if harmful else 'hold'}{'' if self.plural else 's'}"


TABLE = {
    ("tension", "rising"): Words(
        "rising tension",
        "Say what is at stake before the pressure rises.",
        "Let the pressure rise more often, and earlier in the episode.",
    ),
    ("tension", "falling"): Words(
        "falling tension",
        "After a release raise the next question within a few seconds.",
        "Give viewers more moments to breathe after a climb.",
    ),
    ("speaker", "anyone"): Words(
        "talk", "Say it in fewer lines and let pictures tell the rest.", "Leave fewer stretches without a voice."
    ),
    ("speaker", "lead"): Words(
        "the lead's talk",
        "Give the lead shorter speeches and the others the answers.",
        "Give the lead more of the lines.",
    ),
    ("pace", "quick lines"): Words(
        "quick talk",
        "Let quick exchanges breathe: fewer lines in ten seconds.",
        "Quicken slow passages: shorter lines.",
    ),
    ("pace", "quick cuts"): Words(
        "quick cutting", "Hold the shots longer where cuts come thick.", "Cut slow passages faster."
    ),
    ("pace", "lines a minute"): Words(
        "ten more lines a minute",
        "Write fewer lines for a minute of picture.",
        "Write shorter lines, and more of them, for a minute of picture.",
        plural=True,
    ),
    ("pace", "cuts a minute"): Words(
        "ten more cuts a minute", "Cut the fastest episodes slower.", "Cut the slowest episodes faster.", plural=True
    ),
    ("hook", "none"): Words(
        "openings without a hook",
        "Open on the first line that gives a reason to stay.",
        "Open more quietly.",
        plural=True,
    ),
    ("hook", "late"): Words(
        "late hooks", "Move the hook to the first seconds.", "Take a few seconds before the hook.", plural=True
    ),
    ("hook", "suspense"): Words(
        "hooks of suspense", "Try another hook than suspense.", "Open more episodes on suspense.", plural=True
    ),
}


PATTERNS = {  # of whole kinds: the name, where it loses viewers, where it holds them
    ElementKind.EMOTION: (
        "{}",
        "Shorten the stretches of {}, or break them with another mood.",
        "Give {} more room, and earlier.",
    ),
    ElementKind.HOOK: ("hooks of {}", "Try another hook than {}.", "Open more episodes on {}."),
    ElementKind.ARCHETYPE: (
        "the {} archetype",
        "Keep the scenes of this archetype shorter.",
        "Bring this archetype on screen earlier and more often.",
    ),
    ElementKind.TROPE: ("the {} trope", "", ""),
    ElementKind.ARC: ("a {} arc", "", ""),
}


def of(one: Element) -> Words:
    """How an element is spoken of.

    >>> of(Element(ElementKind.EMOTION, "anger")).name
    'anger'
    """
    if told := TABLE.get((str(one.kind), one.name)):
        return told
    if one.kind is ElementKind.BEAT:
        return _of_beat(BeatType(one.name))
    plain = one.name.replace("_", "-" if one.kind is ElementKind.ARC else " ")
    name, harmful, helpful = (text.format(plain) for text in PATTERNS.get(one.kind, ("{}", "", "")))
    return Words(name, harmful, helpful, plural=one.kind is ElementKind.HOOK)


def _of_beat(kind: BeatType) -> Words:
    name, one = NAMES.get(kind, f"{kind}s"), kind in SINGULAR
    fewer = f"less {name}, or make it shorter" if one else f"fewer {name}, or make them shorter"
    return Words(
        name, SLOW.get(kind, f"Use {fewer}."), HELPFUL.get(kind, f"Write more {name}, and earlier."), plural=not one
    )
