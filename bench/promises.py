"""How often a promise is paid off by chance: a season in which every far payoff is false.

Fifty unrelated public scripts are laid end to end, two episodes each, and the three who talk most in each get the same
three names, so that people tie all of it together as the leads of a real season would.  A payoff in another script
than its setup is false by construction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bench.story import dramabench
from hookline.model.script import Line, Script
from hookline.model.story import Promise
from hookline.story import analyse

LEADS = ("LENA", "MARK", "VERA")
SCRIPTS = 50


def main() -> None:
    """Print the table."""
    pairs = list(dramabench())[:SCRIPTS]
    if not pairs:
        print("The public scripts are not here: nothing measured")
        return
    season = [script for number, pair in enumerate(pairs) for script in same_leads(pair, first=2 * number + 1)]
    promises = analyse(season, language="en").promises
    print("| kind | promises | paid off in their own script | in another: false |\n|---|---|---|---|")
    for kind in dict.fromkeys(promise.kind for promise in promises):
        row(kind.value, [promise for promise in promises if promise.kind is kind])
    row("all", promises)


def row(name: str, promises: Sequence[Promise]) -> None:
    """Print one kind's counts."""
    paid = [(promise.episode, promise.payoff.episode) for promise in promises if promise.payoff]
    own = sum((setup - 1) // 2 == (payoff - 1) // 2 for setup, payoff in paid)
    print(f"| {name} | {len(promises)} | {own} | {len(paid) - own} ({(len(paid) - own) / len(promises):.0%}) |")


def same_leads(pair: Sequence[Script], *, first: int) -> list[Script]:
    """The two episodes of a script, numbered on, their leads renamed."""
    lines = [line for script in pair for episode in script.episodes for line in episode.lines()]
    talk = Counter(line.speaker.upper() for line in lines if line.speaker)
    names = {name: lead for (name, _), lead in zip(talk.most_common(len(LEADS)), LEADS, strict=False)}
    ordered = sorted(names, key=lambda name: -len(name))
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in ordered) or r"(?!)", re.IGNORECASE)

    def renamed(line: Line, number: int) -> Line:
        text = pattern.sub(lambda met: names[met.group().upper()], line.text)
        speaker = names.get(line.speaker.upper(), line.speaker) if line.speaker else None
        return replace(line, text=text, speaker=speaker, source=replace(line.source, file=f"{number}.fountain"))

    found = []
    for number, script in enumerate(pair, start=first):
        (episode,) = script.episodes
        scenes = tuple(
            replace(scene, lines=tuple(renamed(line, number) for line in scene.lines)) for scene in episode.scenes
        )
        found.append(replace(script, episodes=(replace(episode, number=number, scenes=scenes),)))
    return found


if __name__ == "__main__":
    main()
