"""The fonts in which lines are drawn: what the network learns from, and one family of each script that it never sees.

Noto Sans comes with the site. The others are files of Debian packages (`PACKAGES`), which only a training needs. Those
that are learnt from are under the SIL Open Font License or the GPL with the font exception. None of them ships.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from pipeline.scenes.text import font_files
from predictor.reading.lines import SCRIPTS

PACKAGES = (
    "fonts-noto-core fonts-beng-extra fonts-guru-extra fonts-kalapi fonts-liberation fonts-lohit-beng-bengali "
    "fonts-lohit-deva fonts-lohit-gujr fonts-lohit-guru fonts-lohit-knda fonts-lohit-mlym fonts-lohit-orya "
    "fonts-lohit-taml fonts-lohit-telu fonts-meera-inimai fonts-navilu fonts-paktype fonts-samyak-deva "
    "fonts-samyak-gujr fonts-samyak-mlym fonts-samyak-orya fonts-samyak-taml fonts-sil-annapurna fonts-smc-chilanka "
    "fonts-smc-gayathri fonts-smc-keraleeyam fonts-smc-manjari fonts-smc-rachana fonts-smc-uroob fonts-teluguvijayam"
)
LEARNT = {
    "Latin": "NotoSerif-Regular NotoSerif-Bold NotoSans-Italic NotoSerifDisplay-BoldItalic Chilanka-Regular "
    "Gayathri-Bold Mandali-Regular ramabhadra",
    "Devanagari": "NotoSerifDevanagari-Regular NotoSerifDevanagari-Bold AnnapurnaSIL-Regular AnnapurnaSIL-Bold "
    "Samyak-Devanagari",
    "Bengali": "NotoSerifBengali-Regular NotoSerifBengali-Bold Mukti Muktibold Ani MitraMono",
    "Gurmukhi": "NotoSerifGurmukhi-Regular NotoSerifGurmukhi-Bold Saab",
    "Gujarati": "NotoSerifGujarati-Regular NotoSerifGujarati-Bold Kalapi Samyak-Gujarati",
    "Oriya": "Samyak-Oriya",
    "Tamil": "NotoSerifTamil-Regular NotoSerifTamil-Bold NotoSerifTamilSlanted-Bold MeeraInimai-Regular Samyak-Tamil",
    "Telugu": "NotoSerifTelugu-Regular NotoSerifTelugu-Bold Mandali-Regular NTR Gidugu Peddana-Regular ramabhadra "
    "suranna mallanna TimmanaRegular dhurjati",
    "Kannada": "NotoSerifKannada-Regular NotoSerifKannada-Bold Navilu",
    "Malayalam": "NotoSerifMalayalam-Regular NotoSerifMalayalam-Bold Manjari-Regular Manjari-Bold Gayathri-Bold "
    "Chilanka-Regular Keraleeyam-Regular Uroob-Regular Rachana-Bold Samyak-Malayalam",
    "Arabic": "NotoNaskhArabic-Regular NotoNaskhArabic-Bold NotoNastaliqUrdu-Regular NotoNastaliqUrdu-Bold "
    "NotoKufiArabic-Bold",
}
HELD_OUT = {
    "Latin": "LiberationSans-Bold",
    "Devanagari": "Lohit-Devanagari",
    "Bengali": "Lohit-Bengali",
    "Gurmukhi": "Lohit-Gurmukhi",
    "Gujarati": "Lohit-Gujarati",
    "Oriya": "Lohit-Odia",
    "Tamil": "Lohit-Tamil",
    "Telugu": "Lohit-Telugu",
    "Kannada": "Lohit-Kannada",
    "Malayalam": "Lohit-Malayalam",
    "Arabic": "PakType Naskh Basic Urdu",
}
# Letters of India that the network does not tell: to it they are no script.
OTHERS = {
    "NotoSansMeeteiMayek-Bold": (0xABC0, 0xABE2),
    "NotoSansOlChiki-Bold": (0x1C5A, 0x1C77),
    "NotoSerifTibetan-Bold": (0x0F40, 0x0F68),
}
ICON_FONT = Path(font_files()["Latin"]).with_name("NotoSansSymbols[wght].ttf")
SIZE = 48  # px, at which lines are drawn
WEIGHTS = (400, 500, 600, 700, 800, 900)  # of Noto Sans

Fonts = Mapping[str, tuple[Path, ...]]  # files by script


class FontMissing(RuntimeError):
    """A font that training needs is not in the folder; the message says which, and where it comes from."""


def learnt_fonts(folder: Path) -> dict[str, tuple[Path, ...]]:
    """The fonts to learn from; Noto Sans is the first of each script. Raises FontMissing."""
    files = _files(folder)
    return {
        script: (Path(font_files()[script]), *(_file(files, name) for name in LEARNT[script].split()))
        for script in SCRIPTS
    }


def held_out_fonts(folder: Path) -> dict[str, tuple[Path, ...]]:
    """The one font of each script that is never learnt from. Raises FontMissing."""
    files = _files(folder)
    return {script: (_file(files, HELD_OUT[script]),) for script in SCRIPTS}


def other_fonts(folder: Path) -> dict[Path, tuple[int, int]]:
    """Fonts of other scripts, each with the range of its letters. Raises FontMissing."""
    files = _files(folder)
    return {_file(files, name): letters for name, letters in OTHERS.items()}


def site_fonts() -> dict[str, tuple[Path, ...]]:
    """Noto Sans, which every site has."""
    return {script: (Path(font_files()[script]),) for script in SCRIPTS}


@lru_cache(maxsize=256)
def font(path: Path, weight: int = 400) -> ImageFont.FreeTypeFont:
    """A font at `SIZE`, of that weight if it is a variable one, shaped by Raqm."""
    loaded = ImageFont.truetype(str(path), SIZE, layout_engine=ImageFont.Layout.RAQM)
    if "[" in path.name:
        defaults = [float(axis["default"] or 0) for axis in loaded.get_variation_axes()]
        loaded.set_variation_by_axes([float(weight), *defaults[1:]])
    return loaded


@lru_cache(maxsize=65536)
def has(path: Path, letter: str) -> bool:
    """Whether a font has a letter: what it lacks is drawn as one and the same box."""
    plain = _unshaped(path)
    return bytes(plain.getmask(letter)) != bytes(plain.getmask("\uffff"))


@lru_cache(maxsize=256)
def _unshaped(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), SIZE, layout_engine=ImageFont.Layout.BASIC)


def _files(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.rglob("*.[ot]tf"))}


def _file(files: Mapping[str, Path], name: str) -> Path:
    if name not in files:
        raise FontMissing(
            f"The folder has no font {name}. Training needs the files of these Debian packages: {PACKAGES}"
        )
    return files[name]
