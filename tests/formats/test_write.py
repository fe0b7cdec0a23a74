"""Scripts written and read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.formats import WRITERS, chinese, fdx, fountain, module, read_script, write_script
from hookline.formats.alone import scene_of
from hookline.formats.writing import differences, own_notes
from hookline.model.errors import BadInput
from hookline.model.script import Episode, Line, LineKind, Script, Source, Voice
from tests.formats.accounting import words
from tests.formats.strategies import chinese_scripts, english_scripts
from tests.formats.test_chinese import SEASON
from tests.formats.test_fountain import dramabench, joined
from tests.shared import REPOSITORY, shared_data

A, C, D, M, T = LineKind.ACTION, LineKind.CAPTION, LineKind.DIALOGUE, LineKind.MARK, LineKind.TRANSITION
NOWHERE = Source("", 0)
UNREAD = "lines that no rule could place are not written"


def losses(script: Script, format: str) -> list[str]:
    """What a round trip loses beside unread lines, which no format holds a place for."""
    return [one for one in write_script(script, format=format).losses if not one.endswith(UNREAD)]


def story_of(*lines: Line, heading: str = "INT. HALL - DAY", language: str = "en") -> Script:
    scene = replace(scene_of(heading), source=NOWHERE, lines=lines)
    return Script("fountain", language, (Episode(1, (scene,)),))


def line(kind: LineKind, text: str, speaker: str | None = None, delivery: str | None = None) -> Line:
    return Line(kind, text, NOWHERE, speaker=speaker, delivery=delivery)


# --- real scripts --------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["fountain", "fdx"])
def test_seventy_real_scripts_lose_nothing(format: str) -> None:
    rows = dramabench()
    assert len(rows) == 70
    for row in rows:
        assert not losses(fountain.read(joined(row), file=row["id"]), format), row["id"]


@pytest.mark.parametrize("format", ["fountain", "fdx"])
def test_every_file_of_the_other_tools_loses_nothing(format: str) -> None:
    folder = shared_data("story", "screenplay_formats")
    paths = sorted(folder.glob("*.fountain")) + sorted(folder.glob("*.fdx"))
    assert len(paths) == 28
    for path in paths:
        script = read_script(path, file=path.name, format=path.suffix[1:])
        lost = losses(script, format)
        casts = [one for one in lost if ": cast " in one or "'Cast: " in one]
        assert lost == casts, path.name
        assert not casts or (format, path.name) == ("fountain", "TestFDX-FD.fdx"), "Fountain has no cast lists"


@pytest.mark.parametrize("format", ["chinese", "fdx"])
def test_a_chinese_season_loses_nothing(format: str) -> None:
    assert not losses(chinese.read(SEASON, file=""), format)


@pytest.mark.parametrize("format", list(WRITERS))
def test_the_sample_scripts_lose_nothing_in_their_own_format(format: str) -> None:
    for path in sorted((REPOSITORY / "src" / "hookline" / "sample" / "scripts").rglob("*.*")):
        if path.suffix in (".txt", ".fountain"):
            script = read_script(path, file=path.name)
            if format in (script.format, "fdx"):
                assert not losses(script, format), path.name


def test_from_one_format_through_all_others_and_back() -> None:
    script = chinese.read(SEASON, file="")
    again = fdx.read_bytes(write_script(script, format="fdx").data, file="")
    assert again.language == "zh"
    assert not differences(script, chinese.read(write_script(again, format="chinese").data.decode(), file=""))


# --- made scripts --------------------------------------------------------------------------------

_words = st.lists(
    st.sampled_from(
        [
            "he",
            "she",
            "runs",
            "waits",
            "the",
            "rain",
            "*star*",
            "under_score",
            "5%",
            "a/b",
            "[x]",
            "&",
            "<",
            ">",
            "don’t",
        ]
    ),
    min_size=1,
)
_sentence = st.builds(lambda words, end: f"So {' '.join(words)}{end}", _words, st.sampled_from([".", "?", "!", "..."]))
_rows = st.lists(_sentence, min_size=1, max_size=3).map("\n".join)
_zh_sentence = st.builds(
    lambda parts, end: "她" + "，".join(parts) + end,
    st.lists(st.sampled_from(["推开门", "走进来", "下着雨", "说不出话", "看着他"]), min_size=1, max_size=4),
    st.sampled_from("。！？"),
)
_voices = st.sampled_from(Voice)


def _lines(
    text: st.SearchStrategy[str],
    names: list[str],
    how: list[str],
    captions: list[str],
    turns: list[str],
    marks: list[str],
) -> st.SearchStrategy[Line]:
    def plain(kind: LineKind, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Line]:
        return st.builds(lambda text: line(kind, text), texts)

    speech = st.builds(
        lambda text, name, delivery, voice: Line(D, text, NOWHERE, speaker=name, delivery=delivery, voice=voice),
        text,
        st.sampled_from(names),
        st.one_of(st.none(), st.sampled_from(how)),
        _voices,
    )
    others = [(C, captions), (T, turns), (M, marks)]
    return st.one_of(speech, plain(A, text), *(plain(kind, st.sampled_from(texts)) for kind, texts in others))


def _scripts(
    lines: st.SearchStrategy[Line], headings: list[str], titles: list[str], language: str
) -> st.SearchStrategy[Script]:
    scenes = st.builds(
        lambda heading, lines: replace(scene_of(heading), source=NOWHERE, lines=tuple(lines)),
        st.sampled_from(headings),
        st.lists(lines, min_size=1, max_size=6),
    )
    episodes = st.lists(
        st.tuples(st.sampled_from(titles), st.lists(scenes, min_size=1, max_size=4)), min_size=1, max_size=3
    )
    return st.builds(
        lambda title, description, episodes: Script(
            "",
            language,
            tuple(Episode(i, tuple(scenes), name) for i, (name, scenes) in enumerate(episodes, start=1)),
            title,
            description,
        ),
        st.sampled_from(titles),
        st.sampled_from(["", *titles]),
        episodes,
    )


english = _scripts(
    _lines(
        _rows,
        ["LIN TIAN", "Lin", "MR. GU", "McCLANE", "马一花", "R2D2", "CUT", "LIN's MOTHER", "SCENE STEALER"],
        ["softly", "to Ann, crying", "on phone", "sung"],
        ["FIVE YEARS LATER", "London, 1999", "THE END"],
        ["CUT TO:", "FADE OUT.", "FLASHBACK", "a slow turn of the wheel"],
        ["CLIFFHANGER", "ask Ann about this", "a list: [x]", "/* gone */", "END OF EPISODE 1", "===", "two\nrows"],
    ),
    [
        "INT. HALL - DAY",
        "EXT. STREET - NIGHT",
        "INT./EXT. CAR - DUSK",
        "THE MOON",
        "Scene 1-2: INT. LAB",
        "12. INT. HALL - DAY",
    ],
    ["", "The Call", "A: B", "第一夜"],
    "en",
)
chinese_ones = _scripts(
    _lines(
        _zh_sentence,
        ["马一花", "林晚", "众人", "A", "李总助理"],
        ["怒", "哭着，低声"],
        ["三年前", "全剧终"],
        ["闪回", "闪回结束", "切至", "画面切换"],
        ["卡点", "道具：刀", "钩子：她是谁"],
    ),
    ["1-1 日 内 客厅", "2-3 夜 外 街", "第3场 晨 内 医院走廊", "场景：天台 夜 外"],
    ["", "重逢", "她是谁"],
    "zh",
)


@settings(max_examples=120, deadline=None)
@given(english)
def test_any_english_script_survives_fountain_and_final_draft(script: Script) -> None:
    assert not losses(script, "fountain")
    assert not losses(script, "fdx")


@settings(max_examples=120, deadline=None)
@given(chinese_ones)
def test_any_chinese_script_survives_its_own_format_and_final_draft(script: Script) -> None:
    assert not losses(script, "chinese")
    assert not losses(script, "fdx")


# --- anything ------------------------------------------------------------------------------------

_PRINTED = str.maketrans(dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))


@pytest.mark.parametrize("format", list(WRITERS))
@pytest.mark.parametrize(
    ("read", "texts"), [(fountain.read, english_scripts), (chinese.read, chinese_scripts)], ids=["english", "chinese"]
)
def test_no_word_of_any_line_is_dropped(
    read: Callable[..., Script], texts: st.SearchStrategy[str], format: str
) -> None:
    """Whatever a format can't say as it was meant, its words stand in the file."""

    @settings(max_examples=200, deadline=None)
    @given(texts)
    def hold(text: str) -> None:
        script = read(text.translate(_PRINTED), file="")
        written = unescape(write_script(script, format=format).data.decode())
        said = [line for episode in script.episodes for line in episode.lines()]
        translated = format == "chinese"  # CUT TO: is 切至
        kept = [line for line in said if not (translated and line.kind is T)]
        meant = {word for line in kept for text in (line.text, line.speaker or "") for word in words(text)}
        assert not meant - set(words(written))

    hold()


def test_what_a_reader_decided_is_none_of_the_story() -> None:
    for text in ("EPISODE 1: A\n\nx\n\nEPISODE 1: B\n\ny\n", "EPISODE 1\n\nx\n\nEPISODE 1\n\ny\n", "Rain.\n"):
        script = fountain.read(text, file="a.fountain")
        assert script.notes
        assert not own_notes(script), script.notes


def test_a_written_file_is_told_apart_from_the_script_it_lost_something_of() -> None:
    script = story_of(line(D, "Who speaks?", None), line(A, "Rain."))
    assert any("kind 'dialogue' became 'action'" in one for one in losses(script, "fountain"))
    cast = replace(script.episodes[0].scenes[0], cast=("ANN",))
    assert any("cast" in one for one in losses(replace(script, episodes=(Episode(1, (cast,)),)), "fountain"))


# --- how it looks --------------------------------------------------------------------------------


def test_fountain_looks_as_a_writer_writes_it() -> None:
    text = (
        "Title: The Letter\nDescription: Two sisters.\nAuthor: Ann\n\n# Episode 1: The Call\n\n"
        "INT. HALL - DAY #1#\n\nRain on the roof.\n\nLIN TIAN (V.O.)\n(softly)\nYou came.\n\nCUT TO:\n\n"
        "ON SCREEN: Three years ago, in London\n\n[[check the date]]\n"
    )
    assert write_script(fountain.read(text, file=""), format="fountain").data.decode() == text


def test_fountain_forces_only_what_would_be_read_as_something_else() -> None:
    script = story_of(
        line(A, "BANG"), line(A, "CUT TO: the past."), line(D, "(really)", "Lin"), line(T, "a turn"), heading="THE MOON"
    )
    text = write_script(script, format="fountain").data.decode()
    assert text == "# Episode 1\n\n.THE MOON\n\n!BANG\n\n!CUT TO: the past.\n\nLin\n*(really)*\n\n> a turn\n".replace(
        "\nLin\n", "\n@Lin\n"
    )


def test_the_chinese_format_looks_as_a_writer_writes_it() -> None:
    text = (
        "《归来》\n故事梗概：她回来了。\n\n第1集：重逢\n\n1-1 日 内 客厅\n人物：马一花、林晚\n"
        "△雨。\n马一花（OS）：（怒）走！\n"
        "【字幕：三年前】\n【闪回】\n林晚：不。\n【卡点】\n"
    )
    assert write_script(chinese.read(text, file=""), format="chinese").data.decode() == text


def test_an_english_scene_becomes_a_chinese_one_and_back() -> None:
    script = story_of(line(A, "Rain."), line(T, "CUT TO:"), heading="INT. HALL - NIGHT")
    text = write_script(script, format="chinese").data.decode()
    assert "场景：夜 内 HALL" in text
    assert "【切至】" in text
    again = write_script(chinese.read("第1集\n1-2 夜 外 街\n△雨。\n", file=""), format="fountain").data.decode()
    assert "EXT. 街 - NIGHT #1-2#" in again


def test_final_draft_is_plain_xml_of_the_types_that_final_draft_knows() -> None:
    script = story_of(line(D, "A < B & C", "LIN"), line(M, "note"), line(A, "bell \x07 rings"))
    data = write_script(script, format="fdx").data
    root = ElementTree.fromstring(data)
    types = [one.get("Type") for one in root.findall("Content/Paragraph")]
    assert types == ["New Act", "Scene Heading", "Character", "Dialogue", "Note", "Action"]
    declared = {one.get("Type") for one in root.findall("ElementSettings")}
    assert "Note" in declared
    assert [one.text for one in root.iter("Text")][3:] == ["A < B & C", "note", "bell   rings"]


def test_only_scripts_of_known_formats_are_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="can't be written as 'pdf'"):
        write_script(story_of(line(A, "x")), format="pdf")
    assert all(module(name).KIND == "script" for name in WRITERS)
