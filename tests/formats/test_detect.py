from __future__ import annotations

from pathlib import Path

import pytest

from hookline import formats
from hookline.formats import FORMATS, KINDS, detect, read_cues, read_script
from hookline.model.errors import BadInput, UnknownFormat, Unreadable
from tests.formats.test_chinese import SEASON
from tests.formats.test_fountain import dramabench, joined
from tests.shared import shared_data

ENGLISH = "Title: A\n\nINT. OFFICE - DAY\n\nLIN TIAN\nIt's over.\n\nZHANG\n(softly)\nNo.\n"
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n"
PROSE = "It was a dark night. The rain fell.\n\nShe said: go. He didn't.\n\nCHAPTER TWO\n\nIt was a bright day.\n"
ZH_PROSE = "第一章 雨夜\n\n那天夜里，雨下得很大。她说：“走吧。”他没有动。\n\n他想起了三年前的事。\n"
JSONL = '{"type":"track","event":"Video Playback Started","properties":{"position":0}}\n' * 50
CSV = "Video position (%),Absolute audience retention (%)\n1,99.5\n2,98.1\n" * 30
README = "# Project\n\nINSTALLATION\nRun make.\n\nUSAGE\nRun it.\n\nLICENSE\nMIT.\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.fountain", ENGLISH, "fountain"),
        ("a.fountain", "Just an idea.\n", "fountain"),
        ("a.txt", ENGLISH, "fountain"),
        ("a.txt", ENGLISH.encode("utf-16"), "fountain"),
        ("a.md", ENGLISH, "fountain"),
        ("a.txt", SEASON, "chinese"),
        ("a.txt", SEASON.encode("gb18030"), "chinese"),
        ("a.txt", SEASON.encode("utf-16"), "chinese"),
        ("a.txt", SEASON.encode("utf-16-le"), "chinese"),
        ("a.txt", "\ufeff" + SEASON, "chinese"),
        ("a.txt", "1-1 日 内 客厅\n△雨。\n", "chinese"),
        ("a.txt", "马一花：走！\n林晚：不。\n马一花：走！\n林晚：不。\n", "chinese"),
        ("a.txt", "LIN: Go!\nMEI: No.\nLIN: Now!\nMEI: Never.\nLIN: Fine.\n", "fountain"),
    ],
)
def test_scripts_are_known_by_what_they_hold(tmp_path: Path, name: str, content: str | bytes, format: str) -> None:
    path = write(tmp_path, name, content)
    found = detect(path, kind="script")
    assert (found.format, found.kind) == (format, "script")
    assert found.why
    assert read_script(path, file=name).format == format


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.srt", SRT, "srt"),
        ("a.txt", SRT, "srt"),
        ("a.srt", VTT, "vtt"),
        ("a.vtt", VTT, "vtt"),
        ("a.txt", "\ufeff" + VTT, "vtt"),
        ("a.srt", SRT.encode("utf-16"), "srt"),
        ("a.txt", SRT.replace("Hello", "你好").encode("gb18030"), "srt"),
    ],
)
def test_subtitles_are_known_by_what_they_hold(tmp_path: Path, name: str, content: str | bytes, format: str) -> None:
    path = write(tmp_path, name, content)
    assert detect(path, kind="subtitles").format == format
    assert len(read_cues(path, file=name)) == 1


@pytest.mark.parametrize("kind", ["script", "subtitles"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("events.jsonl", JSONL),
        ("events.txt", JSONL),
        ("retention.csv", CSV),
        ("retention.txt", CSV),
        ("novel.txt", PROSE),
        ("novel.txt", ZH_PROSE),
        ("readme.md", README),
        ("movie.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 20),
        ("a.docx", b"PK\x03\x04\x14\0\x06\0" * 100),
        ("a.fountain", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 10),
    ],
)
def test_what_is_no_story_is_left_alone(tmp_path: Path, kind: str, name: str, content: str | bytes) -> None:
    with pytest.raises(UnknownFormat, match="can't be read as"):
        detect(write(tmp_path, name, content), kind=kind)


def test_a_subtitle_file_is_no_script_and_a_script_no_subtitle_file(tmp_path: Path) -> None:
    for name, content in (("a.srt", SRT), ("a.vtt", VTT)):
        with pytest.raises(UnknownFormat):
            detect(write(tmp_path, name, content), kind="script")
    for content in (ENGLISH, SEASON):
        with pytest.raises(UnknownFormat):
            detect(write(tmp_path, "a.txt", content), kind="subtitles")


def test_every_real_script_is_known_without_its_name(tmp_path: Path) -> None:
    for row in dramabench():
        found = detect(write(tmp_path, "a.txt", joined(row)), kind="script")
        assert found.format == "fountain", row["title"]


def test_other_real_files_are_no_scripts() -> None:
    others = [
        shared_data("story", "cped", "valid_split.csv"),
        shared_data("story", "dramabench", "dev.jsonl"),
        shared_data("story", "tripod", "TRIPOD_synopses_train.csv"),
        shared_data("media", "mdn", "friday.mp4"),
        shared_data("README.md"),
    ]
    for path in others:
        with pytest.raises(UnknownFormat):
            detect(path, kind="script")


def test_how_the_bytes_were_read_is_said(tmp_path: Path) -> None:
    script = read_script(write(tmp_path, "a.txt", SEASON.encode("gb18030")), file="scripts/a.txt")
    assert script.notes[0] == "read as GB18030"
    assert script.episodes[0].scenes[0].source.file == "scripts/a.txt"


def test_the_user_decides(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", PROSE)
    assert detect(path, format="fountain").why == "as asked"
    assert read_script(path, file="a.txt", format="fountain").episodes
    with pytest.raises(BadInput, match="no format 'word'"):
        detect(path, format="word")
    with pytest.raises(BadInput, match="no kind 'film'"):
        detect(path, kind="film")
    with pytest.raises(BadInput, match="srt is a format of subtitles"):
        read_script(path, file="a.txt", format="srt")


def test_what_can_t_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="can't be opened"):
        detect(tmp_path / "none.txt", kind="script")
    with pytest.raises(Unreadable, match="empty"):
        detect(write(tmp_path, "a.txt", b""), kind="script")


def test_a_kind_imports_only_its_own_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = formats.module

    def spy(format: str) -> object:
        asked.append(format)
        return real(format)

    monkeypatch.setattr(formats, "module", spy)
    detect(write(tmp_path, "a.srt", SRT), kind="subtitles")
    assert set(asked) == {name for name, (kind, _) in FORMATS.items() if kind == "subtitles"}


@pytest.mark.parametrize("name", ["fountain", "chinese", "srt", "vtt"])
def test_the_contract_of_a_format(name: str) -> None:
    chosen = formats.module(name)
    assert FORMATS[name][0] == chosen.KIND
    assert chosen.KIND in KINDS
    assert chosen.TITLE
    assert chosen.recognise("a.bin", b"\0\1\2\3" * 100) is None
    match = chosen.recognise("a.txt", b"INT. A - DAY\n\nrain\n")
    assert match is None or 0 < match.score <= 1
