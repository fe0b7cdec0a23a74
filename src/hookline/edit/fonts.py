"""Fonts that are on the machine, and which of them can write a text.

A font is taken from the user's folder, from the packages of the extra ``fonts``, or from where the
system keeps its own.  What no font can write is an error that says what to install: never an empty box.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.model.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    import uharfbuzz as hb

_NAMED = (".ttf", ".otf", ".ttc", ".otc")
_ENDINGS = frozenset(_NAMED)
_UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))  # nothing is drawn for these
_WEIGHT = 700
_UNLIKE = ("mono", "serif", "italic", "oblique", "condensed", "narrow", "emoji", "symbol", "math", "kufi", "nastaliq")
_LIKED = ("noto sans", "inter", "liberation sans", "roboto", "arial", "helvetica", "pingfang", "yahei", "dejavu sans")
_CJK = {"zh-Hans": " sc", "zh-Hant": " tc", "ja": " jp", "ko": " kr"}
_DEBIAN = {
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
    "IDEOGRAPHIC": "fonts-noto-cjk",
    "FULLWIDTH": "fonts-noto-cjk",
}


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """A face of a font file, bold where it can be."""

    path: Path
    family: str
    style: str
    face: hb.Face
    font: hb.Font
    unicodes: hb.Set

    @property
    def upem(self) -> int:
        """Units of the letters' square."""
        return int(self.face.upem)

    def writes(self, char: str) -> bool:
        """Whether it has the character."""
        return ord(char) in self.unicodes


def harfbuzz() -> Any:
    """The shaping library.

    Raises:
        MissingExtra: it is not installed, or older than the first that draws.
    """
    try:
        import uharfbuzz
    except ImportError as error:
        raise MissingExtra(needs="uharfbuzz, which draws captions,", extra="cut") from error
    if not hasattr(uharfbuzz, "RasterDraw"):
        raise MissingExtra(needs="a newer uharfbuzz (0.57 or later), which draws captions,", extra="cut")
    return uharfbuzz


def fonts_for(text: str, language: str, *, folder: Path | None = None) -> tuple[Font, ...]:
    """The fonts that together write a text, the one that fits its language best first.

    Args:
        text: all that is to be written.
        language: whose shapes are wanted where several share a character (Han).
        folder: the user's own fonts; they come first.

    Raises:
        BadInput: no font has one of the characters; says which, and what to install.
    """
    wanted = {char for char in text if unicodedata.category(char) not in _UNSEEN}
    found = sorted(known_fonts(folder), key=lambda font: _dislike(font, language))
    chosen: list[Font] = []
    main = max(found, key=lambda font: sum(font.writes(char) for char in wanted), default=None)
    for font in ([main] if main else []) + found:
        writes = {char for char in wanted if font.writes(char)}
        if writes:
            chosen.append(font)
            wanted -= writes
    if wanted:
        raise _missing(wanted, folder)
    return tuple(chosen)


def _dislike(font: Font, language: str) -> tuple[int, int, int, int, str]:
    """Sorts fonts by how well they suit: the user's first, plain bold sans faces of the language's own shapes."""
    name = f"{font.family} {font.style}".lower()
    unlike = sum(word in name.replace("sans-serif", "sans") for word in _UNLIKE)
    han = 0
    if " cjk " in f"{name} ":
        han = 0 if _CJK.get(language, " sc") in name else 1
    liked = next((i for i, start in enumerate(_LIKED) if name.startswith(start)), len(_LIKED))
    light = 0 if "bold" in name or _has_weight(font) else 1
    return unlike, han, light, liked, name


def _has_weight(font: Font) -> bool:
    return any(axis.tag == "wght" and axis.max_value >= _WEIGHT for axis in font.face.axis_infos)


def _missing(chars: set[str], folder: Path | None) -> BadInput:
    names = {char: unicodedata.name(char, f"U+{ord(char):04X}") for char in sorted(chars)}
    shown = ", ".join(f"{char} ({name})" for char, name in list(names.items())[:3])
    first = next(iter(names.values()))
    package = next((package for word, package in _DEBIAN.items() if word in first), "fonts-noto-core")
    return BadInput(
        f"no font here can write {len(chars)} of the characters in the captions: {shown}",
        where=str(folder) if folder else "",
        mend=f"install one: python3 -m pip install 'hookline[fonts]', or on Debian: apt install {package}; "
        'or name a folder of fonts in hookline.toml: [cut] fonts = "my-fonts"',
    )


def known_fonts(folder: Path | None = None) -> tuple[Font, ...]:
    """Every font found, the user's folder first."""
    return (*(_in_folder(folder) if folder else ()), *_installed())


@cache
def _in_folder(folder: Path) -> tuple[Font, ...]:
    return tuple(_opened(font_files(folder)))


def font_files(folder: Path) -> tuple[Path, ...]:
    """The font files in a folder and in those inside it.

    Raises:
        BadInput: the folder isn't there, or holds no font.
    """
    if not folder.is_dir():
        raise BadInput("the folder of fonts isn't there", where=str(folder), mend="check [cut] fonts in hookline.toml")
    found = tuple(_files([folder]))
    if not found:
        raise BadInput("there is no font in the folder", where=str(folder), mend=f"put {', '.join(_NAMED)} files there")
    return found


@cache
def _installed() -> tuple[Font, ...]:
    return tuple(_opened([*_packaged(), *_files(_system_folders())]))


def _packaged() -> Iterator[Path]:
    """Font files of the extra ``fonts``, where it is installed."""
    try:
        import fontpkg
    except ImportError:
        return
    for family in fontpkg.families().values():
        yield from (Path(file.path) for file in family.files if file.style == "normal")


def _system_folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    if sys.platform == "win32":
        return [Path("C:/Windows/Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts"]
    return [home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS)


def _opened(paths: Iterable[Path]) -> Iterator[Font]:
    hb = harfbuzz()
    names = hb.OTNameIdPredefined
    for path in paths:
        blob = hb.Blob.from_file_path(str(path))
        for index in range(hb.Face(blob, 0).count):
            face = hb.Face(blob, index)
            font = hb.Font(face)
            if any(axis.tag == "wght" for axis in face.axis_infos):
                font.set_variations({"wght": _WEIGHT})
            family = face.get_name(names.FONT_FAMILY) or path.stem
            style = face.get_name(names.FONT_SUBFAMILY) or ""
            yield Font(path, family, style, face, font, face.unicodes)


def font_of(char: str, fonts: Sequence[Font]) -> Font:
    """The first of the fonts that has a character; the first of all for what isn't seen."""
    return next((font for font in fonts if font.writes(char)), fonts[0])
