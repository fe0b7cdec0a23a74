from __future__ import annotations

from pathlib import Path

import pytest

from hookline.model.errors import BadInput
from hookline.model.story import BeatType, EndingType
from hookline.sample import beats_meant, copy_scripts, scripts

WANTED = {  # how often a kind of beat comes at least in the season, so that its effect can be learnt
    BeatType.HUMILIATION: 5,
    BeatType.COMEBACK: 5,
    BeatType.REVEAL: 5,
    BeatType.EXPOSITION: 4,
    BeatType.FLASHBACK: 2,
    BeatType.DECISION: 2,
    BeatType.DISCOVERY: 2,
    BeatType.BETRAYAL: 3,
    BeatType.PAYOFF: 2,
}


def test_scripts_come_in_order() -> None:
    assert [file.name for file in scripts("en")] == [f"ep{number:02}.fountain" for number in range(1, 9)]
    assert [file.name for file in scripts("zh")] == ["season.txt"]


def test_a_language_that_is_not_written_is_named() -> None:
    with pytest.raises(BadInput, match="'fr'"):
        scripts("fr")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_copies_are_the_scripts(tmp_path: Path, language: str) -> None:
    copies = copy_scripts(tmp_path / "new" / "scripts", language=language)
    assert [path.read_bytes() for path in copies] == [file.read_bytes() for file in scripts(language)]
    assert [path.name for path in copies] == [file.name for file in scripts(language)]


def test_the_season_has_enough_of_each_beat() -> None:
    meant = [beat.type for episode in beats_meant() for beat in episode.beats]
    assert {kind: meant.count(kind) for kind in WANTED if meant.count(kind) < WANTED[kind]} == {}
    assert meant.count(BeatType.THREAT) + meant.count(BeatType.CONFRONTATION) >= 5
    assert meant.count(BeatType.NEAR_MISS) + meant.count(BeatType.DECLARATION) >= 3


def test_exposition_is_spread_over_episodes() -> None:
    told = [ep.number for ep in beats_meant() if any(beat.type is BeatType.EXPOSITION for beat in ep.beats)]
    assert len(told) >= 4


def test_endings_vary_and_two_that_go_on_are_weak() -> None:
    episodes = beats_meant()
    assert [ep.number for ep in episodes] == list(range(1, 9))
    assert {ep.ending for ep in episodes} == set(EndingType)
    assert len([ep for ep in episodes[:-1] if not ep.strong]) >= 2
    assert episodes[3].strong  # episode 5 is the first paid one
    assert all(bool(ep.question) == ep.strong for ep in episodes)
