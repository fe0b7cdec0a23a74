"""Step 10: what is set up, and where it is paid off.

Five kinds of setup are looked for, by the words in ``promises.toml``:

    question   a plot question (who, whose, why, where, how, what happened, alive or dead) that the next
               three lines leave unanswered, and every question that an episode ends on
    secret     something must stay unknown, or is being hidden
    threat     harm is announced ("you'll regret this"); harm under way is no promise
    vow        somebody binds themselves ("I swear I will")
    object     a thing with weight (``[objects]``) that is handled, and stands in a later scene again or in
               a beat's evidence

``payoffs`` finds the one later moment, if any, that settles each.  The same kind set up again by the same
people within ``AGAIN_MS``, or the same object, is one promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hookline.model.script import Line, LineKind
from hookline.model.span import Span
from hookline.model.story import Answer, EpisodeStory, Promise, PromiseKind
from hookline.story.lexicon import Lexicon
from hookline.story.payoffs import Landing, Setup, settled
from hookline.story.people import Cast
from hookline.story.plotline import Plotline, PlotWords, Spot, plot_words, plotline
from hookline.story.signs import quote

K = PromiseKind

AGAIN_MS = 45_000  # the same people at the same kind of promise sooner than this are still at it
ANSWERED_WITHIN = 3  # lines in which somebody else's plain statement answers a question at once
ADDRESSED_WITHIN = 3  # lines back to the one who is spoken to
LEAST_WORDS = 3  # shorter questions ("Who?") ask for the last word, not for the story
LEAST_HAN = 4
OBJECT_GAP_MS = 15_000  # an object that returns sooner was never away


def promises_of(stories: Sequence[EpisodeStory], cast: Cast, lexicon: Lexicon) -> tuple[Promise, ...]:
    """Everything set up in a series, in order, with its payoff where one is found.

    Returns:
        None twice; a payoff never starts before its setup has ended; ``confidence`` is that the payoff is the
        promise's own, 0 while it stays open.
    """
    words = plot_words(lexicon.language)
    if words is None:
        return ()
    line = plotline(stories, cast, words)
    return tuple(_promise(setup, settled(setup, line, words), line) for setup in setups(line, words))


def answered(stories: Sequence[EpisodeStory], promises: Sequence[Promise]) -> tuple[EpisodeStory, ...]:
    """The episodes with ``Ending.answer`` set, where the question that an ending leaves open is settled later."""
    settling = {(p.episode, p.evidence): p.payoff for p in promises if p.kind is K.QUESTION}
    return tuple(_answered(story, settling.get((story.number, story.ending.evidence))) for story in stories)


def _answered(story: EpisodeStory, answer: Answer | None) -> EpisodeStory:
    return replace(story, ending=replace(story.ending, answer=answer)) if answer else story


# ------------------------------------------------------------------ setups


def setups(line: Plotline, words: PlotWords) -> list[Setup]:
    """What is set up, in order of time."""
    found = [*_endings(line, words), *_questions(line, words), *_said(line, words), *_objects(line, words)]
    kept: list[Setup] = []
    for setup in sorted(found, key=lambda one: (one.spot.index, one.kind, not one.ends)):
        if not any(_same(before, setup) for before in reversed(kept)):
            kept.append(setup)
    return kept


def _same(before: Setup, setup: Setup) -> bool:
    if before.kind is not setup.kind:
        return False
    if setup.kind is K.OBJECT:
        return before.object == setup.object
    if setup.kind is K.QUESTION:
        return before.spot.index <= setup.spot.index <= before.last.index
    return bool(before.people & setup.people) and setup.spot.at_ms - before.spot.at_ms < AGAIN_MS


def _endings(line: Plotline, words: PlotWords) -> Iterator[Setup]:
    """The question that each episode but the last leaves open, asked by the lines its ending rests on."""
    for story in line.stories:
        ending = story.ending
        spots = [line.by_source[source] for source in ending.evidence if source in line.by_source]
        if not ending.question or not spots:
            continue
        asking = next((s for s in reversed(line.of(story.number)) if _asks(s, ending.question)), spots[-1])
        spots = sorted({s.index: s for s in (*spots, asking)}.values(), key=lambda spot: spot.index)
        yield Setup(
            kind=K.QUESTION,
            what=ending.question,
            spot=spots[0],
            last=spots[-1],
            people=frozenset().union(*(_between(spot, line) for spot in spots)),
            words=frozenset().union(*(spot.words for spot in spots)),
            form=words.form(asking.folded),
            ends=ending.type,
            evidence=ending.evidence,
        )


def _asks(spot: Spot, question: str) -> bool:
    """Whether an ending's question, which is quoted and may be cut short, is this line's."""
    quoted = question.partition('"')[2].rstrip('".… ')
    return bool(quoted) and quoted in " ".join(spot.line.text.split())


def _questions(line: Plotline, words: PlotWords) -> Iterator[Setup]:
    for spot in line.spots:
        if spot.line.kind is not LineKind.DIALOGUE or "?" not in spot.folded:
            continue
        asked = _asked(spot, words)
        if asked and _left_open(spot, line, words):
            yield Setup(
                kind=K.QUESTION,
                what=f'{spot.line.speaker or "a voice"} asks "{asked[0]}"',
                spot=spot,
                last=spot,
                people=_between(spot, line),
                words=spot.words,
                form=asked[1],
                evidence=(spot.line.source,),
            )


def _between(spot: Spot, line: Plotline) -> frozenset[str]:
    """Who speaks and is named in a line, and whom it answers: the one who spoke before."""
    speaker = spot.line.speaker
    before = reversed(line.spots[max(0, spot.index - ADDRESSED_WITHIN) : spot.index])
    others = (b.line.speaker for b in before if b.scene == spot.scene and b.line.speaker and b.line.speaker != speaker)
    addressed = next(others, None)
    return spot.people | ({addressed} if addressed else frozenset())


def _asked(spot: Spot, words: PlotWords) -> tuple[str, str] | None:
    """The last plot question of a line as written, and its form; None where it asks none."""
    for found in reversed(list(_QUESTION.finditer(spot.folded))):
        text = found.group().strip()
        long_enough = len(_WORD.findall(text)) >= (LEAST_WORDS if words.spaced else LEAST_HAN)
        form = words.form(text)
        if long_enough and form and not words.rhetorical(text):
            return " ".join(spot.line.text[found.start() : found.end()].split()).lstrip("，,。.、 "), form
    return None


_QUESTION = re.compile(r"[^.!?。！？…]+\?")
_WORD = re.compile(r"[\w']+|[\u3400-\u9fff]")


def _left_open(spot: Spot, line: Plotline, words: PlotWords) -> bool:
    """Whether nobody else answers at once: the scene ends, they ask back, refuse, or break off."""
    after = [
        other
        for other in line.spots[spot.index + 1 : spot.index + 1 + ANSWERED_WITHIN]
        if other.scene == spot.scene and other.line.speaker not in (None, spot.line.speaker)
    ]
    return all("?" in reply.folded or words.refuses(reply.folded) for reply in after)


def _said(line: Plotline, words: PlotWords) -> Iterator[Setup]:
    for spot in line.spots:
        if spot.line.kind not in (LineKind.DIALOGUE, LineKind.CAPTION):
            continue
        for kind in (K.SECRET, K.THREAT, K.VOW):
            found = words.sets_up(kind, spot.masked)
            if found is None:
                continue
            sentence = quote(spot.line.text, *found)
            if sentence.endswith(("?", "？")) and kind is not K.SECRET:
                continue
            yield Setup(
                kind=kind,
                what=f'{spot.line.speaker or "the screen"}: "{sentence}"',
                spot=spot,
                last=spot,
                people=_between(spot, line),
                words=spot.words,
                evidence=(spot.line.source,),
            )


def _objects(line: Plotline, words: PlotWords) -> Iterator[Setup]:
    """The first time a thing with weight is handled, where it comes back later."""
    seen: dict[str, list[Spot]] = {}
    for spot in line.spots:
        for thing in spot.objects:
            seen.setdefault(thing, []).append(spot)
    for thing, spots in seen.items():
        first = spots[0]
        if not any(_handled(spot, words) for spot in spots) or not any(_returns(first, spot) for spot in spots):
            continue
        start, end = words.object_at(thing, first.masked)
        yield Setup(
            kind=K.OBJECT,
            what=f'{thing}: "{quote(first.line.text, start, end)}"',
            spot=first,
            last=first,
            people=first.people,
            words=first.words,
            object=thing,
            evidence=(first.line.source,),
        )


def _handled(spot: Spot, words: PlotWords) -> bool:
    return spot.line.kind is LineKind.ACTION and words.handles(spot.masked)


def _returns(first: Spot, spot: Spot) -> bool:
    return spot.at_ms - first.at_ms >= OBJECT_GAP_MS and spot.scene != first.scene


# ------------------------------------------------------------------ promises


def _promise(setup: Setup, landing: Landing | None, line: Plotline) -> Promise:
    first, last = _span(setup.spot.line), _span(setup.last.line)
    until_ms = landing.spot.at_ms if landing else line.duration_ms
    return Promise(
        kind=setup.kind,
        what=setup.what,
        episode=setup.spot.episode,
        span=replace(first, end_ms=max(first.end_ms, last.end_ms)),
        evidence=setup.evidence,
        payoff=Answer(landing.spot.episode, _span(landing.spot.line), (landing.spot.line.source,)) if landing else None,
        open_ms=max(0, until_ms - (setup.last.at_ms + last.duration_ms)),
        confidence=landing.confidence if landing else 0.0,
        characters=tuple(sorted(setup.people)),
    )


def _span(line: Line) -> Span:
    if line.span is None:
        raise ValueError("promises are read from timed lines")
    return line.span
