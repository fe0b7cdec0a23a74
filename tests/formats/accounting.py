"""Whether every word of a script's text came out somewhere: no line may be dropped."""

from __future__ import annotations

import re
from collections import Counter

from hookline.model.script import Script

_WORD = re.compile(r"[\u3400-\u9fff]|\d+|[^\W\d_\u3400-\u9fff]+")


def words(text: str) -> list[str]:
    """Words of a text; every Han character is one."""
    return [word.lower().lstrip("0") or "0" for word in _WORD.findall(text)]


# Words that a reader may turn into a kind, a voice or a number instead of keeping them.
ENGLISH_SYNTAX = frozenset(
    words(
        "title description logline synopsis summary episode ep eps e s season on screen onscreen text card intertitle"
    )
    + words(
        "titles super superimpose superimposed chyron caption lower third subtitle graphic v o vo voice over os oc c"
    )
    + words("off camera cont d contd continued continuing action one two three four five six seven eight nine ten")
    + words("eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty")
)
CHINESE_SYNTAX = frozenset(
    words("第集字幕条出打推画面黑屏幕片头尾文花名剧人卡弹短信微标题牌物角色演员表登场镜主要本外音内心独白声理想旁解说")
    + words("梗概简介大纲要故事作品称书目一句话全容零〇二两三四五六七八九十百 ep episode os o s v vo ov logline Δ")
)


def pool(script: Script) -> Counter[str]:
    """All words that a script holds anywhere."""
    parts: list[str] = [script.title, script.description, *script.notes]
    parts += [unread.text for unread in script.unread]
    for episode in script.episodes:
        parts += [str(episode.number), episode.title]
        for scene in episode.scenes:
            parts += [scene.heading, scene.number, *scene.cast]
            for line in scene.lines:
                parts += [line.text, line.speaker or "", line.delivery or ""]
    return Counter(word for part in parts for word in words(part))


def dropped(text: str, script: Script, *, syntax: frozenset[str]) -> list[str]:
    """Words of the text that the script holds less often than the text does, syntax apart."""
    missing = Counter(words(text))
    missing.subtract(pool(script))
    return sorted(word for word, times in missing.items() if times > 0 and word not in syntax)


def misplaced(text: str, script: Script) -> list[str]:
    """Lines whose first word doesn't stand in the row that their source names."""
    rows = text.split("\n")
    found = []
    for episode in script.episodes:
        for line in (line for scene in episode.scenes for line in scene.lines):
            first = words(line.text.split("\n")[0])[:1]
            if first and first[0] not in words(rows[line.source.line - 1]):
                found.append(f"{line.source}: {line.text[:60]}")
    return found
