"""Captions: whole words in order, two lines, times in which they can be read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from bench.sample_season import sample_season
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline import formats
from hookline.edit.breaking import captions_of, joined, tokens
from hookline.edit.captions import CaptionStyle, Said, captions, faults, said_in
from hookline.edit.pacing import Rules
from hookline.edit.reading import languages, reading, timing
from hookline.model.cut import Clip, Word
from hookline.model.errors import BadInput
from hookline.model.span import Span
from tests.shared import shared_data

WHOLE = (Clip("a", Span(0, 600_000)),)
WIDE = CaptionStyle(vertical=False)
TEXTS = {
    "en": "Eleven years ago I buried my mother. They never let me open the box. So who did I bury?",
    "es": "Hace once años enterré a mi madre. Nunca me dejaron abrir la caja. ¿A quién enterré entonces?",
    "pt-BR": "Há onze anos enterrei minha mãe. Nunca me deixaram abrir a caixa. Então quem eu enterrei?",
    "fr": "Il y a onze ans, j'ai enterré ma mère. On ne m'a jamais laissé ouvrir la boîte. Alors, qui ai-je enterré ?",
    "de": "Vor elf Jahren habe ich meine Mutter begraben. Sie ließen mich die Kiste nie öffnen. Wen habe ich begraben?",
    "tr": "On bir yıl önce annemi gömdüm. Kutuyu açmama hiç izin vermediler. Peki kimi gömdüm?",
    "id": "Sebelas tahun lalu aku mengubur ibuku. Mereka tidak pernah membiarkanku membuka kotak itu. Jadi siapa?",
    "vi": "Mười một năm trước tôi chôn mẹ. Họ không bao giờ cho tôi mở chiếc hộp. Vậy tôi đã chôn ai?",
    "th": "สิบเอ็ดปีก่อนฉันฝังแม่ด้วยมือของฉันเอง พวกเขาไม่เคยให้ฉันเปิดกล่องนั้นเลย แล้วฉันฝังใครไปกันแน่",
    "zh-Hans": "十一年前，我亲手葬了我妈。那只骨灰盒，他们没让我打开过。那我埋的，到底是谁？",
    "zh-Hant": "十一年前，我親手葬了我媽。那只骨灰盒，他們沒讓我打開過。那我埋的，到底是誰？",
    "ja": "十一年前、私は母を葬った。あの骨壷は一度も開けさせてもらえなかった。じゃあ、私が埋めたのは誰？",
    "ko": "십일 년 전 나는 엄마를 묻었다. 그 상자를 한 번도 열어 보지 못했다. 그럼 내가 묻은 건 누구지?",
    "ar": "قبل أحد عشر عاماً دفنت أمي بيدي. لم يسمحوا لي بفتح الصندوق أبداً. فمن الذي دفنته إذن؟",
    "hi": "ग्यारह साल पहले मैंने अपनी माँ को दफ़नाया। उन्होंने मुझे कभी वह डिब्बा खोलने नहीं दिया। तो मैंने किसे दफ़नाया?",
}


def said(*entries: tuple[int, int, str, str]) -> tuple[Said, ...]:
    return tuple(Said("a", Span(start, end), text, speaker) for start, end, text, speaker in entries)


def test_there_is_a_text_for_every_language() -> None:
    assert set(TEXTS) == set(languages())


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("vertical", [True, False])
def test_every_language_is_broken_within_its_lines_and_read_in_its_time(language: str, vertical: bool) -> None:
    rules, style = reading(language), CaptionStyle(vertical=vertical)
    text = TEXTS[language]
    slow_ms = round(1_150 * rules.count(text) / rules.chars_per_s)
    made = captions(WHOLE, said((1_000, 1_000 + slow_ms, text, "Nell")), language, style=style)
    assert faults(made, language, style=style) == ()
    whole = "".join("".join(line.split()) for caption in made for line in caption.lines)
    assert whole == "".join(text.split())
    assert all(len(caption.lines) <= 2 for caption in made)


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "ja", "th"])
def test_lines_without_spaces_break_between_words_and_never_before_a_stop(language: str) -> None:
    for width in range(6, 26):
        for lines in captions_of(TEXTS[language], reading(language), line_chars=width):
            for line in lines:
                assert line[0] not in "、。，？！ๆ็ั"
    if language == "th":
        assert ("สิบเอ็ดปีก่อนฉันฝังแม่", "ด้วยมือของฉันเอง พวกเขา") in captions_of(TEXTS["th"], reading("th"), line_chars=25)


@pytest.mark.parametrize(
    ("language", "text", "width", "lines"),
    [
        ("en", "I have never seen the woman before.", 25, ("I have never seen", "the woman before.")),
        ("en", "He told me that he loved Mary Jane Watson.", 31, ("He told me", "that he loved Mary Jane Watson.")),
        ("en", "Get out of here, and take your mop.", 25, ("Get out of here,", "and take your mop.")),
        ("en", "Mr. Crane. You are in the wrong room.", 26, ("Mr. Crane.", "You are in the wrong room.")),
        ("en", "They never let me open the box.", 25, ("They never let me", "open the box.")),
        ("de", "Ich habe das Haus niemals verkauft.", 25, ("Ich habe das Haus", "niemals verkauft.")),
        ("es", "No quiero que vuelvas a la casa.", 25, ("No quiero", "que vuelvas a la casa.")),
        ("zh", "把拖把归还给我，滚出去！", 8, ("把拖把归还给我，", "滚出去！")),
    ],
)
def test_lines_break_where_language_does(language: str, text: str, width: int, lines: tuple[str, ...]) -> None:
    assert captions_of(text, reading(language), line_chars=width) == [lines]


@pytest.mark.parametrize("language", ["en", "es", "pt-BR", "fr", "de", "id", "vi"])
def test_no_line_ends_on_an_article_where_another_break_is_there(language: str) -> None:
    rules = reading(language)
    for width in range(20, 43):
        for lines in captions_of(TEXTS[language], rules, line_chars=width):
            for line in lines[:-1]:
                assert line.split()[-1].lower() not in rules.keeps, (width, lines)


def test_two_who_speak_too_fast_for_two_captions_share_one_with_hyphens() -> None:
    quick = said(
        (1_000, 1_400, "Who?", "Nell"), (1_450, 2_300, "The night nurse.", "Dora"), (2_400, 4_000, "Sit.", "Dora")
    )
    first, second = captions(WHOLE, quick, "en")
    assert (first.lines, first.speaker) == (("-Who?", "-The night nurse."), "")
    assert second.speaker == "Dora"
    spaced, *_ = captions(WHOLE, said((0, 400, "¿Quién?", "A"), (450, 1_300, "La enfermera.", "B")), "es")
    assert spaced.lines == ("- ¿Quién?", "- La enfermera.")
    calm = said((1_000, 2_400, "Who?", "Nell"), (2_600, 4_300, "The night nurse.", "Dora"))
    assert [caption.lines for caption in captions(WHOLE, calm, "en")] == [("Who?",), ("The night nurse.",)]


def test_a_caption_stays_until_it_is_read_but_not_over_the_next() -> None:
    (alone,) = captions(WHOLE, said((1_000, 1_400, "Kneel.", "")), "en")
    assert alone.span == Span(1_000, 1_834), "five sixths of a second"
    first, second = captions(WHOLE, said((0, 900, "You got it on my shoe.", "A"), (1_200, 2_500, "Kneel.", "B")), "en")
    assert first.span.end_ms == 1_100
    assert second.span.start_ms >= first.span.end_ms + 80, "two frames"
    at_end = captions((Clip("a", Span(0, 1_500)),), said((1_000, 1_500, "Kneel.", "")), "en")
    assert at_end[0].span == Span(800, 1_500), "earlier where there is no later"


def test_words_are_lit_when_they_are_said() -> None:
    (caption,) = captions(WHOLE, said((1_000, 3_000, "Keep your name.", "")), "en")
    assert [word.text for word in caption.words] == ["Keep", "your", "name."]
    assert caption.words[0].span.start_ms == 1_000
    assert caption.words[-1].span.end_ms == 3_000
    assert all(one.span.end_ms == other.span.start_ms for one, other in pairwise(caption.words))
    times = tuple(
        Word(Span(a, b), text)
        for a, b, text in [(1_000, 1_200, "Keep"), (1_900, 2_000, "your"), (2_000, 3_000, "name.")]
    )
    known = Said("a", Span(1_000, 3_000), "Keep your name.", words=times)
    assert captions(WHOLE, [known], "en")[0].words == times


def test_a_cut_moves_its_captions_with_its_clips() -> None:
    spoken = said(
        (1_000, 2_500, "One is here.", ""), (3_000, 4_500, "Two is here.", ""), (8_000, 9_500, "Three is here.", "")
    )
    clips = (Clip("a", Span(7_900, 9_900)), Clip("a", Span(900, 2_700)), Clip("b", Span(0, 60_000)))
    made = captions(clips, spoken, "en")
    assert [(caption.lines[0], caption.span.start_ms) for caption in made] == [
        ("Three is here.", 100),
        ("One is here.", 2_100),
    ]


def test_what_is_done_and_heard_is_no_caption() -> None:
    material = sample_season()[0]
    texts = {one.text for one in said_in("a", material.story.episode.lines())}
    assert "Kneel. You got it on my shoe." in texts
    assert not any("tray" in text for text in texts)


@pytest.mark.parametrize("number", range(1, 9))
def test_the_sample_breaks_no_rule(number: int) -> None:
    material = sample_season()[number - 1]
    clips = (Clip("a", Span(0, material.duration_ms)),)
    spoken = said_in("a", material.story.episode.lines())
    for style in (CaptionStyle(), WIDE):
        made = captions(clips, spoken, "en", style=style)
        assert faults(made, "en", style=style) == ()
        assert sum(len(caption.words) for caption in made) == sum(len(one.text.split()) for one in spoken)


@pytest.mark.parametrize(
    ("language", "parts", "most"),
    [
        ("en", ("media", "tears_of_steel", "TOS-en.vtt"), 1),
        ("en", ("media", "sintel", "sintel-short-en.vtt"), 0),
        ("es", ("media", "sintel", "sintel-short-es.vtt"), 0),
        ("pt", ("media", "sintel", "sintel-short-pt.vtt"), 0),
        ("ar", ("production", "elephants-dream-captions", "captions.ar.vtt"), 0),
        ("en", ("production", "elephants-dream-captions", "captions.en.vtt"), 0),
        ("ja", ("production", "elephants-dream-captions", "captions.ja.vtt"), 3),
    ],
)
def test_real_subtitles_can_be_read(language: str, parts: tuple[str, ...], most: int) -> None:
    path = shared_data(*parts)
    cues = formats.read_cues(path, file=path.name)
    clips = (Clip("a", Span(0, max(cue.span.end_ms for cue in cues) + 3_000)),)
    made = captions(clips, said_in("a", cues), language)
    found = faults(made, language)
    assert len([fault for fault in found if fault.rule == "characters a second"]) <= most
    assert not [fault for fault in found if fault.rule in ("lines", "characters a line")]


@st.composite
def speech(draw: st.DrawFn) -> tuple[Said, ...]:
    at, made = 0, []
    words = st.sampled_from(["I", "you", "the", "a", "Kneel.", "who?", "unbelievable", "and", "of", "Nell", "no!"])
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.integers(-300, 2_000))
        at = max(0, at)
        end = at + draw(st.integers(1, 6_000))
        text = " ".join(draw(st.lists(words, min_size=1, max_size=20)))
        made.append(Said("a", Span(at, end), text, draw(st.sampled_from(["", "A", "B"]))))
        at = end
    return tuple(made)


@settings(max_examples=80, deadline=None)
@given(speech(), st.booleans())
def test_any_speech_keeps_every_word_in_order_and_no_caption_lies_over_another(
    spoken: tuple[Said, ...], vertical: bool
) -> None:
    style = CaptionStyle(vertical=vertical)
    made = captions(WHOLE, spoken, "en", style=style)
    rules = Rules(reading("en"), vertical, False, (25, 1))
    shown = [word.lstrip("-") for caption in made for line in caption.lines for word in line.split()]
    assert sorted(shown) == sorted(word for one in spoken for word in one.text.split())
    for one, other in pairwise(made):
        assert one.span.end_ms < other.span.start_ms
    for caption in made:
        assert 1 <= len(caption.lines) <= 2
        assert all(rules.reading.count(line) <= rules.line_chars for line in caption.lines)
        assert 0 < caption.span.duration_ms <= timing().most_ms


@given(st.text(max_size=60), st.sampled_from(["en", "zh", "ja", "th", "ar"]), st.integers(4, 42))
def test_any_text_is_broken_and_whole(text: str, language: str, width: int) -> None:
    parts = tokens(text, reading(language))
    assert "".join(joined(parts).split()) == "".join(text.split())
    lines = [line for one in captions_of(text, reading(language), line_chars=width) for line in one]
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_characters_are_counted_as_each_language_reads_them() -> None:
    assert reading("ja").count("OKです。") == 4.0
    assert reading("ko").count("나 OK.") == 3.0
    assert reading("ar").count("عامًا") == 4
    assert reading("zh-CN") is reading("zh")
    assert reading("zh_TW").language == "zh-Hant"
    with pytest.raises(BadInput, match="captions can't be made in 'xx'"):
        reading("xx")
