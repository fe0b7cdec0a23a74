"""Markets: a country and the language it is served in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Market:
    """A locale plus a country.  ``code`` is how tables name it, the country by default."""

    code: str
    country: str  # ISO 3166-1 alpha-2
    language: str  # BCP 47
    currency: str  # ISO 4217
