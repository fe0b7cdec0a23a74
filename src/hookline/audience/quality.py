"""What became of every row, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from hookline.model.quality import Quality, SetAside

ROWS = "rows"  # the code under which all rows of a kind are counted


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows of one kind (event, view, stretch, step) came to one end."""

    of: str
    code: str
    rows: int
    example: str = ""


# code -> (what, how to mend, kept all the same)
REASONS: dict[str, tuple[str, str, bool]] = {
    "no_viewer": ("no viewer is named", "", False),
    "no_time": ("the time is missing, or before 2000 or after 2100", "send UTC times", False),
    "other_series": ("it is of another series", "", False),
    "bot": ("the player says that a machine is watching", "", False),
    "tester": (
        "it is of a tester",
        "testers are named in hookline.toml and by their players",
        False,
    ),
    "impossible": (
        "no person does that (over 20 hours watched in a day, or over 60 views begun in a minute): that viewer's day",
        "exclude machines where the events are sent",
        False,
    ),
    "unknown_kind": ("its kind is not one that Hookline knows", "see docs/audience.md for the kinds", False),
    "no_episode": ("no episode is named, and its cut was never seen with one", "send the episode's number", False),
    "unknown_episode": (
        "the episode is not in this series",
        "add the episode's script, or correct its number in the events",
        False,
    ),
    "no_exit": ("where the view ended is missing", "", False),
    "no_position": (
        "play never began, or no event of the view gives a position",
        "send positions with playback events",
        False,
    ),
    "sent_again": ("told more than once (sent again, or as a playback and a content event): counted once", "", False),
    "no_view": ("no view has this id", "import the views, too", False),
    "empty_stretch": ("the stretch is empty or ends before it begins", "", False),
    "outside": ("the stretch lies outside the episode", "", False),
    "second_best": (
        "the position may count ads, or is one moment's where the session tells stretches: better ones are used",
        "",
        True,
    ),
    "milliseconds": ("positions are in ms where seconds belong: divided by 1,000", "send seconds", True),
    "negative": ("the position is before the start: taken as the start", "", True),
    "beyond": (
        "the position is beyond the end: taken as the end",
        "check that the episode's file and script are the version that was shown",
        True,
    ),
    "zero_length": ("the view ended where it began: counted as left at once", "", True),
    "merged": ("several sittings of one viewer with one cut: one view", "", True),
    "unplaced": ("where in the episode time was watched is not known: it counts in no second", "", True),
    "no_offer": ("unlocked without an offer: counted as offered", "send an offer event at the paywall", True),
    "own_length": (
        "players report another length of the cut than the story has: theirs is used",
        "check that the script's timing is this cut's, or name the cut",
        True,
    ),
}


def quality_of(counted: Iterable[Counted]) -> Quality:
    """All counts together: ``rows == counted + sum(not kept set_aside)``, and every reason in words.

    >>> quality_of([Counted("view", "rows", 10), Counted("view", "no_exit", 1, "episode 3")])
    Quality(rows=10, counted=9, set_aside=(SetAside(reason='view: where the view ended is missing', count=1, \
example='episode 3', mend='', kept=False),))
    """
    rows = 0
    ends: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for one in counted:
        if one.code == ROWS:
            rows += one.rows
        elif one.rows:
            ends[one.of, one.code].append(one)
    aside = tuple(_set_aside(of, code, group) for (of, code), group in ends.items())
    return Quality(rows, rows - sum(a.count for a in aside if not a.kept), _most_first(aside))


def _set_aside(of: str, code: str, group: list[Counted]) -> SetAside:
    what, mend, kept = REASONS[code]
    example = next((one.example for one in group if one.example), "")
    return SetAside(f"{of}: {what}", sum(one.rows for one in group), example, mend, kept)


def _most_first(aside: tuple[SetAside, ...]) -> tuple[SetAside, ...]:
    return tuple(sorted(aside, key=lambda a: (a.kept, -a.count, a.reason)))
