"""Prints scripts in the many layouts that screenplays are found in, with the tag of every line.

A script read by the Fountain reader says what each of its lines is; a layout (``House``) drawn at
random decides margins, widths, blank lines, scene numbers, page furniture and dirt.  So the printed
lines come with their tags, and none is labelled by hand.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from hookline.formats.lines import Tag
from hookline.model.script import Line, LineKind, Scene, Script, Voice

_TURN = re.compile(r"\bTO:|FADE|CUT|DISSOLVE|WIPE")

Printed = list[tuple[str, Tag]]

TURNS = (
    "CUT TO:", "CUT TO:", "CUT TO:", "DISSOLVE TO:", "SMASH CUT TO:", "MATCH CUT TO:", "HARD CUT TO:", "JUMP CUT TO:",
    "FADE IN:", "FADE OUT.", "FADE TO BLACK.", "CUT TO BLACK", "CUT TO BLACK.", "CUT BACK TO:", "BACK TO:", "WIPE TO:",
    "QUICK CUT TO:", "TIME CUT TO:", "FADE TO:", "FLASH CUT TO:", "INTERCUT WITH:", "SLOW DISSOLVE TO:", "CUT TO",
    "FADE IN", "FADE OUT", "LAP DISSOLVE TO:", "SLAM CUT TO:", "TRANSITION TO:", "DISSOLVE:",
)  # fmt: skip
SLUGS = (
    "THE DOOR", "THE PHONE", "THE CROWD", "CLOSE ON:", "ANGLE ON THE STREET", "LATER", "WIDE SHOT", "POV - THE ROOM",
    "MOMENTS LATER", "THE LETTER:", "ON THE SCREEN", "AT THE TABLE", "SERIES OF SHOTS", "MONTAGE", "THE CAR",
    "INSERT - PHOTOGRAPH", "CLOSE UP", "ANOTHER ANGLE", "BLACK.", "SILENCE.", "BANG!", "THE STAIRS", "OUTSIDE",
    "TITLE: \"TEN YEARS EARLIER\"", "IN THE KITCHEN", "THE CORRIDOR", "\"CLOSED FOR THE SEASON\"", "RED SIGN",
)  # fmt: skip
CAPTIONS = ("TITLE: ", "TITLE CARD: ", "SUPER: ", "SUPERIMPOSE: ", "ON SCREEN: ", "CHYRON: ", "CAPTION: ", "CARD: ", "")
REMARKS = (
    "beat", "a beat", "smiling", "quietly", "to himself", "then", "after a pause", "shrugs", "laughing", "whispering",
    "into phone", "off her look", "without turning around",
    "taking the bag and putting it down on the table by the door",
    "looks away, then back at the others as if nothing had happened", "pause", "re: the letter", "to both of them",
)  # fmt: skip
PLACES = ("CAR", "HOUSE", "APARTMENT", "ALLEY", "CLUB", "STATION", "BEACH", "MOTEL ROOM 12", "BASEMENT", "ROOF - EDGE")
ASIDES = (
    "CONTINUOUS",
    "LATER",
    "MOMENTS LATER",
    "SAME",
    "DAY",
    "NIGHT",
    "MORNING",
    "SUNSET",
    "NIGHT (FLASHBACK)",
    "DAWN",
)


@dataclass(frozen=True, slots=True)
class House:
    """How one document looks."""

    margins: dict[Tag, int]  # left margin per tag
    widths: dict[Tag, int]  # 0: unwrapped
    blanks: dict[Tag, int]  # blank lines above a block that begins with the tag
    drift: int  # how far a page's margin may shift
    lost_blanks: float
    doubled: bool
    numbers: str  # of scenes: "none", "left", "both"
    page_lines: int  # 0: no page furniture
    running: str  # running title, "" where there is none
    continued: bool  # (CONTINUED), (MORE)
    contd: str  # "", "(CONT'D)", "(cont'd)"
    turns: float  # share of scenes that a transition opens
    slugs: float
    loud: float  # share of action words in capitals
    remarks: float  # parentheticals added
    plain: float  # share of parentheticals left out: short dramas have more than films
    shouts: float  # share of speeches in capitals
    long: float  # share of speeches and action made longer: films talk more than short dramas
    crowding: float  # action directly under a speech, without a blank line
    revised: float  # share of lines with an asterisk in the right margin
    dirt: float  # share of lines with an error of recognition
    two_spaces: bool  # after a full stop
    colon: bool  # after a name
    centred: bool  # names centred on the column of dialogue


def house(random: Random) -> House:
    """A layout drawn at random."""
    style = random.choices(("page", "flat", "even"), (5, 5, 1))[0]
    left = random.choice((0, 0, 0, 2, 4, 5, 6, 8, 10, 12, 15))
    wide = random.choice((54, 57, 60, 61, 62, 65, 70))
    narrow = random.choice((28, 32, 34, 35, 36, 38, 40, 44))
    if style == "page":
        deep = random.choice((4, 6, 8, 9, 10, 10, 11, 14))
        margins = _steps(
            left,
            deep,
            deep + random.choice((2, 4, 5, 6, 7, 8)),
            deep + random.randint(5, 16),
            40 + random.randint(0, 20),
        )
        widths = {
            Tag.ACTION: wide,
            Tag.DIALOGUE: narrow,
            Tag.PARENTHETICAL: random.choice((16, 20, 24, 28)),
            Tag.SCENE: wide,
        }
    else:
        step = 0 if style == "flat" else random.choice((1, 2, 4, 5))
        margins = _steps(left if random.random() < 0.3 else 0, step, step, step, 0)
        widths = random.choice((
            {Tag.ACTION: 0, Tag.DIALOGUE: 0, Tag.PARENTHETICAL: 0, Tag.SCENE: 0},
            {Tag.ACTION: 0, Tag.DIALOGUE: 0, Tag.PARENTHETICAL: 0, Tag.SCENE: 0},
            {Tag.ACTION: wide, Tag.DIALOGUE: narrow, Tag.PARENTHETICAL: 24, Tag.SCENE: wide},
            {Tag.ACTION: wide, Tag.DIALOGUE: narrow, Tag.PARENTHETICAL: 24, Tag.SCENE: wide},
            {Tag.ACTION: 76, Tag.DIALOGUE: 76, Tag.PARENTHETICAL: 76, Tag.SCENE: 76},
            {Tag.ACTION: 0, Tag.DIALOGUE: 76, Tag.PARENTHETICAL: 76, Tag.SCENE: 0},
        ))  # fmt: skip
    tight = random.choices(("usual", "crowded", "none"), (6, 2, 1.5))[0]
    paged = random.random() < 0.55
    one = 0 if tight == "none" else 1
    return House(
        margins=margins,
        widths=widths,
        blanks={
            Tag.SCENE: 0 if tight == "none" else random.choice((1, 1, 2, 2, 3)),
            Tag.ACTION: one,
            Tag.CHARACTER: 0 if tight != "usual" else 1,
            Tag.TRANSITION: one,
            Tag.DIALOGUE: random.choices((0, 1), (30, 1))[0],
        },
        drift=random.choice((0, 0, 0, 5, 7)),
        lost_blanks=random.choice((0, 0, 0, 0.03, 0.15, 0.4)),
        doubled=random.random() < 0.05,
        numbers=random.choice(("none", "none", "left", "both", "both")),
        page_lines=random.randint(30, 58) if paged else 0,
        running=_running(random) if paged and random.random() < 0.5 else "",
        continued=paged and random.random() < 0.5,
        contd=random.choice(("", "(CONT'D)", "(cont'd)", "(CONTINUED)", "(cont.)")),
        turns=random.choice((0, 0.05, 0.15, 0.5)),
        slugs=random.choice((0, 0, 0.03, 0.1, 0.25)),
        loud=random.choice((0, 0.02, 0.05, 0.12)),
        remarks=random.choice((0, 0.03, 0.1)),
        plain=random.choice((0, 0.5, 0.8, 0.9)),
        shouts=random.choice((0, 0.02, 0.06)),
        long=random.choice((0, 0.2, 0.4, 0.6, 0.8)),
        crowding=random.choice((0, 0, 0.05, 0.5, 1)) if tight == "crowded" else random.choice((0, 0, 0.02)),
        revised=random.choice((0, 0, 0, 0.05, 0.3)),
        dirt=random.choice((0, 0, 0, 0.01, 0.04)),
        two_spaces=random.random() < 0.4,
        colon=random.random() < 0.04,
        centred=random.random() < 0.3 and style == "page",
    )


def _steps(left: int, dialogue: int, remark: int, name: int, turn: int) -> dict[Tag, int]:
    return {
        Tag.SCENE: left,
        Tag.ACTION: left,
        Tag.DIALOGUE: left + dialogue,
        Tag.PARENTHETICAL: left + remark,
        Tag.CHARACTER: left + name,
        Tag.TRANSITION: left + turn,
        Tag.OTHER: left,
    }


def _running(random: Random) -> str:
    title = random.choice(
        ("THE LAST SUMMER", "Night Shift", "Homeward", "GLASS", "The Heir - Third Draft", "UNTITLED PROJECT")
    )
    day = f"{random.randint(1, 12)}/{random.randint(1, 28)}/{random.choice(('97', '02', '2019', '2024'))}"
    return random.choice((
        f"{title} - {day}", f"{title}  Blue Revisions - {day}", f"Rev. {day} (Pink)", f"{title} Shooting Script",
        f"J. Doe / {title} Draft #.", f"{title}          #.", f"FINAL DRAFT {day}      #", f"WHITE SCRIPT - {day}",
        title,
    ))  # fmt: skip


class Printer:
    """Prints one script in one layout."""

    def __init__(self, script: Script, house: House, random: Random) -> None:
        self.house, self.random = house, random
        self.out: Printed = []
        self.left_of_page = house.page_lines
        self.page = random.randint(1, 90)
        self.shift = 0
        self.scene = random.randint(1, 90)
        self.names = sorted({line.speaker.upper() for ep in script.episodes for line in ep.lines() if line.speaker})
        self.speaker = ""  # who spoke last in this scene
        self.script = script
        self.said = self._texts(LineKind.DIALOGUE)
        self.done = self._texts(LineKind.ACTION)

    def run(self) -> Printed:
        """All lines with their tags."""
        for episode in self.script.episodes:
            for scene in episode.scenes:
                self._scene(scene)
                for line in scene.lines:
                    self._line(line)
        return self._doubled() if self.house.doubled else self.out

    def _texts(self, kind: LineKind) -> list[str]:
        lines = (line for episode in self.script.episodes for line in episode.lines())
        return [" ".join(line.text.split()) for line in lines if line.kind is kind and line.text[0] != "("] or [""]

    def _longer(self, text: str, others: list[str]) -> str:
        while self.random.random() < self.house.long and len(text) < 1000:
            text = f"{text} {self.random.choice(others)}".strip()
        return text

    def _doubled(self) -> Printed:
        return [one for pair in self.out for one in (pair, ("", Tag.BLANK))]

    # -- elements

    def _scene(self, scene: Scene) -> None:
        if self.random.random() < self.house.turns:
            self._turn(self.random.choice(TURNS))
        if not scene.heading:
            return
        heading = self._reworded(scene.heading.upper() if self.random.random() < 0.97 else scene.heading)
        self.scene += 1
        self.speaker = ""
        rows = self._wrapped(heading, Tag.SCENE)
        if self.house.numbers != "none":
            rows[0] = f"{self.scene}{' ' * self.random.randint(1, 5)}{rows[0]}"
        if self.house.numbers == "both":
            rows[0] = f"{rows[0]:<{self.random.choice((20, 60, 66))}} {self.scene}"
        self._block([(row, Tag.SCENE) for row in rows])

    def _reworded(self, heading: str) -> str:
        random = self.random
        if random.random() < 0.15:
            heading = f"{random.choice(('INT.', 'EXT.', 'INT./EXT.', 'INT', 'EXT'))} {random.choice(PLACES)}"
        if random.random() < 0.2:
            heading = re.sub(r"\s+[-–—]\s+[A-Z ]+$", "", heading)
        if random.random() < 0.2:
            heading += f" - {random.choice(ASIDES)}"
        if random.random() < 0.06:
            heading += f" ({' '.join(random.choices(SLUGS, k=2))})"
        if random.random() < 0.06:
            heading = heading.replace("INT. ", random.choice(("INT ", "INT: ", "INTERIOR ", "INT - ", "INT.  ")), 1)
        if random.random() < 0.04:
            heading = f"{random.choice(('FLASHBACK', 'DREAM', 'INTERCUT', 'BACK TO'))} - {heading}"
        return heading

    def _line(self, line: Line) -> None:
        text = " ".join(line.text.split())
        if line.kind is LineKind.DIALOGUE and line.speaker:
            self._speech(line, text)
        elif line.kind is LineKind.TRANSITION and text.isupper() and _TURN.search(text):
            self._turn(text)
        elif line.kind is LineKind.CAPTION:
            self._block([(f"{self.random.choice(CAPTIONS)}{text}", Tag.ACTION)])
        elif line.kind is LineKind.ACTION:
            self._action(text)

    def _turn(self, text: str) -> None:
        self.speaker = ""
        self._block([(text, Tag.TRANSITION)])

    def _action(self, text: str) -> None:
        if self.random.random() < self.house.slugs:
            text = self._slug(text)
        if self.random.random() < self.house.loud * 3:
            text = " ".join(w.upper() if self.random.random() < self.house.loud * 2 else w for w in text.split(" "))
        text = self._longer(text, self.done) if text[0] != "(" else text
        tight = self.random.random() < self.house.crowding and self.speaker != ""
        self._block([(row, Tag.ACTION) for row in self._wrapped(self._spaced(text), Tag.ACTION)], tight=tight)

    def _slug(self, text: str) -> str:
        """Puts a short line in capitals above action, as films do to point at someone; what of the action is left."""
        person = next((name for name in self.names if text.upper().startswith(f"{name} ") and text[0].isupper()), "")
        words = self.random.choice(self.done).split()
        at = self.random.randrange(len(words) or 1)
        loud = " ".join(words[at : at + self.random.randint(1, 4)]).upper() or "SILENCE."
        loud = self.random.choice((loud, f'"{loud}"', loud.rstrip(".,") + ".", f"{loud.rstrip('.,')}:"))
        slug = person or self.random.choice((*SLUGS, *self.names, *(loud for _ in range(12))))
        self._block([(slug, Tag.ACTION)])
        rest = text[len(person) + 1 :] if person else text
        return rest or text

    def _speech(self, line: Line, text: str) -> None:
        assert line.speaker
        again = self.speaker == line.speaker.upper()
        self.speaker = line.speaker.upper()
        rows: Printed = [(self._cue(line, again=again), Tag.CHARACTER)]
        if line.delivery and self.random.random() >= self.house.plain:
            rows += self._remark(line.delivery)
        text = self._longer(text, self.said) if self.random.random() >= self.house.shouts else text.upper()
        halves = [text]
        if self.random.random() < self.house.remarks and ". " in text:
            halves = text.split(". ", 1)
            halves[0] += "."
        for k, half in enumerate(halves):
            if k:
                rows += self._remark(self.random.choice(REMARKS))
            rows += [(row, Tag.DIALOGUE) for row in self._wrapped(self._spaced(half), Tag.DIALOGUE)]
        self._block(rows)

    def _cue(self, line: Line, *, again: bool) -> str:
        assert line.speaker
        voice = {Voice.OVER: "(V.O.)", Voice.OFF: "(O.S.)", Voice.ON: ""}[line.voice]
        if not voice and self.random.random() < 0.02:
            voice = self.random.choice(("(V.O.)", "(O.S.)", "(O.C.)", "(on phone)", "(filtered)"))
        parts = [line.speaker.upper(), voice, self.house.contd if again else ""]
        return " ".join(part for part in parts if part) + (":" if self.house.colon else "")

    def _remark(self, text: str) -> Printed:
        return [(row, Tag.PARENTHETICAL) for row in self._wrapped(f"({text})", Tag.PARENTHETICAL)]

    # -- rows

    def _spaced(self, text: str) -> str:
        return re.sub(r"([.?!]) (?=[A-Z])", "\\1\0 ", text) if self.house.two_spaces else text

    def _wrapped(self, text: str, tag: Tag) -> list[str]:
        width = self.house.widths.get(tag, 0)
        rows = textwrap.wrap(text, width, break_on_hyphens=False) if width else [text]
        return [row.replace("\0", " ") for row in rows] or [text]

    def _block(self, rows: Printed, *, tight: bool = False) -> None:
        first = rows[0][1]
        wanted = 0 if tight or self.random.random() < self.house.lost_blanks else self.house.blanks[first]
        self.out += [(" " * self.random.choice((0, 0, 0, 6)) if wanted else "", Tag.BLANK)] * wanted
        self.left_of_page -= wanted
        for k, (text, tag) in enumerate(rows):
            if k and tag is Tag.DIALOGUE and rows[k - 1][1] is Tag.CHARACTER:
                self.out += [("", Tag.BLANK)] * self.house.blanks[Tag.DIALOGUE]
            self._put(text, tag)
            if self.house.page_lines and self.left_of_page <= 0:
                self._turn_page(rows[0] if k + 1 < len(rows) and first is Tag.CHARACTER and k else None)

    def _put(self, text: str, tag: Tag, *, margin: int | None = None) -> None:
        left = self.house.margins[tag] if margin is None else margin
        if self.house.centred and tag is Tag.CHARACTER:
            left = self.house.margins[Tag.DIALOGUE] + max(0, 17 - len(text) // 2)
        left = max(0, left + self.shift - (5 if tag is Tag.SCENE and text[:1].isdigit() and left >= 5 else 0))
        if self.random.random() < self.house.dirt:
            text = self._dirty(text)
        row = f"{' ' * left}{text}"
        if self.random.random() < self.house.revised:
            row = f"{row:<66} *"
        self.out.append((row, tag))
        self.left_of_page -= 1

    def _dirty(self, text: str) -> str:
        random = self.random
        at = random.randrange(len(text))
        swap = {"O": "0", "I": "l", "l": "1", "0": "O", ".": ",", ",": ".", "e": "c", "m": "rn", " ": "  "}
        return text[:at] + swap.get(text[at], "" if random.random() < 0.5 else text[at]) + text[at + 1 :]

    def _turn_page(self, cue: tuple[str, Tag] | None) -> None:
        """The foot of a page and the head of the next; a speech that is cut by it says so."""
        furniture = list(self._furniture(cut=cue is not None))
        for text, margin in furniture:
            if text:
                self._put(text, Tag.OTHER, margin=margin)
            else:
                self.out.append(("", Tag.BLANK))
        self.shift = self.random.choice((0, self.house.drift))
        self.page += 1
        self.left_of_page = self.house.page_lines
        if cue is not None and self.house.continued:
            name = cue[0].split("(")[0].strip()
            self._put(f"{name} {self.house.contd or '(CONT’D)'}", Tag.CHARACTER)

    def _furniture(self, *, cut: bool) -> Iterator[tuple[str, int]]:
        random, indented = self.random, self.house.margins[Tag.DIALOGUE] > self.house.margins[Tag.ACTION]
        far = random.choice((0, 30, 50, 55)) if indented else 0
        gap = [("", 0)] * random.choice((0, 1, 1, 2, 3))
        if cut and self.house.continued:
            yield "(MORE)", self.house.margins[Tag.CHARACTER]
        yield from gap
        if self.house.continued and not cut:
            yield random.choice(("(CONTINUED)", "(CONTINUED)", "CONTINUED")), far
        yield from gap
        if self.house.running:
            yield self.house.running.replace("#", str(self.page)), random.choice((0, far // 2))
        if not self.house.running or random.random() < 0.5:
            yield (
                random.choice(
                    (f"{self.page}", f"{self.page}.", f"{self.page}.", f"- {self.page} -", f"Page {self.page}")
                ),
                far,
            )
        yield from gap
        if self.house.continued and not cut:
            head = random.choice(("CONTINUED:", "CONTINUED:", f"CONTINUED: ({random.randint(2, 4)})"))
            yield head if self.house.numbers == "none" else f"{self.scene}   {head}{' ' * 30}{self.scene}", 0
            yield from gap


def printed(script: Script, random: Random) -> Printed:
    """The script's lines in a layout drawn at random, each with its tag."""
    return Printer(script, house(random), random).run()
