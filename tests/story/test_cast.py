from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from hookline.model.story import Role, SeriesStory
from hookline.story import analyse
from hookline.story.pull import gaps_ms
from hookline.story.traits import table
from tests.story.written import written

TALK = "\n\n".join(
    f"{who}\n{words}"
    for who, words in (
        ("MIA", "I love you, Leo."),
        ("LEO", "Marry me, Mia. Be my wife."),
        ("MIA", "You are my only family now."),
        ("LEO", "I will hold you for the rest of my life."),
    )
)
SLIGHTS = "\n\n".join(
    f"{who}\n{words}"
    for who, words in (
        ("ROSA", "You are nothing but trash, Mia. Get out!"),
        ("MIA", "This is my home."),
        ("ROSA", "I'll destroy you, Mia!"),
        ("MIA", "I am not afraid of you."),
        ("ROSA", "Kneel and beg, you worthless girl!"),
    )
)


def season(text: str, *, description: str = "", language: str = "en") -> SeriesStory:
    return analyse([replace(written(text, language=language), description=description)])


def person(story: SeriesStory, name: str):  # type: ignore[no-untyped-def]
    return next(one for one in story.characters if one.name == name)


def traits(story: SeriesStory, name: str) -> set[str]:
    return {trait.id for trait in person(story, name).archetypes}


def test_who_speaks_acts_or_is_spoken_to_is_on_screen() -> None:
    story = season("INT. A - DAY\n\nMIA\nHello there, my friend.\n\nLeo closes the door slowly.\n\nLEO\nYes.\n")
    lengths = [line.span.duration_ms for line in story.episodes[0].episode.lines() if line.span]
    assert person(story, "Leo").screen_ms == sum(lengths)
    assert person(story, "Mia").screen_ms == lengths[0] + lengths[2]


def test_a_narrator_is_not_on_screen() -> None:
    story = season("INT. A - DAY\n\nMIA (V.O.)\nThat was long ago.\n\nLEO\nHello?\n")
    assert person(story, "Mia").screen_ms == 0
    assert story.bonds == ()


def test_bonds_tell_who_shares_scenes_and_in_what_mood() -> None:
    story = season(f"INT. A - DAY\n\n{TALK}\n\nINT. B - DAY\n\n{SLIGHTS}\n")
    mood = {bond.people: bond for bond in story.bonds}
    assert set(mood) == {("Leo", "Mia"), ("Mia", "Rosa")}
    assert mood["Leo", "Mia"].scenes == 1
    assert mood["Leo", "Mia"].valence > mood["Mia", "Rosa"].valence
    assert mood["Leo", "Mia"].episodes == (1,)


def test_arcs_have_a_value_for_each_episode_of_a_person() -> None:
    story = season(f"EPISODE 1\n\nINT. A - DAY\n\n{TALK}\n\nEPISODE 2\n\nINT. B - DAY\n\n{SLIGHTS}\n")
    mia = person(story, "Mia")
    assert len(mia.arc) == len(mia.episodes) == 2
    assert mia.arc[0] > mia.arc[1]


def test_roles() -> None:
    story = season(f"INT. A - DAY\n\n{TALK}\n\nINT. B - DAY\n\n{SLIGHTS}\n\nNURSE\nPlease.\n")
    assert person(story, "Mia").role is Role.LEAD
    assert person(story, "Leo").role in (Role.LEAD, Role.LOVE)
    assert person(story, "Rosa").role in (Role.VILLAIN, Role.RIVAL)
    assert person(story, "Nurse").role is Role.MINOR


@pytest.mark.parametrize(
    ("line", "archetype"),
    [
        ("In my past life you killed me. Not again.", "rebirth_revenge"),
        ("I am pregnant, Leo.", "secret_child"),
        ("I married you instead of her because of the marriage contract.", "contract_marriage"),
        ("I can't let them know my real identity.", "hidden_identity"),
        ("Three years of cultivation, and my spirit roots are gone.", "cultivation"),
    ],
)
def test_archetypes_are_told_by_what_is_said(line: str, archetype: str) -> None:
    story = season(f"INT. A - DAY\n\nMIA\n{line}\n\nLEO\nI can't believe that at all, not a word.\n")
    assert archetype in traits(story, "Mia")
    trait = next(t for t in person(story, "Mia").archetypes if t.id == archetype)
    assert [source.line for source in trait.evidence] == [4]
    assert any(t.id == archetype for t in story.tropes)


@pytest.mark.parametrize(
    ("line", "archetype"),
    [
        ("上一世你害死了我。", "rebirth_revenge"),
        ("我不能暴露真实身份。", "hidden_identity"),
        ("我们只是契约婚姻。", "contract_marriage"),
        ("臣妾参见皇后。", "palace_intrigue"),
        ("系统提示，宿主获得奖励。", "system"),
    ],
)
def test_archetypes_in_chinese(line: str, archetype: str) -> None:
    assert archetype in traits(season(f"1-1 日 内 客厅\n林晚：{line}\n周彦：不。\n", language="zh"), "林晚")


def test_a_description_tells_too() -> None:
    text = "INT. A - DAY\n\nMIA\nThe tea is on the table.\n\nLEO\nThank you.\n"
    assert not season(text).tropes
    told = season(text, description="A woman reborn after a betrayal.")
    assert "rebirth_revenge" in {trait.id for trait in told.tropes}
    assert 'description: "' in told.tropes[0].why


def test_every_archetype_has_terms_and_words_in_both_languages() -> None:
    rows = table()["archetype"]
    assert len({row["id"] for row in rows}) == 18
    for row in rows:
        assert row["en"]
        assert row["zh"]
        assert row["means"]
        assert row["said_en"]
        assert row["said_zh"]


def test_spikes_stand_apart_and_their_gaps_fill_the_episode() -> None:
    one = season(f"INT. A - DAY\n\n{SLIGHTS}\n").episodes[0]
    times = [spike.at_ms for spike in one.spikes]
    assert times
    assert all(b - a >= 8_000 for a, b in pairwise(times))
    assert sum(gaps_ms(one)) == one.duration_ms


def test_paywall_places_follow_strong_endings() -> None:
    def ep(number: int, tail: str) -> str:
        return f"EPISODE {number}\n\nINT. A - DAY\n\nMIA\nThe tea is ready.\n\nLEO\nThank you.\n\n{tail}\n\n"

    calm, hard = "They walk away hand in hand. Mia smiles.", "A masked man raises a knife.\n\nMIA\nWho are you?\n"
    story = season("".join(ep(n, hard if n in (3, 10) else calm) for n in range(1, 11)))
    assert [place.episode for place in story.paywall] == [4]
    assert "episode 3 ends" in story.paywall[0].why
    assert story.paywall[0].evidence == story.episodes[2].ending.evidence


def test_a_short_season_has_no_place_for_a_paywall() -> None:
    assert season(f"EPISODE 1\n\nINT. A - DAY\n\n{SLIGHTS}\n").paywall == ()


def test_a_long_season_makes_no_villain_of_a_friend() -> None:
    episodes = [f"EPISODE {n}\n\nINT. A - DAY\n\n{TALK}\n\nINT. B - DAY\n\n" for n in range(1, 13)]
    once = {3, 7}
    text = "".join(
        part + (SLIGHTS.replace("ROSA", "LEO") if n in once else "") + "\n\n" for n, part in enumerate(episodes, 1)
    )
    assert person(season(text), "Leo").role in (Role.LEAD, Role.LOVE)
