"""The page over several series: one row each, and the way to its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import hookline
from hookline.audience.result import AudienceSummary
from hookline.insight.result import Insight
from hookline.model.estimate import Estimate
from hookline.model.story import SeriesStory
from hookline.report import marks, sections
from hookline.report.lookup import Sight
from hookline.report.page import environment, policy, styles


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A series in a library.  ``href`` is its report's path, relative to the library's page."""

    title: str
    href: str
    episodes: int
    language: str = ""
    viewers: int | None = None  # None: no viewers yet
    simulated: bool = False
    completion: Estimate | None = None  # of the first episode
    reach: Estimate | None = None  # of the last episode
    unlock: Estimate | None = None  # at the first paywall, all markets
    reach_by_episode: tuple[float, ...] = ()
    findings: int = 0
    claim: str = ""  # of the best finding


def library_row(
    story: SeriesStory, *, audience: AudienceSummary | None, insight: Insight | None, href: str
) -> LibraryRow:
    """A series' row out of what its report is made of."""
    sight = Sight(story, audience, insight)
    steps = sorted((s for (_, market), s in sight.steps.items() if not market), key=lambda s: s.episode)
    gates = [gate for gate in sight.paywalls if not gate.market]
    found = insight.findings if insight else ()
    return LibraryRow(
        title=story.title,
        href=href,
        episodes=len(story.episodes),
        language=story.language,
        viewers=audience.viewers if audience else None,
        simulated=sight.simulated,
        completion=steps[0].completion if steps else None,
        reach=steps[-1].reach if steps else None,
        unlock=gates[0].unlock if gates else None,
        reach_by_episode=tuple(step.reach.value for step in steps),
        findings=len(found),
        claim=found[0].claim if found else "",
    )


def index(rows: Sequence[LibraryRow], *, generated: str = "") -> str:
    """A library's page: every series with its key figures and a link to its report.

    Raises:
        MissingExtra: jinja2 is not installed.
    """
    style = styles()
    return (
        environment()
        .get_template("index.html.j2")
        .render(
            rows=[_shown(row) for row in rows],
            simulated=any(row.simulated for row in rows),
            version=hookline.__version__,
            generated=generated,
            csp=policy(styles=(style,), scripts=()),
            style=style,
        )
    )


def _shown(row: LibraryRow) -> dict[str, object]:
    figures = {name: getattr(row, name) for name in ("completion", "reach", "unlock")}
    return {
        "row": row,
        "href": relative(row.href),
        "figures": {name: sections.figure(e) if e else None for name, e in figures.items()},
        "spark": marks.sparkline(row.reach_by_episode, floor=0.0),
    }


def relative(path: str) -> str:
    """A path as a link that can only lead to a file: no scheme, no host.

    >>> relative("my series/report.html"), relative("javascript:alert(1)")
    ('./my%20series/report.html', './javascript%3Aalert%281%29')
    """
    safe = quote(path.replace("\\", "/").lstrip("/"), safe="/.-_~")
    return safe if safe.startswith(("./", "../")) else f"./{safe}"
