"""The offline voice: espeak-ng, kept in a process of its own.

espeak-ng is GPL-3.0-or-later.  It comes with the optional ``voice`` extra only and is never loaded
here: ``hookline.engines.espeak_worker`` runs it and is spoken to over pipes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from hookline.engines.voice import Mouth, Phone, Speech, VoiceStyle, mouth_of
from hookline.model.errors import BadInput, HooklineError, MissingExtra
from hookline.model.span import Span

_WORKER = Path(__file__).with_name("espeak_worker.py")  # run as a file: it needs nothing of Hookline


class EspeakVoice:
    """Speaks with espeak-ng.  Starts its worker at the first text; ``close`` ends it.

    Args:
        timeout_s: how long one text may take before the worker is taken for hung and ended.
    """

    def __init__(self, *, timeout_s: float = 20.0) -> None:
        self.timeout_s = timeout_s
        self._worker: subprocess.Popen[bytes] | None = None
        self._once = False  # the worker answers one text and ends

    def __enter__(self) -> EspeakVoice:
        """Nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the worker."""
        self.close()

    def speak(self, text: str, *, style: VoiceStyle) -> Speech:
        """Say a text; the same text and style give the same sound.

        Raises:
            MissingExtra: espeakng-loader is not installed.
            BadInput: there is nothing to say, or no such voice.
            HooklineError: the worker died or did not answer in time.
        """
        if not text.strip():
            raise BadInput("there is nothing to say: the text is empty")
        worker = self._started()
        header, sound = self._within_time(worker, lambda: _ask(worker, _request(text, style)))
        if self._once:
            self.close()
        if "error" in header:
            raise BadInput(header["error"], where=repr(text[:40]))
        samples = np.frombuffer(sound, dtype=np.int16).copy()
        return Speech(samples, header["rate"], _phones(header["phones"], round(len(samples) * 1000 / header["rate"])))

    def close(self) -> None:
        """End the worker, if it runs."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        _kill(worker)
        worker.wait()
        for pipe in (worker.stdin, worker.stdout, worker.stderr):
            with suppress(BrokenPipeError):  # closing flushes what a dead worker never read
                if pipe:
                    pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            command = [sys.executable, "-P", str(_WORKER)]
            self._worker = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            header, _ = self._within_time(self._worker, lambda: _answer(self._worker))
            if "error" in header:
                self.close()
                raise _cannot_start(header)
            self._once = header["once"]
        return self._worker

    def _within_time(self, worker: subprocess.Popen[bytes], work: Any) -> tuple[dict[str, Any], bytes]:
        """The worker's answer; a worker that hangs is killed, which ends the wait."""
        watchdog = threading.Timer(self.timeout_s, _kill, (worker,))
        watchdog.start()
        try:
            result: tuple[dict[str, Any], bytes] = work()
            return result
        except (OSError, ValueError) as error:
            _kill(worker)
            code, said = worker.wait(), _last_words(worker)
            self.close()
            raise HooklineError(
                f"the voice stopped working (its process ended with {code}{said})",
                mend=f"say shorter texts, or allow more than {self.timeout_s:g} s a text",
            ) from error
        finally:
            watchdog.cancel()


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """End the worker and the copy of it that may be speaking."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
    else:
        worker.kill()


def _request(text: str, style: VoiceStyle) -> bytes:
    voice = f"{style.language}+{style.variant}" if style.variant else style.language
    request = {
        "text": text,
        "voice": voice,
        "pitch": style.pitch,
        "range": style.melody,
        "rate": style.words_per_minute,
        "volume": style.loudness,
    }
    return json.dumps(request).encode() + b"\n"


def _ask(worker: subprocess.Popen[bytes], request: bytes) -> tuple[dict[str, Any], bytes]:
    if worker.stdin is None:
        raise ValueError("the worker has no input")
    worker.stdin.write(request)
    worker.stdin.flush()
    return _answer(worker)


def _answer(worker: subprocess.Popen[bytes] | None) -> tuple[dict[str, Any], bytes]:
    """Header and body; ``ValueError`` when the worker's output ends early."""
    if worker is None or worker.stdout is None:
        raise ValueError("the worker has no output")
    header = json.loads(worker.stdout.readline())
    wanted = header.get("bytes", 0)
    body = worker.stdout.read(wanted)
    if len(body) < wanted:
        raise ValueError("the worker stopped in the middle of an answer")
    return header, body


def _last_words(worker: subprocess.Popen[bytes]) -> str:
    lines = worker.stderr.read().decode("utf-8", "replace").strip().splitlines() if worker.stderr else []
    return f": {lines[-1]}" if lines else ""


def _cannot_start(header: dict[str, Any]) -> HooklineError:
    if header.get("missing"):
        return MissingExtra(needs="espeakng-loader", extra="voice")
    return HooklineError(header["error"], mend="reinstall it with: python3 -m pip install -U espeakng-loader")


def _phones(marks: list[tuple[int, str]], duration_ms: int) -> tuple[Phone, ...]:
    """Marks of starts to touching spans from 0 to the end; what has no length is dropped."""
    starts = [(0, "")] if not marks or marks[0][0] > 0 else []
    marked = starts + [(min(at, duration_ms), symbol) for at, symbol in sorted(marks, key=lambda mark: mark[0])]
    ends = [at for at, _ in marked[1:]] + [duration_ms]
    return tuple(
        Phone(symbol, Span(at, end), mouth_of(symbol) if symbol else Mouth.REST)
        for (at, symbol), end in zip(marked, ends, strict=True)
        if end > at
    )
