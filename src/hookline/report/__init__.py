"""One self-contained HTML page out of story, audience and insight.

    page = render(story, audience=summary, insight=insight, stills=frames, generated="22 Nov 2026")

The steps, in the order data pass: ``lookup`` joins, ``sections`` says, ``marks`` and ``charts``
draw, ``page`` puts it all into one file; ``library`` is the page over several series.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hookline.audience.result import AudienceSummary
from hookline.insight.result import Insight
from hookline.model.story import SeriesStory
from hookline.report.library import LibraryRow, index, library_row
from hookline.report.lookup import Sight, still_of
from hookline.report.page import compose, poster

__all__ = ["LibraryRow", "index", "library_row", "render", "wanted_stills"]

STILLS = 48
NO_STILLS: Mapping[tuple[int, int], bytes] = MappingProxyType({})


def render(
    story: SeriesStory,
    *,
    audience: AudienceSummary | None,
    insight: Insight | None,
    stills: Mapping[tuple[int, int], bytes] = NO_STILLS,
    generated: str = "",
) -> str:
    """The report: one HTML text that needs no network, no other file and no server.

    Args:
        story: the series as a timed story.
        audience: what viewers did; None for a report of the story alone.
        insight: findings, moments and expectations; None when nothing was modelled.
        stills: JPEG bytes by (episode, at_ms), best 240 pixels wide; see ``wanted_stills``.
        generated: when and from what it was made, as the foot shall say it.

    Raises:
        MissingExtra: jinja2 or vl-convert-python is not installed.
    """
    return compose(Sight(story, audience, insight), stills=stills, generated=generated)


def wanted_stills(story: SeriesStory, insight: Insight | None) -> tuple[tuple[int, int], ...]:
    """The frames that the page would show, (episode, at_ms): head, findings, then the largest moments.

    At most ``STILLS``, which keeps a page of a long season small.
    """
    found = insight.findings if insight else ()
    moments = sorted(insight.moments if insight else (), key=lambda m: -abs(m.lost))
    keys = [poster(story), *map(still_of, found)]
    keys += [(m.place.episode, m.place.span.start_ms) for m in moments]
    known = {told.number for told in story.episodes}
    wanted = dict.fromkeys(key for key in keys if key and key[0] in known)
    return tuple(wanted)[:STILLS]
