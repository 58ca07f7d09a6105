"""Strings that break programs: our own, of the kinds that collections of such strings hold.

Where `CORPORA_DIR` names a folder with `strings/blns.json` (Big List of Naughty Strings), those as well.
"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

_CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
_INVISIBLE = [chr(code) for code in (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), 0x2060, 0xFEFF, 0xE0001)]
_BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
_BIDI = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]

WORDS = [
    "undefined",
    "null",
    "NULL",
    "nil",
    "None",
    "true",
    "false",
    "NaN",
    "Infinity",
    "-1",
    "0",
    "1/0",
    "\\",
    "\\\\",
    "0x0",
    "1e309",
    "9" * 100,
    "2147483648",
    "-9223372036854775809",
    "0.1e-999",
    "1,000.00",
    "１２３",
    "٣",
    "½",
    "hasOwnProperty",
    "__proto__",
    "constructor",
    "__class__",
    "CON",
    "NUL",
    "LPT1",
    "aux.png",
    ".htaccess",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/dev/random",
    "file:///etc/passwd",
    "~root",
    "$HOME",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "%00",
    "%0d%0aX-Injected: yes",
    "a\r\nX-Injected: yes\r\n\r\n<html>",
]
CODE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "' OR '1'='1",
    "1; DROP TABLE jobs --",
    "'; WAITFOR DELAY '0:0:5' --",
    '" UNION SELECT * FROM tokens --',
    "$(touch /tmp/pwned)",
    "`id`",
    "| id",
    "; id #",
    "&& id",
    "%x%x%n%s%s",
    "{0.__class__.__mro__}",
    "%(name)s",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "${jndi:ldap://127.0.0.1/a}",
    "*)(uid=*))(|(uid=*",
    "{$ne: null}",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "() { :;}; id",
    "=cmd|'/c calc'!A1",
    "\x1b[31mred\x1b[0m\x07",
    "\x1b]0;title\x07",
    "%s" * 200,
    "a" * 3999,
    "(" * 3000,
]
SCRIPTS = [
    "田中さんにあげて下さい",
    "パーティーへ行かないか",
    "사회과학원",
    "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
    "Ⱥ",
    "İı",
    "ﬃ ﬁ",
    "ß",
    "ǆ",
    "مُنَاقَشَةُ سُبُلِ",
    "בְּרֵאשִׁית",
    "हिन्दी क्षत्रिय",
    "தமிழ்",
    "ไทยำ",
    "ខ្មែរ",
    "မြန်မာ",
    "᚛ᚄᚓᚐᚋ᚜",
    "𝕭𝖔𝖑𝖉",
    "ⓒⓘⓡⓒⓛⓔⓓ",
    "Ｆｕｌｌ",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇩🇪🇪🇺",
    "👍🏽",
    "1️⃣",
    "🫠",
    "\U000f0000",
    "\U0010fffd",
    "\ufffe",
    "\uffff",
    "\ue000",
    "\ufdd0",
    "Z" + "\u0351\u0327\u0310" * 60,
    "e\u0301" * 500,
    "\u0300",
    "ﷺ" * 40,
    "\u1f62" * 10,
    "a" + "\u200d" * 500 + "b",
]
ENDLESS = [
    " " * 500,
    "\t" * 500,
    "\n" * 500,
    "a " * 1500,
    "-" * 3000,
    "🙂" * 1500,
    "\u3000" * 300,
    "\0" * 100,
    "a,b;" * 800,
    "very " * 700 + "red",
    "on a table " * 300,
    "#" * 300,
    "#FFFFFF" * 100,
    "# FF0000",
    "#GGGGGG",
    "#ffffffff",
]


HARD = bool(os.environ.get("TEST_HARD"))
"""Whether `make test-hard` asks for everything."""


def naughty_strings() -> list[str]:
    """Each once: more than two hundred, or every third of them in a short run."""
    framed = [f"a{each}b" for each in (*_CONTROLS, *_INVISIBLE, *_BREAKS, *_BIDI)]
    folded = [unicodedata.normalize("NFD", each) for each in SCRIPTS]
    every = list(dict.fromkeys([*WORDS, *CODE, *SCRIPTS, *ENDLESS, *framed, *folded]))
    return [*(every if HARD else every[::3]), *_collected()]


def _collected() -> list[str]:
    folder = os.environ.get("CORPORA_DIR")
    if not folder:
        return []
    found = json.loads((Path(folder) / "strings" / "blns.json").read_text("utf-8"))
    return [str(text) for text in found]
