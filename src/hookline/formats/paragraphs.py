"""From paragraphs whose types are known (Final Draft, styled Word) to a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from hookline.formats.alone import Speaker, episode_of, language_of, line_of, scene_of, speaker_of
from hookline.formats.screenplay import MAX_HEAD_CHARS, Assembly, number_in_name
from hookline.model.script import LineKind, Script, Voice

FREE_NOTE = "Notes"  # under this key notes keep what a title page says without one, as Fountain does
_HAN = re.compile(r"[\u3400-\u9fff]")
_DESCRIPTIONS = frozenset(("description", "logline", "synopsis", "summary", "故事梗概", "梗概", "简介"))
_KEY = re.compile(r"(?P<key>[^\W\d_][^:：\n]{0,29})[:：][ \t]*(?P<value>.*)$", re.DOTALL)
_CREDIT = re.compile(r"(?:(?:written|screenplay|teleplay|story|created)(?: by)?|by|编剧)$", re.IGNORECASE)


class Type(StrEnum):
    """What a paragraph of a screenplay is, by the names of Final Draft."""

    SCENE = "Scene Heading"
    ACTION = "Action"
    CHARACTER = "Character"
    PARENTHETICAL = "Parenthetical"
    DIALOGUE = "Dialogue"
    LYRICS = "Lyrics"
    TRANSITION = "Transition"
    CAPTION = "Caption"
    NOTE = "Note"
    CAST = "Cast List"
    GENERAL = "General"  # says nothing: the text decides


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its type; ``cast`` and ``number`` are of scene headings."""

    type: Type
    text: str
    line: int
    number: str = ""
    cast: tuple[str, ...] = ()


def script_of(
    paragraphs: Iterable[Paragraph], out: Assembly, *, format: str, captions: bool, language: str | None = None
) -> Script:
    """The script that typed paragraphs make.

    Args:
        paragraphs: in the order of the file.
        out: the assembly to fill; it may hold the title already.
        format: the name of the format.
        captions: whether the file types captions and notes itself; if not, action is searched for them.
        language: ``en`` or ``zh``; found from the text if not given.
    """
    listed = [one for one in paragraphs if one.text or one.type in (Type.CHARACTER, Type.SCENE)]
    language = language or language_of(one.text for one in listed)
    walk = _Walk(out, language, captions)
    for one in listed:
        _RULES[one.type](walk, one)
    walk.settle()
    return out.script(format, language)


@dataclass(slots=True)
class _Speech:
    """A speaker and what is known of how they go on."""

    speaker: Speaker | None
    paragraph: Paragraph
    voice: Voice = Voice.ON
    delivery: list[str] = field(default_factory=list)
    delivery_line: int = 0
    said: bool = False


class _Walk:
    """Walks the paragraphs of one script."""

    def __init__(self, out: Assembly, language: str, captions: bool) -> None:
        self.out = out
        self.language = language
        self.captions = captions
        self.speech: _Speech | None = None

    def scene(self, one: Paragraph) -> None:
        self.settle()
        if self._episode(one):
            return
        head = scene_of(one.text)
        time = head.time_of_day
        if time == "same":
            before = self.out.current_scene()
            time = before.time_of_day if before else ""
        number = one.number or head.number
        self.out.scene(replace(head, source=self.out.source(one.line), number=number, time_of_day=time))
        self._cast(one.cast, one)

    def action(self, one: Paragraph) -> None:
        """Action, unless its words say that it is a head or, in files without a type for those, a caption."""
        self.settle()
        if self._episode(one):
            return
        kind, text = LineKind.ACTION, one.text
        if not self.captions and len(text) <= MAX_HEAD_CHARS and "\n" not in text:
            told = line_of(text, self.language)
            if told and told.kind in (LineKind.CAPTION, LineKind.TRANSITION, LineKind.MARK):
                kind, text = told.kind, told.text
        self.out.line(kind, text, one.line)

    def general(self, one: Paragraph) -> None:
        head = scene_of(one.text)
        if head.setting and len(one.text) <= MAX_HEAD_CHARS:
            self.scene(one)
        else:
            self.action(one)

    def character(self, one: Paragraph) -> None:
        self.settle()
        if not one.text:
            return
        speaker = speaker_of(one.text)
        self.speech = _Speech(speaker, one, speaker.voice, [speaker.delivery] if speaker.delivery else [], one.line)

    def parenthetical(self, one: Paragraph) -> None:
        inner = _inner(one.text)
        if self.speech is None:
            self.speech = _Speech(None, one)
        told = speaker_of(f"X ({inner})")
        if told.name == "X" and told.delivery is None and told.voice is not Voice.ON:
            self.speech.voice = told.voice
        elif inner:
            self.speech.delivery.append(inner)
            self.speech.delivery_line = one.line

    def dialogue(self, one: Paragraph) -> None:
        self._say(one, ())

    def lyrics(self, one: Paragraph) -> None:
        self._say(one, ("sung",))

    def _say(self, one: Paragraph, how: tuple[str, ...]) -> None:
        speech = self.speech or _Speech(None, one)
        self.out.line(
            LineKind.DIALOGUE,
            one.text,
            one.line,
            speaker=speech.speaker.name if speech.speaker else None,
            delivery=("，" if self.language == "zh" else ", ").join(speech.delivery or how) or None,
            voice=speech.voice,
        )
        speech.delivery, speech.said = [], True
        self.speech = speech if speech.speaker else None

    def transition(self, one: Paragraph) -> None:
        self._plain(LineKind.TRANSITION, one)

    def caption(self, one: Paragraph) -> None:
        self._plain(LineKind.CAPTION, one)

    def note(self, one: Paragraph) -> None:
        self._plain(LineKind.MARK, one)

    def cast(self, one: Paragraph) -> None:
        self._cast((name.strip() for name in one.text.replace("、", ",").split(",")), one)

    def settle(self) -> None:
        """A speaker whose words never came: what is left is something they do, or a bare name."""
        speech, self.speech = self.speech, None
        if speech is None:
            return
        name = speech.speaker.name if speech.speaker else None
        if speech.delivery:
            chinese = self.language == "zh"  # as the readers of plain text put it
            text = "".join(f"（{one}）" if chinese else f" ({one})" for one in speech.delivery).strip()
            self.out.line(LineKind.ACTION, text, speech.delivery_line, speaker=name, voice=speech.voice)
        elif not speech.said and speech.speaker:
            paragraph = speech.paragraph
            self.out.unread(paragraph.text, "a character's name with nothing said under it", at=paragraph.line)

    def _plain(self, kind: LineKind, one: Paragraph) -> None:
        self.settle()
        self.out.line(kind, one.text, one.line)

    def _episode(self, one: Paragraph) -> bool:
        head = episode_of(one.text)
        if head is None:
            return False
        self.out.episode(head.number, title=head.title, line=one.line, written=one.text)
        if head.note:
            self.out.line(LineKind.MARK, head.note, one.line)
        return True

    def _cast(self, names: Iterable[str], one: Paragraph) -> None:
        if listed := [name for name in names if name]:
            self.out.cast(listed, at=one.line)


_RULES: dict[Type, Callable[[_Walk, Paragraph], None]] = {
    Type.SCENE: _Walk.scene,
    Type.ACTION: _Walk.action,
    Type.CHARACTER: _Walk.character,
    Type.PARENTHETICAL: _Walk.parenthetical,
    Type.DIALOGUE: _Walk.dialogue,
    Type.LYRICS: _Walk.lyrics,
    Type.TRANSITION: _Walk.transition,
    Type.CAPTION: _Walk.caption,
    Type.NOTE: _Walk.note,
    Type.CAST: _Walk.cast,
    Type.GENERAL: _Walk.general,
}


def _inner(text: str) -> str:
    """A parenthetical's text without the parentheses that the program or the writer put around it."""
    text = text.strip()
    if len(text) > 1 and text[0] in "(（" and text[-1] in ")）":
        text = text[1:-1].strip()
    return text


# --- title pages ---------------------------------------------------------------------------------


def title_page(texts: list[str], out: Assembly) -> None:
    """Keeps the paragraphs of a title page: title, credit and author, ``Key: value``, and what else it says."""
    credit = ""
    for i, text in enumerate(texts):
        entry = _KEY.match(text)
        if credit:
            out.notes += [f"Credit: {credit}", f"Author: {text}"]
            credit = ""
        elif entry and (entry["key"].lower() in (*_DESCRIPTIONS, "title") or i > 0):
            _keep_entry(entry["key"], entry["value"].strip(), text, out)
        elif not out.title and i == 0:
            out.title = text.replace("\n", " ")
        elif _CREDIT.match(text) and i + 1 < len(texts):
            credit = text
        else:
            out.notes.append(text if _HAN.search(text) else f"{FREE_NOTE}: {text}")


def _keep_entry(key: str, value: str, text: str, out: Assembly) -> None:
    name = key.lower()
    if name == "title" and not out.title:
        out.title = value.replace("\n", " ")
    elif name in _DESCRIPTIONS and not out.description:
        out.description.append(value)
    else:
        out.notes.append(text)
        if name == "episode" and out.number is None:
            out.number = number_in_name(value)
