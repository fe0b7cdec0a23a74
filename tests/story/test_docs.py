from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hookline.formats import corrections
from hookline.formats.corrections import COLUMNS
from hookline.model.correction import What
from hookline.model.story import BeatType, EndingType, SeriesStory
from hookline.story import analyse, arcs, beats, hooks, notes, payoffs, pull, segments, tension, traits, turning
from hookline.story.result import NoteKind
from hookline.story.timing import PACE
from tests.shared import REPOSITORY
from tests.story.test_turning import sample
from tests.story.written import written

TEXT = (REPOSITORY / "docs" / "story.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TYPES = {type.value for type in BeatType}


def rows() -> Iterator[tuple[str, str, str]]:
    for found in ROW.finditer(TEXT):
        if found[1] in TYPES:
            yield found[1], found[3], found[4]


def english(example: str) -> str:
    """``NAME: words`` is said, ``CAPTION: words`` shown, anything else done."""
    parts = [re.sub(r"^([A-Z]+): ", r"\1\n", part) for part in example.split(" / ")]
    parts = [part.replace("CAPTION\n", "CAPTION: ") for part in parts]
    return "INT. ROOM - DAY\n\nANN\nGood evening.\n\nBOB\nGood evening.\n\n" + "\n\n".join(parts)


def chinese(example: str) -> str:
    return "1-1 日 内 客厅\n林晚：你好。\n周彦：你好。\n" + "\n".join(example.split(" / "))


def test_every_type_has_its_row() -> None:
    assert {type for type, _, _ in rows()} == TYPES


@pytest.mark.parametrize(("type", "example"), [(type, en) for type, en, _ in rows()], ids=[t for t, _, _ in rows()])
def test_english_examples_give_their_beat(type: str, example: str) -> None:
    (story,) = analyse([written(english(example))]).episodes
    assert type in {beat.type.value for beat in story.beats}


@pytest.mark.parametrize(("type", "example"), [(type, zh) for type, _, zh in rows()], ids=[t for t, _, _ in rows()])
def test_chinese_examples_give_their_beat(type: str, example: str) -> None:
    (story,) = analyse([written(chinese(example), language="zh")]).episodes
    assert type in {beat.type.value for beat in story.beats}


def test_constants_are_as_written() -> None:
    assert f"English dialogue {PACE.spoken_words_per_s} words/s" in TEXT
    assert f"English action {PACE.action_words_per_s:g} words/s" in TEXT
    assert f"Chinese dialogue {PACE.spoken_han_per_s} Han/s" in TEXT
    assert f"Chinese action {PACE.action_han_per_s:g} Han/s" in TEXT
    for weight in tension.WEIGHTS.values():
        assert f"{weight:.2f}" in TEXT
    assert f"Below {hooks.OPEN_FROM}" in TEXT
    assert f"the last {hooks.ENDING_MS // 1000} s (at most {hooks.ENDING_LINES} lines)" in TEXT
    assert f"for {beats.LONG_TALK_MS // 1000} s, or for {beats.LONG_TOLD_MS // 1000} s" in TEXT
    assert f"nearer than {beats.APART_MS // 1000} s are one" in TEXT


def test_every_archetype_stands_in_the_table() -> None:
    for row in traits.table()["archetype"]:
        assert f"| `{row['id']}` | {row['en']}, {row['zh']} | {row['means']} |" in TEXT


def test_people_and_paywall_are_as_written() -> None:
    weights = traits.table()["weights"]
    assert f"title or description ({weights['told']:.2f})" in TEXT
    assert f"hints ({weights['hint']:.2f})" in TEXT
    assert f"Below {weights['floor']} nothing is" in TEXT
    assert f"at least {hooks.USUAL[EndingType.SUSPENSE]:.2f} loud" in TEXT
    assert f"a start of {hooks.HOOK_USUAL[EndingType.SUSPENSE]}" in TEXT
    assert f"under {traits.MINOR_BELOW} of the lead's part" in TEXT
    assert f"from {traits.LEADS_AT_LEAST} of the lead's part" in TEXT
    assert f"with {traits.RIVAL_FROM} `rival`" in TEXT
    assert f"of at least {pull.SPIKE_FROM}; of two within {pull.APART_MS // 1000} s" in TEXT
    assert f"at {pull.FALLS_OFF} of the season" in TEXT


def test_the_examples_of_people_and_paywall_hold() -> None:
    said = "INT. A - DAY\n\nMIA\nI can't let them know my real identity.\n\nLEO\nWhat is it that you say there?\n"
    mia = analyse([written(said)]).characters
    trait = next(t for person in mia if person.name == "Mia" for t in person.archetypes)
    assert (trait.id, trait.score, [s.line for s in trait.evidence]) == ("hidden_identity", 0.5, [4])
    loving = "INT. A - DAY\n\nMIA\nI love you, Leo.\n\nLEO\nMarry me, Mia.\n"
    (bond,) = analyse([written(loving)]).bonds
    assert bond.people == ("Leo", "Mia")
    assert bond.scenes == 1
    assert bond.valence > 0


@pytest.fixture(scope="module")
def season() -> SeriesStory:
    return analyse(sample("en"), language="en")


def test_the_turning_points_of_the_example_are_the_samples(season: SeriesStory) -> None:
    told = re.findall(r"^\| (\w+) \| episode (\d+), (\d+)% \| (.+?) \|$", TEXT, re.MULTILINE)
    assert [(point.type.value, point.episode, round(100 * point.position)) for point in season.turning_points] == [
        (type, int(episode), int(place)) for type, episode, place, _ in told
    ]
    assert all(why in point.why for point, (_, _, _, why) in zip(season.turning_points, told, strict=True))


def test_the_arc_of_the_example_is_the_samples(season: SeriesStory) -> None:
    told = re.search(r"in English is a \*\*(\w+)\*\* with fit ([\d.]+)", TEXT)
    assert told
    assert season.arc
    assert season.arc.shape.value == told[1]
    assert season.arc.fit == pytest.approx(float(told[2]), abs=0.15)  # the weights of the emotion model move it


def test_the_segments_of_the_example_are_the_samples(season: SeriesStory) -> None:
    told = re.search(
        r"fall into 1 \| 2-(\d) \| \d-(\d) \| \d-8, with mean tensions ([\d.]+), ([\d.]+), ([\d.]+) and ([\d.]+)", TEXT
    )
    assert told
    found = season.segments
    assert [one.last_episode for one in found[1:3]] == pytest.approx([int(told[1]), int(told[2])], abs=1)
    assert [one.tension for one in found] == pytest.approx([float(told[n]) for n in range(3, 7)], abs=0.06)


def test_the_red_stone_of_the_example_is_the_samples(season: SeriesStory) -> None:
    ring = next(promise for promise in season.promises if promise.what == 'ring: "On his finger, a red stone."')
    told = re.search(r"open for (\d) min (\d+) s, paid off in episode 7.*?\(confidence ([\d.]+)", TEXT, re.DOTALL)
    assert told
    assert ring.payoff
    assert ring.payoff.episode == 7
    assert ring.open_ms // 1000 == 60 * int(told[1]) + int(told[2])
    assert round(ring.confidence, 2) == float(told[3])


def test_constants_of_the_plot_are_as_written() -> None:
    for name, value in {"form": payoffs.FORM, "beat": payoffs.BEAT, "words": payoffs.WORDS}.items():
        assert f"| {name} | {value:.2f} |" in TEXT
    for name, value in {"people": payoffs.PEOPLE, "thing": payoffs.THING, "near": payoffs.NEAR}.items():
        assert f"| {name} | {value:.2f} |" in TEXT
    assert f"at least {payoffs.ENOUGH:.2f}" in TEXT
    assert f"{arcs.SMOOTH_SHARE:.0%} of the whole and read at {arcs.POINTS}" in TEXT
    assert f"fewer than {arcs.LEAST_FELT} lines" in TEXT
    assert f"+ {turning.PULL:g} x pull" in TEXT
    assert f"fewer than {turning.LEAST_EPISODES} episodes or {turning.LEAST_MOMENTS} beats" in TEXT
    assert f"{segments.PULL} x ((share - field's share) / {segments.SLACK})^2" in TEXT
    assert f"fewer than {segments.LEAST_EPISODES} episodes" in TEXT


def test_the_worked_example_is_what_the_command_says() -> None:
    from docs import example

    assert example.written(TEXT) == TEXT, "run: ./dev docs example"


def test_statements_notes_and_columns_are_told() -> None:
    told = set(re.findall(r"`(\w+)`", TEXT))
    assert {*map(str, What), *COLUMNS} <= told
    assert {kind.value for kind in NoteKind} <= told
    for limit in notes.FORM.values():
        assert f"{limit.value:g}" in TEXT
    assert f"more than {notes.MOST_PARTS.value:g} speaking parts" in TEXT
    assert f"at most {notes.MOST_AN_EPISODE} notes and the series {notes.MOST_OF_SERIES}" in TEXT


def test_the_table_of_corrections_on_the_page_is_read() -> None:
    block = re.search(r"(?m)(?:^    .*\n){4}", TEXT[TEXT.index("    episode,what,") :])
    assert block is not None
    assert len(corrections.read(block[0].replace("    ", ""), file="page")) == 3
