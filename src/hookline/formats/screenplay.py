"""What the script readers share: putting heads and lines together into episodes, and numbers.

A reader walks its file and tells an ``Assembly`` what it meets, in order.  The assembly decides
what can only be decided at the end: which episode an opening without a head belongs to, and whether
scene numbers like ``1-2`` number the episodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from hookline.model.script import Episode, Line, LineKind, Scene, Script, Source, Unread, Voice

MAX_HEAD_CHARS = 200  # no head, cue or transition is longer; longer lines skip those patterns

_EPISODE_SCENE = re.compile(r"(\d{1,4})\s*-\s*\d{1,4}[A-Za-z]?$")
_NUMBER_IN_NAME = re.compile(
    r"第\s*(?P<zh>[0-9零〇一二两三四五六七八九十百]{1,6})\s*[集话回]"
    r"|(?<![a-z])(?:s\d{1,2})?e(?:p(?:isode)?)?[ ._-]*(?P<en>\d{1,4})(?!\d)"
    r"|^(?P<bare>\d{1,3})(?=$|[ ._-])",
    re.IGNORECASE,
)
_FOLD = str.maketrans(
    "０１２３４５６７８９－—–‐‑−﹣─（）［］〔〕：；，．！？　"
    "場閃結畫點鉤鈎費內時間獨憶聲轉現實鏡頭黃閉開終劇標題簡類備註續",
    "0123456789--------()[]():;,.!? 场闪结画点钩钩费内时间独忆声转现实镜头黄闭开终剧标题简类备注续",
)
_HAN_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}


def fold(text: str) -> str:
    """Text for matching: full-width signs and dashes to ASCII, head words to simplified characters.

    One character stays one character, so positions hold in the original.
    """
    return text.translate(_FOLD)


def han_number(text: str) -> int | None:
    """The value of digits or Chinese numerals; None for anything else.

    >>> han_number("一百零三"), han_number("12"), han_number("十二")
    (103, 12, 12)
    """
    if text.isascii() and text.isdigit():
        return int(text)
    total = digit = 0
    for sign in text:
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
        elif sign in _HAN_UNITS:
            total, digit = total + (digit or 1) * _HAN_UNITS[sign], 0
        else:
            return None
    return total + digit


def number_in_name(name: str) -> int | None:
    """The episode number that a file name or a title carries: ``ep03.fountain``, ``第3集.txt``, ``03.txt``."""
    found = _NUMBER_IN_NAME.search(fold(name))
    if found is None:
        return None
    return han_number(found["zh"] or found["en"] or found["bare"]) or None


@dataclass(slots=True)
class _LineDraft:
    line: Line
    more: list[str] = field(default_factory=list)  # rows that continue it

    def whole(self) -> Line:
        return replace(self.line, text="\n".join((self.line.text, *self.more))) if self.more else self.line


@dataclass(slots=True)
class _SceneDraft:
    head: Scene
    lines: list[_LineDraft] = field(default_factory=list)
    cast: dict[str, None] = field(default_factory=dict)  # an ordered set

    def only_marks_without_head(self) -> bool:
        """Whether this opening only holds notes for the scene that follows it."""
        return not self.head.heading and not self.cast and all(draft.line.kind is LineKind.MARK for draft in self.lines)

    def scene(self) -> Scene:
        lines = sorted((draft.whole() for draft in self.lines), key=lambda line: line.source.line)
        return replace(self.head, lines=tuple(lines), cast=tuple(self.cast))


@dataclass(slots=True)
class _EpisodeDraft:
    number: int | None  # None: content before the first head
    title: str
    source: Source
    written: str = ""
    headed: bool = True
    scenes: list[_SceneDraft] = field(default_factory=list)


class Assembly:
    """Collects what a reader meets, in file order, and gives the ``Script``."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.title = ""
        self.description: list[str] = []
        self.notes: list[str] = []
        self.number: int | None = None  # an episode number that the file's front matter states
        self._episodes: list[_EpisodeDraft] = []
        self._unread: list[Unread] = []

    def source(self, line: int) -> Source:
        """Where a line number of this file is."""
        return Source(self.file, line)

    @property
    def opened(self) -> bool:
        """Whether any episode, scene or line has been met."""
        return bool(self._episodes)

    @property
    def at_episode_start(self) -> bool:
        """Whether nothing has been met since the last episode head, or at all."""
        return not self._episodes or not self._episodes[-1].scenes

    def episode(self, number: int, *, title: str, written: str, line: int) -> None:
        """An episode head."""
        self._episodes.append(_EpisodeDraft(number, title, self.source(line), written))

    def scene(self, head: Scene) -> None:
        """A scene head; one that only completes the bare head above it joins that."""
        before = self._last_scene()
        if before and not before.lines and not before.cast and _completes(before.head, head):
            before.head = _joined(before.head, head)
        elif before and before.only_marks_without_head():
            before.head = head
        else:
            self._open_episode(head.source).scenes.append(_SceneDraft(head))

    def extend_head(self, head: Scene) -> bool:
        """Joins what a line under a scene head adds to it; False where lines already follow the head."""
        draft = self._last_scene()
        if draft is None or draft.lines or not draft.head.heading:
            return False
        draft.head = _joined(draft.head, head)
        return True

    def line(
        self,
        kind: LineKind,
        text: str,
        at: int,
        *,
        speaker: str | None = None,
        delivery: str | None = None,
        voice: Voice = Voice.ON,
    ) -> None:
        """A line of the current scene; the first of an episode without a head opens a scene."""
        line = Line(kind, text, self.source(at), speaker=speaker, delivery=delivery, voice=voice)
        self._open_scene(line.source).lines.append(_LineDraft(line))

    def continue_line(self, text: str) -> None:
        """More text of the line above."""
        self._open_scene(self.source(1)).lines[-1].more.append(text)

    def cast(self, names: Iterable[str], *, at: int) -> bool:
        """Whom a cast line of the current scene lists; True when it names someone again."""
        cast, again = self._open_scene(self.source(at)).cast, False
        for name in names:
            again = again or name in cast
            cast[name] = None
        return again

    def unread(self, text: str, why: str, *, at: int) -> None:
        """A line that no rule could place."""
        self._unread.append(Unread(self.source(at), text, why))

    def current_scene(self) -> Scene | None:
        """The head of the last scene met, in whichever episode."""
        return next((draft.scenes[-1].head for draft in reversed(self._episodes) if draft.scenes), None)

    def script(self, format: str, language: str) -> Script:
        """Everything met, as episodes."""
        drafts = self._without_empty(self._split_by_scene_numbers(self._episodes))
        self._number_opening(drafts)
        return Script(
            format=format,
            language=language,
            episodes=self._merged(drafts),
            title=self.title,
            description="\n".join(self.description),
            unread=tuple(sorted(self._unread, key=lambda one: one.source.line)),
            notes=tuple(self.notes),
        )

    def _last_scene(self) -> _SceneDraft | None:
        return self._episodes[-1].scenes[-1] if self._episodes and self._episodes[-1].scenes else None

    def _open_episode(self, source: Source) -> _EpisodeDraft:
        if not self._episodes:
            self._episodes.append(_EpisodeDraft(None, "", source, headed=False))
        return self._episodes[-1]

    def _open_scene(self, source: Source) -> _SceneDraft:
        episode = self._open_episode(source)
        if not episode.scenes:
            episode.scenes.append(_SceneDraft(Scene("", source, ())))
        return episode.scenes[-1]

    def _split_by_scene_numbers(self, drafts: list[_EpisodeDraft]) -> list[_EpisodeDraft]:
        """Episodes from scene numbers like ``1-2``, in a file without episode heads."""
        if any(draft.number is not None for draft in drafts):
            self._compare_numbers(drafts)
            return drafts
        split: list[_EpisodeDraft] = []
        for scene in (scene for draft in drafts for scene in draft.scenes):
            number = _episode_of(scene.head)
            if not split or number not in (None, split[-1].number):
                split.append(_EpisodeDraft(number, "", scene.head.source))
            split[-1].scenes.append(scene)
        if any(draft.number is not None for draft in split):
            self.notes.append("no episode heads: the scene numbers (episode-scene) number the episodes")
        return split

    def _compare_numbers(self, drafts: list[_EpisodeDraft]) -> None:
        for draft in drafts:
            others = sorted(
                {number for s in draft.scenes if (number := _episode_of(s.head)) not in (None, draft.number)}
            )
            if others and draft.number is not None:
                told = ", ".join(map(str, others))
                self.notes.append(
                    f"episode {draft.number} holds scenes numbered as of episode {told}: its head decides"
                )

    def _without_empty(self, drafts: list[_EpisodeDraft]) -> list[_EpisodeDraft]:
        for draft in (draft for draft in drafts if not draft.scenes):
            self._unread.append(Unread(draft.source, draft.written, "an episode head with nothing under it"))
        return [draft for draft in drafts if draft.scenes]

    def _number_opening(self, drafts: list[_EpisodeDraft]) -> None:
        """What stands before the first head is an episode of its own if it has a scene head, else its prologue."""
        if not drafts or drafts[0].number is not None:
            return
        opening, *rest = drafts
        if not rest:
            opening.number, why = self._number_of_file()
            self.notes.append(f"no episode heads: read as episode {opening.number} ({why})")
            return
        first = rest[0].number or 1
        if all(scene.only_marks_without_head() for scene in opening.scenes):
            rest[0].scenes[0].lines[:0] = [line for scene in opening.scenes for line in scene.lines]
            drafts[:] = rest
            return
        whole = first > 1 and any(scene.head.heading for scene in opening.scenes)
        opening.number = first - 1 if whole else first
        self.notes.append(f"what stands before the head of episode {first} is read as of episode {opening.number}")

    def _number_of_file(self) -> tuple[int, str]:
        if self.number is not None:
            return self.number, "the title page says so"
        if (number := number_in_name(PurePath(self.file).stem)) is not None:
            return number, "from the file's name"
        if (number := number_in_name(self.title)) is not None:
            return number, "from the title"
        return 1, "nothing says otherwise"

    def _merged(self, drafts: list[_EpisodeDraft]) -> tuple[Episode, ...]:
        """Episodes by number; a number that comes again goes on with its episode."""
        episodes: dict[int, Episode] = {}
        for position, draft in enumerate(drafts):
            number = draft.number or 0
            scenes = tuple(scene.scene() for scene in draft.scenes)
            before = episodes.get(number)
            if before is None:
                episodes[number] = Episode(number, scenes, draft.title)
                continue
            if position > 1 or drafts[0].headed:  # else it is the head under its own opening
                self.notes.append(f"episode {number} is headed again at {draft.source} {draft.title}".rstrip())
            episodes[number] = Episode(number, before.scenes + scenes, before.title or draft.title)
        return tuple(episodes.values())


def _episode_of(head: Scene) -> int | None:
    match = _EPISODE_SCENE.match(fold(head.number))
    return int(match[1]) if match else None


def _completes(before: Scene, head: Scene) -> bool:
    """Whether a second head only says where the scene is that the first one numbered."""
    return bool(before.number) and not before.place and not before.setting and not head.number


def _joined(before: Scene, more: Scene) -> Scene:
    return replace(
        before,
        heading=f"{before.heading} {more.heading}",
        setting=before.setting or more.setting,
        place=before.place or more.place,
        time_of_day=before.time_of_day or more.time_of_day,
    )
