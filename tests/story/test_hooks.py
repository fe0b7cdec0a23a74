from __future__ import annotations

import pytest

from hookline.model.story import BeatType, EndingType, EpisodeStory
from hookline.story import analyse
from tests.story.written import written

E = EndingType
TEA = "\n".join(f"ANN\nThe tea is on the table, number {n}, take it while it lasts.\n" for n in range(6))


def episode(text: str, language: str = "en") -> EpisodeStory:
    return analyse([written(text, language=language)]).episodes[0]


def english(tail: str) -> EpisodeStory:
    return episode(f"INT. ROOM - DAY\n\n{TEA}\nBOB\nThank you kindly.\n\n{tail}")


@pytest.mark.parametrize(
    ("tail", "type"),
    [
        ("A masked man raises a knife.\n\nANN\nHelp!\n", E.CRISIS),
        ("BOB\nI am your father.\n\nAnn freezes.\n", E.INFORMATION),
        ("Ann collapses to her knees. Tears stream down her face.\n\nANN\nGoodbye, Mom!\n", E.EMOTION),
        ("A hooded figure stands in the shadows.\n\nANN\nWho are you?\n", E.SUSPENSE),
        ("Ann stands up from her wheelchair.\n\nBOB\nHow are you alive?\n", E.REVERSAL),
        ("They walk away hand in hand. Ann smiles.\n", E.RESOLVED),
        ("ANN\nThe biscuits are in the tin.\n", E.RESOLVED),
    ],
)
def test_endings(tail: str, type: EndingType) -> None:
    story = english(tail)
    assert story.ending.type is type
    assert any(beat.type is BeatType.CLIFFHANGER for beat in story.beats) is (type is not E.RESOLVED)


@pytest.mark.parametrize(
    ("tail", "type"),
    [
        ("△黑衣人举起刀，刀架在林晚脖子上。\n林晚：救命！\n【卡点】", E.CRISIS),
        ("周彦：我才是你的亲生哥哥。\n△林晚愣住，手机掉在地上。\n【卡点】", E.INFORMATION),
        ("△林晚瘫坐在灵堂前，泪流满面。\n林晚：妈！对不起……\n", E.EMOTION),
        ("△门外，一个黑影盯着林晚。\n林晚：你到底是谁？\n【卡点】", E.SUSPENSE),
        ("△两人相视一笑，手牵手回家。\n林晚：都过去了。", E.RESOLVED),
    ],
)
def test_chinese_endings(tail: str, type: EndingType) -> None:
    talk = "\n".join(f"林晚：茶在桌上，第{n}杯，趁热喝。" for n in "一二三四五六")
    assert episode(f"1-1 日 内 客厅\n{talk}\n周彦：好的。\n{tail}", "zh").ending.type is type


def test_an_ending_asks_the_question_that_is_asked() -> None:
    assert english("ANN\nThen whose child is this?\n").ending.question == 'Ann: "Then whose child is this?"'


def test_an_ending_asks_what_its_evidence_leaves_open() -> None:
    ending = english("A masked man raises a knife.\n").ending
    assert ending.question == "Do they get out of this?"
    assert ending.evidence[-1].line > 20


def test_a_call_is_no_question() -> None:
    assert "Miss?" not in english("ANN\nMiss? Your coat.\n").ending.question


def test_the_writers_mark_counts() -> None:
    talk = "1-1 日 内 客厅\n林晚：茶在桌上。\n周彦：好的。\n△大门被推开。"
    assert episode(f"{talk}\n【卡点】", "zh").ending.strength > episode(talk, "zh").ending.strength


def test_later_signs_pull_harder() -> None:
    late = english("A masked man raises a knife.\n")
    early = episode(f"INT. ROOM - DAY\n\nA masked man raises a knife.\n\n{TEA}")
    assert late.ending.strength > early.ending.strength


def test_the_hook_is_the_first_reason_to_stay() -> None:
    story = english("ANN\nI want a divorce.\n\nBOB\nI'll destroy you.\n")
    assert story.hook is not None
    assert story.hook.why == 'Ann says "I want a divorce."'
    line = story.line_at(story.hook.at_ms)
    assert line is not None
    assert line.text == "I want a divorce."
    (beat,) = [beat for beat in story.beats if beat.type is BeatType.HOOK]
    assert beat.evidence == story.hook.evidence == (line.source,)


def test_an_early_hook_is_stronger() -> None:
    def intensity(text: str) -> float:
        return next(beat.intensity for beat in episode(text).beats if beat.type is BeatType.HOOK)

    late = f"INT. ROOM - DAY\n\n{TEA}\nBOB\nI want a divorce.\n"
    assert intensity("INT. ROOM - DAY\n\nBOB\nI want a divorce.\n\n" + TEA) > intensity(late)


def test_tea_has_no_hook() -> None:
    assert episode(f"INT. ROOM - DAY\n\n{TEA}").hook is None


@pytest.mark.parametrize(
    ("text", "language", "line"),
    [
        (
            "INT. HALL - DAY\n\nSunlight. Curtains.\n\nA girl lies on the floor, bruised.\n\nANN\nHelp!\n",
            "en",
            "bruised",
        ),
        ("INT. HALL - DAY\n\nSunlight. Curtains.\n\nBOB\nWhy is your name on this?\n\nANN\nHelp!\n", "en", "Why is"),
        ("1-1 日 内 客厅\n△阳光照进来。\n△林晚遍体鳞伤，蜷在墙角。\n林晚：救命！", "zh", "遍体鳞伤"),
        ("1-1 日 内 客厅\n△阳光照进来。\n周彦：这三年你到底瞒着我什么？\n林晚：救命！", "zh", "到底"),
    ],
)
def test_an_early_image_or_question_hooks_before_the_loud_moment(text: str, language: str, line: str) -> None:
    story = episode(text, language)
    assert story.hook is not None
    found = story.line_at(story.hook.at_ms)
    assert found is not None
    assert line in found.text


def test_an_ending_without_rest_stays_open_where_something_was_raised() -> None:
    ending = episode(f"INT. ROOM - DAY\n\nANN\nI want a divorce.\n\n{TEA}").ending
    assert ending.type is not E.RESOLVED
    assert ending.question == "What will they do now?"


def test_rest_closes_what_was_raised() -> None:
    text = f"INT. ROOM - DAY\n\nANN\nI want a divorce.\n\n{TEA}\nThe rain has stopped. They sit together.\n"
    ending = episode(text).ending
    assert ending.type is E.RESOLVED
    assert not ending.question


def test_what_shocks_somebody_else_is_a_reveal() -> None:
    told = "INT. ROOM - DAY\n\nBOB\nShe was in the blue house on Friday.\n\n"
    types = [beat.type for beat in episode(f"{told}Ann freezes.\n\nANN\nI see.\n").beats]
    assert BeatType.REVEAL in types
    assert BeatType.REVEAL not in [beat.type for beat in episode(f"{told}ANN\nI see.\n").beats]


@pytest.mark.parametrize(
    ("opening", "type"),
    [
        ("A masked man raises a knife at Ann's throat.\n", E.CRISIS),
        ("Ann sobs at the grave. Tears stream down her face.\n\nANN\nMom! Don't leave me!\n", E.EMOTION),
        ("A hooded figure stands in the shadows.\n", E.SUSPENSE),
    ],
)
def test_the_hook_has_a_type(opening: str, type: EndingType) -> None:
    hook = episode(f"INT. ROOM - DAY\n\n{opening}").hook
    assert hook is not None
    assert hook.type is type
