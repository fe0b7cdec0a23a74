from __future__ import annotations

import pytest

from hookline.model.script import Episode, Script
from hookline.model.story import EpisodeStory
from hookline.story import analyse
from hookline.story.lexicon import lexicon
from hookline.story.people import Cast, cast_of
from tests.story.written import written


def cast(*scenes: tuple[str, ...], language: str = "en") -> Cast:
    """The cast of a script whose scenes have these speakers."""
    if language == "zh":
        text = "\n".join(
            f"1-{n} 日 内 房\n" + "\n".join(f"{name}：好的。" for name in names)
            for n, names in enumerate(scenes, start=1)
        )
    else:
        text = "\n".join("INT. ROOM - DAY\n\n" + "\n".join(f"{name}\nYes.\n" for name in names) for names in scenes)
    episodes: tuple[Episode, ...] = written(text, language=language).episodes
    return cast_of(episodes, lexicon(language))


@pytest.mark.parametrize(
    ("scenes", "same"),
    [
        ((("SONG QINGHUA",), ("QINGHUA",)), ("song qinghua", "qinghua")),
        ((("LIN TIAN",), ("MR. LIN",)), ("lin tian", "mr. lin")),
        ((("YOUNG ZHAO QIN",), ("ZHAO QIN",)), ("young zhao qin", "zhao qin")),
        ((("DR. CHEN",), ("CHEN",)), ("dr. chen", "chen")),
    ],
)
def test_shorter_and_titled_names_join(scenes: tuple[tuple[str, ...], ...], same: tuple[str, str]) -> None:
    person = cast(*scenes).person
    assert person[same[0]] == person[same[1]]


@pytest.mark.parametrize(
    ("scenes", "apart"),
    [
        ((("LIN TIAN",), ("LIN XUE",), ("MR. LIN",)), ("lin tian", "mr. lin")),  # which Lin?
        ((("LIN TIAN", "MR. LIN"),), ("lin tian", "mr. lin")),  # they talk to each other
        ((("ZHAN YIN",), ("GRANDMA ZHAN",)), ("zhan yin", "grandma zhan")),  # kin
        ((("LAO WANG",), ("LAO WANG'S WIFE",)), ("lao wang", "lao wang's wife")),
        ((("WOMAN",), ("WOMAN IN DRESS",)), ("woman", "woman in dress")),
        ((("TECHNICIAN A",), ("TECHNICIAN",)), ("technician a", "technician")),
        ((("GUARD",), ("SECURITY GUARD",)), ("guard", "security guard")),
    ],
)
def test_doubtful_names_stay_apart(scenes: tuple[tuple[str, ...], ...], apart: tuple[str, str]) -> None:
    person = cast(*scenes).person
    assert person[apart[0]] != person[apart[1]]


def test_chinese_given_names_and_titles() -> None:
    person = cast(("马一花",), ("一花",), ("林晚",), ("林总",), language="zh").person
    assert person["一花"] == "马一花"
    assert person["林总"] == "林晚"


def test_names_are_written_as_people_write_them() -> None:
    person = cast(("HE AN'AN",), ("CEO LI",), ("QING-ER",)).person
    assert list(person.values()) == ["He An'an", "CEO Li", "Qing-Er"]


def test_spellings_are_kept() -> None:
    found = cast(("LIN TIAN",), ("MR. LIN",))
    assert found.spellings["Lin Tian"] == ("LIN TIAN", "MR. LIN")


def test_people_are_found_in_action() -> None:
    found = cast(("LIN TIAN",), ("MOTHER",))
    assert found.named_in("Mother looks at Lin  Tian, then at the Lins.") == ("Mother", "Lin Tian")
    assert found.masked("Mother hits Lin Tian.") == "mother hits жжжжжжжж."


TWO = """
EPISODE 1

INT. ROOM - DAY

LIN TIAN
One two three four five six seven eight nine ten eleven twelve thirteen.

MEI
One two three four five six seven eight nine ten eleven twelve thirteen.

EPISODE 2

INT. ROOM - DAY

Mr. Lin enters.

LIN TIAN
One two three four five six seven eight nine ten eleven twelve thirteen.
"""


def test_shares_and_characters_add_up() -> None:
    script: Script = written(TWO)
    story = analyse([script])
    first: EpisodeStory = story.episodes[0]
    assert first.dialogue_share == {"Lin Tian": 0.5, "Mei": 0.5}
    lin, mei = story.characters
    assert (lin.name, lin.lines, lin.dialogue_ms, lin.episodes) == ("Lin Tian", 2, 10_000, (1, 2))
    assert lin.dialogue_share == pytest.approx(2 / 3)
    assert mei.dialogue_share == pytest.approx(1 / 3)
