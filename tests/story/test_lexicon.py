from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from hookline.model.story import BeatType
from hookline.story.hooks import MOOD_SAYS
from hookline.story.lexicon import LANGUAGES, PLACES, compiled, fold, lexicon

MOODS = {"shock", "grief", "suspense", "calm", "hostile", "pull"}
KEYS = {*PLACES, *(f"hint_{place}" for place in PLACES), "unless", "asks"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_expression_compiles(language: str) -> None:
    data = tomllib.loads(files("hookline.story").joinpath(f"{language}.toml").read_text("utf-8"))
    for groups in data["signs"].values():
        for table in groups.values():
            assert set(table) <= KEYS
            for key in KEYS - {"asks"}:
                lone = {**data, "signs": {"reveal": {"one": {"said": table.get(key, ())}}}}
                for group in compiled(language, lone).groups["said"]:
                    assert all(re.compile(rule) for _, rule in group.rules)


@pytest.mark.parametrize("language", LANGUAGES)
def test_families_are_beats_or_moods_and_both_languages_have_them(language: str) -> None:
    families = {group.family for groups in lexicon(language).groups.values() for group in groups}
    named = {type.value for type in BeatType} | MOODS
    assert families <= named
    assert families == {group.family for groups in lexicon("en").groups.values() for group in groups}
    assert named - families == {"hook", "cliffhanger"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_moods_that_speak_for_an_ending_exist(language: str) -> None:
    groups = {(group.family, group.name) for found in lexicon(language).groups.values() for group in found}
    assert set(MOOD_SAYS) <= groups


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_are_stated(language: str) -> None:
    head = files("hookline.story").joinpath(f"{language}.toml").read_text("utf-8").splitlines()[:5]
    assert any("Source: our own reading" in line for line in head)


def test_unless_takes_a_sign_back() -> None:
    data = {
        "spaced": True,
        "names": {"pet": "cat|dog"},
        "signs": {"threat": {"one": {"said": ["my {pet}", "big ~ {pet}"], "hint_said": ["pets"], "unless": ["toy"]}}},
        "lists": {},
        "counted": {},
    }
    one = compiled("en", data)
    assert [(m.weight, m.start, m.end) for m in one.matches("It is My Dog!", "said")] == [(1.0, 6, 12)]
    assert [m.weight for m in one.matches("a big old brown cat", "said")] == [1.0]
    assert [m.weight for m in one.matches("pets", "said")] == [0.5]
    assert one.matches("my toy dog and my dog", "said") == ()
    assert one.matches("my dogma", "said") == ()
    assert [m.family for m in one.matches("my dog", "shown")] == ["threat"]  # what is said can be shown


def test_an_unknown_language_sees_nothing() -> None:
    assert lexicon("tlh").matches("I will kill you", "said") == ()
    assert lexicon("zh-Hans") is lexicon("zh")


def test_folding_keeps_every_place() -> None:
    text = "İt’s “FINE” – İ"
    assert len(fold(text)) == len(text)
    assert fold("Don’t") == "don't"
