"""Colours by name, as people use the names for walls, paper and paint."""

from __future__ import annotations

import colorsys

from backcloth.domain.colour import Colour

NAMED: dict[str, tuple[int, int, int]] = {
    "white": (242, 241, 239),
    "off white": (240, 236, 226),
    "snow white": (246, 247, 249),
    "ivory": (242, 236, 220),
    "cream": (244, 232, 208),
    "eggshell": (238, 230, 212),
    "beige": (222, 203, 174),
    "sand coloured": (220, 200, 166),
    "tan": (204, 170, 128),
    "taupe": (150, 134, 118),
    "camel": (190, 148, 98),
    "brown": (112, 76, 52),
    "chocolate": (82, 52, 38),
    "terracotta": (196, 106, 76),
    "rust": (166, 80, 44),
    "copper": (184, 115, 72),
    "gold": (206, 164, 82),
    "golden": (212, 170, 92),
    "rose gold": (205, 148, 132),
    "mustard": (208, 164, 56),
    "yellow": (246, 208, 72),
    "lemon": (250, 232, 112),
    "amber": (226, 148, 44),
    "orange": (236, 128, 48),
    "burnt orange": (196, 92, 38),
    "peach": (250, 198, 164),
    "apricot": (246, 186, 138),
    "coral": (242, 128, 108),
    "salmon": (240, 150, 132),
    "red": (198, 42, 44),
    "crimson": (166, 26, 48),
    "burgundy": (104, 28, 44),
    "maroon": (98, 30, 36),
    "pink": (242, 172, 190),
    "hot pink": (232, 74, 142),
    "blush": (240, 206, 200),
    "dusty rose": (204, 152, 152),
    "rose": (226, 144, 156),
    "magenta": (196, 48, 132),
    "fuchsia": (206, 52, 138),
    "purple": (116, 66, 150),
    "violet": (130, 92, 182),
    "lavender": (196, 182, 228),
    "lilac": (204, 178, 220),
    "mauve": (176, 138, 168),
    "plum": (98, 44, 82),
    "indigo": (62, 52, 126),
    "blue": (66, 118, 196),
    "navy": (30, 44, 82),
    "navy blue": (30, 44, 82),
    "midnight blue": (24, 32, 66),
    "royal blue": (52, 84, 184),
    "sky blue": (152, 202, 234),
    "baby blue": (178, 212, 236),
    "powder blue": (184, 210, 226),
    "ocean blue": (38, 104, 146),
    "steel blue": (82, 122, 158),
    "turquoise": (64, 184, 180),
    "teal": (28, 118, 122),
    "cyan": (88, 200, 214),
    "aqua": (124, 208, 206),
    "mint": (182, 226, 202),
    "mint green": (182, 226, 202),
    "sage": (164, 178, 150),
    "sage green": (164, 178, 150),
    "sea green": (82, 152, 124),
    "green": (84, 146, 82),
    "forest green": (42, 82, 56),
    "emerald": (30, 124, 86),
    "olive": (118, 118, 66),
    "olive green": (118, 118, 66),
    "lime": (176, 210, 72),
    "khaki": (182, 170, 128),
    "grey": (150, 150, 150),
    "gray": (150, 150, 150),
    "silver": (192, 194, 197),
    "charcoal": (58, 60, 63),
    "graphite": (66, 68, 72),
    "anthracite": (48, 50, 53),
    "black": (30, 30, 32),
}

SHADES: dict[str, tuple[float, float]] = {
    "pastel": (0.95, 0.52),
    "pale": (0.80, 0.55),
    "light": (1.0, 0.46),
    "soft": (0.72, 0.28),
    "muted": (0.55, 0.05),
    "dusty": (0.55, 0.10),
    "dark": (1.0, -0.48),
    "deep": (1.12, -0.34),
    "rich": (1.15, -0.15),
    "bright": (1.25, 0.10),
    "vivid": (1.40, 0.04),
    "vibrant": (1.40, 0.04),
}
"""Words before a colour: (factor on its saturation, share of the way to white, or to black below 0)."""

OF_MATERIAL: dict[tuple[str, str], tuple[int, int, int]] = {
    ("marble", "white"): (226, 224, 220),
    ("marble", "black"): (36, 36, 39),
    ("marble", "green"): (46, 78, 64),
    ("marble", "grey"): (158, 158, 158),
    ("marble", "beige"): (214, 200, 178),
    ("marble", "pink"): (222, 188, 180),
    ("sand", "white"): (236, 228, 212),
    ("sand", "golden"): (222, 190, 132),
    ("sand", "black"): (64, 62, 62),
    ("wood", "white"): (222, 216, 206),
    ("wood", "black"): (48, 44, 42),
    ("concrete", "white"): (206, 204, 199),
    ("concrete", "black"): (62, 62, 63),
}
"""What a colour's name means when it is said of a material."""


def shaded(colour: Colour, shade: str) -> Colour:
    """The colour that a shade word such as `pastel` or `dark` makes of another."""
    factor, lift = SHADES[shade]
    hue, value, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour.rgb))
    value = value + (0.94 - value) * lift if lift > 0 else value * (1.0 + lift)
    saturation = saturation if shade == "pastel" and value > 0.8 else min(1.0, saturation * factor)
    red, green, blue = colorsys.hls_to_rgb(hue, value, saturation)
    return Colour(round(red * 255), round(green * 255), round(blue * 255))
