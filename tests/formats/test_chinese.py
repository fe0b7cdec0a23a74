from __future__ import annotations

import pytest
from hypothesis import given

from hookline.formats import chinese
from hookline.formats.screenplay import han_number
from hookline.model.script import Line, LineKind, Scene, Script, Voice
from tests.formats.accounting import CHINESE_SYNTAX, dropped, misplaced
from tests.formats.strategies import any_scripts, chinese_scripts

D, A, C, T, M = LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION, LineKind.TRANSITION, LineKind.MARK


def read(text: str, file: str = "script.txt") -> Script:
    return chinese.read(text, file=file)


def lines(text: str) -> list[Line]:
    return [line for episode in read(text).episodes for line in episode.lines()]


def kinds(text: str) -> list[tuple[LineKind, str | None, str]]:
    return [(line.kind, line.speaker, line.text) for line in lines(f"1-1 日 内 客厅\n{text}")]


def scene(text: str) -> Scene:
    (found,) = (scene for episode in read(text).episodes for scene in episode.scenes)
    return found


SEASON = """\
《归来》
一句话梗概：被赶出家门的少女回到十八岁。
故事梗概
她要拿回一切。
人物小传
马一花：女，18岁，倔强。
分集大纲
第1集：马一花被赶出家门。
第2集：马一花遇到陈茉莉。

第1集 归来
1-1 日 内 马家客厅
人物：马一花、马父（50岁）
△水泥地客厅。【特写】一只手。
马父：（怒）滚出去！
马一花（OS）：这一世，
我不会再忍。
【字幕：三年前】【闪回】
△她跪在雨里。
【闪回结束】
马一花：
（冷笑）
你会后悔的。【卡点】

1-2 日 外 操场
陈茉莉：你怎么来了？
【第一集完】

第二集：重逢
2-1，夜，内，酒吧
旁白（VO）：多年以后。
（黑屏）
字幕：未完待续
"""


def test_a_season_with_front_matter() -> None:
    script = read(SEASON)
    assert script.language == "zh"
    assert script.title == "归来"
    assert script.description == "被赶出家门的少女回到十八岁。\n她要拿回一切。"
    assert script.notes == (
        "人物小传：马一花：女，18岁，倔强。",
        "分集大纲：第1集：马一花被赶出家门。\n第2集：马一花遇到陈茉莉。",
    )
    assert [(episode.number, episode.title, len(episode.scenes)) for episode in script.episodes] == [
        (1, "归来", 2),
        (2, "重逢", 1),
    ]
    first = script.episodes[0].scenes[0]
    assert (first.number, first.setting, first.place, first.time_of_day) == ("1-1", "interior", "马家客厅", "day")
    assert first.cast == ("马一花", "马父")
    found = [(line.kind, line.speaker, line.text, line.source.line) for line in script.episodes[0].lines()]
    assert found == [
        (M, None, "人物：马一花、马父（50岁）", 13),
        (A, None, "水泥地客厅。【特写】一只手。", 14),
        (D, "马父", "滚出去！", 15),
        (D, "马一花", "这一世，\n我不会再忍。", 16),
        (C, None, "三年前", 18),
        (T, None, "闪回", 18),
        (A, None, "她跪在雨里。", 19),
        (T, None, "闪回结束", 20),
        (D, "马一花", "你会后悔的。", 23),
        (M, None, "卡点", 23),
        (D, "陈茉莉", "你怎么来了？", 26),
        (M, None, "第一集完", 27),
    ]
    assert [(line.kind, line.voice) for line in script.episodes[1].lines()] == [
        (D, Voice.OVER),
        (T, Voice.ON),
        (C, Voice.ON),
    ]
    assert dropped(SEASON, script, syntax=CHINESE_SYNTAX) == []
    assert misplaced(SEASON, script) == []


HEADS = [
    ("1-2 日 外 中学操场", "1-2", "exterior", "中学操场", "day"),
    ("1-1 公司楼下 日 外", "1-1", "exterior", "公司楼下", "day"),
    ("1-1，日，内，客厅", "1-1", "interior", "客厅", "day"),
    ("1-1 场景：客厅 日 内", "1-1", "interior", "客厅", "day"),
    ("1-1日内客厅", "1-1", "interior", "客厅", "day"),
    ("1-1 客厅夜内", "1-1", "interior", "客厅", "night"),
    ("1-1", "1-1", "", "", ""),
    ("场1-1", "1-1", "", "", ""),
    ("１－２ 日 外 操场", "１－２", "exterior", "操场", "day"),
    ("1—1 日 内 客厅", "1—1", "interior", "客厅", "day"),
    ("1－1、客厅、夜、内", "1－1", "interior", "客厅", "night"),
    ("【1-1】日 内 客厅", "1-1", "interior", "客厅", "day"),
    ("【1-1 日 内 客厅】", "1-1", "interior", "客厅", "day"),
    ("第1-1场 客厅 日 内", "1-1", "interior", "客厅", "day"),
    ("1-1场：夜 外 街道", "1-1", "exterior", "街道", "night"),
    ("1-1. 客厅 日/内", "1-1", "interior", "客厅", "day"),
    ("1-1  夜内  酒吧包厢", "1-1", "interior", "酒吧包厢", "night"),
    ("1-1 内景 客厅 夜", "1-1", "interior", "客厅", "night"),
    ("1-1 林家-客厅-日-内", "1-1", "interior", "林家-客厅", "day"),
    ("1-1 日景 室内 办公室", "1-1", "interior", "办公室", "day"),
    ("1-1 日 内/外 车上", "1-1", "both", "车上", "day"),
    ("1-1 黄昏 外 海边（闪回）", "1-1", "exterior", "海边", "dusk"),
    ("1-5、清晨，外，校门口", "1-5", "exterior", "校门口", "dawn"),
    ("1-1 废弃仓库", "1-1", "", "废弃仓库", ""),
    ("1_3A 夜 外 天台", "1_3A", "exterior", "天台", "night"),
    ("场次：1-3 夜 外 天台", "1-3", "exterior", "天台", "night"),
    ("场景一：客厅 日 内", "场景一", "interior", "客厅", "day"),
    ("第二场：医院走廊 夜 内", "第二场", "interior", "医院走廊", "night"),
    ("第一場 客廳 日 內", "第一場", "interior", "客廳", "day"),
    ("Scene 1-1 客厅 日 内", "1-1", "interior", "客厅", "day"),
    ("内景 客厅 日", "", "interior", "客厅", "day"),
    ("场景：客厅 日 内", "", "interior", "客厅", "day"),
    ("客厅 日 内", "", "interior", "客厅", "day"),
    ("### 1-1 日 内 **客厅**", "1-1", "interior", "客厅", "day"),
]


@pytest.mark.parametrize(("text", "number", "setting", "place", "time"), HEADS)
def test_scene_heads(text: str, number: str, setting: str, place: str, time: str) -> None:
    found = scene(f"{text}\n△她推门。\n")
    assert (found.number, found.setting, found.place, found.time_of_day) == (number, setting, place, time)
    assert found.heading == text.lstrip("# ").replace("**", "")
    assert len(found.lines) == 1


@pytest.mark.parametrize(
    "text",
    [
        "3-5 天后他回来了。", "2024-05-01 完成", "第一场雨落下的时候，他走了。", "1-2个人走过来", "日本人外出",
        "场景很美", "外面下着雨", "他说1-1打平", "2-1比分 逆转", "1. 马一花拿起杯子",
    ],
)  # fmt: skip
def test_what_is_no_scene_head(text: str) -> None:
    assert kinds(f"△雨。\n\n{text}") == [(A, None, "雨。"), (A, None, text)]


@pytest.mark.parametrize("head", ["1.", "1. 客厅 日 内", "1、客厅 日 内", "1 客厅 日 内"])
def test_counted_heads_stand_under_an_episode_head(head: str) -> None:
    assert scene(f"第3集\n{head}\n△雨。\n").number == "1"
    assert read(f"第3集\n{head}\n△雨。\n").episodes[0].number == 3


@pytest.mark.parametrize(
    ("head", "number", "title"),
    [
        ("第1集", 1, ""), ("第一集 归来", 1, "归来"), ("第12集：归来", 12, "归来"), ("【第1集】", 1, ""),
        ("第二十一集《归来》", 21, "归来"),
        ("第103集", 103, ""), ("第１集", 1, ""), ("第 3 集", 3, ""), ("《剧名》第1集", 1, ""), ("EP5", 5, ""),
        ("Episode 3: 归来", 3, "归来"),
        ("# 第4集", 4, ""), ("第1集 第2场 日 内 客厅", 1, ""),
    ],
)  # fmt: skip
def test_episode_heads(head: str, number: int, title: str) -> None:
    script = read(f"{head}\n1-1 日 内 客厅\n△雨。\n")
    assert [(episode.number, episode.title) for episode in script.episodes] == [(number, title)]


@pytest.mark.parametrize("text", ["第1集中，他死了。", "第1-3集是铺垫。", "（第一集完）", "第一集完"])
def test_what_is_no_episode_head(text: str) -> None:
    assert [episode.number for episode in read(f"7-1 日 内 客厅\n△雨。\n\n{text}").episodes] == [7]


def test_scene_numbers_number_the_episodes() -> None:
    script = read("1-1 日 内 客厅\n△雨。\n1-2\n△雪。\n2-1 夜 外 街\n△风。\n")
    assert [(episode.number, len(episode.scenes)) for episode in script.episodes] == [(1, 2), (2, 1)]


def test_one_episode_a_file_takes_the_number_of_the_file() -> None:
    assert read("场景一：客厅\n△雨。", "scripts/第12集.txt").episodes[0].number == 12
    assert read("△雨。", "scripts/03.txt").episodes[0].number == 3


def test_what_stands_under_a_head_belongs_to_it() -> None:
    found = scene("1-1\n时间：夜\n地点：客厅\n人物：马一花 林晚\n道具：刀\n△雨。\n")
    assert (found.heading, found.place, found.time_of_day) == ("1-1 时间：夜 地点：客厅", "客厅", "night")
    assert found.cast == ("马一花", "林晚")
    assert [line.text for line in found.lines] == ["道具：刀", "雨。"]
    numbered = scene("1-1\n场景：客厅 日 内\n△雨。\n")
    assert (numbered.number, numbered.place, numbered.setting) == ("1-1", "客厅", "interior")


@pytest.mark.parametrize(
    "line",
    [
        "人物：马一花、林晚",
        "人物：马一花，林晚",
        "出场人物: 马一花 林晚",
        "人物：\n马一花；林晚",
        "角色：马一花/林晚",
        "人物：马一花、\n林晚",
        "人：马一花,林晚",
    ],
)
def test_cast_lines(line: str) -> None:
    assert scene(f"1-1 日 内 客厅\n{line}\n△雨。\n").cast == ("马一花", "林晚")


def test_a_cast_on_the_head_s_own_line() -> None:
    found = scene("1-1 日 内 客厅 人物：马一花、林晚\n△雨。\n")
    assert (found.place, found.cast) == ("客厅", ("马一花", "林晚"))


@pytest.mark.parametrize(
    ("text", "name", "voice", "delivery", "said"),
    [
        ("马一花：（运球）闭嘴！", "马一花", Voice.ON, "运球", "闭嘴！"),
        ("马一花:(运球)闭嘴!", "马一花", Voice.ON, "运球", "闭嘴!"),
        ("林晚（OS）：……", "林晚", Voice.OFF, None, "……"),
        ("林晚OS：不", "林晚", Voice.OFF, None, "不"),
        ("林晚 os：不", "林晚", Voice.OFF, None, "不"),
        ("林晚(V.O.)：不", "林晚", Voice.OVER, None, "不"),
        ("林晚（画外音，冷冷地）：站住", "林晚", Voice.OFF, "冷冷地", "站住"),
        ("林晚（内心独白）：不", "林晚", Voice.OFF, None, "不"),
        ("林晚：（OS）（哭）不", "林晚", Voice.OFF, "哭", "不"),
        ("旁白（VO）：多年以后", "旁白", Voice.OVER, None, "多年以后"),
        ("旁白：多年以后", "旁白", Voice.OVER, None, "多年以后"),
        ("画外音：请注意", "画外音", Voice.OVER, None, "请注意"),
        ("路人甲、路人乙：（齐声）是", "路人甲、路人乙", Voice.ON, "齐声", "是"),
        ("戴眼镜的男人：站住！", "戴眼镜的男人", Voice.ON, None, "站住！"),
        ("Linda：Hi", "Linda", Voice.ON, None, "Hi"),
        ("总裁（电话里）：喂", "总裁", Voice.ON, "电话里", "喂"),
    ],
)
def test_dialogue(text: str, name: str, voice: Voice, delivery: str | None, said: str) -> None:
    (line,) = lines(f"1-1 日 内 客厅\n{text}\n")
    assert (line.kind, line.speaker, line.voice, line.delivery, line.text) == (D, name, voice, delivery, said)


@pytest.mark.parametrize(
    "text", ["手机屏幕上显示：未接来电", "他看着信，上面写着：我爱你。", "见 http://example.org", "她大喊：救命！"]
)
def test_a_colon_that_is_no_speaker_s(text: str) -> None:
    assert kinds(f"林晚：你好。\n{text}") == [(D, "林晚", "你好。"), (A, None, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("△她推门。", [(A, "她推门。")]), ("▲她推门。", [(A, "她推门。")]), ("∆ 她推门。", [(A, "她推门。")]),
        ("△字幕：三年前", [(C, "三年前")]), ("【字幕：三年前】", [(C, "三年前")]), ("[字幕:三年前]", [(C, "三年前")]),
        ("【字幕】三年前", [(C, "三年前")]), ("字幕：三年前", [(C, "三年前")]), ("（字幕：三年前）", [(C, "三年前")]),
        ("【闪回】", [(T, "闪回")]), ("闪回：雨夜", [(T, "闪回："), (A, "雨夜")]),
        ("【閃回結束】", [(T, "閃回結束")]), ("闪回结束。", [(T, "闪回结束。")]),
        ("【闪回】△雨。【闪回结束】", [(T, "闪回"), (A, "雨。"), (T, "闪回结束")]),
        ("（画面切换）", [(T, "画面切换")]), ("切至：", [(T, "切至：")]),
        ("【卡点】", [(M, "卡点")]), ("【付费点】", [(M, "付费点")]), ("【钩子：她是谁】", [(M, "钩子：她是谁")]),
        ("卡点：她是谁", [(M, "卡点：她是谁")]),
        ("【第一个付费点】", [(M, "第一个付费点")]), ("（本集完）", [(M, "本集完")]),
        ("【特写】一只手", [(A, "【特写】一只手")]), ("特写：一只手", [(A, "特写：一只手")]),
        ("音效：雷声", [(A, "音效：雷声")]), ("全剧终", [(C, "全剧终")]), ("她推门。", [(A, "她推门。")]),
        ("（她推门）", [(A, "（她推门）")]),
    ],
)  # fmt: skip
def test_lines_by_their_signs(text: str, expected: list[tuple[LineKind, str]]) -> None:
    assert [(kind, said) for kind, _, said in kinds(text)] == expected


def test_a_mark_behind_what_is_said() -> None:
    assert kinds("林晚：你是谁？【卡点】") == [(D, "林晚", "你是谁？"), (M, None, "卡点")]


def test_lines_that_go_on() -> None:
    assert kinds("林晚：我从来没有\n想过离开你。") == [(D, "林晚", "我从来没有\n想过离开你。")]
    assert kinds("林晚：走。\n她推门。") == [(D, "林晚", "走。"), (A, None, "她推门。")]
    assert kinds("林晚：我从来没有\n\n想过离开你。") == [(D, "林晚", "我从来没有"), (A, None, "想过离开你。")]
    marked = "△雨。\n△风。\n△雪。\n林晚：走。\n"
    assert kinds(marked + "再也别回来。")[-1] == (D, "林晚", "走。\n再也别回来。")
    assert kinds(marked + "林晚转身。")[-1] == (A, None, "林晚转身。")


def test_words_under_a_name() -> None:
    (line,) = lines("1-1 日 内 客厅\n林晚（OS）：\n（冷笑）\n你会后悔的。\n")
    assert (line.speaker, line.voice, line.delivery, line.source.line) == ("林晚", Voice.OFF, "冷笑", 4)
    first, second = lines("1-1 日 内 客厅\n林晚：你来了。\n（转身）\n坐吧。\n")
    assert (second.speaker, second.delivery, second.text) == (first.speaker, "转身", "坐吧。")
    script = read("1-1 日 内 客厅\n林晚：\n\n△雨。\n")
    assert [unread.text for unread in script.unread] == ["林晚："]


def test_page_numbers_are_listed_and_rules_are_nothing() -> None:
    script = read("1-1 日 内 客厅\n△雨。\n-----\n12\n第 3 页 共 9 页\n")
    assert [(unread.text, unread.source.line) for unread in script.unread] == [("12", 4), ("第 3 页 共 9 页", 5)]
    assert len(script.episodes[0].lines()) == 1


def test_a_script_without_any_head() -> None:
    script = read("剧名：归来\n类型：都市\n\n△雨。\n林晚：走。\n")
    assert (script.title, script.notes[0]) == ("归来", "类型：都市")
    assert [line.kind for line in script.episodes[0].lines()] == [A, D]


def test_han_numbers() -> None:
    pairs = {
        "一": 1,
        "十": 10,
        "十二": 12,
        "二十": 20,
        "九十九": 99,
        "一百": 100,
        "一百零三": 103,
        "两百一十": 210,
        "007": 7,
    }
    assert {text: han_number(text) for text in pairs} == pairs
    assert han_number("集") is None


@given(chinese_scripts | any_scripts)
def test_every_word_of_any_text_comes_out(text: str) -> None:
    script = read(text)
    assert dropped(text, script, syntax=CHINESE_SYNTAX) == []
    assert misplaced(text, script) == []


HUGE = (
    "马" * 5_000_000, "【" * 5_000_000, "【】" * 2_500_000, "【闪回】" * 50_000, "1-" * 2_500_000,
    "马：" + "（a）" * 200_000,
    "人物：" + "马、" * 500_000, "第一" * 1_000_000, "△" * 5_000_000, "(" * 5_000_000, "1-1 日 内 客厅\n" * 10_000,
    "马一花：你\n" * 20_000,
    "马\n" * 20_000, "\n" * 1_000_000, " " * 5_000_000,
)  # fmt: skip


@pytest.mark.parametrize("text", HUGE, ids=lambda text: repr(text[:6]))
def test_a_huge_file_is_read_in_bounded_work(text: str) -> None:
    script = read(text)
    assert sum(len(line.text) for episode in script.episodes for line in episode.lines()) <= len(text)
