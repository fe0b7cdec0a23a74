from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest
from bench.alignment import score
from bench.perturbed import KINDS

from hookline.formats import chinese, fountain
from hookline.model.script import Cue, Episode, LineKind, Source
from hookline.model.span import Span
from hookline.sample import scripts
from hookline.story.align import timed_by_cues, told_by_cues
from hookline.story.word_match import Word, matched
from tests.story.written import written

ENGLISH = """
INT. COURTROOM - DAY

The judge sits. Nobody breathes.

PROSECUTOR
Where were you on the night of the ninth of March, Miss Arden?

ARDEN
At home. I was feeding the cat and listening to the rain.

PROSECUTOR
Your neighbour saw your car leave the garage at ten past eleven.

She turns the ring on her finger.

ARDEN
My neighbour drinks. Ask her what day it was.

PROSECUTOR
Then how do you explain the mud on your boots?

ARDEN
It is a garden. Gardens have mud in them, counsellor.

JUDGE
Answer the question, Miss Arden.

ARDEN
I drove to the river because my brother telephoned me.

PROSECUTOR
Your brother has been dead for six years.

The gallery gasps.

ARDEN
Yes. That is why I went.

JUDGE
Silence! I will clear this room if I have to.

PROSECUTOR
No further questions, your honour.
"""

CHINESE = """1-1 日 内 病房
△护士推门进来，窗帘在动。
护士：三床的家属来了没有？手术要签字。
林晚：我就是她女儿，字我来签。
护士：可是登记上写的，家属只有一个儿子。
△林晚的手停在半空。
林晚：那是我弟弟，他三年没有回来过了。
医生：时间不等人，再拖下去谁也救不了她。
林晚：钱我已经凑够了，求您现在就安排。
医生：有人半小时前，已经把费用全部结清了。
林晚：是谁？留下名字没有？
护士：没有名字，只留了一把黑色的雨伞。
△林晚冲到窗前，楼下的车正好开走。
"""

SYNONYMS = {"the": "that", "is": "was", "my": "our", "have": "got", "your": "this", "in": "inside", "i": "we"}


@dataclass
class Played:
    """Cues, and for every line that is still spoken the cues it is heard in."""

    cues: list[Cue]
    heard_in: dict[int, Span]


def perturbed(episode: Episode, seed: int, *, language: str) -> Played:
    """Subtitles of the spoken lines: some dropped, merged or split, a fifth of all words put another way."""
    chance = random.Random(seed)
    at_ms = 2_000
    cues: list[Cue] = []
    heard: dict[int, Span] = {}
    pending: list[tuple[int, list[str]]] = []

    def cue(words: list[str]) -> Span:
        nonlocal at_ms
        span = Span(at_ms, at_ms + 350 * len(words) // (2 if language == "zh" else 1) + 300)
        at_ms = span.end_ms + chance.choice((80, 200, 1_500))
        cues.append(Cue(span, ("" if language == "zh" else " ").join(words), Source("x.srt", len(cues) + 1)))
        return span

    for index, line in enumerate(episode.lines()):
        if line.kind is not LineKind.DIALOGUE or chance.random() < 0.1:
            continue
        words = list(line.text) if language == "zh" else line.text.split()
        words = [reworded(word, chance, language) if chance.random() < 0.2 else word for word in words]
        fate = chance.random()
        if fate < 0.2:  # waits to share its cue with the next line
            pending.append((index, words))
            continue
        if pending:
            shared = cue([*pending[0][1], *words])
            heard[pending[0][0]] = heard[index] = shared
            pending.clear()
        elif fate < 0.45 and len(words) > 5:
            cut = len(words) // 2
            first, second = cue(words[:cut]), cue(words[cut:])
            heard[index] = Span(first.start_ms, second.end_ms)
        else:
            heard[index] = cue(words)
    if pending:
        heard[pending[0][0]] = cue(pending[0][1])
    return Played(cues, heard)


def reworded(word: str, chance: random.Random, language: str) -> str:
    if language == "zh":
        return chance.choice("的了吧啊就又还")
    return SYNONYMS.get(word.lower(), word + "s" if chance.random() < 0.5 else "well")


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (CHINESE, "zh")])
def test_a_perturbed_script_finds_its_cues(text: str, language: str) -> None:
    episode = written(text, language=language).episodes[0]
    kept = right = 0
    for seed in range(60):
        played = perturbed(episode, seed, language=language)
        aligned = timed_by_cues(episode, played.cues)
        assert aligned.fits
        for index, heard in played.heard_in.items():
            span = aligned.episode.lines()[index].span
            assert span is not None
            kept += 1
            right += heard.start_ms <= span.start_ms and span.end_ms <= heard.end_ms and span.duration_ms > 0
    assert right / kept >= 0.95


def cues_of(*rows: tuple[int, int, str]) -> list[Cue]:
    return [Cue(Span(start, end), text, Source("x.srt", n)) for n, (start, end, text) in enumerate(rows, start=1)]


TALK = """
INT. ROOM - DAY

He opens the letter.

ANN
What does it say about the house?

BOB
It says the house was never ours.

She sits down.

ANN
Read it again, slowly this time.
"""


def test_lines_take_the_times_of_their_cues_and_action_the_gaps() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of(
        (3_000, 5_000, "What does it say about the house?"),
        (5_500, 8_000, "It says the house was never ours."),
        (11_000, 13_000, "Read it again, slowly this time."),
    )
    aligned = timed_by_cues(episode, cues, duration_ms=20_000)
    assert [line.span for line in aligned.episode.lines()] == [
        Span(0, 3_000),
        Span(3_000, 5_000),
        Span(5_500, 8_000),
        Span(8_000, 11_000),
        Span(11_000, 13_000),
    ]
    assert (aligned.placed, aligned.spoken, aligned.duration_ms) == (3, 3, 20_000)


def test_a_line_over_two_cues_and_two_lines_in_one() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of(
        (1_000, 2_000, "What does it say"),
        (2_000, 3_000, "about the house?"),
        (4_000, 9_000, "It says the house was never ours. Read it again, slowly this time."),
    )
    spans = [line.span for line in timed_by_cues(episode, cues).episode.lines() if line.kind is LineKind.DIALOGUE]
    assert spans[0] == Span(1_000, 3_000)
    assert spans[1] is not None
    assert spans[2] is not None
    assert spans[1].start_ms == 4_000
    assert spans[2].end_ms == 9_000
    assert spans[1].end_ms <= spans[2].start_ms


def test_foreign_cues_do_not_fit() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of((0, 2_000, "信上关于房子写了什么"), (2_000, 4_000, "房子从来不是我们的"))
    assert not timed_by_cues(episode, cues).fits


def test_neighbours_that_changed_places_are_found_and_told() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of(
        (1_000, 3_000, "It says the house was never ours."),
        (3_500, 5_000, "What does it say about the house?"),
        (6_000, 8_000, "Read it again, slowly this time."),
    )
    aligned = timed_by_cues(episode, cues)
    spoken = [(li.text[:4], li.span) for li in aligned.episode.lines() if li.kind is LineKind.DIALOGUE]
    assert spoken == [("It s", Span(1_000, 3_000)), ("What", Span(3_500, 5_000)), ("Read", Span(6_000, 8_000))]
    assert [source.line for source in aligned.moved] == [7]


def test_voices_of_one_cue_share_its_time() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of(
        (1_000, 5_000, "What does it say about the house?"),
        (1_000, 5_000, "It says the house was never ours."),
    )
    spans = [li.span for li in timed_by_cues(episode, cues).episode.lines() if li.kind is LineKind.DIALOGUE][:2]
    assert spans == [Span(1_000, 3_000), Span(3_000, 5_000)]


def test_a_line_in_quite_other_words_takes_the_cue_between_its_neighbours() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of(
        (3_000, 5_000, "What does it say about the house?"),
        (5_500, 8_000, "That we'd only borrowed that place."),
        (11_000, 13_000, "Read it again, slowly this time."),
    )
    spans = [li.span for li in timed_by_cues(episode, cues).episode.lines() if li.kind is LineKind.DIALOGUE]
    assert spans[1] == Span(5_500, 8_000)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["all five", "reorder 10%", "paraphrase 30%", "realistic"])
def test_damaged_subtitles_find_their_lines(kind: str, language: str) -> None:
    read = fountain.read if language == "en" else chinese.read
    episodes = [
        ep for file in scripts(language) for ep in read(file.read_text(encoding="utf-8"), file=file.name).episodes
    ]
    found = [score(episode, KINDS[kind], seed=seed, language=language) for episode in episodes for seed in range(4)]
    assert sum(one.right for one in found) >= 0.98 * sum(one.kept for one in found)


def test_texts_longer_than_the_table_are_aligned_in_parts() -> None:
    random_words = random.Random(3)
    words = [f"w{random_words.randrange(5_000)}" for _ in range(9_000)]
    said = [Word(word, at // 10, Span(0, 0)) for at, word in enumerate(words)]
    heard = [word for at, word in enumerate(said) if at % 100 > 4]
    pairs = matched(said, heard)
    assert all(said[i].text == heard[j].text for i, j in pairs)
    assert len(pairs) > 0.99 * len(heard)


def test_cues_that_overlap_or_run_past_the_video_are_cut() -> None:
    episode = written(TALK).episodes[0]
    cues = cues_of(
        (3_000, 6_000, "What does it say about the house?"),
        (5_000, 8_000, "It says the house was never ours."),
        (9_000, 30_000, "Read it again, slowly this time."),
    )
    found = [line.span for line in timed_by_cues(episode, cues, duration_ms=10_000).episode.lines()]
    spans = [span for span in found if span]
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(spans))
    assert spans[-1] == Span(9_000, 10_000)


def test_cues_alone_make_an_episode() -> None:
    cues = cues_of((0, 1_000, "[door slams]"), (1_000, 3_000, "- Where is she?\n- Gone."), (3_000, 4_000, "♪"))
    episode, duration_ms = told_by_cues(7, cues)
    assert [(line.kind, line.text, line.span) for line in episode.lines()] == [
        (LineKind.ACTION, "door slams", Span(0, 1_000)),
        (LineKind.DIALOGUE, "Where is she?", Span(1_000, 2_444)),
        (LineKind.DIALOGUE, "Gone.", Span(2_444, 3_000)),
        (LineKind.ACTION, "♪", Span(3_000, 4_000)),
    ]
    assert (episode.number, duration_ms) == (7, 4_000)
