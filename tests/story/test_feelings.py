from __future__ import annotations

import time
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.model.script import Line, LineKind, Source
from hookline.model.story import Emotion
from hookline.story import analyse
from hookline.story.emotion import DECAY, OTHER, SAME, centred, counted, mixed, model, weighted
from hookline.story.feelings import NOTHING, SETTLED, feel, settled
from tests.shared import REPOSITORY, shared_data
from tests.story.written import written


def said(*texts: str, kind: LineKind = LineKind.DIALOGUE) -> list[Line]:
    return [Line(kind, text, Source("x.txt", n), "ANN" if n % 2 else "BOB") for n, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("language", "text", "emotion"),
    [
        ("en", "I am so scared, I'm terrified!", Emotion.FEAR),
        ("en", "Thank you so much, I love it!", Emotion.JOY),
        ("en", "Shut up, you stupid bastard!", Emotion.ANGER),
        ("en", "The contract is on the table.", Emotion.NEUTRAL),
        ("en", "Where do you work?", Emotion.NEUTRAL),
        ("zh", "你给我滚，不要脸的东西！", Emotion.ANGER),
        ("zh", "太好了，谢谢你！", Emotion.JOY),
        ("zh", "对不起，都是我的错。", Emotion.SADNESS),
    ],
)
def test_plain_feelings_are_named(language: str, text: str, emotion: Emotion) -> None:
    (found,) = feel(said(text), language=language)
    assert found.emotion is emotion
    if emotion is not Emotion.NEUTRAL:
        assert (found.valence > 0) is (emotion is Emotion.JOY)


@pytest.mark.parametrize(
    ("language", "text", "delivery", "emotion"),
    [
        ("en", "The table is set.", "sobbing", Emotion.SADNESS),
        ("en", "The table is set.", "furious", Emotion.ANGER),
        ("en", "The table is set.", "beaming", Emotion.JOY),
        ("zh", "我知道了。", "冷笑", Emotion.DISGUST),
        ("zh", "我知道了。", "苦笑", Emotion.SADNESS),
        ("zh", "我知道了。", "笑", Emotion.JOY),
    ],
)
def test_the_delivery_counts(language: str, text: str, delivery: str, emotion: Emotion) -> None:
    (plain,) = said(text)
    (without,) = feel([plain], language=language)
    (found,) = feel([replace(plain, delivery=delivery)], language=language)
    assert found.emotion is emotion
    assert found != without
    assert found.confidence >= SETTLED["how"]


@pytest.mark.parametrize(
    ("text", "language", "emotions"),
    [
        ("a cold cup of tea", "en", ()),
        ("cold", "en", (Emotion.ANGER,)),
        ("苦笑", "zh", (Emotion.SADNESS,)),
        ("他的笑僵在脸上", "zh", (Emotion.SURPRISE,)),
        ("mock-scared", "en", ()),
    ],
)
def test_words_settle_only_what_they_mean(text: str, language: str, emotions: tuple[Emotion, ...]) -> None:
    assert settled(text, language) == emotions


def test_every_list_is_of_an_emotion_and_compiles() -> None:
    for language in ("en", "zh"):
        for table in ("named", "said"):
            assert settled("x", language, table=table) == ()


def test_actions_are_read_alone_and_chinese_ones_only_when_they_name_it() -> None:
    (tears, walks) = feel(said("△她泪流满面。", "△她走进房间。", kind=LineKind.ACTION), language="zh")
    assert (tears.emotion, tears.valence < 0) == (Emotion.SADNESS, True)
    assert walks == NOTHING
    scene = said("I hate you! Leave me alone!", "Bob sits.", "You make me sick.")
    scene[1] = replace(scene[1], kind=LineKind.ACTION)
    assert feel(scene, language="en")[1] == feel([scene[1]], language="en")[0]


def test_a_chinese_line_is_read_in_the_light_of_its_neighbours() -> None:
    plain = said("知道了。")[0]
    speaker = said("你给我滚！", "知道了。", "我恨死你了！")
    among = [replace(line, speaker="ANN") for line in speaker]
    assert feel(among, language="zh")[1].valence < feel([plain], language="zh")[0].valence


def test_mixing_is_what_the_formula_says() -> None:
    scores = np.array([[1.0], [10.0], [100.0]], np.float32)
    got = mixed(scores, ["ANN", "BOB", "ANN"])
    near, far = DECAY, DECAY**2
    assert got[0, 0] == pytest.approx(1 + SAME * 100 + OTHER * 10)
    assert got[1, 0] == pytest.approx(10 + OTHER * (near * 1 + near * 100) / (2 * near))
    assert far < near
    assert mixed(scores, ["ANN"] * 3)[0, 0] == pytest.approx(1 + SAME * (near * 10 + far * 100) / (near + far))
    assert mixed(scores, ["ANN"] * 3, scenes=[0, 1, 2]).tolist() == scores.tolist()
    assert mixed(scores, ["", "", ""])[0, 0] == pytest.approx(1 + OTHER * (near * 10 + far * 100) / (near + far))


def test_scores_are_sums_of_weights() -> None:
    rows = weighted(counted(["a b", "zzz", ""], "en"), np.ones(1 << 18, np.float32))
    assert len(rows) == 3
    assert np.diff(rows.starts)[2] <= 4
    head = model("en").heads["goemotions"]
    shipped = model("en").rows(["I love it", "so sad"], "en")
    for at, score in enumerate(head.scores(shipped)):
        part = slice(shipped.starts[at], shipped.starts[at + 1])
        expected = (head.weights[shipped.buckets[part]] * shipped.values[part, None]).sum(axis=0) * head.scale
        np.testing.assert_allclose(score, expected, rtol=1e-4, atol=1e-4)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6), st.sampled_from(["en", "zh"]))
def test_a_text_has_the_same_row_alone_and_in_company(texts: list[str], language: str) -> None:
    together = model(language).rows(texts, language)
    assert len(together) == len(texts)
    for at, text in enumerate(texts):
        alone = model(language).rows([text], language)
        part = slice(together.starts[at], together.starts[at + 1])
        assert dict(zip(alone.buckets, alone.values, strict=True)) == pytest.approx(
            dict(zip(together.buckets[part], together.values[part], strict=True)), abs=1e-6
        )


def test_weights_are_those_of_the_card_and_small() -> None:
    card = (REPOSITORY / "training" / "emotion.md").read_text(encoding="utf-8")
    paths = sorted((REPOSITORY / "src" / "hookline" / "story").glob("emotion_*.npz"))
    assert [path.name for path in paths] == ["emotion_en.npz", "emotion_zh.npz"]
    assert sum(path.stat().st_size for path in paths) < 10_000_000
    for path in paths:
        row = next(line for line in card.splitlines() if line.startswith(f"| `{path.name}`"))
        assert sha256(path.read_bytes()).hexdigest() in row
        assert f"{path.stat().st_size:,}" in row


def test_the_english_weights_reproduce_their_figures() -> None:
    shared_data("story", "goemotions", "dev.tsv")
    from training.emotion import emorynlp, f1, goemotions

    dev = goemotions("dev")
    dev = dev.only(dev.shares.max(axis=1) > 0.99)
    head = model("en").heads["goemotions"]
    scores = head.scores(model("en").rows(dev.texts, "en"))
    assert f1(dev.label, head.named(head.probabilities(scores))) == pytest.approx((59.4, 66.3), abs=0.1)
    lines, second = emorynlp("dev"), model("en").heads["emorynlp"]
    rows = model("en").rows(lines.texts, "en")
    heard = mixed(second.scores(rows), lines.speakers, scenes=lines.scenes)
    found = second.named(second.probabilities(heard, guided_by=centred(head.scores(rows) + head.bias)))
    assert f1(lines.label, found) == pytest.approx((27.9, 35.8), abs=0.1)


def test_a_show_that_training_did_not_see() -> None:
    shared_data("story", "cped", "valid_split.csv")
    from training.emotion import SENTIMENTS, beside, cped, f1, fit, idf_of, matrix

    told = cped("Sentiment")
    test = np.array([group == "40" for group in told.groups])
    learn, held = told.only(~test), told.only(test)
    idf = idf_of(counted(learn.texts, "zh"))
    rows = weighted(counted(learn.texts, "zh"), idf)
    weights, bias = fit(beside(learn) @ matrix(rows), learn.shares, penalty=2.0)
    seen = weighted(counted(held.texts, "zh"), idf)
    scores = mixed(np.asarray(matrix(seen) @ weights, np.float32), held.speakers, scenes=held.scenes) + bias
    prior = learn.shares.mean(axis=0)
    macro, _ = f1(held.label, np.argmax(scores - 0.7 * np.log(prior), axis=1))
    majority, _ = f1(held.label, np.full(len(held.label), SENTIMENTS.index("negative")))
    assert macro > majority + 15


def test_f1_is_the_textbook_one() -> None:
    from training.emotion import f1

    truth, found = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 1])
    # 0: 2 right, 1 false, 1 missed; 1: 1 right, 2 false, 1 missed; 2: none right
    assert f1(truth, found) == pytest.approx((100 * (4 / 6 + 2 / 5) / 3, 100 * (3 * 4 / 6 + 2 * 2 / 5) / 6))


@given(
    st.lists(st.tuples(st.sampled_from(list(LineKind)), st.text(max_size=80)), max_size=8),
    st.sampled_from(["en", "zh-Hans", "es"]),
)
def test_one_feeling_a_line_whatever_the_text(rows: list[tuple[LineKind, str]], language: str) -> None:
    lines = [Line(kind, text, Source("x", 1)) for kind, text in rows]
    found = feel(lines, language=language)
    assert len(found) == len(lines)
    assert found == feel(lines, language=language)
    for line, feeling in zip(lines, found, strict=True):
        assert 0 <= feeling.confidence <= 1
        assert -1 <= feeling.valence <= 1
        if line.kind in (LineKind.TRANSITION, LineKind.MARK) or language == "es":
            assert feeling == NOTHING


def test_a_huge_line_takes_bounded_time() -> None:
    began = time.process_time()
    feel(said("why " * 1_000_000, "为什么" * 1_000_000), language="zh")
    feel(said("why " * 1_000_000), language="en")
    assert time.process_time() - began < 5


def test_an_episode_has_a_feeling_a_line_and_a_mood_a_second() -> None:
    page = "INT. ROOM - DAY\n\nBob cries.\n\nBOB\nI hate you! Get out!\n\nANN\nThank you so much, this is wonderful!\n"
    story = analyse([written(page)], durations_ms={1: 20_500})
    (episode,) = story.episodes
    assert len(episode.feelings) == len(episode.episode.lines())
    assert len(episode.valence) == episode.seconds == 21
    assert min(episode.valence) < 0 < max(episode.valence)


def test_a_language_without_a_model_is_told() -> None:
    story = analyse([written("INT. ROOM - DAY\n\nBOB\nNo te vayas.\n", language="es")], language="es")
    assert any("no emotion model for es" in note for note in story.notes)
    assert all(feeling == NOTHING for feeling in story.episodes[0].feelings)
    assert set(story.episodes[0].valence) == {0.0}
