"""A series read by a language model: what it will cost, asking, what it did cost.

Every answer is kept under ``.hookline/answers`` by the content of its question (engine, address, model, prompt,
schema) the moment it arrives: a run that was killed asks only what is missing.  The ledger says what was asked
of whom and what it used; the key stands in neither.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hookline.engines.language import Language, Usage, estimated_tokens, faults
from hookline.engines.openai_chat import OpenAIChat
from hookline.model.errors import AnswerRefused, BadInput
from hookline.model.progress import Progress, silent
from hookline.model.story import SeriesStory
from hookline.project.config import FILE, LanguageSettings
from hookline.project.folder import SeriesFolder
from hookline.project.store import Store, digest, write_atomic
from hookline.project.work import timed_story
from hookline.story.annotate import PROMPT, SCHEMA, Disagreement, Question, Refused, annotated, disagreements, questions

ANSWERS = "answers"
_PER_LINE = 30  # tokens that answers take for each line of a scene, by the schema's own words
_PER_SCENE = 250
Asked = tuple[int, int]  # episode, scene


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens and their price; ``price`` is None where the settings name none."""

    prompt_tokens: int
    completion_tokens: int
    price: float | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What reading a series by a model will take.  Tokens are an estimate."""

    base_url: str
    model: str
    scenes: int
    known: int  # scenes answered before, which cost nothing
    cost: Cost


@dataclass(frozen=True, slots=True)
class Annotated:
    """A series as a model reads it, beside the offline engine's reading."""

    story: SeriesStory
    offline: SeriesStory
    refused: tuple[Refused, ...]
    disagreements: tuple[Disagreement, ...]
    asked: int  # scenes asked now; the others were known or refused
    used: Usage  # as the service counts
    cost: Cost


def settings_of(series: SeriesFolder) -> LanguageSettings:
    """The language engine of a series; ``BadInput`` where it has none."""
    settings = series.config().language_engine
    if settings is None:
        mend = "add [engines.language] with base_url and model (docs/language-model.md)"
        raise BadInput("no language engine is set", where=str(series.root / FILE), mend=mend)
    return settings


def engine_of(settings: LanguageSettings) -> OpenAIChat:
    """The engine that settings name, with its key from the environment."""
    key = os.environ.get(settings.key_env, "").strip() if settings.key_env else ""
    if settings.key_env and not key:
        mend = f"export {settings.key_env}=... before running, or take key_env out of {FILE}"
        raise BadInput(f"the environment variable {settings.key_env} is empty", mend=mend)
    return OpenAIChat(settings.base_url, settings.model, key, timeout_s=float(settings.timeout_s))


def quote(series: SeriesFolder, *, progress: Progress = silent) -> Quote:
    """What asking the model about every scene would take, without asking."""
    settings = settings_of(series)
    asked = questions(timed_story(series, progress=progress))
    missing = [one for one in asked if _known(_place(series.store(), settings, one)) is None]
    sent = sum(estimated_tokens(one.system + one.prompt + json.dumps(SCHEMA)) for one in missing)
    answered = sum(_PER_SCENE + _PER_LINE * len(one.lines) for one in missing)
    cost = _cost(settings, sent, answered)
    return Quote(settings.base_url, settings.model, len(asked), len(asked) - len(missing), cost)


def annotate(series: SeriesFolder, *, engine: Language | None = None, progress: Progress = silent) -> Annotated:
    """Ask the model about every scene that it wasn't asked about before.

    A scene whose answer can't be used is refused, told, and left to the offline engine; it is asked again
    next time.

    Raises:
        EngineFailed: the service can't be reached or keeps failing; what was answered is kept.
    """
    settings = settings_of(series)
    asking = engine or engine_of(settings)
    offline = timed_story(series, progress=progress)
    asked = questions(offline)
    store = series.store()
    with store.locked():
        places = {(one.episode, one.scene): _place(store, settings, one) for one in asked}
        answers = {at: known for at, path in places.items() if (known := _known(path)) is not None}
        missing = [one for one in asked if (one.episode, one.scene) not in answers]
        run = _Run(asking, settings, store, places, progress)
        run.ask(missing)
    found, refused = annotated(offline, asked, answers | run.answers)
    cost = _cost(settings, run.used.prompt_tokens, run.used.completion_tokens)
    return Annotated(
        found, offline, (*run.refused, *refused), disagreements(offline, found), len(run.answers), run.used, cost
    )


class _Run:
    """Asks a few scenes at a time and keeps each answer at once."""

    def __init__(
        self, engine: Language, settings: LanguageSettings, store: Store, places: Mapping[Asked, Path],
        progress: Progress,
    ) -> None:  # fmt: skip
        self.engine, self.settings, self.store = engine, settings, store
        self.places, self.progress = places, progress
        self.answers: dict[Asked, Any] = {}
        self.refused: list[Refused] = []
        self.used = Usage()

    def ask(self, missing: Sequence[Question]) -> None:
        """Ask; what came is in ``answers`` and on disk even where this raises or is interrupted."""
        if not missing:
            return
        stopped: threading.Event = getattr(self.engine, "stopped", threading.Event())
        pool = ThreadPoolExecutor(self.settings.parallel)
        running = {pool.submit(self._one, question): question for question in missing}
        try:
            waiting = set(running)
            while waiting:
                self.progress("asking the model", len(missing) - len(waiting), len(missing))
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future, running[future])
            self.progress("asking the model", len(missing), len(missing))
        finally:
            stopped.set()  # whoever still waits or asks gives up
            pool.shutdown(wait=True, cancel_futures=True)
            stopped.clear()
            self._record()

    def _one(self, question: Question) -> tuple[Any, Usage]:
        answer = self.engine.complete(question.system, question.prompt, schema=SCHEMA)
        kept = json.dumps({"prompt": PROMPT, "value": answer.value}, ensure_ascii=False)
        write_atomic(self.places[question.episode, question.scene], kept)
        return answer.value, answer.usage

    def _take(self, future: Future[tuple[Any, Usage]], question: Question) -> None:
        try:
            value, usage = future.result()
        except AnswerRefused as error:
            self.refused.append(Refused(question.episode, question.scene, error.what))
            self.used = self.used.plus(Usage(*error.used))
            return
        self.answers[question.episode, question.scene] = value
        self.used = self.used.plus(usage)

    def _record(self) -> None:
        cost = _cost(self.settings, self.used.prompt_tokens, self.used.completion_tokens)
        self.store.record(
            "asked", engine="language", base_url=self.settings.base_url, model=self.settings.model, prompt=PROMPT,
            scenes=len(self.answers), refused=len(self.refused), requests=self.used.requests,
            prompt_tokens=cost.prompt_tokens, completion_tokens=cost.completion_tokens, price=cost.price,
        )  # fmt: skip


def _place(store: Store, settings: LanguageSettings, question: Question) -> Path:
    parts = ("openai-chat", settings.base_url, settings.model, PROMPT, question.system, question.prompt, SCHEMA)
    return store.root / ANSWERS / f"{digest(*parts)}.json"


def _known(path: Path) -> Any:
    """An answer kept before; None where there is none, or a torn one, which is asked again."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))["value"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if any(faults(value, SCHEMA)) else value


def _cost(settings: LanguageSettings, sent: int, answered: int) -> Cost:
    if settings.price_in is None or settings.price_out is None:
        return Cost(sent, answered, None)
    return Cost(sent, answered, (sent * settings.price_in + answered * settings.price_out) / 1_000_000)
