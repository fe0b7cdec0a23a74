"""How well screenplay lines are classified: F1 per tag on ten films, by film.

Run from the checkout: ``python -m bench.lines``.  The films' lines and tags (GPL-3) are only read here,
to measure; nothing trained on them ships.

- *shipped*: the weights in the package, trained without any film.
- *films*: the same model trained on nine films, tested on the tenth, ten times.
- *both*: trained on nine films and the printed short dramas, tested on the tenth.

Each on the films as they are, without indents, and without indents and blank lines.  F1 is over the
lines that have text and a gold tag, pooled over films; lines with text that the annotators left without a
tag are page furniture and counted apart; intervals are 95% percentile bootstrap over films.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.shared import SHARED
from training.lines import Labelled, fit, labelled, pages

from hookline.formats.lines import TAGS, Tag, Weights, classify, read_signs, weights

FILMS = SHARED / "story" / "screenplay_tags"
MEASURED = TAGS[:6]
PUBLISHED = {  # best of rules and transformer each; and which
    "S": (97.8, "rules"),
    "N": (98.7, "transformer"),
    "C": (99.8, "transformer"),
    "D": (99.3, "transformer"),
    "E": (98.4, "transformer"),
    "T": (97.1, "transformer"),
}
DRAWS = 2000
COPIES = 1  # printed layouts beside the films; the shipped weights see more
FILM_WEIGHT = 3.0  # of a film's line beside a printed line's 1

Lines = list[tuple[str, Tag]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Gold and found tag of one line."""

    film: str
    gold: Tag
    found: Tag

    @property
    def furniture(self) -> bool:
        """Whether the annotators left the line without a tag."""
        return self.gold is Tag.BLANK


def films(folder: Path = FILMS) -> dict[str, Lines]:
    """Each film's lines with their tags; ``BLANK`` where there is none."""
    found: dict[str, Lines] = {}
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        lines = [(row["line"], Tag(row["tag"]) if row["tag"] else Tag.BLANK) for row in rows]
        while lines and not lines[-1][0].strip():
            lines.pop()
        found[path.stem] = [(line, tag if line.strip() else Tag.BLANK) for line, tag in lines]
    return found


def without_indents(lines: Lines) -> Lines:
    """Lines as copied from a page that lost its margins."""
    return [(line.strip(), tag) for line, tag in lines]


def without_layout(lines: Lines) -> Lines:
    """Lines without margins and without blank lines."""
    return [(line.strip(), tag) for line, tag in lines if line.strip()]


CONDITIONS: dict[str, Callable[[Lines], Lines]] = {
    "as they are": list,
    "no indents": without_indents,
    "no indents, no blank lines": without_layout,
}


def tested(model: Weights, name: str, lines: Lines) -> list[Pair]:
    """Gold and found tags of a film's lines with text."""
    signs = read_signs([line for line, _ in lines])
    return [Pair(name, lines[row.at][1], tag) for row, tag in zip(signs.rows, model.best(signs), strict=True)]


def shipped(given: dict[str, Lines]) -> list[Pair]:
    """The shipped weights on each film."""
    return [pair for name, lines in given.items() for pair in tested(weights(), name, lines)]


def crossed(given: dict[str, Lines], beside: Sequence[Labelled]) -> list[Pair]:
    """Each film by weights trained on the others, and on what stands beside them."""
    weight = FILM_WEIGHT if beside else 1.0
    documents = {name: labelled(lines, weight=weight) for name, lines in given.items()}
    found = []
    for name, lines in given.items():
        others = [document for other, document in documents.items() if other != name]
        model = fit([*others, *beside], rounds=80)
        found += tested(model, name, lines)
    return found


# --- figures -------------------------------------------------------------------------------------


def counts(pairs: Sequence[Pair]) -> dict[str, Counter[tuple[Tag, str]]]:
    """Per film, how often each tag was hit, wrongly found and missed."""
    by_film: dict[str, Counter[tuple[Tag, str]]] = {}
    for pair in pairs:
        film = by_film.setdefault(pair.film, Counter())
        if pair.furniture:
            continue
        if pair.gold is pair.found:
            film[pair.gold, "hit"] += 1
        else:
            film[pair.found, "false"] += 1
            film[pair.gold, "missed"] += 1
    return by_film


def f1(tag: Tag, films: Sequence[Counter[tuple[Tag, str]]]) -> float:
    """F1 in percent, pooled; nan where no film has the tag and none was found."""
    hit, false, missed = (sum(film[tag, kind] for film in films) for kind in ("hit", "false", "missed"))
    return 100 * 2 * hit / (2 * hit + false + missed) if hit + false + missed else float("nan")


def interval(tag: Tag, films: Sequence[Counter[tuple[Tag, str]]]) -> tuple[float, float]:
    """95% percentile interval of F1 over films drawn with replacement."""
    source = random.Random(7)
    drawn = sorted(
        value
        for _ in range(DRAWS)
        if (value := f1(tag, source.choices(films, k=len(films)))) == value  # a draw may lack the tag
    )
    return drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn)) - 1]


def row(title: str, pairs: Sequence[Pair]) -> str:
    """One row of the table."""
    by_film = list(counts(pairs).values())
    cells = []
    for tag in MEASURED:
        low, high = interval(tag, by_film)
        cells.append(f"{f1(tag, by_film):.1f} ({low:.1f}-{high:.1f})")
    return f"| {title} | {' | '.join(cells)} |"


def speed(given: dict[str, Lines]) -> float:
    """Lines classified a second of one core."""
    lines = [line for film in given.values() for line, _ in film if line.strip()] * 4
    classify(lines[:100])
    began = time.process_time()
    classify(lines)
    return len(lines) / (time.process_time() - began)


def confused(pairs: Sequence[Pair]) -> str:
    """Which tags were taken for which, most frequent first."""
    wrong = Counter(f"{p.gold}>{p.found}" for p in pairs if p.gold is not p.found and not p.furniture)
    told = ", ".join(f"{what} {times}" for what, times in wrong.most_common()) or "none"
    furniture = [pair.found is Tag.OTHER for pair in pairs if pair.furniture]
    return f"{told}; {sum(furniture)} of {len(furniture)} untagged lines of page furniture found as such"


def main() -> None:
    """Prints the table."""
    if not FILMS.exists():
        print("the films are not here: set HOOKLINE_SHARED")
        return
    plain = films()
    quick = "--quick" in sys.argv
    total = Counter(tag for lines in plain.values() for _, tag in lines if tag in MEASURED)
    print(f"| F1 (95% interval over films) | {' | '.join(f'{tag} (n={total[tag]})' for tag in MEASURED)} |")
    print("|---|" + "---|" * len(MEASURED))
    print("| best published | " + " | ".join(f"{value} ({who})" for value, who in PUBLISHED.values()) + " |")
    beside = [] if quick else pages(copies=COPIES)
    notes = []
    for title, change in CONDITIONS.items():
        given = {name: change(lines) for name, lines in plain.items()}
        results = {"shipped": shipped(given), "films": crossed(given, ())}
        if beside and change is list:  # the longest run: once says enough
            results["both"] = crossed(given, beside)
        for model, pairs in results.items():
            print(row(f"{model}, {title}", pairs), flush=True)
            notes.append(f"{model}, {title}: {confused(pairs)}")
    print(f"\n{speed(plain):,.0f} lines a second of one core. Lines taken for another (gold>found):\n")
    print("\n".join(f"- {note}" for note in notes))


if __name__ == "__main__":
    main()
