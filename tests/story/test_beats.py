from __future__ import annotations

from itertools import pairwise

import pytest

from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, EpisodeStory, Origin
from hookline.story import analyse
from hookline.story.beats import APART_MS
from tests.story.written import written

B = BeatType


def story_of(text: str, language: str = "en") -> EpisodeStory:
    return analyse([written(text, language=language)]).episodes[0]


def beats_of(text: str, type: BeatType, language: str = "en") -> list[Beat]:
    return [beat for beat in story_of(text, language).beats if beat.type is type]


def spoken(*lines: str) -> str:
    """Two people talking in turn."""
    names = ("ANN", "BOB")
    return "INT. ROOM - DAY\n\n" + "\n".join(f"{names[i % 2]}\n{line}\n" for i, line in enumerate(lines))


def gesprochen(*lines: str) -> str:
    names = ("林晚", "周彦")
    return "1-1 日 内 客厅\n" + "\n".join(f"{names[i % 2]}：{line}" for i, line in enumerate(lines))


def done(*lines: str) -> str:
    return "INT. ROOM - DAY\n\nANN\nHello there.\n\nBOB\nGood evening.\n\n" + "\n\n".join(lines)


ENGLISH = [
    (B.REVEAL, spoken("I am your father.", "Say that again.")),
    (B.REVEAL, spoken("I'm pregnant.", "Since when?")),
    (B.REVEAL, done('Her phone lights up: "Your brother is still alive."')),
    (B.REVERSAL, done("The clock on the wall spins backward. Ann jerks upright on the sofa.")),
    (B.BETRAYAL, spoken("You lied to me for ten years.", "Listen.")),
    (B.BETRAYAL, spoken("I've never met this woman in my life.", "Bob?")),
    (B.THREAT, spoken("Sign, or I'll burn this house down with you inside.", "You wouldn't.")),
    (B.THREAT, done("A masked man raises a knife.")),
    (B.HUMILIATION, spoken("Get her out of here. She smells.", "Yes, madam.")),
    (B.HUMILIATION, done("Ann slaps Bob. Everyone laughs.")),
    (B.COMEBACK, spoken("You're fired. All of you.", "You can't do that.")),
    (B.NEAR_MISS, done("He leans in. Their lips are inches apart.")),
    (B.DECLARATION, spoken("I have always loved you.", "Don't.")),
    (B.DECLARATION, spoken("I swear on his grave, they will not win.", "Come inside.")),
    (B.DISCOVERY, done("Ann opens the old envelope.", "She freezes.", "Bob finds a passport under the bed.")),
    (B.DECISION, spoken("I want a divorce.", "Excuse me?")),
    (B.PAYOFF, done("Police lead Bob away in handcuffs.")),
]

CHINESE = [
    (B.REVEAL, gesprochen("我才是你的亲生女儿。", "你说什么？")),
    (B.REVEAL, gesprochen("其实我就是这家公司的董事长。", "什么？")),
    (B.REVERSAL, "1-1 日 内 客厅\n林晚：谁？\n△林晚猛地睁开眼，时钟指针正在倒转。"),
    (B.BETRAYAL, gesprochen("你竟然一直在骗我！", "听我解释。")),
    (B.THREAT, gesprochen("签字，否则，我让你们全家生不如死。", "你别乱来。")),
    (B.HUMILIATION, gesprochen("你这种废物，也配进这个门？", "我只是来还钱的。")),
    (B.COMEBACK, gesprochen("你被开除了。", "凭什么？")),
    (B.NEAR_MISS, "1-1 夜 内 走廊\n林晚：别说话。\n△两个人的嘴唇只差一点，电话突然响了。\n△他正要吻下去。"),
    (B.DECLARATION, gesprochen("我喜欢你，从第一天就喜欢你。", "别说了。")),
    (B.DISCOVERY, "1-1 日 内 书房\n林晚：有人吗？\n△林晚打开抽屉，翻出一份鉴定书。\n△她愣住了。"),
    (B.DECISION, gesprochen("我们离婚吧。", "好。")),
    (B.PAYOFF, "1-1 日 内 大厅\n周彦：不！\n△警察给周彦戴上手铐，把他带走。"),
]


@pytest.mark.parametrize(("type", "text"), ENGLISH, ids=[f"{t}-{n}" for n, (t, _) in enumerate(ENGLISH)])
def test_english_moments(type: BeatType, text: str) -> None:
    assert beats_of(text, type)


@pytest.mark.parametrize(("type", "text"), CHINESE, ids=[f"{t}-{n}" for n, (t, _) in enumerate(CHINESE)])
def test_chinese_moments(type: BeatType, text: str) -> None:
    assert beats_of(text, type, "zh")


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (B.DECISION, spoken("I don't want a divorce.", "Good.")),
        (B.DECLARATION, spoken("Do you love me?", "Eat your soup.")),
        (B.REVEAL, spoken("I'm not pregnant.", "Good.")),
        (B.THREAT, spoken("I'll make you breakfast.", "I would never hurt you.")),
        (B.THREAT, done("Ann raises a glass.", "Bob grabs his coat.", "She corners the market in oranges.")),
        (B.HUMILIATION, spoken("I'm such an idiot.", "You are not.")),
        (B.DISCOVERY, done("The plaque reads: Town Hall.", "The screen shows the weather.")),
        (B.NEAR_MISS, done("She almost laughs.")),
        (B.COMEBACK, done("He catches her wrist.")),  # nobody was down
        (B.BETRAYAL, spoken("It really wasn't me who betrayed him.", "Then who?")),
    ],
)
def test_words_that_only_look_like_a_beat(type: BeatType, text: str) -> None:
    assert beats_of(text, type) == []


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (B.DECISION, gesprochen("我不会离婚的。", "好。")),
        (B.DECLARATION, gesprochen("你爱我吗？", "吃饭。")),
        (B.THREAT, gesprochen("我不会伤害你的。", "谢谢。")),
        (B.REVEAL, gesprochen("我是不是你亲生的？", "别闹。")),
        (B.THREAT, "1-1 日 内 病房\n林晚：早。\n△护士推着轮椅进来，扶住林晚。"),
    ],
)
def test_chinese_words_that_only_look_like_a_beat(type: BeatType, text: str) -> None:
    assert beats_of(text, type, "zh") == []


def test_a_beat_says_what_was_seen_and_where() -> None:
    (beat,) = beats_of(spoken("Good evening.", "I want a divorce. Now."), B.DECISION)
    assert beat.why == 'Bob says "I want a divorce."'
    assert [source.line for source in beat.evidence] == [7]
    assert beat.characters == ("Bob",)
    assert beat.origin is Origin.OFFLINE


def test_a_hint_alone_is_no_beat_but_shock_makes_it_one() -> None:
    calm = done("Ann notices the photograph on the wall.", "She pours the tea.")
    shocked = done("Ann notices the photograph on the wall.", "Her face drains of color.")
    assert beats_of(calm, B.DISCOVERY) == []
    (beat,) = beats_of(shocked, B.DISCOVERY)
    assert len(beat.evidence) == 2


def test_being_taken_hard_makes_a_beat_stronger() -> None:
    (plain,) = beats_of(spoken("I am your father.", "I see."), B.REVEAL)
    (hard,) = beats_of(spoken("I am your father.", "I see.") + "\nBob's jaw drops.\n", B.REVEAL)
    assert hard.intensity > plain.intensity


def test_a_clash_needs_two_sides() -> None:
    both = spoken("You lied to me!", "How dare you? Get out!", "I won't! Explain this!", "Shut up, liar!")
    one = "INT. ROOM - DAY\n\nANN\nYou lied to me! Get out! Shut up, liar!\n\nBOB\nThe soup is ready.\n"
    (clash,) = beats_of(both, B.CONFRONTATION)
    assert clash.characters == ("Ann", "Bob")
    assert "over 4 lines" in clash.why
    assert beats_of(one, B.CONFRONTATION) == []


def test_a_blow_by_the_one_who_was_put_down_is_a_comeback() -> None:
    text = spoken("Know your place, you worthless maid.", "Yes, madam.", "Crawl out of here.") + "\nBob slaps Ann.\n"
    assert [beat.evidence[0].line for beat in beats_of(text, B.COMEBACK)] == [12]


def test_near_beats_of_one_type_are_one() -> None:
    text = spoken("I love you.", "I love you too.", "I have always loved you.", "I love you more.")
    (beat,) = beats_of(text, B.DECLARATION)
    assert len(beat.evidence) == 4


@pytest.mark.parametrize("text", [text for _, text in ENGLISH])
def test_the_same_type_keeps_its_distance(text: str) -> None:
    for type in BeatType:
        spans = [beat.span for beat in beats_of(text * 3, type)]
        assert all(b.start_ms - a.end_ms >= APART_MS for a, b in pairwise(spans))


PAST = """
INT. OFFICE - DAY

Ann waits.

INT. SCHOOL - DAY (FLASHBACK)

A bell. Two girls run.

INT. OFFICE - DAY

Ann smiles.
"""

CAPTIONED = """
INT. OFFICE - DAY

Ann waits.

ON SCREEN: TEN YEARS AGO

INT. SCHOOL - DAY

A bell. Two girls run.

INT. SCHOOL YARD - DAY

They hide.

INT. OFFICE - NIGHT

Ann smiles.
"""


def flashback(text: str, language: str = "en") -> tuple[EpisodeStory, Span]:
    story = story_of(text, language)
    (beat,) = [beat for beat in story.beats if beat.type is B.FLASHBACK]
    return story, beat.span


def test_a_headed_flashback_is_its_scene() -> None:
    story, span = flashback(PAST)
    assert span == story.episode.scenes[1].lines[0].span


def test_a_captioned_flashback_lasts_until_the_story_is_back() -> None:
    story, span = flashback(CAPTIONED)
    caption, smile = story.episode.lines()[1], story.episode.lines()[-1]
    assert caption.span is not None
    assert smile.span is not None
    assert span.start_ms == caption.span.start_ms
    assert smile.span.start_ms - 400 == span.end_ms


def test_a_chinese_flashback_ends_where_it_says() -> None:
    text = "1-1 日 内 客厅\n林晚：等等。\n【闪回】\n△大雨，女孩在跑。\n【闪回结束】\n林晚：我想起来了。"
    story, span = flashback(text, "zh")
    heard = [story.line_at(at) for at in (span.start_ms, span.end_ms - 1)]
    assert [line.text for line in heard if line] == ["闪回", "大雨，女孩在跑。"]


LONG = (
    "Twenty years ago my grandfather built this company with two partners, and for years they shared everything, "
    "the profits and the debts, until the day the bank called."
)


def test_long_unanswered_telling_is_exposition() -> None:
    (beat,) = beats_of(spoken("Good morning.", LONG), B.EXPOSITION)
    assert "nobody answers" in beat.why


def test_a_long_threat_is_no_exposition() -> None:
    assert beats_of(spoken("Good morning.", LONG + " Sign, or I'll destroy you."), B.EXPOSITION) == []


def test_the_story_is_set_going_once() -> None:
    trouble = "INT. ROOM - DAY\n\nANN\nYour husband is missing.\n\nBOB\nI want a divorce.\n"
    text = "".join(f"EPISODE {n}\n\n{trouble}\n" for n in range(1, 6))
    story = analyse([written(text)])
    assert [sum(b.type is B.INCITING for b in ep.beats) for ep in story.episodes] == [1, 0, 0, 0, 0]


def test_late_trouble_is_not_inciting() -> None:
    calm = "INT. ROOM - DAY\n\nANN\nGood morning.\n\n"
    text = (
        "".join(f"EPISODE {n}\n\n{calm}" for n in range(1, 4))
        + "EPISODE 4\n\nINT. ROOM - DAY\n\nANN\nI want a divorce.\n"
    )
    assert not any(b.type is B.INCITING for ep in analyse([written(text)]).episodes for b in ep.beats)
