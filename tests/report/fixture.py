"""A plausible series with viewers, and the odd ones that a page must bear.

Everything follows from formulas and one seed.  The retention curves have losses put in at known
places, and the moments, effects and findings tell of those.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import replace

from hookline.audience.result import (
    AudienceSummary,
    Curve,
    EpisodeStep,
    Paywall,
)
from hookline.insight.result import Effect, Expected, Insight, Moment
from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate, Finding, FindingKind, Grade, Place
from hookline.model.quality import Quality, SetAside
from hookline.model.script import Episode, Line, LineKind, Scene, Source, Unread, Voice
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, Character, Ending, EndingType, EpisodeStory, Hook, SeriesStory, Timing

D, A, C = LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION
Said = tuple[LineKind, str | None, str, BeatType | None]

# kind, speaker, text, the beat that begins with it
SCRIPT: list[tuple[str, str, list[Said]]] = [
    (
        "The wrong uniform",
        "HOTEL LOBBY",
        [
            (
                A,
                None,
                "Revolving doors. MARA, in a night cleaner's uniform, drops her mop as the cameras turn to her.",
                BeatType.HOOK,
            ),
            (D, "VIVIAN", "You. On your knees. That is a nine-thousand-dollar carpet.", BeatType.HUMILIATION),
            (D, "MARA", "It was already wet, ma'am.", None),
            (D, "VIVIAN", "Did I ask you to speak?", None),
            (C, None, "Three years earlier", BeatType.FLASHBACK),
            (
                D,
                "MARA",
                "Grandfather built this house before there was a road to it. He drew every window himself.",
                BeatType.EXPOSITION,
            ),
            (D, "MARA", "He said that one day I would know why he left me nothing but the key.", None),
            (A, None, "Back in the lobby. Water spreads under Vivian's shoes.", None),
            (D, "DANIEL", "Leave her. She works for me.", BeatType.REVERSAL),
            (D, "VIVIAN", "Daniel? You are supposed to be in Geneva.", None),
            (D, "DANIEL", "And you are supposed to be my sister. Not the police.", BeatType.CONFRONTATION),
            (D, "MARA", "I don't work for anybody called Daniel.", None),
            (D, "DANIEL", "Not yet. Marry me tonight, and this hotel is yours by morning.", BeatType.CLIFFHANGER),
        ],
    ),
    (
        "A contract before midnight",
        "PENTHOUSE",
        [
            (D, "DANIEL", "One year. Separate rooms. You sign here, here, and where it hurts.", BeatType.INCITING),
            (D, "MARA", "Why me?", None),
            (D, "DANIEL", "Because nobody will believe it. So nobody will check.", BeatType.REVEAL),
            (
                A,
                None,
                "She turns the page. The hotel's deed. Her grandfather's handwriting in the margin.",
                BeatType.DISCOVERY,
            ),
            (D, "MARA", "Where did you get this?", None),
            (
                D,
                "VIVIAN",
                "He bought it. For one euro. From a dying man who thought he was his friend.",
                BeatType.BETRAYAL,
            ),
            (D, "DANIEL", "Vivian, get out.", None),
            (D, "VIVIAN", "Ask him what the second page says. Ask him, little mop.", BeatType.THREAT),
            (D, "MARA", "I'll sign.", BeatType.DECISION),
            (D, "DANIEL", "You haven't read it.", None),
            (D, "MARA", "Neither have you. You would have seen whose name is on it.", BeatType.CLIFFHANGER),
        ],
    ),
    (
        "Breakfast with wolves",
        "DINING ROOM",
        [
            (
                D,
                "MADAME ORSOLYA VON HABERDASHERY-KESSLER",
                "So this is the girl. Does she eat with her hands?",
                BeatType.HUMILIATION,
            ),
            (D, "MARA", "Only what I've cooked myself.", BeatType.COMEBACK),
            (D, "NARRATOR", "The Kesslers had owned eleven hotels, four senators and one secret.", BeatType.EXPOSITION),
            (
                D,
                "NARRATOR",
                "The hotels were mortgaged, the senators retired, and the secret was sitting at the end of the table.",
                None,
            ),
            (D, "DANIEL", "Mother. Enough.", None),
            (D, "MADAME ORSOLYA VON HABERDASHERY-KESSLER", "Enough is when I put down the knife.", BeatType.THREAT),
            (A, None, "Mara sets the old brass key beside her plate. The old woman stops breathing.", BeatType.REVEAL),
            (D, "MADAME ORSOLYA VON HABERDASHERY-KESSLER", "Where is the box that it opens?", BeatType.CLIFFHANGER),
        ],
    ),
]

MORE: list[Said] = [
    (D, "VIVIAN", "Say it in front of everybody. Say what you are.", BeatType.HUMILIATION),
    (D, "MARA", "I'm the one who still has the key.", BeatType.COMEBACK),
    (D, "DANIEL", "She is under my protection.", BeatType.DECLARATION),
    (A, None, "The lift doors close on the three of them. It goes down, not up.", BeatType.HOOK),
    (D, "VIVIAN", "Protection. You couldn't protect a parking space.", BeatType.CONFRONTATION),
    (C, None, "The night grandfather died", BeatType.FLASHBACK),
    (D, "MARA", "He wasn't ill. He was waiting for somebody.", BeatType.DISCOVERY),
    (D, "LUIS", "The cameras were off for nine minutes, miss. I was told to turn them off.", BeatType.REVEAL),
    (D, "DANIEL", "Who told you?", None),
    (D, "LUIS", "You did, sir.", BeatType.REVERSAL),
    (A, None, "His hand closes on hers in the dark. Neither of them lets go.", BeatType.NEAR_MISS),
    (D, "MARA", "Then one of us is married to a murderer.", BeatType.CLIFFHANGER),
]

TITLES = ("The lift goes down", "Nine minutes", "Everything she signed", "A key and no door", "The house on the hill")
PLACES = ("SERVICE LIFT", "SECURITY ROOM", "BALLROOM", "CELLAR", "OLD HOUSE")
MARKETS = ("US", "BR", "ID", "DE")
NAMES = ("MARA", "DANIEL", "VIVIAN", "MADAME ORSOLYA VON HABERDASHERY-KESSLER", "NARRATOR", "LUIS")


def _lines(number: int, said: Sequence[Said], language: str) -> tuple[tuple[Line, ...], int, list[Beat]]:
    at, lines, beats = 600, [], []
    for i, (kind, speaker, text, beat) in enumerate(said):
        pace = 210 if language == "zh" else 62
        length = 900 + pace * len(text) + (700 if kind is A else 0)
        source = Source(f"scripts/episode-{number:02d}.fountain", 6 + 3 * i)
        voice = Voice.OVER if speaker == "NARRATOR" else Voice.ON
        lines.append(Line(kind, text, source, speaker=speaker, voice=voice, span=Span(at, at + length)))
        if beat:
            strength = 0.35 + 0.6 * ((number * 7 + i * 3) % 10) / 10
            who = (speaker,) if speaker else ()
            beats.append(
                Beat(beat, Span(at, at + length), round(strength, 2), (source,), who, f'the line "{text[:20]}"')
            )
        at += length + 350
    return tuple(lines), at + 900, beats


def _tension(duration_ms: int, beats: Sequence[Beat]) -> tuple[float, ...]:
    def at(t: float) -> float:
        rise = 0.2 + 0.25 * t * 1000 / duration_ms
        return min(1.0, rise + sum(b.intensity * 0.6 * math.exp(-abs(t - b.span.start_ms / 1000) / 4) for b in beats))

    return tuple(round(at(t + 0.5), 3) for t in range(-(-duration_ms // 1000)))


def episode_story(number: int, title: str, place: str, said: Sequence[Said], *, language: str = "en") -> EpisodeStory:
    """One timed episode of two scenes."""
    lines, duration, beats = _lines(number, said, language)
    cut = max(1, len(lines) * 2 // 3)
    parts = [part for part in (lines[:cut], lines[cut:]) if part]
    scenes = tuple(
        Scene(f"INT. {place} - NIGHT", part[0].source, part, number=f"{number}-{i}", setting="interior", place=place)
        for i, part in enumerate(parts, start=1)
    )
    spoken: dict[str, int] = {}
    for line in lines:
        if line.speaker and line.span:
            spoken[line.speaker] = spoken.get(line.speaker, 0) + line.span.duration_ms
    total = sum(spoken.values()) or 1
    last = lines[-1]
    assert last.span
    return EpisodeStory(
        episode=Episode(number, scenes, title),
        duration_ms=duration,
        timing=Timing.SUBTITLES if number % 4 else Timing.READING,
        beats=tuple(beats),
        tension=_tension(duration, beats),
        ending=Ending(
            EndingType.SUSPENSE,
            0.62 if number != 3 else 0.31,
            Span(last.span.start_ms, duration),
            (last.source,),
            "Whose name is on the deed?",
        ),
        hook=Hook(
            lines[0].span.start_ms if lines[0].span else 0,
            (lines[0].source,),
            "opens on an action under everybody's eyes",
        ),
        dialogue_share={who: ms / total for who, ms in spoken.items()},
    )


def story(*, episodes: int = 8) -> SeriesStory:
    """The series: three episodes written out, the others made of one bank of lines."""
    told = []
    for number in range(1, episodes + 1):
        if number <= len(SCRIPT):
            title, place, said = SCRIPT[number - 1]
        else:
            i = number - len(SCRIPT) - 1
            title, place = TITLES[i % len(TITLES)], PLACES[i % len(PLACES)]
            said = MORE[i % 3 :] + MORE[: i % 3]
        told.append(episode_story(number, title, place, said))
    return SeriesStory(
        title="The Night Shift Heiress",
        language="en",
        episodes=tuple(told),
        characters=_characters(told),
        unread=(
            Unread(Source("scripts/episode-04.fountain", 41), "[[check with legal]", "an opening [[ without its end"),
        ),
        notes=("Read scripts/*.fountain as Fountain; episodes are told by their files.",),
    )


def _characters(told: Sequence[EpisodeStory]) -> tuple[Character, ...]:
    spoken = [(li, ep.number) for ep in told for li in ep.episode.lines() if li.speaker and li.span]
    total = sum(li.span.duration_ms for li, _ in spoken if li.span) or 1
    people = []
    for name in NAMES:
        own = [(li, n) for li, n in spoken if li.speaker == name]
        ms = sum(li.span.duration_ms for li, _ in own if li.span)
        aliases = ("THE NIGHT CLEANER",) if name == "MARA" else ()
        people.append(Character(name, aliases, len(own), ms, ms / total, tuple(sorted({n for _, n in own}))))
    return tuple(people)


def share(value: float, n: int, *, unit: str = "share", method: str = "Wilson interval of a share") -> Estimate:
    """A share with Wilson's interval."""
    z, n = 1.96, max(1, n)
    middle = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(value * (1 - value) / n + z * z / (4 * n * n))
    low, high = max(0.0, min(value, middle - half)), min(1.0, max(value, middle + half))
    return Estimate(value, low, high, n, method, Grade.WITHIN, unit)


def losses(told: EpisodeStory) -> list[tuple[Beat, float]]:
    """Beats at which too many leave, and how much faster."""
    slow = [b for b in told.beats if b.type in (BeatType.EXPOSITION, BeatType.FLASHBACK)]
    return [(b, 3.4 if b.type is BeatType.EXPOSITION else 2.2) for b in slow]


def retention(told: EpisodeStory, *, seed: int, dips: bool = True, pace: float = 1.0) -> tuple[float, ...]:
    """Share still watching at each second."""
    rng, shares = random.Random(seed), [1.0]
    for t in range(told.seconds - 1):
        hazard = pace * (0.035 * math.exp(-t / 2.2) + 0.0032)
        if dips:
            for beat, times in losses(told):
                if beat.span.contains(t * 1000):
                    hazard *= times
            hazard *= rng.uniform(0.75, 1.25)
        shares.append(shares[-1] * (1 - hazard))
    return tuple(shares)


def curve(told: EpisodeStory, market: str, n: int, *, pace: float = 1.0) -> Curve:
    """One curve with its band."""
    shares = retention(told, seed=told.number * 10 + len(market), pace=pace)
    bands = [share(s, n) for s in shares]
    return Curve(
        told.number,
        market,
        n,
        shares,
        tuple(b.low for b in bands),
        tuple(b.high for b in bands),
        "share of started views not yet ended, Kaplan-Meier with 95% pointwise bands (Greenwood, log-log)",
    )


SHARES = {"US": 0.46, "BR": 0.27, "ID": 0.18, "DE": 0.09}
PACES = {"US": 0.95, "BR": 1.0, "ID": 1.25, "DE": 0.85}


def audience(series: SeriesStory, *, simulated: bool = True, gate: int = 6, viewers: int = 48_213) -> AudienceSummary:
    """Viewers of four markets over the whole series, with a paywall."""
    curves, steps = [], []
    for market in ("", *MARKETS):
        first = round(viewers * SHARES.get(market, 1.0))
        n = first
        for told in series.episodes:
            made = curve(told, market, n, pace=PACES.get(market, 1.0))
            curves.append(made)
            goes_on = made.share[-1] * (0.34 if told.number == gate - 1 else 0.97)
            last = told is series.episodes[-1]
            finishers = round(n * made.share[-1])
            steps.append(
                EpisodeStep(
                    told.number,
                    market,
                    n,
                    finishers,
                    share(n / first, first),
                    share(finishers / max(1, n), n),
                    None if last else share(goes_on, n),
                )
            )
            n = max(30, round(n * goes_on))
    return AudienceSummary(
        simulated=simulated,
        viewers=viewers,
        views=round(viewers * 4.46),
        first_day="2026-05-03",
        last_day="2026-05-31",
        markets=MARKETS,
        platforms=("app", "web"),
        quality=Quality(
            rows=241_900,
            counted=240_118,
            set_aside=(
                SetAside(
                    "the episode is not in this series",
                    1_204,
                    "asset_id=trailer-2",
                    "name the trailer in hookline.toml under [ignore]",
                ),
                SetAside(
                    "the position lies beyond the episode's end",
                    578,
                    "position=412, length=71",
                    "check whether positions include advertisements",
                ),
                SetAside("sent twice with the same message id", 9_031, "messageId=7f3c", "", kept=True),
            ),
        ),
        curves=tuple(curves),
        steps=tuple(steps),
        paywalls=tuple(_paywall(gate, market, steps) for market in ("", *MARKETS)),
        suppressed=3,
    )


def _paywall(gate: int, market: str, steps: Sequence[EpisodeStep]) -> Paywall:
    before = next(s for s in steps if s.episode == gate - 1 and s.market == market)
    offered = round(before.finishers * 0.9)
    unlocked = round(offered * {"US": 0.41, "BR": 0.3, "ID": 0.22, "DE": 0.44}.get(market, 0.35))
    money = {"US": {"USD": 490_000}, "BR": {"BRL": 1_900_000}, "ID": {"IDR": 5_900_000_000}, "DE": {"EUR": 450_000}}
    by_currency = {c: m * unlocked for part in ([money[market]] if market else money.values()) for c, m in part.items()}
    return Paywall(gate, market, offered, unlocked, share(unlocked / max(1, offered), offered), by_currency)


def moment(told: EpisodeStory, beat: Beat, *, market: str = "", excess: float = 0.042, n: int = 31_200) -> Moment:
    """A moment at a beat."""
    half = 0.9 * math.sqrt(0.05 / n) + 0.006
    line = told.line_at(beat.span.start_ms)
    return Moment(
        Place(told.number, beat.span),
        market,
        Estimate(
            excess,
            excess - half,
            excess + half,
            n,
            "discrete hazard against position, overdispersion by scene",
            Grade.WITHIN,
            "share",
        ),
        Estimate(
            2.1, 1.7, 2.6, n, "discrete hazard against position, overdispersion by scene", Grade.WITHIN, "odds ratio"
        ),
        lost=1000 * excess * 0.8,
        q=0.0004 if excess > 0.03 else 0.021,
        scene=f"{told.number}-1",
        line=line.source if line else None,
        text=line.text if line else "",
        beats=(beat.type,),
    )


def insight(series: SeriesStory, *, simulated: bool = True) -> Insight:
    """Moments at the losses that were put in, and findings of every kind."""
    moments = []
    for told in series.episodes:
        for beat, times in losses(told):
            moments.append(moment(told, beat, excess=0.014 * times))
        for beat in told.beats:
            if beat.type is BeatType.COMEBACK and told.number < 5:
                moments += [moment(told, beat, excess=-0.021)]
    first = series.episodes[0]
    moments.append(moment(first, first.beats[1], market="ID", excess=0.028, n=4_100))
    odds = Estimate(
        1.84,
        1.41,
        2.37,
        38,
        "discrete-time hazard, odds of leaving; episodes as random effects",
        Grade.ACROSS,
        "odds ratio",
    )
    exposition = next(b for b in first.beats if b.type is BeatType.EXPOSITION)
    finding_moment = moment(first, exposition, excess=0.0476)
    findings = (
        Finding(
            FindingKind.MOMENT,
            "In episode 1 the flashback about the house loses 4.8% of those watching.",
            "Move the key into the lobby scene and cut the two lines about the windows (0:22 to 0:36).",
            finding_moment.excess,
            38.1,
            (finding_moment.place,),
            (BeatType.EXPOSITION,),
            ("MARA",),
            (),
            tuple(li.source for li in first.episode.lines()[5:7]),
            simulated,
        ),
        Finding(
            FindingKind.EFFECT,
            "Exposition makes leaving 1.8 times as likely, most of all from a narrator.",
            "Let a character want something in the line that explains.",
            odds,
            21.4,
            tuple(Place(t.number, b.span) for t in series.episodes[:3] for b, _ in losses(t)),
            (BeatType.EXPOSITION,),
            (),
            (),
            tuple(s for t in series.episodes[:4] for b, _ in losses(t) for s in b.evidence),
            simulated,
        ),
        Finding(
            FindingKind.ENDING,
            "Episodes that end on an open question are followed more often.",
            "End episode 3 one line earlier, before the box is named.",
            Estimate(1.31, 0.98, 1.74, 7, "logistic regression over episodes", Grade.ACROSS, "odds ratio"),
            12.0,
            (Place(min(3, len(series.episodes)), Span(40_000, 46_000)),),
            (BeatType.CLIFFHANGER,),
            (),
            (),
            (),
            simulated,
        ),
        Finding(
            FindingKind.PAYWALL,
            "Indonesia unlocks episode 6 half as often as the United States.",
            "Offer an advertisement unlock in Indonesia and compare.",
            share(0.22, 2_904),
            7.4,
            (),
            (),
            (),
            ("ID",),
            (),
            simulated,
        ),
        Finding(
            FindingKind.MOMENT,
            "Mara's first comeback keeps viewers.",
            "",
            Estimate(-0.021, -0.03, -0.012, 24_000, "discrete hazard against position", Grade.WITHIN, "share"),
            0.0,
            (),
            (BeatType.COMEBACK,),
            ("MARA",),
            (),
            (),
            simulated,
        ),
    )
    return Insight(
        moments=tuple(moments),
        effects=(
            Effect("exposition", "leaving", "", odds, 0.003, tuple(Place(1, b.span) for b, _ in losses(first))),
            Effect("comeback", "leaving", "", replace(odds, value=0.72, low=0.58, high=0.9), 0.02),
            Effect("suspense", "continuation", "", replace(odds, value=1.31, low=0.98, high=1.74, n=7), 0.12),
        ),
        findings=findings,
        expected=tuple(Expected(t.number, retention(t, seed=0, dips=False)) for t in series.episodes),
        notes=("Seven endings are too few to tell suspense from reversal: about 25 episodes would decide it.",
               "Reading-speed times in episodes 4 and 8: moments there are placed within about two seconds."),
    )  # fmt: skip


def platform_only(series: SeriesStory) -> AudienceSummary:
    """No viewers of one's own: a curve that a platform exported, once with and once without its views."""
    positions = tuple(i / 100 for i in range(1, 101))
    shares = tuple(1.12 - 0.75 * p**0.5 for p in positions)
    curves = (
        PlatformCurve("youtube", 1, positions, shares, views=18_400, file="curves/episode-1.csv"),
        PlatformCurve("youtube", 2, positions, tuple(0.93 * s for s in shares), file="curves/episode-2.csv"),
    )
    return AudienceSummary(
        False, 0, 0, "", "", (), ("youtube",), Quality(200, 200), platform_curves=curves[: len(series.episodes)]
    )


def nobody() -> AudienceSummary:
    """Events were given, none of them counted."""
    aside = SetAside("the episode is not in this series", 17, "episode=99", "check the episode numbers")
    return AudienceSummary(False, 0, 0, "", "", (), (), Quality(17, 0, (aside,)))


CHINESE: list[Said] = [
    (A, None, "水泥地操场，篮板是木头做的。马一花抱着球冲进雨里。", BeatType.HOOK),
    (D, "马一花", "你们谁敢再说一句，我妈不是小偷！", BeatType.CONFRONTATION),
    (D, "陈茉莉", "全校都知道，那条项链就是在你家找到的。", BeatType.HUMILIATION),
    (D, "旁白", "三年前，陈家丢了一条价值千万的项链。", BeatType.EXPOSITION),
    (D, "顾总", "项链是我放进去的。", BeatType.REVEAL),
    (D, "马一花", "你……到底是谁？", BeatType.CLIFFHANGER),
]


def chinese() -> SeriesStory:
    """Three episodes in Chinese."""
    told = tuple(episode_story(n, f"第{n}集 雨中真相", "中学操场", CHINESE, language="zh") for n in (1, 2, 3))
    people = tuple(Character(n, (), 3, 9_000, 0.25, (1, 2, 3)) for n in ("马一花", "陈茉莉", "旁白", "顾总"))
    return SeriesStory("重生之锦鲤千金", "zh", told, people)


HOSTILE = (
    "</script><script>window.hurt=1</script>",
    "<img src=x onerror=window.hurt=1>",
    "\"'><svg onload=window.hurt=1>",
    "<!--",
    "]]>\u2028\u2029&amp;&lt;",
    "{{ 7*7 }}{% raw %}",
    "שלום עולם \u202e evil",
    "__proto__",
    "constructor",
    "x" * 300,
    "datum.value; signal('x')",
    "\u200f\U0001f9ff",
)


def hostile() -> tuple[SeriesStory, AudienceSummary, Insight]:
    """The series with every text replaced by one that means harm."""
    said: list[Said] = [
        (D if i % 3 else A, HOSTILE[(i + 1) % len(HOSTILE)] if i % 3 else None, text, list(BeatType)[i])
        for i, text in enumerate(HOSTILE)
    ]
    told = replace(
        episode_story(1, HOSTILE[0], HOSTILE[1], said),
        ending=Ending(EndingType.CRISIS, 0.5, Span(0, 1000), (), HOSTILE[2]),
        hook=Hook(0, (), HOSTILE[0]),
    )
    series = SeriesStory(
        HOSTILE[0], "en", (told, episode_story(2, HOSTILE[5], HOSTILE[8], said)),
        tuple(Character(name, (HOSTILE[0],), 1, 1000, 0.1, (1,)) for name in HOSTILE),
        tuple(Unread(Source(HOSTILE[0], 1), text, HOSTILE[2]) for text in HOSTILE), HOSTILE,
    )  # fmt: skip
    seen = replace(
        audience(series, gate=2),
        markets=(HOSTILE[1],),
        platforms=(HOSTILE[2],),
        quality=Quality(1, 0, (SetAside(HOSTILE[0], 1, HOSTILE[1], HOSTILE[2]),)),
        curves=tuple(curve(t, m, 900) for t in series.episodes for m in ("", HOSTILE[1], "__proto__")),
    )
    here = Place(1, Span(2_000, 4_000))
    moments = tuple(
        replace(moment(told, b), scene=text, text=text) for b, text in zip(told.beats[:4], HOSTILE, strict=False)
    )
    made = tuple(
        Finding(
            FindingKind.MOMENT, text, text, replace(share(0.2, 50), method=text), 3.0, (here,), (), (text,), (text,)
        )
        for text in HOSTILE
    )
    return series, seen, Insight(moments, (), made, (), HOSTILE)


def still(seed: int) -> bytes:
    """A picture as a frame might look, as JPEG."""
    from PIL import Image, ImageDraw, ImageFilter

    rng = random.Random(seed)
    tone = [rng.randrange(20, 90) for _ in range(3)]
    image = Image.new("RGB", (240, 426), (tone[0], tone[1], tone[2]))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y, r = rng.randrange(240), rng.randrange(426), rng.randrange(20, 110)
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=(rng.randrange(40, 220), rng.randrange(40, 170), rng.randrange(30, 140))
        )
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(14)).save(out, "JPEG", quality=70)
    return out.getvalue()
