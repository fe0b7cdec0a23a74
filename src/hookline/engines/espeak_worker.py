"""Speaks for ``hookline.engines.espeak``, in a process of its own.

espeak-ng is GPL-3.0-or-later and is loaded here only, so that neither its licence nor a crash of
it reaches the process that asks.  Imports nothing else of Hookline.

One request is a line of JSON on standard input::

    {"text": ..., "voice": "en-us+f2", "pitch": 50, "range": 50, "rate": 165, "volume": 100}

One answer is a line of JSON on standard output, then ``bytes`` bytes of mono 16-bit samples::

    {"rate": 22050, "bytes": 88200, "phones": [[at_ms, "h"], ...]}     or     {"error": "..."}

The first line, before any request, is {"ready": true, "once": false} or
{"error": "...", "missing": true}.

espeak-ng carries noise and phases over from text to text, so every text is spoken by a fresh copy of
the process: the same words then sound the same, whatever was said before.  Where a process can't be
copied ("once": true) the worker ends after one answer.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any, BinaryIO

_RETRIEVAL = 1  # AUDIO_OUTPUT_RETRIEVAL: samples come to the callback
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 1, 2, 0x8000
_UTF8, _END_PAUSE = 1, 0x1000
_LIST_TERMINATED, _PHONEME = 0, 7
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Synthesiser:
    """The loaded library and what its callback has gathered."""

    def __init__(self, library: str, data: str) -> None:
        self.lib = ctypes.CDLL(library)
        self.rate = self.lib.espeak_Initialize(
            _RETRIEVAL, 0, data.encode(), _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        )
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng found no voices in {data}")
        self.samples = bytearray()
        self.phones: list[tuple[int, str]] = []
        self._callback = _Callback(self._gather)  # kept alive as long as the library may call it
        self.lib.espeak_SetSynthCallback(self._callback)

    def speak(self, request: dict[str, Any]) -> None:
        self.samples.clear()
        self.phones.clear()
        if self.lib.espeak_SetVoiceByName(request["voice"].encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {request['voice']!r}")
        for parameter, name in ((_RATE, "rate"), (_VOLUME, "volume"), (_PITCH, "pitch"), (_RANGE, "range")):
            self.lib.espeak_SetParameter(parameter, int(request[name]), 0)
        text = request["text"].encode()
        failed = self.lib.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        if failed or self.lib.espeak_Synchronize():
            raise RuntimeError("espeak-ng could not speak the text")

    def _gather(self, wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            self.samples += ctypes.string_at(wave, count * 2)
        position = 0
        while events[position].type != _LIST_TERMINATED:
            event = events[position]
            if event.type == _PHONEME:
                symbol = event.id.string.decode("utf-8", "ignore")
                self.phones.append((event.audio_position, symbol))
            position += 1
        return 0


def main() -> None:
    """Answer requests until standard input closes."""
    answers, requests = sys.stdout.buffer, sys.stdin.buffer
    try:
        import espeakng_loader

        library, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    except ImportError:
        _send(answers, {"error": "espeakng-loader is not installed", "missing": True})
        return
    except RuntimeError as error:
        _send(answers, {"error": f"espeak-ng can't be started: {error}"})
        return
    copies = hasattr(os, "fork")
    _send(answers, {"ready": True, "once": not copies})
    for line in requests:
        if not copies:
            _answer(library, data, json.loads(line), answers)
            return
        _answer_in_a_copy(library, data, json.loads(line), answers)


def _answer_in_a_copy(library: str, data: str, request: dict[str, Any], answers: BinaryIO) -> None:
    child = os.fork()  # before the library starts its thread: that would not be copied
    if child == 0:
        _answer(library, data, request, answers)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"espeak-ng crashed on this text (status {status})")


def _answer(library: str, data: str, request: dict[str, Any], answers: BinaryIO) -> None:
    try:
        synthesiser = _Synthesiser(library, data)
        synthesiser.speak(request)
    except (OSError, RuntimeError, ValueError) as error:
        _send(answers, {"error": str(error)})
        return
    sound = bytes(synthesiser.samples)
    _send(answers, {"rate": synthesiser.rate, "bytes": len(sound), "phones": synthesiser.phones}, sound)


def _send(answers: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    answers.write(json.dumps(header).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    main()
