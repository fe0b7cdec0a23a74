"""Text that looks enough like scripts and subtitles to reach every rule, and text that doesn't."""

from __future__ import annotations

from hypothesis import strategies as st

_ENGLISH = (
    "INT. OFFICE - DAY", "EXT. STREET - NIGHT #1-2#", "SCENE 2-1: HALL", "# Episode 2", "EPISODE 3: The Call",
    "## Act", "= synopsis", "LIN TIAN", "LIN TIAN (V.O.)", "@McGee", "Zhao Qin", "(softly)", "(beat", "lower)",
    "Hello there.", "~ la la", "CUT TO:", "> FADE OUT", "> THE END <", "===", "[[a note", "ends]] here", "[[note]]",
    "/* cut", "*/", "ON SCREEN: YEARS LATER", "[TITLE CARD: x]", "Title: A", "Description: b", "FLASHBACK",
    "(FLASHBACK)", "ACTION", "She leaves.", "LIN: Go!", "!BANG", ".ROOF", "...and so", "**BOLD**", "_u_",
    "CUT TO: LIN waits.", "  ", "", "\t", "1. INT. ROOM - DAY 1", "LIN TIAN:", "PAUSE ^", "(O.S.)",
)  # fmt: skip
_CHINESE = (
    "《归来》", "第1集", "第二集：重逢", "1-1 日 内 客厅", "２－３，夜，外，街", "场景一：客厅", "1.",
    "人物：马一花、林晚（20岁）", "人物：", "△她推门。", "▲【特写】手", "马一花：（怒）走！", "林晚（OS）：不",
    "旁白：多年以后", "马一花：", "（转身）", "【字幕：三年前】", "【闪回】△雨【闪回结束】", "【卡点】",
    "字幕：三年前", "一句话梗概：重生", "人物小传", "没有标记的一行", "没有说完", "时间：日", "道具：刀",
    "第一集完", "12", "----", "", "  ", "画面切换", "闪回：雨夜", "A：B：C", "（）", "【】", "：", "△", "第集",
    "http://x", "# 第3集", "**1-2 夜 外 街**",
)  # fmt: skip
_CUES = (
    "1", "2", "00:00:01,000 --> 00:00:02,500", "00:00:03.000 --> 00:00:02.000 align:start", "00:05 --> 00:06",
    "WEBVTT", "NOTE a", "STYLE", "ANN: Hi", "- Yes", "- No", "<v Ann>Hi</v>", "<i>x</i>", "{\\an8}y", "♪ la ♪",
    "3 < 4 {a}", "", "", "林晚：走", "00:00:09,000 and 00:00:10,000", "&amp; &lt;", "<c.red>z", "\\N",
)  # fmt: skip

_loose = st.text(max_size=30)


def _document(lines: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(lines), st.sampled_from(lines), _loose), max_size=25).map("\n".join)


english_scripts = _document(_ENGLISH)
chinese_scripts = _document(_CHINESE)
any_scripts = _document(_ENGLISH + _CHINESE)
subtitle_files = _document(_CUES)
