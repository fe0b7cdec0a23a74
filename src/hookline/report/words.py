"""Numbers and times as people read them."""

from __future__ import annotations

import math
from datetime import date

from hookline.model.estimate import Estimate, Grade
from hookline.model.span import Span

MINUS = "\u2212"
TIMES = "\u00d7"

GRADES: dict[Grade, tuple[str, str]] = {
    Grade.EXPERIMENT: ("experiment", "cuts were shown at random: the difference is the change's own doing"),
    Grade.WITHIN: ("within the episode", "the same episode and the same viewers, second against second"),
    Grade.ACROSS: ("across episodes", "episodes compared with each other: other differences may play a part"),
    Grade.PRIOR: ("the field's figures", "what other series show: no data of this series"),
}

DIFFERENCES = ("share difference", "points", "percentage points")


def count(number: float) -> str:
    """A whole number with thousands set apart.

    >>> count(1234567)
    '1,234,567'
    """
    return _signed(f"{number:,.0f}")


def percent(share: float, *, digits: int = 1) -> str:
    """A share of 0..1 as a percentage.

    >>> percent(0.7123), percent(1.0), percent(0.0)
    ('71.2%', '100%', '0%')
    """
    return f"{_plain(100 * share, digits)}%" if math.isfinite(share) else "not known"


def points(difference: float, *, digits: int = 1) -> str:
    """A difference of shares in percentage points, always with its sign.

    >>> points(-0.042)
    '−4.2 points'
    """
    return f"{_with_sign(100 * difference, digits)} points"


def clock(at_ms: int) -> str:
    """An instant as minutes and seconds.

    >>> clock(74_900)
    '1:14'
    """
    return f"{at_ms // 60_000}:{at_ms // 1000 % 60:02d}"


def stretch(span: Span) -> str:
    """A span as two instants.

    >>> stretch(Span(4_000, 9_500))
    '0:04–0:09'
    """
    start, end = clock(span.start_ms), clock(span.end_ms)
    return start if start == end else f"{start}\u2013{end}"


def minutes(duration_ms: int) -> str:
    """A length in words.

    >>> minutes(91_000), minutes(7_260_000)
    ('1 min 31 s', '121 min')
    """
    seconds = round(duration_ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    if seconds >= 600:
        return f"{round(seconds / 60)} min"
    return f"{seconds // 60} min {seconds % 60} s" if seconds % 60 else f"{seconds // 60} min"


def days(first: str, last: str) -> str:
    """Two ISO days as people write a period; as they stand when they aren't ISO days.

    >>> days("2026-05-03", "2026-05-31"), days("2026-05-03", "2026-06-02")
    ('3–31 May 2026', '3 May – 2 June 2026')
    """
    try:
        start, end = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    except ValueError:
        return " \u2013 ".join(part for part in (first, last) if part)
    tail = f"{end.day} {end:%B} {end.year}"
    if start == end:
        return tail
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}\u2013{tail}"
    head = f"{start.day} {start:%B}" if start.year == end.year else f"{start.day} {start:%B} {start.year}"
    return f"{head} \u2013 {tail}"


def money(micros: int, currency: str) -> str:
    """An amount with its currency; cents only where they count.

    >>> money(1_234_560_000, "USD"), money(4_990_000, "BRL")
    ('USD 1,235', 'BRL 4.99')
    """
    amount = micros / 1_000_000
    return f"{currency} {_signed(f'{amount:,.0f}' if abs(amount) >= 1000 else f'{amount:,.2f}')}"


def plural(number: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "episode"), plural(1200, "view"), plural(2, "series", "series")
    ('1 episode', '1,200 views', '2 series')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def listed(items: tuple[str, ...], *, most: int = 6) -> str:
    """Names in a row, the rest counted.

    >>> listed(("US", "BR", "DE"), most=2)
    'US, BR and 1 more'
    """
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""


def apart(name: str) -> str:
    """A foreign name for the middle of a sentence: its direction of writing stays its own (FSI, PDI)."""
    return f"\u2068{name}\u2069"


def is_difference(unit: str) -> bool:
    """Whether the unit is a difference of shares, which is told in points."""
    return unit in DIFFERENCES


def value(estimate: Estimate, *, unit: str = "") -> str:
    """An estimate's value in words, no more digits than its interval bears.

    >>> e = Estimate(1.84, 1.41, 2.37, 900, "m", Grade.WITHIN, "odds ratio")
    >>> value(e)
    '1.84× the odds'
    """
    unit = unit or estimate.unit
    digits = _digits(estimate, unit)
    if is_difference(unit):
        return points(estimate.value, digits=digits)
    if unit == "share":
        return percent(estimate.value, digits=digits)
    if unit == "odds ratio":
        return f"{_plain(estimate.value, digits)}{TIMES} the odds"
    if unit == "usd":
        return f"USD {_plain(estimate.value, digits)}"
    return f"{_plain(estimate.value, digits)} {unit}".strip()


def interval(estimate: Estimate, *, unit: str = "") -> str:
    """An estimate's interval in the same digits as its value.

    >>> interval(Estimate(-0.042, -0.053, -0.031, 900, "m", Grade.WITHIN, "points"))
    '−5.3 to −3.1'
    """
    unit = unit or estimate.unit
    digits, scale = _digits(estimate, unit), 100 if unit == "share" or is_difference(unit) else 1
    mark = "%" if unit == "share" else ""
    write = _with_sign if is_difference(unit) else _plain
    low, high = (write(scale * bound, digits) for bound in (estimate.low, estimate.high))
    return f"{low} to {high}{mark}"


def level(estimate: Estimate) -> str:
    """The interval's level.

    >>> level(Estimate(0.5, 0.4, 0.6, 90, "m", Grade.WITHIN, "share"))
    '95%'
    """
    return f"{100 * estimate.level:g}%"


def name(code: str) -> str:
    """A value of an enum as words: ``near_miss`` to ``near miss``."""
    return code.replace("_", " ")


def _digits(estimate: Estimate, unit: str) -> int:
    """Decimals that the interval's width bears.  Ratios keep two: 0.98 must not become 1.0."""
    if unit == "odds ratio":
        return 2 if estimate.value < 10 else 1
    scale = 100 if unit == "share" or is_difference(unit) else 1
    half = scale * (estimate.high - estimate.low) / 2
    if not 0 < half < math.inf:
        return 1
    return 0 if half >= 5 else 1 if half >= 0.1 else 2


def _plain(number: float, digits: int) -> str:
    if math.isinf(number):
        return f"{MINUS if number < 0 else ''}\u221e"
    if math.isnan(number):
        return "not known"
    text = f"{number:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return _signed("100" if text in ("100.0", "100.00") else text)


def _with_sign(number: float, digits: int) -> str:
    text = _plain(number, digits)
    return f"+{text}" if number > 0 and text != "0" else text


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
