"""The colours hold their contrast in both schemes, and the two ways into the dark are the same."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()


def _block(start: str) -> dict[str, str]:
    body = TOKENS[TOKENS.index(start) :].split("{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", body))


LIGHT = _block(":root {")
DARK_BY_SYSTEM = _block(':root:not([data-theme="light"])')
DARK_BY_CHOICE = _block(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_dark_is_the_same_by_system_and_by_choice_and_covers_every_colour():
    assert DARK_BY_SYSTEM == DARK_BY_CHOICE
    assert set(DARK_BY_SYSTEM) == set(LIGHT)


TEXT = [
    *((ink, paper) for ink in ("ink", "ink-2", "ink-3") for paper in ("paper", "paper-2", "paper-3")),
    *((ink, "accent-soft") for ink in ("ink", "ink-2", "ink-3", "accent", "accent-2")),
    *((ink, "paper") for ink in ("accent", "accent-2", "ok", "warn", "bad")),
    ("on-accent", "accent"), ("on-accent", "accent-2"),
    ("ok", "ok-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("bad", "paper-2"),
    ("paper", "ink-2"),
    *(("ink", f"tint-{letter}") for letter in "abcdefgh"),
]  # fmt: skip
SHAPES = [
    ("edge", "paper"),
    ("warn-mark", "paper"),
    ("ok", "paper"),
    ("bad", "paper"),
    *((f"objective-{c}", "paper") for c in "abcdefgh"),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK_BY_CHOICE], ids=["light", "dark"])
@pytest.mark.parametrize("ink, paper", TEXT)
def test_text_can_be_read_on_every_ground_that_it_stands_on(scheme, ink, paper):
    assert contrast(scheme[ink], scheme[paper]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK_BY_CHOICE], ids=["light", "dark"])
@pytest.mark.parametrize("ink, paper", SHAPES)
def test_shapes_stand_out_from_the_page(scheme, ink, paper):
    assert contrast(scheme[ink], scheme[paper]) >= 3


SHEETS = [path for path in sorted(CSS.rglob("*.css")) if path.name != "tokens.css"]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_come_from_the_tokens_alone(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(|\boklch\(", text)
    assert "!important" not in text


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_name_that_a_sheet_uses_exists(sheet):
    text = sheet.read_text()
    known = set(re.findall(r"--([a-z0-9-]+):", TOKENS + text + (CSS / "components" / "tag.css").read_text()))
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", text))
    assert used <= known, used - known


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_sides_are_logical_so_that_right_to_left_mirrors(sheet):
    physical = r"(?:margin|padding|border)-(?:left|right)\b|(?<![-\w])(?:left|right):|text-align:\s*(?:left|right)"
    assert not re.findall(physical, sheet.read_text())
