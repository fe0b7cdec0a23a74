from __future__ import annotations

from hookline.report import LibraryRow, index, library_row, words
from tests.report import fixture
from tests.report.pages import parse


def test_each_series_stands_with_its_figures_and_a_link() -> None:
    series = fixture.story()
    seen, found = fixture.audience(series), fixture.insight(series)
    rows = [
        library_row(series, audience=seen, insight=found, href="night shift/out/report.html"),
        library_row(fixture.chinese(), audience=None, insight=None, href="koi/out/report.html"),
    ]
    page = parse(index(rows))
    first, second = page.one("ol", cls="shelf").all("li")
    assert first.one("a").attributes["href"] == "./night%20shift/out/report.html"
    last = next(s for s in seen.steps if s.episode == 8 and not s.market)
    assert f"{words.value(last.reach)} [{words.interval(last.reach)}]" in first.words
    assert found.findings[0].claim in first.words
    assert first.all(cls="sim")
    assert "no viewers yet" in second.words
    assert not second.all(cls="sim")


def test_foreign_titles_and_paths_can_only_lead_to_files() -> None:
    for text in fixture.HOSTILE:
        page = parse(index([LibraryRow(title=text, href=text, episodes=1, claim=text)]))
        link = page.one("a")
        assert link.text == text
        assert link.attributes["href"].startswith("./")
        assert not page.all("script")
    assert parse(index([LibraryRow("t", "//evil.example/x", 1)])).one("a").attributes["href"] == "./evil.example/x"


def test_an_empty_library() -> None:
    assert "No series here yet" in parse(index([])).one("main").words
