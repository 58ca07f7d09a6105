"""Whether a rewritten prompt still says what the caller said, and nothing that could be taken for a subject.

A rule about words, not about meaning: it compares what the two texts name, word by word, and would rather
turn a good rewriting down than let a cat into a picture of a lamp. It reads English; in other languages it
only sees whether the caller's words are still there.
"""

from __future__ import annotations

import re
import unicodedata

from backcloth.prompting.rules import MAX_WORDS

_PLAIN = re.compile(r"[a-zA-Z0-9\u00c0-\u024f ,.;:'’\"“”()&%/°!?#+–—-]+")

_NEGATIONS = {"no", "not", "without", "never", "neither", "nor", "non"}

_BETWEEN = {"a", "an", "the", "any", "some", "kind", "sort", "of"}
"""What may stand between a negation and what it denies."""

_IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "mice": "mouse",
    "geese": "goose",
    "grey": "gray",
    "colour": "color",
}

_ENDINGS = (
    ("ies", "y"),
    ("ie", "y"),
    ("ves", "f"),
    ("ve", "f"),
    ("fe", "f"),
    ("oes", "o"),
    ("oe", "o"),
    ("sses", "ss"),
    ("shes", "sh"),
    ("ches", "ch"),
    ("xes", "x"),
    ("ss", "ss"),
    ("us", "us"),
    ("s", ""),
)
"""The first ending that a word has becomes its partner: `shelves` meets `shelf`, and `cookie` `cookies`."""

_FIGURES = re.compile(
    r"\b(?:(?:bird|worm)[ '’]*s?[ -]eye|fish[ -]eye|products? (?:photo\w*|shots?)|hand[ -](?:\w+ed|made))\b",
    re.IGNORECASE,
)
"""Ways to photograph and to make things that name a subject only by the letter."""

_UNSAID = """
    the and with for from into onto over under near next behind beside between above below inside
    outside around front off out upon along across its their some any this that these those there are
    was were has have which where while very please make put place placed show shows showing standing
    sitting lying set image picture photo photograph background scene view
"""
"""Words that a rewriting may drop: they name nothing."""

_SUBJECTS = """
    person man woman child kid boy girl baby toddler teenager adult lady gentleman guy human model
    mannequin crowd couple family mother father friend bride groom waiter barista chef worker dancer
    athlete runner surfer swimmer tourist visitor guest customer patron shopper onlooker pedestrian
    cyclist hiker skier musician artist bartender passerby passenger driver soldier doctor nurse king
    queen prince princess fairy angel wizard witch santa hand finger robot monster ghost alien dragon
    unicorn

    animal pet dog puppy cat kitten horse pony cow bull calf sheep lamb goat pig rabbit bunny hare mouse
    rat hamster squirrel fox wolf bear deer elk moose lion tiger leopard cheetah elephant giraffe zebra
    monkey gorilla panda koala kangaroo camel donkey bird seagull gull pigeon dove eagle hawk owl parrot
    swan duck goose chicken rooster peacock flamingo penguin crow raven sparrow fish goldfish koi shark
    whale dolphin turtle tortoise frog lizard snake crocodile dinosaur insect butterfly bee dragonfly
    spider jellyfish octopus crab lobster snail

    product merchandise bottle jar flask vial package packaging parcel perfume cologne cosmetics
    lipstick mascara shampoo lotion soap shoe sneaker boot sandal handbag bag backpack purse wallet
    suitcase luggage watch wristwatch jewelry jewellery necklace bracelet earring sunglasses eyeglasses
    hat shirt jacket coat jeans skirt phone smartphone laptop computer television headphone earbud toy
    doll car truck van motorcycle motorbike bike bicycle scooter vehicle bus buses boat yacht ship
    airplane aeroplane aircraft helicopter drone cup mug teacup teapot kettle vase burger pizza cake
    cupcake sandwich cocktail beverage drink logo watermark slogan caption lettering
"""


def objection(prompt: str, answer: str) -> str | None:
    """Why the answer must not be drawn in place of the prompt; None where it may be.

    The sentence's end, such as "adds …"; it repeats no word of either text.

    Args:
        prompt: The caller's words.
        answer: The rewriting.
    """
    if not _PLAIN.fullmatch(answer):
        return "is not one line of plain text"
    if len(answer.split()) > MAX_WORDS:
        return f"has more than {MAX_WORDS} words"
    asked, given = _words(prompt), _words(_FIGURES.sub(" ", answer))
    if {word for word in asked if _names(word)} - set(_words(answer)):
        return "leaves out something that the prompt names"
    if SUBJECTS.intersection(given).difference(asked):
        return "adds a person, an animal or a product"
    if _denied(answer) & set(asked) != _denied(prompt):
        return "turns a yes or a no of the prompt around"
    return None


def _words(text: str) -> list[str]:
    """The text's words without case, accents and plural; every negation is `no`."""
    plain = unicodedata.normalize("NFKD", text.replace("n't", " not").replace("n’t", " not"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [_stem(word) for word in re.findall(r"[^\W_]+", letters.casefold())]


def _stem(word: str) -> str:
    if word in _NEGATIONS:
        return "no"
    stem = word
    for ending, singular in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word.removesuffix(ending) + singular
            break
    return _IRREGULAR.get(stem, stem)


def _names(word: str) -> bool:
    return word == "no" or word.isdecimal() or (len(word) > 2 and word not in UNSAID)


def _denied(text: str) -> set[str]:
    """What stands right behind a negation: `person` and `car` in `no people or cars, a street`."""
    denied = set()
    for clause in re.split(r"[,.;:!?()]", text):
        negated = just_denied = False
        for word in _words(clause):
            if word == "no":
                negated = True
            elif word == "or":
                negated = just_denied
            elif word not in _BETWEEN:
                if negated:
                    denied.add(word)
                negated, just_denied = False, negated
    return denied


UNSAID = frozenset(_stem(word) for word in _UNSAID.split())
"""The words that name nothing, as `_stem` leaves them."""

SUBJECTS = frozenset(_stem(word) for word in _SUBJECTS.split())
"""People, animals, products and lettering, as `_stem` leaves them."""
