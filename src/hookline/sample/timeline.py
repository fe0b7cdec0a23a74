"""An episode's lines on a time axis, with the voices that say them."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.engines.voice import Speech, Voice
from hookline.model.errors import BadInput
from hookline.model.script import Episode, Line, LineKind, Scene
from hookline.model.span import Span
from hookline.sample.stage import Figure, Stage, first_match

_PAUSE_MS = 230  # between two lines
_SHORTEST_MS = 1_200  # a picture that stands for less is not seen
_HOLD_MS = 1_520  # on the last picture
_FRAME_MS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A line in its time.  ``text`` is what a caption adds to the picture of this line."""

    line: Line
    scene: int
    span: Span
    figure: Figure | None = None
    speech: Speech | None = None
    draw: str = ""  # an insert's name, "" for people
    overlay: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """All that happens in an episode, in order, touching, from 0 to the end."""

    episode: Episode
    items: tuple[Item, ...]

    @property
    def duration_ms(self) -> int:
        """Length of the episode, a whole number of frames."""
        return self.items[-1].span.end_ms if self.items else 0

    def scene(self, item: Item) -> Scene:
        """The scene of an item."""
        return self.episode.scenes[item.scene]


def timeline(episode: Episode, stage: Stage, voice: Voice) -> Timeline:
    """Say every line and lay everything end to end.

    Raises:
        BadInput: somebody speaks who is not in the cast, or there is nothing to show.
    """
    items: list[Item] = []
    at_ms, overlay = 0, ""
    for number, scene in enumerate(episode.scenes):
        for position, line in enumerate(scene.lines):
            previous = items[-1] if position else None
            if line.kind is LineKind.CAPTION and not _has_own_time(line, previous, stage, first=position == 0):
                overlay = line.text
                continue
            item = _item(line, number, at_ms, stage, voice, previous, overlay)
            if item is None:
                continue
            items.append(item)
            at_ms, overlay = item.span.end_ms, ""
    if not items:
        raise BadInput(f"episode {episode.number} has no line to show")
    return Timeline(episode, (*items[:-1], _held(items[-1])))


def _has_own_time(line: Line, previous: Item | None, stage: Stage, *, first: bool) -> bool:
    return first or _on_telephone(previous, stage)


def _on_telephone(previous: Item | None, stage: Stage) -> bool:
    return previous is not None and any(word in previous.line.text.casefold() for word in stage.telephone)


def _item(
    line: Line, scene: int, at_ms: int, stage: Stage, voice: Voice, previous: Item | None, overlay: str
) -> Item | None:
    if line.kind is LineKind.DIALOGUE:
        return _said(line, scene, at_ms, stage, voice, overlay)
    if line.kind is LineKind.ACTION:
        match = first_match(stage.inserts, line.text)
        length_ms = _whole_frames(min(2_600, max(1_300, 500 + 95 * len(line.text.split()) + 12 * len(line.text))))
        return Item(line, scene, Span(at_ms, at_ms + length_ms), draw=match.what if match else "", overlay=overlay)
    if line.kind is LineKind.CAPTION:
        length_ms = _whole_frames(max(1_700, 68 * len(line.text)))
        draw = "phone" if _on_telephone(previous, stage) else ""
        return Item(line, scene, Span(at_ms, at_ms + length_ms), draw=draw, overlay=line.text)
    return None  # transitions and writers' marks are not shown


def _said(line: Line, scene: int, at_ms: int, stage: Stage, voice: Voice, overlay: str) -> Item:
    figure = stage.figure(line.speaker)
    if figure is None:
        raise BadInput(f"{line.speaker!r} speaks but is not in the cast", where=str(line.source))
    speech = voice.speak(line.text, style=figure.voice)
    length_ms = _whole_frames(max(_SHORTEST_MS, speech.duration_ms + _PAUSE_MS))
    return Item(line, scene, Span(at_ms, at_ms + length_ms), figure, speech, overlay=overlay)


def _held(item: Item) -> Item:
    longer = Span(item.span.start_ms, item.span.end_ms + _HOLD_MS)
    return Item(item.line, item.scene, longer, item.figure, item.speech, item.draw, item.overlay)


def _whole_frames(length_ms: int) -> int:
    """Up to the next drawn picture: they come in twos of 40 ms."""
    return -(-length_ms // (2 * _FRAME_MS)) * 2 * _FRAME_MS
