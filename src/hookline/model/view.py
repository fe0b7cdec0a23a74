"""Views: what one viewer watched of one cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hookline.model.span import Span


@dataclass(frozen=True, slots=True)
class View:
    """One playback, its sittings merged.  Times of content; ``started_at`` is UTC."""

    id: str
    viewer: str  # a pseudonym
    series: str
    episode: int
    cut: str
    market: str
    platform: str
    started_at: datetime
    duration_ms: int
    exit_ms: int  # where it ended
    watched_ms: int  # content seconds played, repeats counted
    completed: bool
    watched: tuple[Span, ...] = ()
