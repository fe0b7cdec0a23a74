"""A shot's pictures: set, people, things and the camera's slow move, put together frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.sample.acting import FRAME_MS, breath, listening, speaking
from hookline.sample.draw_body import seen_from_behind
from hookline.sample.draw_face import Mood
from hookline.sample.draw_prop import Layer, Scenery, insert
from hookline.sample.draw_set import Backdrop, backdrop, rain_streaks
from hookline.sample.draw_svg import Light, chance, linear, path, picture, radial, rect
from hookline.sample.puppet import Piece, Pose, Puppet, rasterised
from hookline.sample.shots import Framing, Shot
from hookline.sample.stage import Figure, Stage

WIDTH, HEIGHT = 1280, 720
_CANVAS = (1344, 756)  # drawn a little larger than shown, so that the camera can move in
_UNIT = _CANVAS[0] / WIDTH
_TITLE_MS = 2_000


@dataclass(frozen=True, slots=True)
class _View:
    """Where people stand in a framing: size, the origin's place (shares of the picture), the set behind."""

    scale: float
    x: float  # of somebody on the left; mirrored for the right
    y: float
    behind: tuple[float, float, float, float]  # box of the set for somebody on the left
    blur: float


_VIEWS = {
    Framing.WIDE: _View(0.60, 0.36, 0.50, (0, 0, 1600, 900), 0),
    Framing.TWO: _View(0.94, 0.27, 0.37, (200, 60, 1200, 675), 2.2),
    Framing.MEDIUM: _View(1.06, 0.40, 0.36, (330, 70, 1100, 619), 3.0),
    Framing.OVER: _View(1.46, 0.38, 0.43, (600, 110, 920, 518), 5.0),
    Framing.CLOSE: _View(1.98, 0.42, 0.47, (770, 130, 800, 450), 8.0),
}


class Camera:
    """Draws an episode's shots.  What several shots share is drawn once."""

    def __init__(self, stage: Stage, *, seed: int = 0) -> None:
        self.stage, self.seed = stage, seed
        self._sets: dict[Any, Any] = {}
        self._puppets: dict[Any, Puppet] = {}
        self._vignette: Any = None

    def frames(self, shot: Shot) -> Iterator[NDArray[np.uint8]]:
        """The shot's pictures on twos, (height, width, 3) RGB of 16:9: each is shown for two frames.

        They are a little larger or smaller than 1280 by 720: the camera's move is how they are cut.
        """
        draw = self._insert(shot) if shot.framing is Framing.INSERT else self._people(shot)
        overlay, title = _overlay(shot), _title(shot)
        rain = self._rain() if _rains(shot) else ()
        count = shot.span.duration_ms // FRAME_MS
        for number in range(count):
            canvas = draw(number, number / max(1, count - 1))
            if rain:
                canvas.paste(rain[number % len(rain)], (0, 0), rain[number % len(rain)])
            for text, until_ms in ((overlay, shot.span.duration_ms), (title, _TITLE_MS)):
                if text is not None and number * FRAME_MS < until_ms:
                    canvas.paste(text, (0, 0), text)
            shown = _moved(canvas, shot.push, number / max(1, count - 1))
            yield np.asarray(_graded(shown) if shot.flashback else shown)

    # people in a set

    def _people(self, shot: Shot) -> Any:
        view = _VIEWS[shot.framing]
        set_ = self._set(shot)
        back = self._background(shot, view)
        actors = self._actors(shot, view, set_.light)
        shoulder = self._shoulder(shot, set_.light) if shot.framing is Framing.OVER and shot.other else None

        def draw(number: int, share: float) -> Any:
            canvas = back.copy()
            at_ms = shot.span.start_ms + number * FRAME_MS
            for figure, puppet, x, y in actors:
                step = _entrance(shot, figure, share)
                lift = round(breath(at_ms, figure.id) * 1.4 * view.scale)
                for piece in puppet.pieces(_pose(shot, figure, at_ms)):
                    _put(canvas, piece, x + step, y + lift)
            if shoulder is not None:
                _put(canvas, shoulder, 0, round(breath(at_ms, "shoulder") * 3))
            return canvas

        return draw

    def _actors(self, shot: Shot, view: _View, light: Light) -> list[tuple[Figure, Puppet, int, int]]:
        both = shot.framing in (Framing.TWO, Framing.WIDE)
        people = [(shot.subject, shot.mood)] + ([(shot.other, shot.other_mood)] if both else [])
        if shot.framing is Framing.WIDE:
            people.reverse()
        placed = []
        for figure, mood in people:
            if figure is None:
                continue
            left = self._on_left(figure, shot)
            share = view.x if left else 1 - view.x
            down = self._kneeling(shot, figure, view)
            y = round(_CANVAS[1] * (view.y + down))
            floor = (_CANVAS[1] - y + 8) / (view.scale * _UNIT)
            puppet = self._puppet(figure, light, view.scale * _UNIT, not left, mood, tears=shot.tears, floor=floor)
            placed.append((figure, puppet, round(_CANVAS[0] * share), y))
        return placed

    def _on_left(self, figure: Figure, shot: Shot) -> bool:
        """The lead keeps to the left; without her the speaker of the two does."""
        if self.stage.lead in {f.id for f in (figure, shot.other, shot.subject) if f}:
            return figure.id == self.stage.lead
        others = sorted(f.id for f in (shot.subject, shot.other) if f)
        return len(others) > 1 and figure.id == others[0]

    def _kneeling(self, shot: Shot, figure: Figure, view: _View) -> float:
        """How far down, in picture heights, the lead is while she kneels."""
        if not shot.low or figure.id != self.stage.lead:
            return 0.0
        return 0.17 if shot.framing in (Framing.TWO, Framing.WIDE) else 0.05

    def _puppet(
        self, figure: Figure, light: Light, scale: float, mirrored: bool, mood: Mood, *, tears: bool, floor: float
    ) -> Puppet:
        key = (figure.id, light, scale, mirrored, mood, tears, floor)
        if key not in self._puppets:
            self._puppets[key] = Puppet(
                figure.look, light, scale=scale, mirrored=mirrored, mood=mood, tears=tears, floor=floor
            )
        return self._puppets[key]

    def _shoulder(self, shot: Shot, light: Light) -> Piece | None:
        from PIL import ImageFilter

        if shot.other is None:
            return None
        right = self._on_left(shot.subject, shot) if shot.subject else True
        dim = Light(_dimmed(light.ambient), light.rim, light.rim_strength, light.shade)
        back = seen_from_behind(shot.other.look, dim)
        box = (-620.0, -215.0, 700.0, 394.0) if right else (-80.0, -215.0, 700.0, 394.0)
        image = rasterised(picture(back, width=_CANVAS[0] // 2, height=_CANVAS[1] // 2, box=box))
        return _cropped(image.filter(ImageFilter.GaussianBlur(2.6)).resize(_CANVAS), 0, 0)

    # sets

    def _set(self, shot: Shot) -> Backdrop:
        key = ("set", shot.place.id, shot.rain)
        if key not in self._sets:
            self._sets[key] = backdrop(shot.place, rain=shot.rain)
        return self._sets[key]  # type: ignore[no-any-return]

    def _background(self, shot: Shot, view: _View) -> Any:
        left = shot.framing in (Framing.WIDE, Framing.TWO) or (
            shot.subject is not None and self._on_left(shot.subject, shot)
        )
        x, y, width, height = view.behind
        box = (x, y, width, height) if left else (1600 - x - width, y, width, height)  # the other way round
        return self._backdrop(shot, box, view.blur)

    def _backdrop(self, shot: Shot, box: tuple[float, float, float, float], blur: float) -> Any:
        from PIL import ImageFilter

        key = ("back", shot.place.id, shot.rain, box, blur)
        if key not in self._sets:
            set_ = self._set(shot)
            drawn = rasterised(picture(set_.content, width=_CANVAS[0], height=_CANVAS[1], box=box, defs=set_.defs))
            image = drawn.convert("RGB")
            soft = image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
            self._sets[key] = self._finished(_dimmed_image(soft, 0.84 if blur > 4 else 0.92))
        return self._sets[key]

    def _rain(self) -> tuple[Any, ...]:
        if "rain" not in self._sets:
            box = (0.0, 0.0, float(WIDTH), float(HEIGHT))
            self._sets["rain"] = tuple(
                rasterised(picture(rain_streaks(seed), width=_CANVAS[0], height=_CANVAS[1], box=box))
                for seed in range(5)
            )
        return self._sets["rain"]  # type: ignore[no-any-return]

    def _finished(self, image: Any) -> Any:
        """A background with its grain and dark corners."""
        image.paste((8, 4, 12), (0, 0), self._edges())
        return _grained(image, seed=self.seed)

    def _edges(self) -> Any:
        """Darkness towards the corners, as a mask."""
        if self._vignette is None:
            defs = radial("v", [(0.55, "#000000", 0), (1, "#000000", 0.62)], r=0.74)
            drawn = rasterised(
                picture(
                    rect(0, 0, 100, 100, "url(#v)"),
                    width=_CANVAS[0] // 4,
                    height=_CANVAS[1] // 4,
                    box=(0, 0, 100, 56.25),
                    defs=defs,
                )
            )
            self._vignette = drawn.getchannel("A").resize(_CANVAS)
        return self._vignette

    # inserts

    def _insert(self, shot: Shot) -> Any:
        looks = {figure.id: figure.look for figure in self.stage.figures}
        subject = shot.subject.id if shot.subject else self.stage.lead
        words = shot.item.line.text if shot.insert == "phone" else ""
        layers = insert(shot.insert, Scenery(self._set(shot), looks, subject, words))
        drawn = [(layer, self._layer(shot, layer)) for layer in layers]
        dice = chance(f"{self.seed} {shot.span.start_ms}")
        first = self._finished(drawn[0][1][0].convert("RGB"))

        def draw(number: int, share: float) -> Any:
            canvas = first.copy()
            for layer, piece in drawn[1:]:
                if layer.since <= share < layer.until:
                    x, y = _layer_at(layer, share, dice)
                    _put(canvas, piece, x, y)
            return canvas

        return draw

    def _layer(self, shot: Shot, layer: Layer) -> Piece:
        if layer.backdrop:
            return self._backdrop(shot, (160, 60, 1280, 720), 6.0), 0, 0
        margin = 0 if layer.start == layer.end == (0.0, 0.0) and not layer.shake else 60
        box = (-margin, -margin, WIDTH + 2 * margin, HEIGHT + 2 * margin)
        size = round(box[2] * _UNIT), round(box[3] * _UNIT)
        image = rasterised(picture(layer.content, width=size[0], height=size[1], box=box, defs=layer.defs))
        return _cropped(image, round(-margin * _UNIT), round(-margin * _UNIT))


def _rains(shot: Shot) -> bool:
    return shot.insert == "push" or (shot.rain and shot.framing is not Framing.INSERT)


def _pose(shot: Shot, figure: Figure, at_ms: int) -> Pose:
    item, seed = shot.item, figure.id
    if item.speech is not None and item.figure == figure and item.line.voice.value == "on":
        away = shot.away
        return speaking(item.speech, item.span.start_ms, at_ms, seed, away=away, mood=shot.mood)
    return listening(at_ms, seed)


def _entrance(shot: Shot, figure: Figure, share: float) -> int:
    """How far from their place somebody who walks in still is, in pixels."""
    if not shot.entering or figure != shot.subject:
        return 0
    left = max(0.0, 1 - share / 0.55)
    return round(420 * left * left)


def _layer_at(layer: Layer, share: float, dice: Random) -> tuple[int, int]:
    done = min(1.0, share / layer.by) if layer.by else 1.0
    eased = 1 - (1 - done) ** 2.2
    x = layer.start[0] + (layer.end[0] - layer.start[0]) * eased + dice.uniform(-1, 1) * layer.shake
    y = layer.start[1] + (layer.end[1] - layer.start[1]) * eased + dice.uniform(-1, 1) * layer.shake
    return round(x * _UNIT), round(y * _UNIT)


def _cropped(image: Any, x: int, y: int) -> Piece:
    """An image without its empty borders, and where it then goes."""
    box = image.getbbox()
    return (image.crop(box), x + box[0], y + box[1]) if box else (image.crop((0, 0, 1, 1)), x, y)


def _put(canvas: Any, piece: Piece, x: int, y: int) -> None:
    image, left, top = piece
    canvas.paste(image, (x + left, y + top), image if image.mode == "RGBA" else None)


def _moved(canvas: Any, push: tuple[float, float], share: float) -> Any:
    """The part of the canvas that the camera sees, as it creeps from one zoom to another."""
    zoom = push[0] + (push[1] - push[0]) * share
    trim = round(_CANVAS[0] * (1 - 1 / zoom) / 2)  # whole pixels, the same left and right: the middle stays still
    height = round((_CANVAS[0] - 2 * trim) * 9 / 16)
    top = round((_CANVAS[1] - height) * 0.42)
    return canvas.crop((trim, top, _CANVAS[0] - trim, top + height))


def _grained(image: Any, *, seed: int) -> Any:
    """Paper: a fine fixed grain, so that flat colour does not band."""
    from PIL import Image

    noise = np.random.default_rng(seed).normal(0, 2.4, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image, dtype=np.float32) + noise, 0, 255).astype(np.uint8))


def _graded(image: Any) -> Any:
    """A flashback: half the colour gone."""
    from PIL import Image

    return Image.blend(image.convert("L").convert("RGB"), image, 0.62)


def _dimmed_image(image: Any, by: float) -> Any:
    return image.point([round(value * by) for value in range(256)] * 3)


def _dimmed(colour: str) -> str:
    return "#" + "".join(f"{int(int(colour[i : i + 2], 16) * 0.6):02x}" for i in (1, 3, 5))


def _overlay(shot: Shot) -> Any:
    """A caption's text over the picture; a telephone shows its own."""
    if not shot.caption:
        return None
    words = _escaped(shot.caption)
    y = 640
    defs = linear("band", [(0, "#000000", 0.0), (0.5, "#000000", 0.62), (1, "#000000", 0.0)], x2=1, y2=0)
    art = rect(0, y - 46, WIDTH, 68, "url(#band)") + path(f"M440,{y + 22} H840", line="#e8c66a", width=1.5, opacity=0.8)
    art += (
        f'<text x="640" y="{y}" font-family="Liberation Sans, sans-serif" font-style="italic" font-size="34" '
        f'text-anchor="middle" fill="#fbf3e2" letter-spacing="2">{words}</text>'
    )
    return rasterised(picture(art, width=_CANVAS[0], height=_CANVAS[1], box=(0, 0, WIDTH, HEIGHT), defs=defs))


def _title(shot: Shot) -> Any:
    if not shot.title:
        return None
    series, _, episode = shot.title.partition("  |  ")
    defs = linear("veil", [(0, "#000000", 0.0), (1, "#000000", 0.6)])
    lettering = 'font-family="Liberation Sans, sans-serif" fill="#fbf3e2"'
    art = rect(-40, 560, WIDTH + 80, 200, "url(#veil)")
    art += f'<text x="64" y="646" {lettering} font-size="40" font-weight="bold">{_escaped(series)}</text>'
    art += f'<text x="64" y="682" {lettering} font-size="23" letter-spacing="3">{_escaped(episode.upper())}</text>'
    return rasterised(picture(art, width=_CANVAS[0], height=_CANVAS[1], box=(0, 0, WIDTH, HEIGHT), defs=defs))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
