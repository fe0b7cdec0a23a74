"""What platforms export of an episode's viewers: curves and counts, without viewers of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field

from hookline.model.quality import Quality

TITLES = {"youtube": "YouTube", "meta": "Meta", "tiktok": "TikTok"}


@dataclass(frozen=True, slots=True)
class PlatformCurve:
    """What share of an episode's views were watching at each point of it.

    ``positions`` are shares of the episode's length, over (0, 1]; ``seconds`` are points that the export gives in
    seconds instead.  Shares are of the views started.  Where ``played`` holds, they count plays of the moment, which
    rise where viewers watch again and may exceed 1; else they count views that got there, which never rise.
    ``views`` is how many views the curve rests on, 0 when the export doesn't say and the user didn't either: then no
    interval can be given.
    """

    platform: str
    episode: int
    positions: tuple[float, ...]
    shares: tuple[float, ...]
    views: int = 0
    market: str = ""
    file: str = ""
    seconds: tuple[float, ...] = ()
    second_shares: tuple[float, ...] = ()
    played: bool = True
    relative: tuple[float, ...] = ()  # by position: rank among the platform's videos of like length; 0.5 the median
    started: tuple[int, ...] = ()  # by position: views that began to play there
    stopped: tuple[int, ...] = ()  # by position: views that ceased to
    rounding: float = 0.0  # half a unit of the last decimal in which the shares are written
    watch_s: float = 0.0  # mean time played of a view, as the platform says; 0: it doesn't
    first_day: str = ""  # ISO dates; "" where the export doesn't say
    last_day: str = ""
    paid: bool = False  # plays of ads that show the episode
    beside: bool = True  # False: the player's own events hold these views too

    @property
    def title(self) -> str:
        """The platform's name as people write it."""
        return TITLES.get(self.platform, self.platform)

    @property
    def size(self) -> int:
        """How many points it has."""
        return len(self.positions) + len(self.seconds)

    def points(self, duration_ms: int) -> tuple[tuple[float, float], ...]:
        """(ms, share) of every point inside an episode of that length, in order.

        >>> PlatformCurve("meta", 1, (0.5,), (0.4,), seconds=(3.0,), second_shares=(0.9,)).points(20_000)
        ((3000.0, 0.9), (10000.0, 0.4))
        """
        told = [(at * duration_ms, share) for at, share in zip(self.positions, self.shares, strict=True)]
        told += [(1000 * at, share) for at, share in zip(self.seconds, self.second_shares, strict=True)]
        found: dict[float, float] = {}
        for at, share in sorted(told, key=lambda point: point[0]):
            if at <= duration_ms:
                found.setdefault(at, share)
        return tuple(found.items())


@dataclass(frozen=True, slots=True)
class PlatformViews:
    """How many views a platform counts of an episode in a market on a day."""

    platform: str
    episode: int  # 0: of all the channel's videos together
    views: int
    market: str = ""  # "" for all
    day: str = ""  # ISO; "" where the export doesn't say
    watched_ms: int = 0  # by all of them together; 0: not told
    file: str = ""


@dataclass(frozen=True, slots=True)
class PlatformExport:
    """What one exported file holds, and what became of its rows."""

    curves: tuple[PlatformCurve, ...] = ()
    counts: tuple[PlatformViews, ...] = ()
    quality: Quality = field(default_factory=lambda: Quality(0, 0))
    notes: tuple[str, ...] = ()  # what the user should know
