"""Subtitles made from a script, damaged on purpose, with the truth about every line.

``perturbed(episode, rates, seed=...)`` plays the spoken lines of an episode into a SubRip file the way subtitles differ
from scripts.  The same seed gives the same file.  In order:

1. *drop*: a line is cut and has no cue;
2. *reorder*: a line changes places with the next spoken one of its scene (a line moves once at most);
3. *paraphrase*: each word (Han character) with this chance (with ``up_to``, a chance that each line draws between none
   and this) is put another way: half of them become another word of the
   same script, a quarter go, a quarter get a word put before them;
4. *misheard*: each word with this chance becomes what a recogniser would write: one letter another, or the word cut
   in two; a Han character becomes one that shares its sound;
5. *split*: a line of four words or more takes two cues, or three where it has twelve;
6. *merge*: a line shares its cue with the next one (a split line doesn't);
7. *times*: 330 ms a word or 190 ms a Han character, give or take a quarter; a pause after each cue, one in six of
   them long (1 to 6 s: action);
8. *noise* on the cue, each with this chance: a sound in brackets before the words or in a cue of its own, the name of
   the speaker in capitals, dashes before the voices of a shared cue, a break into two rows, numbers written out (or
   in figures), punctuation and capitals lost.

``Played.heard`` says for every kept line the cues it stands in.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hookline.model.script import Episode, Line, LineKind
from hookline.model.span import Span

_HAN = re.compile(r"[\u3400-\u9fff]")
_PIECE = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_LETTERS = re.compile(r"[^\W\d_]")

SOUNDS = {
    "en": ("[DOOR SLAMS]", "[phone ringing]", "(sighs)", "♪ tense music ♪", "[indistinct chatter]", "(laughs softly)"),
    "zh": ("[敲门声]", "（叹气）", "【手机铃声】", "♪ 音乐 ♪", "（哭声）"),
}
SAME_SOUND = (
    "他她它", "的得地", "在再", "是事市室", "做作坐座", "那哪", "有又友右", "会汇回", "知只之支", "你妮", "以已意一",
    "没梅眉", "不布步部", "要药耀", "看砍", "到道倒", "说硕", "人仁认", "我握", "来莱", "去趣", "心新欣", "钱前千",
    "家加夹", "什神", "么嘛吗", "好号浩", "想向像象", "起其气七", "生声升", "都督", "过国果", "话画化花", "怎咋",
)  # fmt: skip
_TEENS = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
_ENGLISH = f"zero one two three four five six seven eight nine ten {_TEENS}".split()
_CHINESE = "〇一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Rates:
    """How much of each damage; shares of lines, words or cues."""

    drop: float = 0.0
    reorder: float = 0.0
    paraphrase: float = 0.0
    misheard: float = 0.0
    split: float = 0.0
    merge: float = 0.0
    noise: float = 0.0
    up_to: bool = False  # each line draws its share of paraphrase, from none to ``paraphrase``


KINDS = {
    "as written": Rates(),
    "drop 20%": Rates(drop=0.2),
    "merge 30%": Rates(merge=0.3),
    "split 50%": Rates(split=0.5),
    "paraphrase 15%": Rates(paraphrase=0.15),
    "paraphrase 30%": Rates(paraphrase=0.3),
    "reorder 10%": Rates(reorder=0.1),
    "misheard 10%": Rates(misheard=0.1),
    "cue noise 50%": Rates(noise=0.5),
    "all five": Rates(drop=0.1, merge=0.2, split=0.2, paraphrase=0.3, reorder=0.05, up_to=True),
    "realistic": Rates(drop=0.05, reorder=0.02, paraphrase=0.1, misheard=0.02, split=0.15, merge=0.1, noise=0.1),
    "extreme": Rates(drop=0.2, reorder=0.1, paraphrase=0.3, misheard=0.05, split=0.3, merge=0.3, noise=0.3),
}


@dataclass(frozen=True, slots=True)
class Played:
    """A subtitle file, and for every line that is still spoken the cues it stands in."""

    srt: str
    heard: dict[int, tuple[Span, ...]]  # index in ``episode.lines()`` -> its cues
    sounds: tuple[Span, ...] = ()  # cues that are nobody's line


@dataclass(slots=True)
class _Said:
    """A line on its way into cues."""

    index: int
    speaker: str
    words: list[str]
    scene: int


@dataclass(slots=True)
class _Cue:
    """A cue on its way into the file: what each voice in it says."""

    voices: list[tuple[_Said, list[str]]] = field(default_factory=list)
    sound: str = ""


def perturbed(episode: Episode, rates: Rates, *, seed: int, language: str) -> Played:
    """The episode's spoken lines as damaged subtitles; see the head of this file."""
    chance = random.Random(seed)
    lines = [line for line in _spoken(episode) if chance.random() >= rates.drop]
    lines = _swapped(lines, rates.reorder, chance)
    vocabulary = [word for said in _spoken(episode) for word in said.words] or ["x"]
    for said in lines:
        share = chance.uniform(0, rates.paraphrase) if rates.up_to else rates.paraphrase
        said.words = _paraphrased(said.words, share, vocabulary, chance)
        said.words = _misheard(said.words, rates.misheard, chance)
    return _file(_cues(lines, rates, chance), rates, language, chance)


def _spoken(episode: Episode) -> list[_Said]:
    lines = [(number, line) for number, scene in enumerate(episode.scenes) for line in scene.lines]
    return [
        _Said(index, line.speaker or "", _PIECE.findall(line.text), scene)
        for index, (scene, line) in enumerate(lines)
        if line.kind is LineKind.DIALOGUE and _says_something(line)
    ]


def _says_something(line: Line) -> bool:
    return bool(_LETTERS.search(line.text) or re.search(r"\d", line.text))


def _swapped(lines: list[_Said], share: float, chance: random.Random) -> list[_Said]:
    out = list(lines)
    at = 0
    while at + 1 < len(out):
        if out[at].scene == out[at + 1].scene and chance.random() < share:
            out[at], out[at + 1] = out[at + 1], out[at]
            at += 1
        at += 1
    return out


def _paraphrased(words: list[str], share: float, vocabulary: Sequence[str], chance: random.Random) -> list[str]:
    out: list[str] = []
    for word in words:
        if not _LETTERS.search(word) or chance.random() >= share:
            out.append(word)
            continue
        way = chance.random()
        if way < 0.75:
            out.append(chance.choice(vocabulary))
        if way >= 0.5 and way < 0.75:
            out.append(word)
    return out or words[:1]


def _misheard(words: list[str], share: float, chance: random.Random) -> list[str]:
    return [piece for word in words for piece in (_heard_as(word, chance) if chance.random() < share else [word])]


def _heard_as(word: str, chance: random.Random) -> list[str]:
    if _HAN.match(word):
        alike = next((group for group in SAME_SOUND if word in group), "")
        return [chance.choice([other for other in alike if other != word])] if alike else ["嗯"]
    if len(word) > 5 and chance.random() < 0.5:
        return [word[: len(word) // 2], word[len(word) // 2 :]]
    at = chance.randrange(len(word))
    return [word[:at] + chance.choice("aeioutns") + word[at + 1 :]]


# --- into cues -----------------------------------------------------------------------------------


def _cues(lines: Sequence[_Said], rates: Rates, chance: random.Random) -> list[_Cue]:
    cues: list[_Cue] = []
    open_cue: _Cue | None = None
    for said in lines:
        if open_cue is not None:
            open_cue.voices.append((said, said.words))
            open_cue = None
            continue
        if chance.random() < rates.noise / 5:
            cues.append(_Cue(sound="x"))
        parts = _parts(said.words) if chance.random() < rates.split else [said.words]
        cues += [_Cue([(said, part)]) for part in parts]
        if len(parts) == 1 and chance.random() < rates.merge:
            open_cue = cues[-1]
    return cues


def _parts(words: list[str]) -> list[list[str]]:
    count = 3 if len(words) >= 12 else 2 if len(words) >= 4 else 1
    edges = [len(words) * n // count for n in range(count + 1)]
    return [words[a:b] for a, b in pairwise(edges)]


def _file(cues: Sequence[_Cue], rates: Rates, language: str, chance: random.Random) -> Played:
    at_ms = chance.randrange(0, 3_000)
    blocks: list[str] = []
    heard: dict[int, list[Span]] = {}
    sounds: list[Span] = []
    for number, cue in enumerate(cues, start=1):
        span = Span(at_ms, at_ms + _length_ms(cue, chance))
        at_ms = span.end_ms + (chance.randrange(1_000, 6_000) if chance.random() < 1 / 6 else chance.randrange(40, 400))
        text = chance.choice(SOUNDS[language]) if cue.sound else _text(cue, rates.noise, language, chance)
        blocks.append(f"{number}\n{_stamp(span.start_ms)} --> {_stamp(span.end_ms)}\n{text}\n")
        for said, _ in cue.voices:
            heard.setdefault(said.index, []).append(span)
        if cue.sound:
            sounds.append(span)
    return Played("\n".join(blocks), {index: tuple(spans) for index, spans in heard.items()}, tuple(sounds))


def _length_ms(cue: _Cue, chance: random.Random) -> int:
    words = [word for _, part in cue.voices for word in part]
    natural = sum(190 if _HAN.match(word) else 330 for word in words) or 1_200
    return max(400, round(natural * chance.uniform(0.75, 1.25)))


def _text(cue: _Cue, noise: float, language: str, chance: random.Random) -> str:
    def hit() -> bool:
        return chance.random() < noise

    voices = [_joined(part) for _, part in cue.voices]
    if hit():
        voices = [_numbers(voice, language) for voice in voices]
    if hit():
        voices = [re.sub(r"[^\w\s'’]", "", voice).lower() or voice for voice in voices]
    if hit():
        voices[0] = f"{chance.choice(SOUNDS[language])} {voices[0]}"
    if len(voices) == 1 and hit() and cue.voices[0][0].speaker:
        mark = "：" if language == "zh" else ": "
        voices[0] = f"{cue.voices[0][0].speaker.upper()}{mark}{voices[0]}"
    if len(voices) > 1 and hit():
        return "\n".join(f"- {voice}" for voice in voices)
    text = (" " if language == "en" else "").join(voices)
    return _in_two_rows(text) if hit() else text


def _joined(words: Sequence[str]) -> str:
    """Words with spaces, Han without."""
    out = ""
    for word in words:
        out += word if not out or _HAN.match(word) or _HAN.match(out[-1]) else f" {word}"
    return out


def _numbers(text: str, language: str) -> str:
    if language == "zh":
        return re.sub(r"\d", lambda digit: _CHINESE[int(digit[0])], text)
    written = re.sub(r"\b\d+\b", lambda n: _ENGLISH[int(n[0])] if int(n[0]) <= 20 else n[0], text)
    return written if written != text else re.sub(rf"\b({'|'.join(_ENGLISH[2:])})\b", _figure, text)


def _figure(word: re.Match[str]) -> str:
    return str(_ENGLISH.index(word[1]))


def _in_two_rows(text: str) -> str:
    at = text.find(" ", len(text) // 2)
    if at > 0:
        return f"{text[:at]}\n{text[at + 1 :]}"
    return f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}" if len(text) > 8 else text


def _stamp(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{ms:03d}"
