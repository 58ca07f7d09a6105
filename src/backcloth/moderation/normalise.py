"""Undoes the ways in which a word is disguised, so that lexicon and classifier see the word."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

CLAUSE = ","
"""The one mark of punctuation a reading keeps: what stands after it is a new clause."""

_CYRILLIC = ("авегикмнопрстухьіјѕһԁԛԝ", "aberukmhonpctyxbijshdqw")
_GREEK = ("αβγεηικμνορτυχω", "abyenikuvoptuxw")
_LATIN = ("ıłøđħŧɑɡɩʀʏ", "ilodhtagiry")
_LOOKALIKES = str.maketrans(
    "".join(pair[0] for pair in (_CYRILLIC, _GREEK, _LATIN)),
    "".join(pair[1] for pair in (_CYRILLIC, _GREEK, _LATIN)),
)
_SIGNS = str.maketrans("@$€¢£!|", "aseclil")
_DIGITS = (None, str.maketrans("0134578", "oieastb"), str.maketrans("0134578", "oleastb"))
"""A 1 stands for an i or an l; unread digits stay what they are (`ak47`)."""

_SPELLED = re.compile(r"(?<!\w)(?:[a-z0-9@$!](?: ?[.\-_*/|·•~+] ?| )){2,}[a-z0-9@$!](?!\w)")
_SIGN_IN_WORD = re.compile(r"(?<=[a-z0-9])[@$€¢£!|]+(?=[a-z0-9])|(?<!\w)[@$€¢£](?=[a-z])")
_KEPT = (r"\g<0>", r"\1\1", r"\1")
"""What a stretched letter may stand for."""
_LETTERS_AND_DIGITS = re.compile(r"(?<![a-z0-9])(?=\d*[a-z])(?=[a-z]*\d)[a-z0-9]+")
_JOINT = re.compile(r"(?<=[a-z0-9])[.\-_·•~]+(?=[a-z0-9])")
_STARS = re.compile(r"(?<=[a-z])\*{1,2}(?=[a-z])")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_CLAUSE_END = re.compile(r"[,;:.!?()\n]+(?=\s|$)")
_NOT_A_WORD = re.compile(rf"[^a-z0-9{CLAUSE}]+")
_DIGIT = re.compile(r"[0-9]")
_MAY_STRETCH = re.compile(rf"[@$€¢£!|*]|{_DIGIT.pattern}|{_JOINT.pattern}|{_STRETCHED.pattern}")
"""Whatever of a letter may come to stand three times in a row."""


def readings(text: str) -> tuple[str, ...]:
    """Every distinct way to read `text`, as lower-case ASCII words parted by single blanks.

    Undone in all of them: compatibility forms and case (Unicode NFKD, casefold), zero-width and other
    format characters, diacritics, Cyrillic, Greek and Latin look-alikes, letters spelled out with blanks,
    dots or dashes, signs for letters (`@`, `$`). What can be read in more ways than one gives several
    readings: digits for letters, stretched letters (all, two or one of them meant), a mark inside a word
    (nothing or a blank meant) and vowels masked with `*`. Ordinary text has one reading.

    A clause ends in a `CLAUSE` word of its own. Not undone: swapped or dropped letters, a blank inside a
    word, letters drawn with other alphabets than those named.
    """
    return ways(unpacked(text))


def unpacked(text: str) -> str:
    """The text without what can be undone in one way only: case, forms, marks, look-alikes, spelling out."""
    return _SPELLED.sub(_joined, _plain(text))


def ways(plain: str) -> tuple[str, ...]:
    """The readings of an unpacked text, or of one word of it, which then has its own digits and stretches."""
    digits = _DIGITS if _DIGIT.search(plain) else _DIGITS[:1]
    kept = _KEPT if _MAY_STRETCH.search(plain) else _KEPT[:1]
    joints = (" ", "") if _JOINT.search(plain) else (" ",)
    found = (_words(plain, *way) for way in itertools.product(digits, kept, joints, _vowels(plain)))
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Lower case, without marks and format characters, look-alikes replaced."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (char for char in decomposed if unicodedata.category(char) not in {"Mn", "Cf"})
    return "".join(kept).translate(_LOOKALIKES).replace("'", "").replace("’", "")


def _joined(spelled: re.Match[str]) -> str:
    """The word that was spelled out; also without a leading article, which looks like one more letter."""
    word = "".join(char for char in spelled.group() if char.isalnum() or char in "@$!")
    return f"{word} {word[1:]}" if word.startswith("a") else word


def _vowels(plain: str) -> Iterator[str]:
    """What a `*` inside a word may stand for; one empty answer where there is none."""
    return iter("aeiou" if _STARS.search(plain) else ("",))


def _words(plain: str, digits: dict[int, int] | None, kept: str, joint: str, vowel: str) -> str:
    text = _STARS.sub(vowel, plain)
    text = _SIGN_IN_WORD.sub(lambda sign: sign.group().translate(_SIGNS), text)
    text = _CLAUSE_END.sub(f" {CLAUSE} ", text)
    text = _JOINT.sub(joint, text)
    if digits is not None:
        text = _LETTERS_AND_DIGITS.sub(lambda word: word.group().translate(digits), text)
    return _NOT_A_WORD.sub(" ", _STRETCHED.sub(kept, text)).strip()
