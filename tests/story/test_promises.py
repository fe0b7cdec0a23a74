from __future__ import annotations

import pytest

from hookline.model.story import Promise, PromiseKind, SeriesStory
from hookline.story import analyse
from hookline.story.lexicon import LANGUAGES
from hookline.story.plotline import plot_words
from tests.story.test_turning import sample
from tests.story.written import written

K = PromiseKind
GAP = "\n".join(f"\nANN\nWe walk to house number {n} and talk about rain.\n" for n in range(12))
HEAD = "\n\nINT. HALL - NIGHT\n\n"


@pytest.fixture(scope="module", params=LANGUAGES)
def season(request: pytest.FixtureRequest) -> SeriesStory:
    return analyse(sample(request.param), language=request.param)


def promises(text: str, language: str = "en") -> tuple[Promise, ...]:
    return analyse([written(text, language=language)], language=language).promises


def of(kind: PromiseKind, found: tuple[Promise, ...]) -> list[Promise]:
    return [promise for promise in found if promise.kind is kind]


SETUPS = [
    (K.QUESTION, "BOB\nGood evening.\n\nANN\nWho sent the red letter?\n\nShe waits."),
    (K.SECRET, "ANN\nMy brother must never find out."),
    (K.THREAT, "BOB\nYou will regret this."),
    (K.VOW, "ANN\nI swear I will find the driver."),
]


@pytest.mark.parametrize(("kind", "text"), SETUPS, ids=[kind.value for kind, _ in SETUPS])
def test_each_kind_is_set_up_by_its_words(kind: PromiseKind, text: str) -> None:
    after = "ANN\nGood night.\n\nBOB\nGood night.\n"
    (found,) = of(kind, promises(f"INT. ROOM - DAY\n\n{text}\n{HEAD}{after}"))
    assert found.evidence
    assert found.payoff is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.SECRET, "林晚：这件事绝不能让他知道。"),
        (K.THREAT, "周彦：你等着瞧，我让你后悔！"),
        (K.VOW, "林晚：我发誓，一定查出真相。"),
    ],
)
def test_chinese_words_set_up_too(kind: PromiseKind, text: str) -> None:
    assert of(kind, promises(f"1-1 夜 内 客厅\n{text}\n周彦：茶凉了。\n", "zh"))


@pytest.mark.parametrize(
    "text",
    [
        "ANN\nHow dare you?",
        "ANN\nWho sent the red letter?\n\nBOB\nMy uncle sent it on Monday.",  # answered at once
        "ANN\nWhy don't we eat?",
    ],
)
def test_questions_that_want_or_have_an_answer_are_no_promise(text: str) -> None:
    found = promises(f"INT. ROOM - DAY\n\n{text}\n\nThey eat.\n{GAP}\n{HEAD}ANN\nGood night.\n\nBOB\nGood night.\n")
    assert not [p for p in of(K.QUESTION, found) if "asks" in p.what]


def test_an_object_is_paid_off_where_it_changes_something() -> None:
    paid = "Bob finds the ring under the bed.\n\nBOB\nThis ring is hers. You killed her!"
    text = f"INT. ROOM - DAY\n\nAnn hides the ring of her mother.\n{GAP}{HEAD}{paid}"
    (ring,) = of(K.OBJECT, promises(text))
    assert ring.what.startswith("ring")
    assert ring.payoff is not None
    assert ring.payoff.evidence[0].line > ring.evidence[0].line
    assert ring.open_ms > 15_000


def test_a_thing_that_never_comes_back_is_a_prop() -> None:
    assert not of(K.OBJECT, promises(f"INT. ROOM - DAY\n\nAnn hides the ring of her mother.\n{GAP}"))


def test_an_unknown_language_has_no_promises() -> None:
    assert analyse([written("INT. A - DAY\n\nANN\nIch schwöre es.\n", language="de")], language="de").promises == ()
    assert plot_words("") is None


def test_the_red_stone_of_the_sample_is_paid_off_on_the_roof(season: SeriesStory) -> None:
    ring = next(p for p in of(K.OBJECT, season.promises) if p.what.startswith("ring"))
    assert ring.episode == 1
    assert ring.payoff is not None
    assert ring.payoff.episode == 7


def test_the_first_ending_of_the_sample_is_answered_in_the_next_episode() -> None:
    story = analyse(sample("en"), language="en").episodes[0]
    assert story.ending.answer is not None
    assert story.ending.answer.episode == 2


def test_the_last_question_of_the_sample_stays_open(season: SeriesStory) -> None:
    last = season.promises[-1]
    assert last.kind is K.QUESTION
    assert last.payoff is None
    assert season.episodes[-1].ending.answer is None


def test_promises_hold_together(season: SeriesStory) -> None:
    check_promises(season)
    assert season.promises


def check_promises(story: SeriesStory) -> None:
    starts, began = {}, 0
    for episode in story.episodes:
        starts[episode.number], began = began, began + episode.duration_ms
    sources = {line.source for episode in story.episodes for line in episode.episode.lines()}
    for promise in story.promises:
        assert promise.evidence
        assert set(promise.evidence) <= sources
        assert promise.open_ms >= 0
        assert (promise.payoff is None) == (promise.confidence == 0.0)
        assert 0.0 <= promise.confidence <= 1.0
        if promise.payoff:
            setup_ends = starts[promise.episode] + promise.span.end_ms
            assert starts[promise.payoff.episode] + promise.payoff.span.start_ms >= setup_ends
            assert set(promise.payoff.evidence) <= sources
    for episode in story.episodes:
        if episode.ending.answer:
            assert episode.ending.answer.episode > episode.number
