"""Language by any endpoint that speaks OpenAI's ``/chat/completions``.

Over the standard library's HTTP.  Redirects are not followed: the key goes to the address that the
settings name and nowhere else.  The key stands in no error: what a server says is shown without it.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from hookline.engines.language import Answer, Schema, Usage, faults
from hookline.model.errors import AnswerRefused, BadInput, EngineFailed

_BUSY = (408, 409, 425, 429, 500, 502, 503, 504, 529)  # worth another try
_NO_SCHEMA = (400, 404, 422)  # how servers refuse a response_format
_MOST_BYTES = 8_000_000  # of a response
_LONGEST_WAIT_S = 60.0
_TOLD_FAULTS = 8  # faults that a request for repair quotes
_FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)


@dataclass(slots=True)
class OpenAIChat:
    """An endpoint and a model.

    ``timeout_s`` bounds each request as a whole, ``attempts`` how often one is made where the service is
    busy or the connection breaks; waits double from ``first_wait_s``, or are as long as the service asks
    (a minute at most).  ``stopped`` ends waiting and asking.  Safe to use from several threads.
    """

    base_url: str  # "http://localhost:8000/v1"
    model: str
    key: str = field(default="", repr=False)
    timeout_s: float = 120.0
    attempts: int = 4
    first_wait_s: float = 1.0
    stopped: threading.Event = field(default_factory=threading.Event, repr=False)
    _takes_schema: bool = field(default=True, repr=False)

    def complete(self, system: str, prompt: str, *, schema: Schema) -> Answer:
        """The answer as JSON that fits; see ``hookline.engines.language.Language``."""
        talk = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
        text, usage = self._say(talk, schema)
        value, wrong = _read(text, schema)
        if not wrong:
            return Answer(value, usage)
        told = "\n".join(f"- {fault}" for fault in wrong)
        talk += [
            {"role": "assistant", "content": text[:20_000]},
            {
                "role": "user",
                "content": f"That answer can't be used:\n{told}\nGive the whole JSON object again, mended.",
            },
        ]
        text, more = self._say(talk, schema)
        usage = usage.plus(more)
        value, wrong = _read(text, schema)
        if wrong:
            raise AnswerRefused(
                f"the model's answer doesn't fit what was asked: {'; '.join(wrong)}",
                where=self.base_url,
                mend="a larger model, or one that keeps to JSON schemas, does better",
                used=(usage.prompt_tokens, usage.completion_tokens, usage.requests),
            )
        return Answer(value, usage)

    def answers(self, *, timeout_s: float = 5.0) -> str:
        """What the endpoint says of itself; ``EngineFailed`` when it doesn't answer."""
        status, body, _ = self._once("GET", "/models", None, timeout_s)
        if status in (401, 403):
            raise EngineFailed("the endpoint refuses the key", where=self.base_url, mend="check key_env and the key")
        if status >= 400 and status not in (404, 405):
            raise self._failed(status, body)
        names = _names(body)
        there = f"; it has {self.model}" if self.model in names else f"; it doesn't list {self.model}" if names else ""
        return f"answers{there}"

    def _say(self, talk: list[dict[str, str]], schema: Schema) -> tuple[str, Usage]:
        """One turn of the talk, with the schema if the server takes one, else with the schema as text."""
        if self._takes_schema:
            form = {"name": "answer", "strict": False, "schema": schema}
            status, body = self._tried({"response_format": {"type": "json_schema", "json_schema": form}}, talk)
            if status not in _NO_SCHEMA:
                return self._told(status, body)
            self._takes_schema = False
        rules = f"{talk[0]['content']}\n\nThe answer's JSON schema:\n{json.dumps(schema, ensure_ascii=False)}"
        return self._told(*self._tried({}, [{**talk[0], "content": rules}, *talk[1:]]))

    def _tried(self, form: Mapping[str, Any], talk: list[dict[str, str]]) -> tuple[int, bytes]:
        """The status and body of a request, made again while the service is busy."""
        body = json.dumps({"model": self.model, "messages": talk, "temperature": 0, **form}).encode()
        for attempt in range(self.attempts):
            last = attempt + 1 == self.attempts
            if self.stopped.is_set():
                raise EngineFailed("stopped", where=self.base_url)
            try:
                status, found, retry_after = self._once("POST", "/chat/completions", body, self.timeout_s)
            except EngineFailed:
                if last:
                    raise
                retry_after = None
            else:
                if status not in _BUSY or last:
                    return status, found
            self.stopped.wait(self._wait_s(attempt, retry_after))
        raise AssertionError("the last attempt returns or raises")

    def _wait_s(self, attempt: int, retry_after: str | None) -> float:
        asked = _seconds(retry_after)
        wait = self.first_wait_s * 2**attempt if asked is None else asked
        return min(_LONGEST_WAIT_S, max(0.0, wait))

    def _once(self, method: str, path: str, body: bytes | None, timeout_s: float) -> tuple[int, bytes, str | None]:
        """Status, body and Retry-After of one request; ``EngineFailed`` when there is no answer in time."""
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput("is no address of a language engine", where=self.base_url, mend="write http://HOST:PORT/v1")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        deadline = time.monotonic() + timeout_s
        connection = kind(parts.hostname, parts.port, timeout=timeout_s)
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, self._headers())
            response = connection.getresponse()
            return response.status, _body(connection, response, deadline), response.headers.get("Retry-After")
        except TimeoutError as error:
            raise EngineFailed(
                f"didn't answer within {timeout_s:g} s", where=self.base_url, mend="give it more with timeout_s"
            ) from error
        except (OSError, HTTPException, ValueError) as error:
            raise EngineFailed(
                f"can't be reached ({self._hidden(str(error) or type(error).__name__)})",
                where=self.base_url,
                mend="is it running, and base_url right?",
            ) from error
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        told = {"Content-Type": "application/json", "Accept": "application/json"}
        return {**told, "Authorization": f"Bearer {self.key}"} if self.key else told

    def _told(self, status: int, body: bytes) -> tuple[str, Usage]:
        """The text and usage in a response."""
        if status != 200:
            raise self._failed(status, body)
        try:
            found = json.loads(body)
            text = found["choices"][0]["message"]["content"] or ""
            used = found.get("usage") or {}
            counts = (int(used.get("prompt_tokens") or 0), int(used.get("completion_tokens") or 0))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            text, counts = body.decode(errors="replace"), (0, 0)  # no chat response: read as a bad answer
        return str(text), Usage(counts[0], counts[1], 1)

    def _failed(self, status: int, body: bytes) -> EngineFailed:
        said = " ".join(self._hidden(body.decode(errors="replace")).split())[:300]
        mend = "check key_env and the key" if status in (401, 403) else "check base_url and model"
        if status in _BUSY:
            mend = "it is overloaded: run again later, what was answered is kept"
        return EngineFailed(f"answered {status}: {said}", where=self.base_url, mend=mend)

    def _hidden(self, text: str) -> str:
        return text.replace(self.key, "(key)") if self.key else text


def _body(connection: HTTPConnection, response: HTTPResponse, deadline: float) -> bytes:
    """The whole body, none past the deadline and none without end."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(65_536)
        size += len(part)
        if not part:
            if response.length:
                raise HTTPException("the connection broke off")
            return b"".join(parts)
        if size > _MOST_BYTES:
            raise HTTPException(f"the answer is longer than {_MOST_BYTES:,} bytes")
        parts.append(part)


def _read(text: str, schema: Schema) -> tuple[Any, list[str]]:
    """The JSON in an answer, and what is wrong with it."""
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError) as error:
        return None, [f"it is no JSON ({error})"]
    return value, list(islice(faults(value, schema), _TOLD_FAULTS))


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header, which may be a number or a date; None where it says nothing."""
    if not retry_after:
        return None
    if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", retry_after.strip()):
        return float(retry_after)
    try:
        return parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, TypeError):
        return None


def _names(body: bytes) -> list[str]:
    try:
        return [str(one["id"]) for one in json.loads(body)["data"]]
    except (ValueError, KeyError, TypeError):
        return []
