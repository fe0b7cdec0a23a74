"""Renders a report to the pictures that the documentation shows.

    python docs/make_pictures.py out/report.html

Writes report-desktop.png, report-phone.png and report-episode.png into docs/pictures/, each
under 400 kB.  Needs playwright, pillow and a chromium; ``--chromium`` says where that is.
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent / "pictures"
MOST_BYTES = 400_000
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def main() -> None:
    """Takes the report's path from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("html", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--episode", type=int, default=0, help="which episode; by default the first with a moment")
    options = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=list(QUIET))
        address = options.html.resolve().as_uri()
        shoot_top(browser, address, "report-desktop.png", width=1280, height=1800)
        shoot_top(browser, address, "report-phone.png", width=390, height=1700)
        shoot_episode(browser, address, options.episode)
        browser.close()


def opened(browser: Browser, address: str, *, width: int, height: int) -> Page:
    """The report in a window of that size, its first charts drawn."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    page.locator("details.episode[open] .chart svg").first.wait_for()
    return page


def shoot_top(browser: Browser, address: str, name: str, *, width: int, height: int) -> None:
    """The top of the report."""
    page = opened(browser, address, width=width, height=height)
    save(name, page.screenshot())
    page.close()


def shoot_episode(browser: Browser, address: str, number: int) -> None:
    """One episode's chart with the first of its moments."""
    page = opened(browser, address, width=1280, height=1500)
    chosen = page.locator(f"#episode-{number}" if number else "details.episode:has(.dip)").first
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
    save("report-episode.png", page.screenshot(clip=clip))  # type: ignore[arg-type]
    page.close()


def save(name: str, png: bytes) -> None:
    """Writes a picture, in fewer colours where it would be too large."""
    path = PICTURES / name
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (0, 256, 128, 64):
        out = io.BytesIO()
        (image.quantize(colours) if colours else image).save(out, "PNG", optimize=True)
        if out.tell() < MOST_BYTES:
            path.write_bytes(out.getvalue())
            return
    raise SystemExit(f"{path} would be {out.tell()} bytes, more than {MOST_BYTES}")


if __name__ == "__main__":
    main()
