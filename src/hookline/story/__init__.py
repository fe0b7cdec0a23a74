"""Scripts and subtitles to a timed story: scenes, beats, tension, hooks, endings, and the plot over time.

``analyse`` is the room's one door.  Its steps, a file each: ``timing``, or ``align`` with ``placing`` and
``word_match``, gives every line its time, ``people`` makes one person of several spellings, ``signs`` notes
what each line gives away (by the words in ``en.toml`` and ``zh.toml``), ``beats`` makes moments of that,
``tension`` a curve (with ``feelings``, read by the model in ``emotion``), ``hooks`` the first reason to
stay and the ending; over the whole series ``arcs`` draws the mood, ``turning`` and ``segments`` find where it
turns, ``promises`` and ``payoffs`` tie setups to what settles them (by the words in ``promises.toml``, along
``plotline``), ``presence`` and ``traits`` say who is with whom and what they are to the story (by
``archetypes.toml``), ``pull`` where to ask for money.  ``corrections`` puts what people say above all of it;
``annotate`` lets a language model say the same.  ``numbers`` counts, ``notes`` advises, ``compare`` holds two
drafts together, ``document`` and ``tables`` hand it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hookline.model.correction import Correction
from hookline.model.script import Cue, Script
from hookline.model.shot import Footage
from hookline.model.story import SeriesStory
from hookline.story.series import analysed

__all__ = ["analyse"]


def analyse(
    scripts: Sequence[Script],
    *,
    cues: Mapping[int, Sequence[Cue]] = {},
    durations_ms: Mapping[int, int] = {},
    footage: Mapping[int, Footage] = {},
    title: str = "",
    language: str = "",
    corrections: Sequence[Correction] = (),
) -> SeriesStory:
    """A series as a timed story.

    Args:
        scripts: what the readers gave; where two hold the same episode, the one in ``language``
            counts, else the first, and ``notes`` says so.
        cues: subtitles by episode number; they time the script, or stand in for it.
        durations_ms: length of the video by episode number, where there is one.
        footage: the watched video by episode number; its shots and loudness go into the tension.
        title: the series' name, by default the first script's.
        language: what the series is written in, by default what the first script is in.
        corrections: what people say; it stands above what is found here (``story.corrections``).

    Returns:
        Every episode that a script or subtitles hold, in order of number, each line with a span.
    """
    return analysed(
        scripts,
        cues=cues,
        durations_ms=durations_ms,
        footage=footage,
        title=title,
        language=language,
        corrections=corrections,
    )
