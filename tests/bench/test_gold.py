"""The gold set's files are what the guideline says, and the bench measures what it claims."""

import json
import math
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.gold import Compared, compare, engine_reading, engine_stories, matched
from bench.gold_files import ARCHETYPES, BEATS, ENDINGS, FOLDER, GRADES, HOOKS, ROLES, Moment, chosen, problems, rows
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from statsmodels.stats.inter_rater import cohens_kappa

from bench import agreement, gold
from tests.shared import shared_data

FILES = sorted(FOLDER.glob("*.jsonl"))
CLOSED = {*ARCHETYPES, *BEATS, *ENDINGS, *HOOKS, *ROLES}


@pytest.fixture(autouse=True)
def scripts() -> Path:
    return shared_data("story", "dramabench", "dev.jsonl")


@pytest.fixture
def row() -> dict[str, Any]:
    return deepcopy(rows(FOLDER / "first.jsonl")[0])


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def test_the_first_pass_is_there() -> None:
    assert FOLDER / "first.jsonl" in FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_script_of_the_gold_set_is_annotated_once(file: Path) -> None:
    assert [row["id"] for row in rows(file)] == list(chosen())
    assert len(chosen()) >= 40


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_records_follow_the_guideline(file: Path) -> None:
    assert [problem for row in rows(file) for problem in problems(row)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_records_hold_no_words_but_those_of_the_closed_lists(file: Path) -> None:
    told = {text for row in rows(file) for text in strings(row)}
    assert [text for text in told - CLOSED if not re.fullmatch(r"[A-Z]{1,3}|script_\d{4}", text)] == []


def test_the_guideline_copies_no_text(scripts: Path) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z']+", text.lower())
        return set(zip(*(words[n:] for n in range(6)), strict=False))

    guideline = runs((FOLDER / "guideline.md").read_text(encoding="utf-8"))
    records = map(json.loads, scripts.read_text(encoding="utf-8").splitlines())
    copied = [run for one in records for run in runs(f"{one['context']} {one['continuation']}") & guideline]
    assert copied == []


def test_the_guideline_defines_every_type() -> None:
    defined = set(re.findall(r"`([a-z_]+)`", (FOLDER / "guideline.md").read_text(encoding="utf-8")))
    assert CLOSED - {"none"} - defined == set()


def episode(row: dict[str, Any], number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = row["episodes"][number - 1]
    return found


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another script": (lambda row: row.update(id="script_9999"), "no script of the gold set"),
    "no leads": (lambda row: row.update(leads=[]), "one to 3 leads"),
    "one episode": (lambda row: row.update(episodes=row["episodes"][:1]), "two episodes"),
    "a lead off the page": (lambda row: row["leads"][0].update(line=9_999), "where nothing is"),
    "a made-up archetype": (lambda row: row["leads"][0].update(archetypes=["pirate"]), "unknown role or archetype"),
    "a made-up hook": (lambda row: episode(row)["hook"].update(type="music"), "unknown type music"),
    "a hook among beats": (lambda row: episode(row)["beats"].append({"type": "hook", "line": 33}), "unknown type hook"),
    "the other episode's line": (lambda row: episode(row, 2)["hook"].update(line=33), "line 33 is outside"),
    "a blank line": (lambda row: episode(row)["hook"].update(line=34), "blank"),
    "a speaker's name": (lambda row: episode(row)["hook"].update(line=32), "a speaker's name"),
    "a scene's head": (lambda row: episode(row)["hook"].update(line=6), "a heading"),
    "how it is said": (lambda row: episode(row)["hook"].update(line=41), "a parenthetical"),
    "a strength of 4": (lambda row: episode(row)["ending"].update(strength=4), "strength 4"),
    "suspense of no strength": (lambda row: episode(row)["ending"].update(strength=0), "strength 0"),
    "a strength in words": (lambda row: episode(row)["ending"].update(strength="strong"), "guideline's shape"),
    "open left out": (lambda row: episode(row)["ending"].pop("open"), "guideline's shape"),
    "nine beats": (lambda row: episode(row).update(beats=[{"type": "reveal", "line": 36}] * 9), "too many"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_record_is_told(row: dict[str, Any], fault: str) -> None:
    spoil, words = FAULTS[fault]
    spoil(row)
    assert words in "\n".join(problems(row))


def test_check_tells_faults_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any]) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(row), encoding="utf-8")
    assert gold.main(["check", str(file)]) == 0
    FAULTS["nine beats"][0](row)
    file.write_text(json.dumps(row), encoding="utf-8")
    assert gold.main(["check", str(file)]) == 1
    assert "9 beats are too many" in capsys.readouterr().out


def test_texts_number_the_lines_as_the_reader_of_scripts_does(tmp_path: Path) -> None:
    gold.main(["texts", str(tmp_path)])
    name, story = next(iter(engine_stories().items()))
    numbered = dict(line.split("\t", 1) for line in (tmp_path / f"{name}.txt").read_text().splitlines())
    lines = [line for one in story.episodes for line in one.episode.lines()]
    assert lines
    assert all(line.text.split()[0] in numbered[str(line.source.line)] for line in lines)


# Measures


def test_a_reader_agrees_with_themselves() -> None:
    first = gold.readings("first")
    same = gold.compared(first, first)
    assert {name: measure(same) for name, measure in (gold.MEASURES | gold.KAPPAS).items()} == pytest.approx(
        dict.fromkeys(gold.MEASURES | gold.KAPPAS, 1.0)
    )


def test_swapped_types_cost_the_types_alone() -> None:
    name, first = next(iter(gold.readings("first").items()))
    other = replace(first, episodes=tuple(replace(one, hook=None, beats=()) for one in first.episodes))
    one = compare(first, other, engine_stories()[name])
    assert one.hook_near == (False, False)
    assert not one.found["any"]
    assert one.wanted["any"] == sum(len(episode.beats) for episode in first.episodes)
    assert gold.MEASURES["ending type, accuracy"]([one]) == 1.0


def test_moments_are_matched_once_and_as_many_as_can_be() -> None:
    wanted = [Moment("threat", (10,)), Moment("threat", (12,)), Moment("reveal", (30,))]
    found = [Moment("threat", (12, 40)), Moment("reveal", (33,)), Moment("payoff", (10,))]
    assert matched(wanted, found) == {"threat": 1}
    assert matched([Moment("any", (10,)), Moment("any", (12,))], [Moment("any", (11,)), Moment("any", (8,))]) == {
        "any": 2
    }


def test_hook_times_are_signed_seconds() -> None:
    when = {5: 0.0, 8: 2.5, 12: 7.0}
    assert gold.late_s(Moment("", (9,)), Moment("", (12, 5)), when) == 4.5


def test_archetypes_of_the_engine_are_scored_once_there_are_any() -> None:
    @dataclass(frozen=True)
    class Person:
        name: str
        aliases: tuple[str, ...]
        role: str
        archetypes: tuple[str, ...]

    text = "Title: Ann\nDescription: Ann\n\nANN waits.\n\nMISS LEE\nHello.\n"
    lead: Any = Person("Lee", ("Miss Lee",), "lead", ("system",))
    found = gold.engine_lead(lead, text)
    assert (found.line, found.role, found.archetypes) == (6, "lead", frozenset({"system"}))
    wanted = replace(found, line=7, archetypes=frozenset({"system", "secret_child"}))
    marks = [
        (name in a.archetypes, name in b.archetypes)
        for a, b in gold.lead_pairs([wanted], [found])
        for name in ARCHETYPES
    ]
    assert gold.archetype_f1([Compared(archetypes=tuple(marks))]) == pytest.approx(2 / 3)


def test_the_page_says_what_is_not_there_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(agreement, "RESAMPLES", 20)
    (tmp_path / "first.jsonl").write_bytes((FOLDER / "first.jsonl").read_bytes())
    monkeypatch.setattr(gold, "FOLDER", tmp_path)
    alone = gold.report()
    assert re.search(r"\| ending type \| [^|]+ \| not yet \|", alone)
    (tmp_path / "second.jsonl").write_bytes((FOLDER / "first.jsonl").read_bytes())
    assert re.search(r"\| ending type \| [^|]+ \| 1\.00 \[1\.00, 1\.00\] \|", gold.report())
    engine = [
        compare(one, engine_reading(engine_stories()[n], chosen()[n]), engine_stories()[n])
        for n, one in gold.readings("first").items()
    ]
    right = sum(a == b for one in engine for a, b in one.endings) / 80
    assert f"| ending type, accuracy | {right:.2f} [" in alone


# Statistics

GRADE_PAIRS = st.lists(st.tuples(st.integers(0, GRADES - 1), st.integers(0, GRADES - 1)), min_size=3, max_size=40)


def table(pairs: list[tuple[int, int]]) -> np.ndarray[Any, Any]:
    counts = np.zeros((GRADES, GRADES))
    for one, other in pairs:
        counts[one, other] += 1
    return counts


@given(GRADE_PAIRS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels")  # of its standard errors, not wanted here
def test_kappas_are_those_of_statsmodels(pairs: list[tuple[int, int]]) -> None:
    if len({one for pair in pairs for one in pair}) == 1:
        assert math.isnan(agreement.kappa(pairs))
        assert math.isnan(agreement.weighted_kappa(pairs, GRADES))
        return
    assert agreement.kappa(pairs) == pytest.approx(cohens_kappa(table(pairs)).kappa)
    weighted = cohens_kappa(table(pairs), wt="quadratic").kappa
    assert agreement.weighted_kappa(pairs, GRADES) == pytest.approx(weighted)


@given(GRADE_PAIRS)
def test_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    one, other = zip(*pairs, strict=True)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert math.isnan(agreement.spearman(pairs))
    else:
        assert agreement.spearman(pairs) == pytest.approx(spearmanr(one, other).statistic)


def test_macro_f1_counts_each_class_alike() -> None:
    pairs = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "c")]
    assert agreement.macro_f1(pairs) == pytest.approx((2 * 2 / (3 + 2) + 0) / 2)


def test_intervals_hold_the_figure_narrow_with_more_and_stay_the_same() -> None:
    few, many = ([n % 4 == 0 for n in range(size)] for size in (20, 2_000))
    low, high = agreement.interval(few, agreement.share)
    assert low <= 0.25 <= high
    assert (low, high) == agreement.interval(few, agreement.share)
    narrow = agreement.interval(many, agreement.share)
    assert narrow[1] - narrow[0] == pytest.approx(2 * 1.96 * math.sqrt(0.25 * 0.75 / 2_000), rel=0.15)
