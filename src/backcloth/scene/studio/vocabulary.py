"""What the studio can draw, and the words people use for it.

Each table maps a phrase to what it asks for. Phrases are lower case, singular, without punctuation;
`parse` tries longer ones first.
"""

from __future__ import annotations

SETTINGS: dict[str, str] = {
    **dict.fromkeys(
        ("table", "tabletop", "table top", "counter", "countertop", "worktop", "desk", "shelf"), "table"
    ),
    **dict.fromkeys(
        ("slab", "board", "cutting board", "surface", "windowsill", "window sill", "workbench"), "table"
    ),
    **dict.fromkeys(
        ("studio", "sweep", "seamless", "cyclorama", "infinity cove", "cove", "photo studio"), "sweep"
    ),
    **dict.fromkeys(
        ("gradient", "plain", "isolated", "paper backdrop", "seamless paper", "photo booth"), "sweep"
    ),
    **dict.fromkeys(
        ("podium", "pedestal", "plinth", "display stand", "platform", "riser", "cylinder"), "podium"
    ),
    **dict.fromkeys(
        ("parking lot", "car park", "parking", "parking space", "driveway", "airfield"), "parking"
    ),
    **dict.fromkeys(
        ("street", "road", "highway", "avenue", "alley", "crosswalk", "racetrack", "race track"), "street"
    ),
    **dict.fromkeys(("city", "downtown", "urban", "skyline", "cityscape", "plaza", "city square"), "city"),
    **dict.fromkeys(("sidewalk", "pavement", "rooftop", "town", "metropolis"), "city"),
    **dict.fromkeys(("beach", "seaside", "seashore", "shore", "coast", "ocean", "sea", "shoreline"), "beach"),
    **dict.fromkeys(("tropical beach", "coastline", "seafront"), "beach"),
    **dict.fromkeys(
        ("meadow", "field", "lawn", "park", "garden", "pasture", "prairie", "backyard", "yard"), "meadow"
    ),
    **dict.fromkeys(
        ("countryside", "grassland", "farm", "orchard", "outdoor", "outdoors", "outside"), "meadow"
    ),
    **dict.fromkeys(
        ("forest", "wood land", "woodland", "jungle", "forest path", "grove", "foliage"), "forest"
    ),
    **dict.fromkeys(
        ("mountain", "alps", "alpine", "hill", "highland", "valley", "mountain meadow"), "mountain"
    ),
    **dict.fromkeys(("desert", "dune", "sand dune", "sahara"), "desert"),
    **dict.fromkeys(("snow", "snowy", "winter", "snowfield", "snow field", "winter landscape"), "snow"),
    **dict.fromkeys(
        ("room", "indoor", "indoors", "interior", "inside", "apartment", "house", "home"), "room"
    ),
    **dict.fromkeys(("living room", "lounge", "sitting room", "hotel", "hotel room", "lobby"), "living room"),
    **dict.fromkeys(("cafe", "coffee shop", "coffeehouse", "restaurant", "bar", "bistro"), "cafe"),
    **dict.fromkeys(("bedroom", "nursery"), "bedroom"),
    **dict.fromkeys(("office", "meeting room", "workspace", "classroom"), "office"),
    **dict.fromkeys(("kitchen", "dining room"), "kitchen"),
    **dict.fromkeys(
        ("warehouse", "loft", "industrial", "factory", "garage", "hangar", "workshop"), "warehouse"
    ),
    **dict.fromkeys(("parking garage", "underground parking"), "warehouse"),
    **dict.fromkeys(("sky", "cloudscape", "in the clouds"), "sky"),
}
"""Phrase to place. `cafe` is a room seen over a table, or the living room without one."""

WINDOWS = frozenset({"window", "windowsill", "window sill", "windows"})

KITCHEN_TABLES = frozenset({"kitchen counter", "kitchen countertop", "kitchen table", "kitchen island"})

SURFACES: dict[str, str] = {
    "marble": "marble",
    "carrara": "marble",
    **dict.fromkeys(
        ("wood", "wooden", "timber", "rustic", "plank", "wooden plank", "parquet", "deck"), "wood"
    ),
    **dict.fromkeys(("hardwood", "wooden board", "floorboard", "butcher block", "teak", "cedar"), "wood"),
    **dict.fromkeys(("oak", "oakwood", "ash wood", "light wood", "light wooden"), "oak"),
    **dict.fromkeys(("pine", "birch", "maple", "bamboo", "pale wood"), "pine"),
    **dict.fromkeys(("walnut",), "walnut"),
    **dict.fromkeys(
        ("dark wood", "dark wooden", "mahogany", "ebony", "brown wood", "espresso wood"), "dark wood"
    ),
    **dict.fromkeys(("white wood", "white wooden", "whitewashed wood", "bleached wood"), "white wood"),
    **dict.fromkeys(("concrete", "cement"), "concrete"),
    **dict.fromkeys(("slate", "stone", "granite", "rock", "basalt"), "slate"),
    "terrazzo": "terrazzo",
    **dict.fromkeys(("linen", "cloth", "fabric", "tablecloth", "cotton", "textile", "bed sheet"), "linen"),
    **dict.fromkeys(("plaster", "stucco"), "plaster"),
    **dict.fromkeys(("asphalt", "tarmac", "blacktop"), "asphalt"),
    **dict.fromkeys(("sand", "sandy"), "sand"),
    **dict.fromkeys(("soil", "dirt", "earth", "mud", "leaf litter", "forest floor"), "soil"),
    **dict.fromkeys(("grass", "grassy", "turf"), "lawn"),
    **dict.fromkeys(("carpet", "rug"), "carpet"),
}

HOME_OF_SURFACE: dict[str, str] = {
    **dict.fromkeys(("marble", "wood", "oak", "pine", "walnut", "dark wood", "white wood"), "table"),
    **dict.fromkeys(("concrete", "slate", "terrazzo", "linen"), "table"),
    "plaster": "sweep",
    "asphalt": "parking",
    "sand": "beach",
    "soil": "forest",
    "lawn": "meadow",
    "carpet": "room",
}
"""Where a surface is found when no place is named."""

NATURE = frozenset({"beach", "meadow", "forest", "mountain", "desert", "snow", "sky"})

STREETS = frozenset({"parking", "street", "city"})

PANORAMA: dict[str, str] = {
    "room": "room",
    "living room": "kitchen",
    "bedroom": "kitchen",
    "office": "room",
    "kitchen": "kitchen",
    "cafe": "cafe",
    "warehouse": "warehouse",
    "meadow": "park",
    "forest": "forest",
    "mountain": "alps",
    "snow": "alps",
    "parking": "city",
    "street": "street",
    "city": "street",
    "beach": "sea",
    "desert": "sky",
    "sky": "sky",
}
"""What stands behind a table or podium that is in a place."""

LIGHTS: dict[str, str] = {
    **dict.fromkeys(("soft light", "soft lighting", "diffused light", "diffuse light", "softbox"), "soft"),
    **dict.fromkeys(
        ("studio light", "studio lighting", "even lighting", "neutral light", "gentle light"), "soft"
    ),
    **dict.fromkeys(("diffused", "soft even light", "soft studio light", "soft diffused light"), "soft"),
    **dict.fromkeys(("bright", "high key", "airy", "bright light", "bright lighting", "well lit"), "bright"),
    **dict.fromkeys(("window light", "soft window light", "natural light", "natural lighting"), "window"),
    **dict.fromkeys(("natural window light", "soft natural light", "side light", "side lighting"), "window"),
    **dict.fromkeys(
        ("morning", "morning light", "soft morning light", "morning sun", "early morning"), "morning"
    ),
    **dict.fromkeys(("warm morning light", "golden morning light", "morning sunlight"), "morning"),
    **dict.fromkeys(
        ("day", "daytime", "sunny", "sunlight", "sun", "midday", "noon", "sunshine", "summer"), "day"
    ),
    **dict.fromkeys(("daylight", "sunlit", "bright sun", "bright sunlight", "hard light", "blue sky"), "day"),
    **dict.fromkeys(
        ("sunny day", "bright day", "summer day", "clear sky", "harsh light", "afternoon"), "day"
    ),
    **dict.fromkeys(("spring", "clear day", "direct sunlight", "bright daylight"), "day"),
    **dict.fromkeys(("overcast", "cloudy", "gloomy", "cloudy sky", "overcast sky", "grey sky"), "overcast"),
    **dict.fromkeys(("rain", "rainy", "after rain", "after the rain"), "overcast"),
    **dict.fromkeys(("golden hour", "golden light", "sunrise", "dawn", "golden hour light"), "golden"),
    **dict.fromkeys(("late afternoon", "late afternoon sun", "golden sunlight", "warm sunlight"), "golden"),
    **dict.fromkeys(
        ("sunset", "sundown", "evening", "sunset light", "evening light", "sunset sky"), "sunset"
    ),
    **dict.fromkeys(("dusk", "twilight", "blue hour", "nightfall"), "dusk"),
    **dict.fromkeys(("night", "midnight", "nighttime", "night time", "night sky", "moonlight"), "night"),
    **dict.fromkeys(
        ("warm light", "warm lighting", "cozy", "cosy", "candlelight", "warm", "lamp light"), "warm"
    ),
    **dict.fromkeys(("ambient light", "warm ambient light", "soft warm light", "autumn"), "warm"),
    **dict.fromkeys(
        ("dramatic", "moody", "low key", "dramatic light", "dramatic lighting", "dark"), "dramatic"
    ),
    **dict.fromkeys(
        ("moody light", "moody lighting", "spotlight", "cinematic light", "cinematic lighting"), "dramatic"
    ),
}

FLAGS: dict[str, tuple[str, bool | float | str]] = {
    **dict.fromkeys(
        ("shadow", "soft shadow", "contact shadow", "drop shadow", "natural shadow"), ("shadow", "auto")
    ),
    **dict.fromkeys(
        ("reflection", "reflective", "glossy", "mirror reflection", "shiny"), ("reflection", True)
    ),
    **dict.fromkeys(("soft reflection", "subtle reflection", "polished"), ("reflection", True)),
    **dict.fromkeys(("matte", "matt"), ("reflection", False)),
    **dict.fromkeys(("cloud", "fluffy cloud", "white cloud"), ("clouds", True)),
    **dict.fromkeys(("clear sky", "cloudless", "cloudless sky"), ("clouds", False)),
    **dict.fromkeys(("wet", "puddle", "after rain", "after the rain", "rainy", "wet ground"), ("wet", True)),
    **dict.fromkeys(
        ("dappled light", "leaf shadow", "window shadow", "gobo", "plant shadow"), ("pattern", "window")
    ),
    **dict.fromkeys(
        ("shadow of leaf", "shadow of plant", "palm leaf shadow", "palm shadow"), ("pattern", "window")
    ),
    **dict.fromkeys(("sunbeam", "light ray", "streaming light", "light streaming"), ("pattern", "window")),
    **dict.fromkeys(
        ("shallow depth of field", "bokeh", "blurred background", "blurry background"), ("blur", 1.3)
    ),
    **dict.fromkeys(("blur", "blurred", "blurry", "out of focus", "defocused", "soft focus"), ("blur", 1.3)),
    **dict.fromkeys(("soft bokeh", "creamy bokeh", "background blur", "soft blur"), ("blur", 1.3)),
    **dict.fromkeys(
        ("sharp background", "deep focus", "everything in focus", "deep depth of field"), ("blur", 0.7)
    ),
    **dict.fromkeys(("film grain", "grain", "grainy"), ("grain", 2.2)),
    **dict.fromkeys(
        ("flat lay", "flatlay", "top view", "top down", "top down view", "from above"), ("view", "top")
    ),
    **dict.fromkeys(
        ("overhead", "overhead view", "bird eye view", "overhead shot", "knolling"), ("view", "top")
    ),
}

NEGATED: dict[str, tuple[str, bool | float | str]] = {
    **dict.fromkeys(("shadow", "drop shadow", "hard shadow", "harsh shadow", "shadows"), ("shadow", "none")),
    **dict.fromkeys(("reflection", "glare", "gloss", "glossy", "mirror"), ("reflection", False)),
    **dict.fromkeys(("cloud", "cloudy"), ("clouds", False)),
    **dict.fromkeys(("sun", "sun glare", "lens flare", "sun flare", "glow"), ("sun", False)),
    **dict.fromkeys(("blur", "blurry", "bokeh", "blurred", "out of focus", "depth of field"), ("blur", 0.7)),
    **dict.fromkeys(("grain", "noise", "film grain", "grainy", "noisy"), ("grain", 0.0)),
    **dict.fromkeys(("wet", "puddle", "water", "rain"), ("wet", False)),
    **dict.fromkeys(("pattern", "window light", "leaf shadow", "dappled light"), ("pattern", "")),
}
"""What `no …`, `without …` or a negative prompt switches off."""

SURFACE_NOUNS = frozenset(
    {
        "floor",
        "ground",
        "flooring",
        "podium",
        "pedestal",
        "plinth",
        "platform",
        "table",
        "tabletop",
        "surface",
    }
    | {
        "counter",
        "countertop",
        "desk",
        "slab",
        "board",
        "shelf",
        "riser",
        "cylinder",
        "display stand",
        "worktop",
    }
)
"""Nouns whose colour is the colour of what the subject stands on."""

BACKDROP_NOUNS = frozenset(
    {
        "wall",
        "background",
        "backdrop",
        "studio",
        "sweep",
        "seamless",
        "cyclorama",
        "backcloth",
        "set",
        "paper",
    }
    | {"gradient", "cove", "infinity cove", "photo studio", "sea", "ocean", "water", "paper backdrop"}
    | {"seamless paper", "seamless background", "tone", "hue", "color", "colour", "lagoon"}
)
"""Nouns whose colour is the colour of what stands behind."""

_SMALL_TALK = """
    a an the of in on at by near next to with and or for from into onto over under behind beside against
    along around its it is are be this that there very some any as up out off through between where while
    my your our his her their one two set placed place standing stand stands sitting sit sits resting rest
    lying positioned displayed display featuring showing show shown surrounded filled
    product products photo photograph photography photographic picture image shot render rendering scene
    setting background backdrop foreground view angle perspective composition frame framed framing style
    styled aesthetic look feel feeling vibe atmosphere atmospheric mood ambience ambiance environment
    professional commercial advertising advertisement advertorial ad catalog catalogue editorial lifestyle
    e commerce ecommerce shop store marketing brand branding premium luxury luxurious elegant classy
    sophisticated minimal minimalist minimalistic modern contemporary clean simple stylish beautiful
    stunning gorgeous nice lovely perfect amazing pretty attractive pleasing inviting fresh
    high quality highly detail detailed details resolution res definition realistic photorealistic
    photorealism hyperrealistic hyper ultra real life 4k 8k hd uhd hdr raw dslr mm lens aperture camera
    exposure focus focused sharp crisp fine clear depth field shallow bokeh f cinematic
    subject object item center centre centered centred middle front copy space room's negative empty blank
    light lighting lights lit illumination illuminated glow glowing tone tones toned color colors colour
    colours colored coloured palette hue soft softly gentle gently subtle smooth delicate warm cool natural
    naturally neutral texture textured textures material balanced contrast even evenly vivid rich deep
    quiet calm serene peaceful tranquil cozy comfortable spacious open wide large small big little old new
    top eye level straight slightly full body portrait close closeup macro medium long distance distant far
    wall floor ground flooring water horizon lines line marking markings veined veining vein grain sky
    daylight part well good great best masterpiece award winning trending plain solid seamless surface
    infinity creating creates create giving gives give casting casts cast falling falls fall coming comes
    just few lots lot bit more most much many
"""

FILLER = frozenset(_SMALL_TALK.split())
"""Words that ask for nothing in particular; most are photographers' small talk."""
