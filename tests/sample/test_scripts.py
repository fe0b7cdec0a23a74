from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from hookline.formats import chinese, fountain
from hookline.model.script import Episode, Line, LineKind, Script, Voice
from hookline.model.story import EpisodeStory, SeriesStory
from hookline.sample import MeantBeat, beats_meant, scripts
from hookline.story import analyse

LANGUAGES = ("en", "zh")
READERS = {"en": fountain, "zh": chinese}
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@cache
def written(language: str) -> tuple[Script, ...]:
    read = READERS[language].read
    return tuple(read(file.read_text(encoding="utf-8"), file=file.name) for file in scripts(language))


@cache
def story(language: str) -> SeriesStory:
    return analyse(written(language), language=language)


@cache
def cast() -> dict[str, Any]:
    return tomllib.loads((files("hookline.sample") / "cast.toml").read_text(encoding="utf-8"))


def episodes(language: str) -> list[Episode]:
    return [episode for script in written(language) for episode in script.episodes]


def shown(episode: Episode) -> list[Line]:
    return [line for line in episode.lines() if line.kind in (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)]


def names(kind: str, language: str) -> set[str]:
    return {entry[f"name_{language}"] for entry in cast()[kind]}


@both_languages
def test_every_line_is_read(language: str) -> None:
    assert [unread for script in written(language) for unread in script.unread] == []


@both_languages
def test_nothing_is_read_as_something_else(language: str) -> None:
    spoken = [line for ep in episodes(language) for line in ep.lines() if line.kind is LineKind.DIALOGUE]
    over = [line.text for line in spoken if line.voice is not Voice.ON]
    assert len(over) == 3  # two thoughts and a voice on the phone
    assert all(line.speaker for line in spoken)
    done = [line.text for ep in episodes(language) for line in ep.lines() if line.kind is LineKind.ACTION]
    assert [text for text in done if text.startswith(("[", "【", "△", "(", "（")) or text.isupper()] == []


@both_languages
def test_the_season_has_its_episodes(language: str) -> None:
    assert [episode.number for episode in episodes(language)] == list(range(1, cast()["series"]["episodes"] + 1))
    assert {script.title for script in written(language)} == {cast()["series"][f"title_{language}"]}
    assert [ep.title for ep in episodes(language)] == [meant.title[language] for meant in beats_meant()]


def test_both_languages_play_the_same_scenes_in_the_same_sets() -> None:
    sets = {entry["name_zh"]: entry["name_en"] for entry in cast()["set"]}
    english = [[(s.place, s.setting, s.time_of_day) for s in ep.scenes] for ep in episodes("en")]
    chinese_ = [[(sets[s.place], s.setting, s.time_of_day) for s in ep.scenes] for ep in episodes("zh")]
    assert english == chinese_


def test_both_languages_have_the_same_people_in_an_episode() -> None:
    people = {entry["name_zh"]: entry["name_en"].upper() for entry in cast()["character"]}

    def speakers(episode: Episode) -> set[str | None]:
        return {line.speaker for line in episode.lines() if line.kind is LineKind.DIALOGUE}

    for english, chinese_ in zip(episodes("en"), episodes("zh"), strict=True):
        assert speakers(english) == {people[name] for name in speakers(chinese_) if name}


@both_languages
def test_who_speaks_and_where_is_in_the_cast_file(language: str) -> None:
    people = {name.upper() for name in names("character", language)}
    spoken = {line.speaker for ep in episodes(language) for line in ep.lines() if line.speaker}
    assert spoken == people
    assert {scene.place for ep in episodes(language) for scene in ep.scenes} == names("set", language)


def test_a_scene_lists_whoever_speaks_in_it_from_the_room() -> None:
    for episode in episodes("zh"):
        for scene in episode.scenes:
            present = {line.speaker for line in scene.lines if line.speaker and line.voice is Voice.ON}
            assert present <= set(scene.cast), scene.heading


@both_languages
def test_an_episode_plays_60_to_75_seconds(language: str) -> None:
    lengths = {episode.number: episode.duration_ms for episode in story(language).episodes}
    assert {number: ms for number, ms in lengths.items() if not 60_000 <= ms <= 75_000} == {}


@both_languages
def test_what_was_meant_is_in_the_script_in_order(language: str) -> None:
    for meant, episode in zip(beats_meant(), episodes(language), strict=True):
        at = [line_of(episode, beat, language) for beat in meant.beats]
        assert at == sorted(at), meant.number
        assert meant.beats[-1].lines + at[-1] <= len(shown(episode))


@both_languages
def test_the_hook_comes_within_three_seconds(language: str) -> None:
    for meant, episode in zip(beats_meant(), story(language).episodes, strict=True):
        opening = meant.hook[language]
        hook = next(line for line in shown(episode.episode) if line.text.startswith(opening))
        assert hook.span is not None
        assert hook.span.start_ms <= 3000, meant.number


@both_languages
def test_exposition_is_slow_and_long(language: str) -> None:
    told = [
        seconds(told_by, beat, language)
        for meant, told_by in zip(beats_meant(), story(language).episodes, strict=True)
        for beat in meant.beats
        if beat.type == "exposition"
    ]
    assert len(told) >= 4
    assert all(8 <= length <= 15 for length in told), told


def line_of(episode: Episode, beat: MeantBeat, language: str) -> int:
    """The one line of an episode that opens as the writer noted."""
    opening = beat.opening[language]
    found = [number for number, line in enumerate(shown(episode)) if line.text.startswith(opening)]
    assert len(found) == 1, f"episode {episode.number}: {opening!r} opens {len(found)} lines"
    return found[0]


def seconds(episode: EpisodeStory, beat: MeantBeat, language: str) -> float:
    span = shown(episode.episode)[line_of(episode.episode, beat, language)].span
    assert span is not None
    return (span.end_ms - span.start_ms) / 1000
