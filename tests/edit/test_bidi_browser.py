"""The order of characters in a line, beside a browser's."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from hookline.edit.bidi import visual_runs

CHROMIUM = Path("/usr/bin/chromium")
WRITTEN = [
    "قال OK لي",
    "قبل 11 عاماً",
    "السعر 25%!",
    "في 3.5 كم",
    "٣٥٫٥ كم",
    "(في OK)؟",
    "He said سلام twice",
    "no. 5 شارع 7",
    "Nell: سلام",
]
MEASURE = """([text, rtl]) => {
  document.body.innerHTML = '<div style="white-space:pre;font:40px sans-serif;width:3000px"></div>';
  document.body.firstChild.dir = rtl ? 'rtl' : 'ltr';
  const node = document.body.firstChild.appendChild(document.createTextNode(text));
  return [...text].map((_, i) => {
    const range = document.createRange();
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const box = range.getBoundingClientRect();
    return (box.left + box.right) / 2;
  });
}"""


def order(text: str, *, rtl: bool) -> list[int]:
    """Characters from left to right."""
    found: list[int] = []
    for run in visual_runs(text, rtl=rtl):
        indices = list(range(run.start, run.end))
        found += indices[::-1] if run.rtl else indices
    return found


def mixed(count: int) -> list[str]:
    """Lines of Latin, Arabic and Hebrew letters, digits of both kinds and marks, seeded."""
    chance = random.Random(3)
    lines = ("".join(chance.choice("ab 12.,%-+!أب٣بאב") for _ in range(12)).strip() for _ in range(count))
    return [line for line in lines if line and "  " not in line]


@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no chromium here")
def test_characters_stand_where_a_browser_puts_them() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for text in (*WRITTEN, *mixed(80)):
            for rtl in (True, False):
                middles = page.evaluate(MEASURE, [text, rtl])
                shown = [middles[index] for index in order(text, rtl=rtl)]
                assert all(b >= a - 0.6 for a, b in pairwise(shown)), (text, rtl)
        browser.close()
