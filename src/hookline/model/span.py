"""Content time: integer milliseconds, half open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of content time, ``[start_ms, end_ms)``.

    >>> Span(1_000, 3_000).overlap_ms(Span(2_500, 9_000))
    500
    >>> Span(0, 1_000).contains(1_000)
    False
    """

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.end_ms < self.start_ms:
            raise ValueError(f"a span can't end before it starts: {self.start_ms}..{self.end_ms}")

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms

    def contains(self, at_ms: int) -> bool:
        """Whether the instant lies inside."""
        return self.start_ms <= at_ms < self.end_ms

    def overlap_ms(self, other: Span) -> int:
        """Milliseconds that both spans cover."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def seconds(self) -> range:
        """The whole seconds that the span touches."""
        return range(self.start_ms // 1000, -(-self.end_ms // 1000))
