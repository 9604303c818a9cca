"""Digits of all scripts of signs, and the kilometre as it is written in them."""

from __future__ import annotations

_NATIVE_DIGITS = {ord(zero) + digit: str(digit) for zero in "०০੦૦୦௦౦೦൦۰٠" for digit in range(10)}
_STOP = r"\.?\s?"
# A pattern, to be matched without regard to case.
KM = "|".join(
    (
        r"K\s?\.?\s?M\s?\.?(?:S\.?)?", r"KILOMET(?:ER|RE)S?",
        f"कि{_STOP}मी", f"কি{_STOP}মি", f"કિ{_STOP}મી", f"ਕਿ{_STOP}ਮੀ",
        f"କି{_STOP}ମି", f"கி{_STOP}மீ", f"కి{_STOP}మీ", f"ಕಿ{_STOP}ಮೀ", f"കി{_STOP}മീ", "کلومیٹر",
    )
)  # fmt: skip


def with_plain_digits(text: str) -> str:
    """The text with the digits of Indian scripts as 0 to 9."""
    return text.translate(_NATIVE_DIGITS)
