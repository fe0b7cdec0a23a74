"""Subtitles with the voices' own times: one cue a line."""

from __future__ import annotations

from hookline.sample.timeline import Timeline

_TAIL_MS = 120  # a cue stays a breath longer than its voice


def srt(timeline: Timeline) -> str:
    """The spoken lines as SubRip text."""
    cues: list[str] = []
    for item in timeline.items:
        if item.speech is None:
            continue
        end_ms = min(item.span.end_ms, item.span.start_ms + item.speech.duration_ms + _TAIL_MS)
        cues.append(f"{len(cues) + 1}\n{_stamp(item.span.start_ms)} --> {_stamp(end_ms)}\n{item.line.text}\n")
    return "\n".join(cues)


def _stamp(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{ms:03d}"
