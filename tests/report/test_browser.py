"""The page in a real browser, from a file, under its own policy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hookline.report import words
from tests.report import fixture

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@dataclass
class Opened:
    """A page and everything it complained about or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


def open_page(browser: Browser, html: str, folder: Path, *, width: int) -> Opened:
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    opened = Opened(browser.new_page(viewport={"width": width, "height": 900}))
    opened.page.on("console", lambda message: opened.complaints.append(message.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("request", lambda request: opened.asked.append(request.url))
    opened.page.goto(file.as_uri())
    return opened


@pytest.fixture(scope="module")
def desktop(browser: Browser, full_html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The report in a wide window, shared: opening it is what costs time."""
    opened = open_page(browser, full_html, tmp_path_factory.mktemp("desktop"), width=1280)
    yield opened
    opened.page.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, full_html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The report in a phone's window."""
    opened = open_page(browser, full_html, tmp_path_factory.mktemp("phone"), width=390)
    yield opened
    opened.page.close()


def assert_quiet(opened: Opened) -> None:
    assert opened.complaints == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:image/jpeg"))] == []
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("window", ["desktop", "phone"])
def test_opens_from_a_file_and_draws_what_can_be_seen(window: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(window)
    page = opened.page
    for name in ("chart-season", "chart-1", "chart-3", "market-0"):
        drawn = page.locator(f"[data-chart={name}] svg")
        expect(drawn).to_be_visible()
        box, frame = drawn.bounding_box(), page.locator(f"[data-chart={name}]").bounding_box()
        assert box is not None
        assert frame is not None
        assert abs(box["width"] - frame["width"]) < 3, "a chart is as wide as its place"
    expect(page.locator("[data-chart=chart-4] svg")).to_have_count(0)
    page.locator("#episode-4 > summary").click()
    expect(page.locator("[data-chart=chart-4] svg")).to_be_visible()
    expect(page.locator("[data-chart=chart-4] svg")).to_contain_text("confrontation")
    assert_quiet(opened)


def test_reading_along_the_charts(desktop: Opened) -> None:
    page, told = desktop.page, fixture.story().episodes[0]
    chart, readout = page.locator("[data-chart=chart-1]"), page.locator("[data-for=chart-1]")
    expect(chart.locator("svg")).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    curve = next(c for c in fixture.audience(fixture.story()).curves if c.episode == 1 and not c.market)
    x = 74 + (box["width"] - 74 - 14) * 24_500 / told.duration_ms
    chart.hover(position={"x": x, "y": 100})
    expect(readout).to_contain_text(f"0:24 {words.percent(curve.share[24])} watching")
    line = told.line_at(24_500)
    assert line is not None
    expect(readout).to_contain_text(f"{line.speaker}: {line.text}")
    expect(readout).to_contain_text("exposition")
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text(f"0:25 {words.percent(curve.share[25])} watching")

    season = page.locator("[data-chart=chart-season]")
    before = season.locator("svg").inner_html()
    page.locator(".switch label", has_text="ID").click()
    season.hover(position={"x": 100, "y": 60})
    step = next(s for s in fixture.audience(fixture.story()).steps if s.market == "ID" and s.episode == 1)
    expect(page.locator("[data-for=chart-season]")).to_contain_text(f"{words.count(step.starters)} start it")
    assert season.locator("svg").inner_html() != before
    first = page.locator("[data-chart=market-0] svg").inner_html()
    page.locator("[data-multiples]").select_option("5")
    expect(page.locator("[data-n=market-0]")).not_to_have_text(re.compile("22,178"))
    assert page.locator("[data-chart=market-0] svg").inner_html() != first
    assert_quiet(desktop)


def test_a_link_to_a_closed_episode_opens_it_and_the_page_follows_its_window(desktop: Opened) -> None:
    page = desktop.page
    page.locator(".reel a[href='#episode-7']").click()
    drawn = page.locator("[data-chart=chart-7] svg")
    expect(drawn).to_be_in_viewport()
    page.set_viewport_size({"width": 500, "height": 900})
    expect(drawn).to_have_attribute("width", re.compile(r"^4\d\d$"))
    assert_quiet(desktop)


def test_foreign_text_does_nothing(browser: Browser, hostile_html: str, tmp_path: Path) -> None:
    opened = open_page(browser, hostile_html, tmp_path, width=390)
    expect(opened.page.locator("[data-chart=chart-1] svg")).to_be_visible()
    assert opened.page.evaluate("window.hurt") is None
    assert "__proto__" in opened.page.locator("#people").inner_text()
    assert_quiet(opened)
    opened.page.close()


def test_prints_every_episode_with_its_chart(phone: Opened) -> None:
    page = phone.page
    before = page.locator("details.episode[open]").count()
    expect(page.locator("[data-chart=chart-1] svg")).to_be_visible()
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 10 <= sheets <= 24
    assert page.locator("details.episode[open]").count() == before, "after printing all is as it was"
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".chart svg").count() == page.locator("[data-chart]").count()
    widths = page.locator("details.episode .chart svg").evaluate_all("all => all.map(svg => svg.getAttribute('width'))")
    assert len(widths) == 8
    assert all(640 < float(width) < 690 for width in widths), "drawn for paper, not for the phone"
    assert phone.complaints == []
