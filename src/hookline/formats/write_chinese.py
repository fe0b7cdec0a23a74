"""Writes a script in the Chinese short-drama format: 第N集, numbered heads, 人物, △ and ``角色：``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hookline.formats import chinese
from hookline.formats.alone import line_of
from hookline.formats.writing import own_notes
from hookline.model.script import Episode, Line, LineKind, Scene, Script, Voice

_TIMES = {"day": "日", "night": "夜", "dawn": "晨", "dusk": "昏", "": ""}
_SETTINGS = {"interior": "内", "exterior": "外", "both": "内外", "": ""}
_VOICES = {Voice.ON: "", Voice.OFF: "（OS）", Voice.OVER: "（VO）"}
_TRANSITIONS = (
    (r"(?:END|BACK FROM).*FLASH ?BACK|FLASH ?BACK ENDS", "闪回结束"),
    (r"FLASH ?BACK", "闪回"),
    (r"FADE (?:IN|UP)", "淡入"),
    (r"FADE", "淡出"),
    (r"DISSOLVE", "叠化"),
    (r"END.*MONTAGE", "蒙太奇结束"),
    (r"MONTAGE|SERIES OF SHOTS", "蒙太奇"),
    (r"CUT|BACK TO", "切至"),
)
_PARENTHESES = str.maketrans("()", "（）")
_TITLE = re.compile(r"[^《》\n]{1,40}$")


def write(script: Script) -> str:
    """The script as text in the Chinese format, sources, spans and unread lines left out.

    ``chinese.read`` gives the same story again wherever the format has words for it;
    ``hookline.formats.write_script`` says where it has not.
    """
    blocks = ["\n".join(_front(script)), *(block for episode in script.episodes for block in _episode(episode))]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _front(script: Script) -> Iterator[str]:
    if script.title:
        yield f"《{script.title}》" if _TITLE.match(script.title) else f"剧名：{script.title}"
    unlabelled = [note for note in own_notes(script) if "：" not in note[:20]]
    yield from unlabelled
    if script.description:
        yield f"故事梗概：{script.description}"
    yield from (note for note in own_notes(script) if note not in unlabelled)


def _episode(episode: Episode) -> Iterator[str]:
    """The head, and a block for each scene."""
    head = f"第{episode.number}集" + (f"：{episode.title}" if episode.title else "")
    for index, scene in enumerate(episode.scenes):
        rows = list(_scene(scene))
        if index == 0:
            first = scene.lines[0] if scene.lines and not episode.title else None
            if first and first.kind is LineKind.MARK and _is_head_note(episode.number, first.text):
                head, rows = f"第{episode.number}集：{first.text}", list(_scene(scene, after=1))
            yield head + "\n" + "\n".join(rows) if not scene.heading else head
        if index or scene.heading:
            yield "\n".join(rows)


@lru_cache(maxsize=1024)
def _is_head_note(number: int, text: str) -> bool:
    """Whether a mark is what an episode head says beyond a title."""
    if _mark_row(text):
        return False
    script = chinese.read(f"第{number}集：{text}\n场景：客厅 日 内\n△雨\n", file="")
    return len(script.episodes) == 1 and [line.text for line in script.episodes[0].lines()] == [text, "雨"]


def _scene(scene: Scene, *, after: int = 0) -> Iterator[str]:
    """The rows of a scene: head, whom it lists, and its lines from the one given."""
    if scene.heading:
        yield _heading(scene)
    lines = scene.lines[after:]
    listed = {name for line in lines if line.kind is LineKind.MARK for name in _cast_in(line.text)}
    if names := [name for name in scene.cast if name not in listed]:
        yield "人物：" + "、".join(names)
    for line in lines:
        yield _ROWS[line.kind](line)


@lru_cache(maxsize=1024)
def _cast_in(text: str) -> tuple[str, ...]:
    """The names in a mark that is a cast line with remarks: ``人物：林晚（20岁）``."""
    if not text.startswith(("人", "出", "登", "角", "主", "本", "演")):
        return ()
    script = chinese.read(f"第1集\n{text}\n", file="")
    return script.episodes[0].scenes[0].cast if script.episodes else ()


def _heading(scene: Scene) -> str:
    """The heading as it was written if it says where the scene is in the format's terms, else one made from that."""
    where = " ".join(part for part in (_TIMES[scene.time_of_day], _SETTINGS[scene.setting], scene.place) if part)
    made = (
        [f"{scene.number} {where}", f"第{scene.number}场 {where}", f"{scene.number}. {where}"] if scene.number else []
    )
    candidates = [scene.heading, *made, f"场景：{where}"]
    meant = (scene.number, scene.setting, scene.place, scene.time_of_day)
    exact = (one for one in candidates if _head(one) == meant)
    close = (one for one in candidates[1:] if _head(one))
    return next(exact, None) or next(close, candidates[-1])


@lru_cache(maxsize=4096)
def _head(written: str) -> tuple[str, str, str, str] | None:
    """Number, setting, place and time that a head gives; None where it is none."""
    script = chinese.read(f"第1集\n{written}\n△雨\n", file="")
    scenes = script.episodes[0].scenes if len(script.episodes) == 1 else ()
    if len(scenes) != 1 or not scenes[0].heading or len(scenes[0].lines) != 1 or scenes[0].cast:
        return None
    scene = scenes[0]
    return scene.number, scene.setting, scene.place, scene.time_of_day


# --- lines ---------------------------------------------------------------------------------------


def _action(line: Line) -> str:
    if line.speaker and line.text.startswith(("（", "(")):
        return (
            f"{line.speaker}{_VOICES[line.voice]}：{line.text.replace('(', '（').replace(')', '）').replace(' ', '')}"
        )
    for written in (f"△{line.text}", line.text):
        if _reads_as(written, LineKind.ACTION, line.text):
            return written
    return "\n".join(f"△{row}" for row in line.text.split("\n"))


def _dialogue(line: Line) -> str:
    if not line.speaker:
        return f"△{line.text}"
    delivery = f"（{line.delivery}）" if line.delivery else ""
    return f"{line.speaker}{_voice(line)}：{delivery}{line.text}"


def _voice(line: Line) -> str:
    """The sign for where the speaker is heard from, unless the name says so, as 旁白 does."""
    told = line_of(f"{line.speaker}：x", "zh")
    return "" if told and told.voice is line.voice else _VOICES[line.voice]


def _transition(line: Line) -> str:
    found = (one for one in (f"【{line.text}】", line.text) if _reads_as(one, LineKind.TRANSITION, line.text))
    return next(found, "") or _translated(line.text) or f"△{line.text}"


def _translated(transition: str) -> str:
    """English transitions in the format's words, so that they stay transitions."""
    return next((f"【{zh}】" for en, zh in _TRANSITIONS if re.search(en, transition, re.IGNORECASE)), "")


def _caption(line: Line) -> str:
    candidates = (f"【字幕：{line.text}】", f"字幕：{line.text}", f"【{line.text}】", line.text)
    return next((one for one in candidates if _reads_as(one, LineKind.CAPTION, line.text)), candidates[1])


def _mark(line: Line) -> str:
    return _mark_row(line.text) or f"备注：{line.text}"


def _mark_row(text: str) -> str:
    """A mark in the format's own words; "" where it has none for it."""
    return next((one for one in (f"【{text}】", text) if _reads_as(one, LineKind.MARK, text)), "")


_ROWS = {
    LineKind.ACTION: _action,
    LineKind.DIALOGUE: _dialogue,
    LineKind.TRANSITION: _transition,
    LineKind.CAPTION: _caption,
    LineKind.MARK: _mark,
}


def _reads_as(written: str, kind: LineKind, text: str) -> bool:
    told = line_of(written, "zh")
    return told is not None and (told.kind, told.text, told.speaker) == (kind, text, None)
