from __future__ import annotations

import base64
import hashlib
import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import hookline
from hookline.audience.result import AudienceSummary
from hookline.insight.result import Insight
from hookline.model.errors import MissingExtra
from hookline.model.estimate import Grade
from hookline.model.story import Origin, SeriesStory
from hookline.report import render, wanted_stills, words
from hookline.report.page import bundle, environment
from hookline.report.sections import unit_of
from tests.report import fixture
from tests.report.pages import Element, data, parse

EN = fixture.story()


def card(page: Element, number: int) -> Element:
    return page.one("article", id=f"finding-{number}")


def test_everything_is_in_the_file_and_nothing_is_fetched(full: Element, full_html: str) -> None:
    for element in full.all():
        for name in ("src", "href", "data", "action", "srcset", "poster", "background", "xlink:href"):
            target = element.attributes.get(name, "#")
            assert target.startswith(("#", "data:image/jpeg;base64,")), (element.tag, target[:80])
    assert not full.all("link")
    assert not full.all("iframe")
    style = full.one("style").text
    assert "url(" not in style
    assert "@import" not in style
    assert full_html.count("<script src") == 0


def test_the_policy_lets_in_only_this_pages_own_texts(full: Element) -> None:
    policies = [m for m in full.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in policies[0].attributes["content"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data:"
    assert "unsafe" not in policies[0].attributes["content"]
    run = [s for s in full.all("script") if s.attributes.get("type") != "application/json"]
    assert {digest(s.text) for s in run} == set(policy["script-src"].split())
    assert {digest(full.one("style").text)} == set(policy["style-src"].split())


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_no_element_needs_an_inline_style_or_handler(full: Element) -> None:
    for element in full.all():
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]


@pytest.mark.parametrize("number", range(1, 6))
def test_a_finding_shows_claim_figure_interval_size_method_grade_and_action(full: Element, number: int) -> None:
    found = fixture.insight(EN).findings[number - 1]
    shown, unit = card(full, number), unit_of(found)
    assert shown.one("h3").words == found.claim
    for text in (
        words.value(found.estimate, unit=unit),
        f"[{words.interval(found.estimate, unit=unit)}]",
        f"n\u00a0=\u00a0{words.count(found.estimate.n)}",
        found.estimate.method,
        words.GRADES[found.estimate.grade][0],
        found.action,
    ):
        assert text in shown.text
    assert shown.all("svg", cls="whisker")


def test_a_finding_shows_its_lines_with_speaker_time_and_source(full: Element) -> None:
    told = EN.episodes[0]
    line = told.episode.lines()[5]
    assert line.span is not None
    shown = card(full, 1).all("li")[0].words
    assert f"Ep 1 · {words.clock(line.span.start_ms)}" in shown
    assert "MARA" in shown
    assert line.text in shown
    assert "scripts/episode-01.fountain:21" in shown


def test_figures_of_the_first_finding_are_told_as_people_read_them(full: Element) -> None:
    assert "+4.8 points" in card(full, 1).words
    assert "[+4.0 to +5.5]" in card(full, 1).words
    assert "1.84× the odds" in card(full, 2).words
    assert "22.0%" in card(full, 4).words


def test_simulated_viewers_are_marked_on_the_face_of_everything(full: Element) -> None:
    assert "Simulated viewers." in full.one("p", cls="simulated").words
    findings = full.all("article", cls="finding")
    assert findings
    assert all(f.all(cls="sim") for f in findings)
    charts = {k: v for k, v in data(full).items() if k != "chart-config"}
    assert len(charts) == 8 + 1 + 4
    assert all(c["spec"]["title"]["text"] == "SIMULATED VIEWERS" for c in charts.values())


def test_real_viewers_are_not_called_simulated() -> None:
    seen = fixture.audience(EN, simulated=False)
    html = render(EN, audience=seen, insight=fixture.insight(EN, simulated=False))
    page = parse(html)
    assert not page.all(cls="sim")
    assert all("title" not in chart["spec"] for name, chart in data(page).items() if name != "chart-config")


def test_a_single_simulated_finding_marks_the_page() -> None:
    found = fixture.insight(EN, simulated=False)
    mixed = replace(found, findings=(replace(found.findings[0], simulated=True), *found.findings[1:]))
    page = parse(render(EN, audience=fixture.audience(EN, simulated=False), insight=mixed))
    assert page.all("p", cls="simulated")


def test_the_season_table_gives_every_step_with_its_interval(full: Element) -> None:
    seen = fixture.audience(EN)
    season = full.one("section", id="season").words
    for step in seen.steps:
        assert words.count(step.starters) in season
        assert f"{words.value(step.reach)} [{words.interval(step.reach)}]" in season
        assert f"{words.value(step.completion)} [{words.interval(step.completion)}]" in season
    for gate in seen.paywalls:
        assert f"{words.value(gate.unlock)} [{words.interval(gate.unlock)}]" in season
        for currency, micros in gate.revenue_micros.items():
            assert words.money(micros, currency) in season


def test_elements_stand_with_their_effect_those_of_one_market_apart(full: Element) -> None:
    shown = full.one("table", cls="effects").words
    for effect in fixture.insight(EN).effects:
        assert f"{words.value(effect.estimate)} [{words.interval(effect.estimate)}]" in shown
    found = fixture.insight(EN)
    split = replace(found, effects=(*found.effects, replace(found.effects[0], market="BR")))
    page = parse(render(EN, audience=fixture.audience(EN), insight=split))
    assert [len(t.one("tbody").all("tr")) for t in page.all("table", cls="effects")] == [3, 1]


def test_the_script_stands_line_by_line_with_who_is_watching(full: Element) -> None:
    rows = full.one("details", id="episode-1").one("details", cls="script").one("tbody").all("tr")
    lines = EN.episodes[0].episode.lines()
    curve = next(c for c in fixture.audience(EN).curves if c.episode == 1 and not c.market)
    assert len(rows) == len(lines)
    assert all(line.text in row.words for line, row in zip(lines, rows, strict=True))
    second = lines[5].span
    assert second is not None
    t, part = divmod(second.start_ms, 1000)
    share = curve.share[t] + part / 1000 * (curve.share[t + 1] - curve.share[t])
    assert words.percent(share) in rows[5].words


def test_a_beat_that_a_person_marked_says_so() -> None:
    first = EN.episodes[0]
    said = replace(first, beats=(replace(first.beats[0], origin=Origin.PERSON), *first.beats[1:]))
    page = parse(render(replace(EN, episodes=(said, *EN.episodes[1:])), audience=None, insight=None))
    rows = page.one("details", id="episode-1").one("details", cls="script").one("tbody").all("tr")
    marked = [line.source in first.beats[0].evidence for line in first.episode.lines()]
    assert ["by a person" in row.words for row in rows] == marked


def test_every_moment_stands_in_its_episode_with_the_line_and_its_neighbours(full: Element) -> None:
    dip = full.one("article", id="dip-1-3")
    lines = EN.episodes[0].episode.lines()
    assert [li.one(cls="src").words for li in dip.all("li")] == [str(li.source) for li in lines[4:7]]
    assert [li.classes() >= {"context"} for li in dip.all("li")] == [True, False, True]
    assert "+4.8 points" in dip.words
    assert "2.10× the odds [1.70 to 2.60]" in dip.words


def test_rows_set_aside_say_why_and_how_to_mend(full: Element) -> None:
    section = full.one("section", id="data").words
    for aside in fixture.audience(EN).quality.set_aside:
        assert aside.reason in section
        assert words.count(aside.count) in section
        assert aside.example in section
        assert aside.mend in section
    assert "scripts/episode-04.fountain:41" in section
    assert hookline.__version__ in full.one("footer").words


def test_every_grade_and_term_is_explained(full: Element) -> None:
    glossary = full.one("dl", cls="glossary").words
    for grade in Grade:
        assert words.GRADES[grade][0] in glossary


# ---- foreign text


def test_foreign_text_stays_text(hostile_html: str) -> None:
    page = parse(hostile_html)
    assert page.one("h1").text == fixture.HOSTILE[0]
    assert [f.one("h3").text for f in page.all("article", cls="finding")] == list(fixture.HOSTILE)
    assert not page.all("img")
    assert all(set(s.attributes) <= {"type", "id"} for s in page.all("script"))
    plain = parse(render(EN, audience=None, insight=None))
    run = [s for s in page.all("script") if "type" not in s.attributes]
    assert len(run) == len([s for s in plain.all("script") if "type" not in s.attributes]) == 2


def test_foreign_text_reaches_charts_as_data_and_never_as_an_expression(hostile_html: str) -> None:
    charts = data(parse(hostile_html))
    values = [str(v) for c in charts.values() for t in c.get("tables", {}).values() for row in t["rows"] for v in row]
    for text in (fixture.HOSTILE[1], fixture.HOSTILE[2], fixture.HOSTILE[3], fixture.HOSTILE[5]):
        assert text in values
    for chart in charts.values():
        for text in strings(chart.get("spec")):
            assert text not in fixture.HOSTILE


def strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [s for value in node.values() for s in strings(value)]
    if isinstance(node, list):
        return [s for item in node for s in strings(item)]
    return [node] if isinstance(node, str) else []


def test_a_foreign_name_in_a_sentence_keeps_its_direction_to_itself() -> None:
    seen = replace(fixture.audience(EN), platforms=("\u202eevil",))
    assert "\u2068\u202eevil\u2069" in render(EN, audience=seen, insight=None)


# ---- less than everything


def test_without_viewers_it_is_a_story_report_and_claims_nothing() -> None:
    page = parse(render(EN, audience=None, insight=None))
    assert "No viewers yet" in page.one("main").words
    assert "nothing is claimed" in page.one("section", id="findings").words
    assert not page.all("section", id="season")
    assert "Watching" not in page.one("section", id="episodes").words


def test_viewers_without_a_model_are_not_told_as_nothing_found() -> None:
    page = parse(render(EN, audience=fixture.audience(EN), insight=None))
    assert "not joined in a model" in page.one("section", id="findings").words
    assert "Nowhere more" not in page.one("main").words


def test_a_model_that_found_nothing_says_so() -> None:
    found = replace(fixture.insight(EN), findings=(), moments=())
    page = parse(render(EN, audience=fixture.audience(EN), insight=found))
    assert "No finding stands out" in page.one("section", id="findings").words
    assert "Nowhere more" in page.one("details", id="episode-1").words
    assert found.notes[0] in page.one("section", id="findings").words


def test_rows_of_which_none_counted() -> None:
    page = parse(render(EN, audience=fixture.nobody(), insight=Insight()))
    assert "17 rows came in and none could be counted" in page.one("header").words
    assert "check the episode numbers" in page.one("section", id="data").words


def test_a_platforms_curve_alone() -> None:
    page = parse(render(EN, audience=fixture.platform_only(EN), insight=None))
    assert "2 retention curves exported by \u2068YouTube\u2069" in page.one("header").words
    first = page.one("details", id="episode-1")
    assert "18,400 views" in first.one("figcaption").words
    assert "no interval" in page.one("details", id="episode-2").one("figcaption").words
    assert "Watching on YouTube" in first.words
    assert data(page)["chart-1"]["platforms"][0][0] == "YouTube"


def without_beats(series: SeriesStory) -> SeriesStory:
    bare = [replace(t, beats=(), tension=(), dialogue_share={}, hook=None) for t in series.episodes]
    return replace(series, episodes=tuple(bare), characters=())


ODD: dict[str, tuple[SeriesStory, AudienceSummary | None, Insight | None]] = {
    "one episode": (fixture.story(episodes=1), fixture.audience(fixture.story(episodes=1), gate=2), None),
    "no episodes": (SeriesStory("Empty", "en", ()), None, None),
    "no beats": (without_beats(EN), fixture.audience(EN), fixture.insight(EN)),
    "chinese": (fixture.chinese(), fixture.audience(fixture.chinese(), gate=3), None),
    "insight of episodes that are gone": (fixture.story(episodes=2), fixture.audience(EN), fixture.insight(EN)),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_series_make_a_whole_page(name: str) -> None:
    series, seen, found = ODD[name]
    page = parse(render(series, audience=seen, insight=found))
    assert page.one("h1").text == series.title
    assert len(page.all("details", cls="episode")) == len(series.episodes)
    assert {f"chart-{told.number}" for told in series.episodes} <= set(data(page))


def test_an_interval_without_an_end_is_told_and_drawn() -> None:
    found = fixture.insight(EN)
    endless = replace(found.findings[1], estimate=replace(found.findings[1].estimate, high=float("inf")))
    page = parse(render(EN, audience=None, insight=replace(found, findings=(endless,))))
    assert "[1.41 to ∞]" in card(page, 1).words


# ---- stills and size


def test_every_wanted_still_is_shown_and_no_other(full: Element) -> None:
    found = fixture.insight(EN)
    wanted = wanted_stills(EN, found)
    shown = {i.attributes["src"].split(",")[1] for i in full.all("img")}
    assert shown == {base64.b64encode(fixture.still(at)).decode() for _, at in wanted}
    assert wanted[0] == (1, 600)
    assert all(i.attributes["alt"] for i in full.all("img"))


def test_wanted_stills_of_a_long_season_are_few_and_in_the_series() -> None:
    series = fixture.story(episodes=60)
    wanted = wanted_stills(series, fixture.insight(fixture.story(episodes=80)))
    assert len(wanted) == len(set(wanted)) <= 48
    assert all(series.episode(number) for number, _ in wanted)
    assert wanted_stills(SeriesStory("Empty", "en", ()), None) == ()


def test_eight_episodes_with_stills_stay_small(full_html: str) -> None:
    assert len(full_html.encode()) < 2_500_000


def test_a_hundred_episodes_stay_usable() -> None:
    series = fixture.story(episodes=100)
    found = fixture.insight(series)
    stills = {key: b"\xff\xd8" + bytes(14_000) for key in wanted_stills(series, found)}
    html = render(series, audience=fixture.audience(series), insight=found, stills=stills)
    assert len(html.encode()) < 6_000_000
    page = parse(html)
    episodes = page.all("details", cls="episode")
    assert ["open" in e.attributes for e in episodes] == [True] * 3 + [False] * 97
    assert len(page.one("ol", cls="reel").all("svg", cls="spark")) == 100


# ---- what it needs


@pytest.mark.parametrize(("module", "made"), [("vl_convert", bundle), ("jinja2", environment)])
def test_a_missing_library_is_told_with_the_command(
    module: str, made: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=re.escape("hookline[report]")):
        inspect.unwrap(made)()


def test_the_charts_code_cannot_close_its_own_script() -> None:
    assert "</script" not in bundle()
    assert "<!--" not in bundle()
