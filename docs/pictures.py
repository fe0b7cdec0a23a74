"""The report and the library's page in a browser, from a finished ``./dev demo``: each picture under 400 kB.

Wants a chromium on the PATH.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hookline.model.errors import BadInput

MOST_BYTES = 400_000
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SERIES = "heartbeat-en"


def make(demo: Path, folder: Path) -> list[Path]:
    """Make every picture in a folder from the demo's library; what was written."""
    report = demo / SERIES / "out" / "report.html"
    if not report.exists():
        raise BadInput("there is no finished demo", where=str(demo), mend="run: ./dev demo")
    with _browser() as browser:
        address = report.resolve().as_uri()
        return [
            shoot_top(browser, address, folder / "report-desktop.png", width=1280, height=1800),
            shoot_top(browser, address, folder / "report-phone.png", width=390, height=1700),
            shoot_episode(browser, address, folder / "report-episode.png"),
            shoot_top(
                browser,
                (demo / "out" / "index.html").resolve().as_uri(),
                folder / "library.png",
                width=1280,
                height=700,
            ),
        ]


@contextmanager
def _browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise BadInput("there is no chromium on the PATH", mend="Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser
        browser.close()


def opened(browser: Browser, address: str, *, width: int, height: int) -> Page:
    """The report in a window of that size, its first charts drawn."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    if page.locator("details.episode[open]").count():
        page.locator("details.episode[open] .chart svg").first.wait_for()
    return page


def shoot_top(browser: Browser, address: str, path: Path, *, width: int, height: int) -> Path:
    """The top of the report."""
    page = opened(browser, address, width=width, height=height)
    save(path, page.screenshot())
    page.close()
    return path


def shoot_episode(browser: Browser, address: str, path: Path) -> Path:
    """The chart of the first episode that has a moment, with that moment."""
    page = opened(browser, address, width=1280, height=1500)
    chosen = page.locator("details.episode:has(.dip)").first
    chosen = chosen if chosen.count() else page.locator("details.episode").first
    chosen.evaluate("fold => { fold.open = true; document.querySelector('nav.bar').hidden = true }")
    chosen.locator(".chart svg").first.wait_for()
    chosen.evaluate("fold => fold.scrollIntoView()")
    box = chosen.bounding_box()
    assert box is not None
    clip = {
        "x": max(0, box["x"] - 24),
        "y": max(0, box["y"]),
        "width": box["width"] + 48,
        "height": min(1250, box["height"]),
    }
    save(path, page.screenshot(clip=clip))  # type: ignore[arg-type]
    page.close()
    return path


def save(path: Path, png: bytes) -> None:
    """Write a picture, in fewer colours where it would be too large."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (0, 256, 128, 64):
        out = io.BytesIO()
        (image.quantize(colours) if colours else image).save(out, "PNG", optimize=True)
        if out.tell() < MOST_BYTES:
            path.write_bytes(out.getvalue())
            return
    raise SystemExit(f"{path} would be {out.tell()} bytes, more than {MOST_BYTES}")
