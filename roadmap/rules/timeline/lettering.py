"""Knows how wide a text will be, so that labels can be placed before any browser has seen them."""

import unicodedata

# Advance widths in thousandths of the font size, U+0020 to U+007E. Noto Sans, the widest font of our stack.
_ASCII = (
    *(260, 269, 408, 646, 572, 831, 732, 225, 300, 300, 551, 572, 268, 322, 268, 372),
    *(572, 572, 572, 572, 572, 572, 572, 572, 572, 572, 268, 268, 572, 572, 572, 434),
    *(899, 639, 650, 632, 730, 556, 519, 728, 741, 339, 273, 619, 524, 907, 760, 781),
    *(605, 781, 622, 549, 556, 731, 600, 930, 586, 566, 572, 329, 372, 329, 572, 444),
    *(281, 561, 615, 480, 615, 564, 344, 615, 618, 258, 258, 534, 258, 935, 618, 605),
    *(615, 615, 413, 479, 361, 618, 508, 786, 529, 510, 470, 380, 551, 380, 572),
)
_OTHERS = {"–": 500, "—": 1000, "‘": 175, "’": 175, "“": 359, "”": 359, "…": 791, "·": 268, "ß": 631, "\u00a0": 260}
_WIDE = 1000  # ideographs, kana, full-width forms, pictures
_UNKNOWN = 800  # letters of other scripts; the widest common ones (ж, щ, Ω) lie between 750 and 910
BOLD = 1.08  # Noto Sans Bold against Regular, lower case


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
