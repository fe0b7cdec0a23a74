"""Chinese short-drama scripts: ``1-2 日 外 操场`` heads, 人物 lines, △ action, ``角色：（情绪）台词``.

Every line is told by its own signs.  What stands before the first head is front matter (title,
梗概, 人物小传); a line without signs continues the line above or is action.  Matching runs on a
folded copy (full-width signs to ASCII, head words to simplified characters) of the same length, so
what is kept is always cut from the original.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from hookline.formats import Match
from hookline.formats.screenplay import MAX_HEAD_CHARS, Assembly, fold, han_number
from hookline.formats.text import peek
from hookline.model.script import LineKind, Scene, Script, Source, Voice

KIND = "script"
TITLE = "Chinese short-drama script"

_NOWHERE = Source("", 0)  # until the walk says where
_NUMERAL = "[0-9零〇一二两三四五六七八九十百]{1,6}"

_EPISODE = re.compile(
    rf"[\[【<《(]?\s*(?:《[^《》]{{1,40}}》\s*)?(?:第\s*(?P<zh>{_NUMERAL})\s*集|(?:ep|episode)\.?\s*(?P<en>\d{{1,4}})(?!\d))"
    r"(?:\s*[\]】>》)])?(?P<sign>[\s:.,、|《(-]*)(?P<rest>.*)$",
    re.IGNORECASE,
)
_EPISODE_END = re.compile(r"[(\s]*(?:完|终|结束|剧终|未完待续)[)\s.。]*$")

_SCENE_BY_EPISODE = re.compile(
    r"(?P<word>第|场景?|场次|场号|scene|s)?\s*:?\s*(?P<number>\d{1,4}\s*[-_]+\s*\d{1,4}[a-z]?)(?:\s*(?:场(?!景)|幕))?(?P<sign>[\s:.,、|]*)(?P<rest>.*)$",
    re.IGNORECASE,
)
_SCENE_BY_WORD = re.compile(
    rf"(?P<number>第\s*{_NUMERAL}\s*[场幕]|场景?\s*{_NUMERAL}|场次\s*:?\s*{_NUMERAL}|scene\s*\d{{1,4}})(?P<sign>[\s:.,、|-]*)(?P<rest>.*)$",
    re.IGNORECASE,
)
_SCENE_BY_COUNT = re.compile(r"(?P<number>\d{1,3})(?P<sign>\s*[.、]\s*|\s+)(?P<rest>.*)$")
_SCENE_BY_LABEL = re.compile(r"(?:场景\s*:|(?=(?:内外?景|外景)[\s:.,、-]))\s*(?P<rest>.+)$")
_SCENE_LABELS = re.compile(r"(?:场景|地点|时间|景别|场次|内外)\s*:|\([^()]*\)")
_BRACKETED_HEAD = re.compile(r"[\[【(]\s*([^\[\]【】()]{1,60}?)\s*[\]】)]")
_WRAPPED = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】][.。]?$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCE = re.compile(r"[。!?;“”\"…]|,.*,.*,.*,")
_COUNTED = re.compile(r"天|年|个|月(?:份|后|$)|岁|分钟|秒|小时|块|元|万|倍|次|条|名|位|米|斤|%")

_TIMES = {
    "day": "日 日景 白天 白日 上午 中午 正午 下午 午后 早 早上 早晨 上学日 白",
    "night": "夜 夜景 夜晚 晚 晚上 深夜 午夜 半夜 雨夜 夜里 子夜",
    "dawn": "晨 清晨 凌晨 黎明 拂晓 日出",
    "dusk": "昏 黄昏 傍晚 日落 夕阳",
}
_SETTINGS = {"interior": "内 内景 室内 内场 INT", "exterior": "外 外景 室外 外场 EXT", "both": "内外 内外景 外内 内-外"}
_TIME_OF = {word: time for time, words in _TIMES.items() for word in words.split()}
_SETTING_OF = {word: setting for setting, words in _SETTINGS.items() for word in words.split()}
_TIME = "|".join(sorted(_TIME_OF, key=len, reverse=True))
_SETTING = "|".join(sorted(_SETTING_OF, key=len, reverse=True))
_BOTH = re.compile(rf"(?:(?P<time>{_TIME})(?P<setting>{_SETTING})|(?P<setting2>{_SETTING})(?P<time2>{_TIME}))")
_GLUED = re.compile(
    r"(?:(?P<time>[日夜晨昏晚])(?P<setting>内外|内景|外景|内|外)(?P<place>.{2,})"
    r"|(?P<place2>.{2,}?)(?P<time2>[日夜晨昏晚])(?P<setting2>内外|内景|外景|内|外))$"
)

_CAST = re.compile(
    r"(?:(?:出场|登场|主要|本场|出镜)?(?:人物|角色|演员)(?:表)?|人|出场|登场|出镜)\s*(?::|(?<=人物)\s+)\s*(?P<names>.*)$"
)
_NO_LIST = re.compile(r"[。!?:“”\"…]")
_CAST_INSIDE = re.compile(r"[\s,;、]+(?=(?:出场|登场)?(?:人物|角色)\s*:)")
_CAST_SPLIT = re.compile(r"[、，,；;／/|\s]+")
_HEAD_DETAIL = re.compile(r"(?:时间|地点|场景|内外景?|景别?)\s*:\s*(?P<rest>.+)$")
_PROPS = re.compile(r"(?:道具|服装|服化道?|化妆|妆造|灯光|天气|备注|注)\s*:\s*.+$")

_ACTION_SIGNS = "△▲∆▵Δ▷►▶◇◆"
_BRACKETS = re.compile(r"[【〖\[]([^【】〖〗\[\]]+)[】〗\]]")
_CAPTIONS = re.compile(
    r"(?:出|打|推出|画面|黑屏|屏幕|片头|片尾)?(?:字幕条?|文字|花字|片名|剧名|人名条|人物条|字卡|字幕卡|弹幕|短信|微信|标题|标牌)"
    r"\s*(?P<sign>:|-+|\s)\s*(?P<text>.+)$"
)
_CAPTION_LABEL = re.compile(r"(?:出|打|推出|画面|黑屏)?(?:字幕|文字|花字|片名|剧名|字卡)\s*:?$")
_MARKS = re.compile(
    r"(?:第?[一二三四五六七八九十\d]*\s*(?:个|次)?\s*)(?:(?:付费|收费|本集|集尾|结尾|开头|开场|情绪|强|大|小|剧情)?"
    r"(?:卡点|付费点|收费点|钩子|爽点|虐点|反转点?|悬念|高潮|看点|梗概|概要|剧情|提示|备注|说明|注)|尾钩|付费|黄金[三3]秒|本集完|完"
    r"|hook|paywall)(?:\s*[:-].*|\s*\d*)$",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"(?:插入|进入|转入|转|接|切|回)?(?:闪回|闪前|回忆|回到现实|现实|闪入|闪出|闪现|切至|切回|切入|切到|转场|叠化|叠|切|转|淡入|淡出|渐隐|渐显"
    r"|黑屏|黑场|白场|白屏|画面切换|镜头切换|时间流逝|(?:平行)?蒙太奇|快切|硬切|定格|画面定格|快剪|一组快切|倒叙|梦境|幻想|时空转换)"
    r"(?:画面|镜头)?(?:开始|始|起|结束|完|止|毕)?(?:\s*[:.。…-]+)?$"
)
_TURN_AND_MORE = re.compile(r"(?:闪回|回忆|切至|切回|切到|转场|蒙太奇|梦境|幻想)\s*[:-]\s*(?P<more>.+)$")
_SHOWN_END = re.compile(r"(?:全剧终|剧终|未完待续|敬请期待|下集预告)[.。…!]*$")
_SHOTS = re.compile(
    r"(?:特写|大特写|近景|中景|远景|全景|空镜头?|航拍|慢镜头|慢动作|主观镜头|俯拍|仰拍|跟拍|镜头|画面|音效|音乐|bgm|背景音乐?|配乐|sfx|动作)"
    r"\s*(?::|\d|$)",
    re.IGNORECASE,
)

_OFF_WORDS = r"o\.?\s?s\.?|画外音?|内心独白|内心os|内心|独白|心声|心理|心想|ov"
_OVER_WORDS = r"v\.?\s?o\.?|旁白|解说|画外解说"
_VOICE = re.compile(rf"(?:(?P<off>{_OFF_WORDS})|(?P<over>{_OVER_WORDS}))", re.IGNORECASE)
_NARRATORS = {
    "旁白": Voice.OVER,
    "画外音": Voice.OVER,
    "解说": Voice.OVER,
    "vo": Voice.OVER,
    "os": Voice.OFF,
    "独白": Voice.OFF,
    "内心独白": Voice.OFF,
}
_TALK = re.compile(
    rf"(?P<name>[^:()\[\]【】,.!?;\"“”…。<>{_ACTION_SIGNS}]{{1,24}}?)"
    rf"(?P<suffix>\s*(?:{_OFF_WORDS}|{_OVER_WORDS}))?\s*(?P<extensions>(?:\([^()]{{0,40}}\)\s*){{0,2}}):(?!//)\s*(?P<text>.*)$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[人男女生妇者员长孩友客师士兵工娘爷奶众甲乙丙]$")
_PROSE = re.compile(r"[的了着是在把被]")
_SAYS = re.compile(r"(?:说|道|问|喊|叫|想|写|写着|写道|显示|显示着|念|读|表示|内容|如下)$")
_PARENTHESES = re.compile(r"\(([^()]{0,80})\)\s*")
_LETTER = re.compile(r"[^\W\d_]")
_ENDED = tuple('。！？!?…”"」』）)—~～】.')

_FRONT_LABEL = re.compile(
    r"(?:[一二三四五六七八九十\d]{1,3}[、.]\s*)?[\[【<]?\s*(?P<label>剧名|片名|作品名称?|剧本名称?|名称|书名|标题|题目"
    r"|(?:故事|剧情|剧本|内容|全剧|本剧)?(?:梗概|简介|大纲|概要)|一句话(?:梗概|简介|故事)|logline|故事"
    r"|(?:主要)?(?:人物|角色)(?:小传|介绍|设定|关系|列表|表|简介)?|分集(?:大纲|梗概|简介)|题材|类型|集数|时长|编剧|作者|导演|出品|背景|世界观"
    r"|故事背景|核心(?:看点|卖点|冲突)|卖点|看点|受众|标签|主题|备注|说明|字数|日期|版本)\s*[\]】>]?\s*(?::\s*(?P<rest>.*)|)$",
    re.IGNORECASE,
)
_TITLES = ("剧名", "片名", "作品名", "作品名称", "剧本名", "剧本名称", "名称", "书名", "标题", "题目")
_SYNOPSES = ("梗概", "简介", "大纲", "概要", "故事", "logline")
_TITLE_ALONE = re.compile(r"《(?P<title>[^《》]{1,40})》\s*(?:剧本|完整版|全集|短剧|第?[一二三\d]*稿|\(.*\))?\s*$")
_SEPARATOR = re.compile(r"[-=*_~·•.\s]+$")
_PAGE_NUMBER = re.compile(r"(?:第\s*\d+\s*页.*|\d+\s*/\s*\d+|\d{1,4}|-\s*\d+\s*-|page\s*\d+.*)$", re.IGNORECASE)


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by its numbered heads, 人物 lines, △ lines, 第N集 heads and ``角色：`` lines."""
    text = peek(head)
    if text is None or name.lower().endswith((".csv", ".tsv", ".json", ".jsonl", ".srt", ".vtt")):
        return None
    seen = _signs(_rows(text))
    if not seen or (set(seen) == {"lines of dialogue"} and seen["lines of dialogue"] < 3):
        return None
    score = (0.4, 0.75, 0.9, 0.95, 0.97)[len(seen) - 1]
    return Match(score, "it has " + ", ".join(f"{count} {sign}" for sign, count in seen.items()))


def read(text: str, *, file: str) -> Script:
    r"""The script; every line of the text is in it, or in its ``unread``.

    Args:
        text: the script with ``\n`` line ends.
        file: the name that sources carry.
    """
    return _Reader(_rows(text), file).read().script("chinese", "zh")


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    text: str  # stripped, without Markdown's signs
    folded: str  # for matching; as long as the text

    @classmethod
    def of(cls, number: int, text: str) -> _Row:
        text = text.strip().lstrip("#").replace("**", "").strip()
        return cls(number, text, fold(text))

    def cut(self, start: int, end: int | None = None) -> _Row:
        return _Row.of(self.number, self.text[start:end])

    def part(self, match: re.Match[str], group: str) -> str:
        start, end = match.span(group)
        return self.text[start:end].strip() if start >= 0 else ""


_BLANK = _Row(0, "", "")


def _rows(text: str) -> list[_Row]:
    """Rows with text, and one for each run of blank lines."""
    rows: list[_Row] = []
    for number, line in enumerate(text.split("\n"), start=1):
        row = _Row.of(number, line) if line and not line.isspace() else _BLANK
        if row.text or not rows or rows[-1].text:
            rows.append(row)
    return rows


def _signs(rows: list[_Row]) -> Counter[str]:
    """How many lines bear each sign of a Chinese script."""
    tests: tuple[tuple[str, Callable[[_Row], object]], ...] = (
        ("scene heads", _scene_head),
        ("△ lines", _is_action),
        ("人物 lines", lambda row: _CAST.match(row.folded)),
        ("第N集 heads", _episode_head),
        ("lines of dialogue", lambda row: _HAN.search(row.text) and _talk(row)),
    )
    found = (next((sign for sign, test in tests if test(row)), None) for row in rows if row.text)
    return Counter(sign for sign in found if sign)


# --- single lines --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _EpisodeHead:
    number: int
    title: str
    scene: Scene | None = None  # 第1集 第2场
    note: str = ""  # text too long for a title


def _episode_head(row: _Row) -> _EpisodeHead | None:
    match = _EPISODE.match(row.folded)
    number = han_number(match["zh"] or match["en"]) if match else None
    if match is None or number is None:
        return None
    rest = row.cut(match.start("rest"))
    closed = row.folded[: match.start("sign")].rstrip().endswith(tuple("]】>》)"))
    if (rest.text and not match["sign"] and not closed) or _EPISODE_END.match(rest.folded):
        return None
    if scene := _scene_head(rest):
        return _EpisodeHead(number, "", scene)
    if len(rest.text) > 30 or _SENTENCE.search(rest.folded):
        return _EpisodeHead(number, "", note=rest.text)
    return _EpisodeHead(number, rest.text.strip(" 　《》〈〉【】()（）"))


def _scene_head(row: _Row, *, counted: bool = False) -> Scene | None:
    """What a scene head says; ``counted`` allows heads like ``1. 客厅 日 内``, which need an episode head."""
    if not 0 < len(row.text) <= MAX_HEAD_CHARS:
        return None
    plain = _without_brackets(row)
    for pattern in (_SCENE_BY_EPISODE, _SCENE_BY_WORD, *((_SCENE_BY_COUNT,) if counted else ())):
        match = pattern.match(plain.folded)
        if match and _may_follow_number(match, pattern, plain):
            return _head(row, plain.cut(match.start("rest")), number=plain.part(match, "number"))
    match = _SCENE_BY_LABEL.match(plain.folded)
    if match or _is_bare_head(plain):
        return _head(row, plain, number="")
    return None


def _without_brackets(row: _Row) -> _Row:
    """``【1-1】日 内 客厅`` and ``【1-1 日 内 客厅】`` without the brackets."""
    match = _BRACKETED_HEAD.match(row.folded)
    return _Row.of(row.number, f"{row.text[1 : match.end(1)]} {row.text[match.end(0) :]}") if match else row


def _may_follow_number(match: re.Match[str], pattern: re.Pattern[str], row: _Row) -> bool:
    """Whether what follows a scene number can be a place and not a sentence."""
    rest, sign = match["rest"], match["sign"]
    if not rest:
        return pattern is not _SCENE_BY_COUNT or bool(sign.strip())
    if len(rest) > 60 or _SENTENCE.search(rest) or _COUNTED.match(rest):
        return False
    where = _where(row.cut(match.start("rest")))
    if pattern is _SCENE_BY_COUNT:
        return bool(where.time and where.setting) or (bool(sign.strip()) and bool(where.time or where.setting))
    return bool(where.time or where.setting) or (bool(sign) and len(rest) <= 25 and rest[0] not in ">=<")


def _is_bare_head(row: _Row) -> bool:
    """``客厅 日 内`` without a number: both tokens stand alone."""
    if len(row.text) > 30 or ":" in row.folded or _SENTENCE.search(row.folded) or row.folded[0] in _ACTION_SIGNS + "(":
        return False
    tokens = [token.upper() for token in re.split(r"[\s,、/|-]+", row.folded)]
    return bool(_TIME_OF.keys() & set(tokens)) and bool(_SETTING_OF.keys() & set(tokens))


@dataclass(frozen=True, slots=True)
class _Where:
    setting: str = ""
    place: str = ""
    time: str = ""


def _head(row: _Row, rest: _Row, *, number: str) -> Scene:
    where = _where(rest)
    return Scene(
        row.text, _NOWHERE, (), number=number, setting=where.setting, place=where.place, time_of_day=where.time
    )


def _where(row: _Row) -> _Where:
    """Setting, place and time from ``日 外 中学操场`` in any order and with any separators."""
    folded = _SCENE_LABELS.sub(lambda label: " " * len(label[0]), row.folded)
    settings: list[str] = []
    times: list[str] = []
    places: list[list[int]] = []  # stretches of tokens side by side, as [start, end]
    beside = False
    for token in re.finditer(r"[^\s,、/;|·.:-]+", folded):
        setting, time = _setting_and_time(token[0].upper())
        if setting or time:
            settings += [setting] if setting else []
            times += [time] if time else []
        elif beside:
            places[-1][1] = token.end()
        else:
            places.append([token.start(), token.end()])
        beside = not (setting or time)
    place = " ".join(row.text[start:end] for start, end in places)
    if not settings and not times and " " not in place:
        return _glued(place)
    both = "both" if settings else ""
    return _Where(settings[0] if len(set(settings)) == 1 else both, place, times[0] if times else "")


def _setting_and_time(word: str) -> tuple[str, str]:
    both = _BOTH.fullmatch(word)
    if both:
        return _SETTING_OF[both["setting"] or both["setting2"]], _TIME_OF[both["time"] or both["time2"]]
    return _SETTING_OF.get(word, ""), _TIME_OF.get(word, "")


def _glued(text: str) -> _Where:
    """``日内客厅`` and ``客厅日内``: nothing between the words."""
    match = _GLUED.match(fold(text))
    if not match:
        return _Where(place=text)
    start, end = match.span("place") if match["place"] else match.span("place2")
    return _Where(
        _SETTING_OF[match["setting"] or match["setting2"]], text[start:end], _TIME_OF[match["time"] or match["time2"]]
    )


def _is_action(row: _Row) -> bool:
    return row.folded[:1] in tuple(_ACTION_SIGNS)


@dataclass(slots=True)
class _Talk:
    """A speaker and how they speak; ``text`` is what follows the colon."""

    name: str | None
    row: _Row
    text: str = ""
    voice: Voice = Voice.ON
    delivery: list[str] = field(default_factory=list)
    delivery_line: int = 0

    def add(self, remark: str, *, at: int = 0) -> None:
        """What stands in parentheses, in a line of its own at ``at``: a voice, a delivery, or both."""
        for part in re.split(r"[，,、；;/]", remark):
            voice = _VOICE.fullmatch(part.strip())
            if voice:
                self.voice = Voice.OFF if voice["off"] else Voice.OVER
            elif part.strip():
                self.delivery_line = self.delivery_line if self.delivery else at or self.row.number
                self.delivery.append(part.strip())


def _talk(row: _Row) -> _Talk | None:
    """``角色（OS）：（情绪）台词`` taken apart; None where the colon is another's."""
    match = _TALK.match(row.folded)
    if not match or _FRONT_LABEL.match(row.folded) or not _is_name(match["name"].strip()):
        return None
    name = row.part(match, "name")
    talk = _Talk(name, row, voice=_NARRATORS.get(match["name"].strip().lower().replace(".", ""), Voice.ON))
    if match["suffix"]:
        talk.add(match["suffix"].strip())
    for remark in _PARENTHESES.finditer(match["extensions"]):
        talk.add(row.text[match.start("extensions") + remark.start(1) : match.start("extensions") + remark.end(1)])
    start = match.start("text")
    while lead := _PARENTHESES.match(row.folded, start):
        talk.add(row.text[lead.start(1) : lead.end(1)])
        start = lead.end()
    talk.text = row.text[start:].strip()
    return talk


def _is_name(name: str) -> bool:
    if not _LETTER.search(name) or _EPISODE.match(name) or _SAYS.search(name) or len(name.split()) > 4:
        return False
    if not _HAN.search(name):
        return True
    return len(name) <= 12 and not (len(name) > 4 and _PROSE.search(name) and not _PERSON.search(name))


# --- the walk ------------------------------------------------------------------------------------


class _Reader:
    """Walks the rows of one script."""

    def __init__(self, rows: list[_Row], file: str) -> None:
        self.rows = rows
        self.out = Assembly(file)
        self.gap = True  # a blank line, or nothing, stands above
        self.last: LineKind | None = None  # what a line without signs would continue
        self.last_text = ""
        self.speaker: str | None = None
        self.hanging: _Talk | None = None  # a speaker whose words come on the next line
        self.awaits_cast = False  # a bare 人物： above
        self.in_episode = False
        self.marks_action = sum(map(_is_action, rows)) >= 3
        self.names: set[str] = set()

    def read(self) -> Assembly:
        """Walks the whole script."""
        start = self._script_start()
        self._front_matter(self.rows[:start])
        for row in self.rows[start:]:
            if row.text:
                self._line(row)
            self.gap = not row.text
        self._settle()
        return self.out

    def _line(self, row: _Row) -> None:
        if not _SEPARATOR.match(row.text):
            next(rule for rule in _RULES if rule(self, row))

    def _emit(self, kind: LineKind, text: str, row: _Row, talk: _Talk | None = None) -> None:
        self._settle()
        if not text:
            return
        if talk is None:
            self.out.line(kind, text, row.number)
        else:
            delivery = "，".join(talk.delivery) or None
            self.out.line(kind, text, row.number, speaker=talk.name, delivery=delivery, voice=talk.voice)
        self.last, self.last_text = kind, text
        self.speaker = talk.name if talk else None

    def _settle(self) -> None:
        """A speaker whose words never came."""
        talk, self.hanging = self.hanging, None
        if talk is None:
            return
        if talk.delivery:
            text = "".join(f"（{one}）" for one in talk.delivery)
            self.out.line(LineKind.ACTION, text, talk.delivery_line, speaker=talk.name, voice=talk.voice)
        else:
            self.out.unread(talk.row.text, "a character's name with nothing said after it", at=talk.row.number)

    # -- rules: each takes a row and says whether it was its own

    def _episode(self, row: _Row) -> bool:
        head = _episode_head(row)
        if head is None:
            return False
        self._settle()
        self.out.episode(head.number, title=head.title, written=row.text, line=row.number)
        self.in_episode, self.last = True, None
        if head.scene:
            self._open_scene(head.scene, row)
        if head.note:
            self.out.line(LineKind.MARK, head.note, row.number)
        return True

    def _scene(self, row: _Row) -> bool:
        inside = _CAST_INSIDE.search(row.folded)
        head = _scene_head(row.cut(0, inside.start()) if inside else row, counted=self.in_episode)
        if head is None:
            return False
        self._settle()
        self._open_scene(head, row)
        if inside:
            self._line(row.cut(inside.end()))
        return True

    def _open_scene(self, head: Scene, row: _Row) -> None:
        self.out.scene(replace(head, source=self.out.source(row.number)))
        self.last, self.awaits_cast = None, False

    def _cast(self, row: _Row) -> bool:
        match = _CAST.match(row.folded)
        if match is None and not (self.awaits_cast and self._lists_names(row)):
            return False
        self._settle()
        names = row.part(match, "names") if match else row.text
        self.awaits_cast = not names or names.endswith(("、", "，", ","))
        self._keep_cast(names, row)
        return True

    def _lists_names(self, row: _Row) -> bool:
        return len(row.text) <= 80 and not _is_action(row) and not _NO_LIST.search(row.folded)

    def _keep_cast(self, names: str, row: _Row) -> None:
        bare = re.sub(r"[（(][^（）()]*[)）]", " ", names)
        listed = [name for name in _CAST_SPLIT.split(bare.rstrip("。.")) if name]
        self.names.update(listed)
        again = self.out.cast(listed, at=row.number)
        if bare != names or again:  # ages and the like, in parentheses, or names listed before
            self.out.line(LineKind.MARK, row.text, row.number)
        self.last = None

    def _detail(self, row: _Row) -> bool:
        """时间、地点 under a head belong to it; 道具 and the like are notes."""
        match = _HEAD_DETAIL.match(row.folded)
        if match and self.out.extend_head(_head(row, row.cut(match.start("rest")), number="")):
            self._settle()
            return True
        if match or _PROPS.match(row.folded):
            self._emit(LineKind.MARK, row.text, row)
            return True
        return False

    def _bracketed(self, row: _Row) -> bool:
        """【字幕：…】, 【闪回】, 【卡点】 stand for themselves; what is around them is read on its own."""
        groups = [(group, kind) for group in _BRACKETS.finditer(row.folded) if (kind := _bracket_kind(group[1]))]
        if not groups:
            return False
        at, caption = 0, False
        for group, kind in groups:
            self._piece(row.cut(at, group.start()), caption=caption)
            inner = row.cut(group.start(1), group.end(1))
            caption = kind is LineKind.CAPTION and bool(_CAPTION_LABEL.match(inner.folded))
            if not caption:
                self._labelled(inner, kind)
            at = group.end()
        self._piece(row.cut(at), caption=caption)
        return True

    def _piece(self, row: _Row, *, caption: bool) -> None:
        if row.text and caption:
            self._emit(LineKind.CAPTION, row.text.lstrip("：: "), row)
        elif row.text:
            self._line(row)

    def _labelled(self, row: _Row, kind: LineKind) -> None:
        match = _CAPTIONS.match(row.folded) if kind is LineKind.CAPTION else None
        self._emit(kind, row.part(match, "text") if match else row.text, row)

    def _action(self, row: _Row) -> bool:
        if not _is_action(row):
            return False
        rest = row.cut(len(row.text) - len(row.text.lstrip(_ACTION_SIGNS + " 　:：")))
        kind = _label_kind(rest) or LineKind.ACTION
        self._labelled(rest, kind)
        return True

    def _label(self, row: _Row) -> bool:
        """字幕：…, 闪回, 卡点, （画面切换）, 特写：… without brackets of their own."""
        wrapped = _WRAPPED.match(row.folded)
        inner = row.cut(wrapped.start(1), wrapped.end(1)) if wrapped else row
        more = _TURN_AND_MORE.match(inner.folded)
        if more:
            self._emit(LineKind.TRANSITION, inner.text[: more.start("more")].strip(), row)
            self._line(inner.cut(more.start("more")))
            return True
        kind = _label_kind(inner)
        if kind is None:
            return False
        self._labelled(inner, kind)
        return True

    def _dialogue(self, row: _Row) -> bool:
        talk = _talk(row)
        if talk is None:
            return False
        self._settle()
        if talk.name:
            self.names.add(talk.name)
        if talk.text:
            self._emit(LineKind.DIALOGUE, talk.text, row, talk)
        else:
            self.hanging = talk
        return True

    def _parenthesis(self, row: _Row) -> bool:
        """（转身） on a line of its own: how the next words are said, or what happens."""
        match = _WRAPPED.match(row.folded)
        if match is None:
            return False
        inner = row.text[match.start(1) : match.end(1)]
        if self.hanging:
            self.hanging.add(inner, at=row.number)
        elif self.last is LineKind.DIALOGUE and not self.gap:
            self.hanging = _Talk(self.speaker, row)
            self.hanging.add(inner, at=row.number)
        else:
            self._emit(LineKind.ACTION, row.text, row)
        return True

    def _page_number(self, row: _Row) -> bool:
        if not _PAGE_NUMBER.match(row.folded):
            return False
        self.out.unread(row.text, "a bare number, such as a page number", at=row.number)
        return True

    def _plain(self, row: _Row) -> bool:
        """A line without signs: the words of a hanging speaker, more of the line above, or action."""
        if self.hanging:
            talk, self.hanging = self.hanging, None
            self._emit(LineKind.DIALOGUE, row.text, row, talk)
        elif self._continues(row):
            self.out.continue_line(row.text)
            self.last_text = row.text
        else:
            self._emit(LineKind.ACTION, row.text, row)
        return True

    def _continues(self, row: _Row) -> bool:
        if self.gap or self.last not in (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION):
            return False
        if _TALK.match(row.folded):  # "the screen shows: ..." looks like nobody's speech and is action
            return False
        if not self.last_text.endswith(_ENDED):
            return True
        # A finished sentence goes on only where action has its own sign, and nobody known is named first.
        named = any(row.text.startswith(name) for name in self.names if name)
        return self.last is LineKind.DIALOGUE and self.marks_action and not named

    # -- front matter

    def _script_start(self) -> int:
        """The first row of the script itself: the first head, △ line or, without those, the first sign of one."""
        texts = [i for i, row in enumerate(self.rows) if row.text]
        for position, i in enumerate(texts):
            row = self.rows[i]
            below = self.rows[texts[position + 1]] if position + 1 < len(texts) else None
            if _is_action(row) or (_scene_head(row) and not _FRONT_LABEL.match(row.folded)):
                return i
            if _episode_head(row) and below and self._is_script(below):
                return i
        return next((i for i in texts if self._is_script(self.rows[i])), 0)

    def _is_script(self, row: _Row) -> bool:
        if _FRONT_LABEL.match(row.folded):
            return False
        if _scene_head(row, counted=True) or _is_action(row) or _CAST.match(row.folded):
            return True
        marked = any(_bracket_kind(group[1]) for group in _BRACKETS.finditer(row.folded))
        return marked or _talk(row) is not None or _label_kind(row) is not None

    def _front_matter(self, rows: list[_Row]) -> None:
        """Title, synopsis and notes before the script."""
        sections: list[tuple[str, list[str]]] = [("", [])]
        for row in (row for row in rows if row.text):
            alone = _TITLE_ALONE.match(row.folded)
            label = _FRONT_LABEL.match(row.folded)
            if alone and not self.out.title:
                self.out.title = row.part(alone, "title")
            elif label:
                sections.append((row.part(label, "label"), [row.part(label, "rest")]))
            elif not self.out.title and sections == [("", [])] and _could_be_title(row):
                self.out.title = row.text
            else:
                sections[-1][1].append(row.text)
        for name, lines in sections:
            self._keep_section(name, "\n".join(line for line in lines if line))

    def _keep_section(self, label: str, text: str) -> None:
        if label in _TITLES and text and not self.out.title:
            self.out.title, _, text = text.strip("《》").partition("\n")
            label = ""
        if not text:
            self.out.notes += [label] if label else []
        elif label.lower().endswith(_SYNOPSES) and not label.startswith("分集"):
            self.out.description.append(text)
        else:
            self.out.notes.append(f"{label}：{text}" if label else text)


_RULES: tuple[Callable[[_Reader, _Row], bool], ...] = (
    _Reader._episode,
    _Reader._scene,
    _Reader._cast,
    _Reader._bracketed,
    _Reader._action,
    _Reader._detail,
    _Reader._label,
    _Reader._dialogue,
    _Reader._parenthesis,
    _Reader._page_number,
    _Reader._plain,
)


def _could_be_title(row: _Row) -> bool:
    return len(row.text) <= 30 and not _SENTENCE.search(row.folded) and ":" not in row.folded


@lru_cache(maxsize=1024)
def _bracket_kind(folded: str) -> LineKind | None:
    """What 【…】 holds; None for what stays in its line, such as 【特写】."""
    if not folded:
        return None
    if _CAPTIONS.match(folded) or _CAPTION_LABEL.match(folded):
        return LineKind.CAPTION
    kind = _turn_or_mark(folded)
    return kind or (LineKind.TRANSITION if _TURN_AND_MORE.match(folded) else None)


def _label_kind(row: _Row) -> LineKind | None:
    caption = _CAPTIONS.match(row.folded)
    if caption and caption["sign"] == ":":
        return LineKind.CAPTION
    return _turn_or_mark(row.folded) or (LineKind.ACTION if _SHOTS.match(row.folded) else None)


def _turn_or_mark(folded: str) -> LineKind | None:
    if _SHOWN_END.match(folded):
        return LineKind.CAPTION
    if _TURNS.match(folded):
        return LineKind.TRANSITION
    return LineKind.MARK if _MARKS.match(folded) or _is_episode_end(folded) else None


def _is_episode_end(folded: str) -> bool:
    match = _EPISODE.match(folded)
    return bool(match) and bool(_EPISODE_END.match(match["rest"])) and bool(match["rest"])  # type: ignore[index]
