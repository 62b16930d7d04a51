"""Knows how wide a text will be, so that labels can be placed before any browser has seen them."""

import unicodedata

# Advance widths in thousandths of the font size, U+0020 to U+007E: of each letter the wider of Noto Sans and DejaVu Sans,
# the two widest fonts that our stack comes down to.
_ASCII = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 551, 838, 318, 361, 318, 372),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 339, 295, 656, 557, 907, 760, 787),
    *(605, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 372, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 413, 521, 392, 634, 592, 818, 592, 592, 525, 636, 551, 636, 838),
)
_OTHERS = {"–": 500, "—": 1000, "‘": 318, "’": 318, "“": 518, "”": 518, "…": 1000, "·": 318, "ß": 631, "\u00a0": 318}
_WIDE = 1000  # ideographs, kana, full-width forms, pictures
_UNKNOWN = 1000  # letters of other scripts; the widest common ones (ж, щ, Ω) lie between 760 and 1090
BOLD = 1.13  # DejaVu Sans Bold against Regular, lower case


def text_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how many px `text` takes at most in a font of `size` px; 0 for an empty text.

    Accents are free, since a letter is as wide as its base letter. Kerning is passed over: it only narrows.
    """
    units = sum(map(_advance, text))
    return units * size / 1000 * (BOLD if is_bold else 1)


def _advance(char: str) -> int:
    code = ord(char)
    if 0x20 <= code <= 0x7E:
        return _ASCII[code - 0x20]
    if char in _OTHERS:
        return _OTHERS[char]
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0
    if unicodedata.east_asian_width(char) in {"W", "F"} or code > 0xFFFF:
        return _WIDE
    base = unicodedata.normalize("NFD", char)[0]
    return _advance(base) if base != char else _UNKNOWN


def shortened(text: str, room: float, size: float, *, is_bold: bool = False) -> str:
    """Return `text`, or as much of its beginning as fits into `room` px together with an ellipsis.

    The ellipsis itself is never cut, so the result may be wider than a `room` of almost nothing.
    """
    if text_width(text, size, is_bold=is_bold) <= room:
        return text
    left = room - text_width("…", size, is_bold=is_bold)
    kept = 0
    for char in text:
        left -= text_width(char, size, is_bold=is_bold)
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def wrapped(text: str, room: float, size: float, *, is_bold: bool = False) -> tuple[str, ...]:
    """Return `text` in one line, or broken between words into two of about the same width; what does not fit is cut.

    Empty text gives no line. A single word is never broken.
    """
    words = text.split()
    if not words:
        return ()
    whole = " ".join(words)
    if len(words) == 1 or text_width(whole, size, is_bold=is_bold) <= room:
        return (shortened(whole, room, size, is_bold=is_bold),)
    breaks = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    widths = [[text_width(line, size, is_bold=is_bold) for line in lines] for lines in breaks]
    fitting = [n for n, pair in enumerate(widths) if max(pair) <= room]
    if fitting:
        return breaks[min(fitting, key=lambda n: max(widths[n]))]
    longest_first = [n for n, pair in enumerate(widths) if pair[0] <= room]
    lines = breaks[longest_first[-1] if longest_first else 0]
    return tuple(shortened(line, room, size, is_bold=is_bold) for line in lines)
