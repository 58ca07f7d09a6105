"""What is JSON and what is not, in bodies: one table of our own; test_corpora.py has other people's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from harness.answers import accepted, refusal
from harness.quick_job import quick_job
from harness.raw_http import SUBMIT
from harness.service_process import ServiceProcess

BODY = json.dumps(quick_job()).encode()
"""A request that is accepted."""

LARGEST = 2**63 - 1


def also(more: bytes) -> bytes:
    """The request with more members."""
    return BODY[:-1] + b", " + more + b"}"


NO_JSON = {
    "nothing": b"",
    "blanks": b" \n",
    "a word": b"null and void",
    "half of it": BODY[: len(BODY) // 2],
    "all but the brace": BODY[:-1],
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
    "UTF-16": BODY.decode().encode("utf-16"),
    "UTF-16 without a mark": BODY.decode().encode("utf-16-le"),
    "UTF-32": BODY.decode().encode("utf-32"),
    "Latin-1": '{"prompt": "Ä"}'.encode("latin-1"),
    "cut UTF-8": b'{"prompt": "\xe2\x82"}',
    "overlong UTF-8": b'{"prompt": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"prompt": "\xed\xa0\x80"}',
    "a raw zero": b'{"prompt": "a\0b"}',
    "a raw line break": b'{"prompt": "a\nb"}',
    "a lone surrogate": also(rb'"prompt": "\ud800"'),
    "half a pair": also(rb'"prompt": "\ud83dx"'),
    "a pair in the wrong order": also(rb'"prompt": "\ude00\ud83d"'),
    "a lone surrogate as a name": also(rb'"\udfff": 1'),
    "a bad escape": also(rb'"x": "\x41"'),
    "NaN": also(b'"x": NaN'),
    "Infinity": also(b'"padding": Infinity'),
    "minus Infinity": also(b'"seed": -Infinity'),
    "a number with a zero before it": also(b'"seed": 007'),
    "a plus": also(b'"seed": +7'),
    "hexadecimal": also(b'"seed": 0x7'),
    "a number without a digit": also(b'"padding": .5'),
    "five thousand digits": also(b'"seed": ' + b"9" * 5000),
    "a million digits": also(b'"x": ' + b"9" * 1_000_000),
    "a comma too many": BODY[:-1] + b",}",
    "a comma too few": BODY[:-1] + b' "x": 1}',
    "a comment": also(b'"x": 1 /* one */'),
    "single quotes": b"{'prompt': 'a'}",
    "names without quotes": b'{prompt: "a"}',
    "two values": BODY + BODY,
    "a letter behind it": BODY + b"x",
    "a zero behind it": BODY + b"\0",
    "a closing brace behind it": BODY + b"}",
    "too deep": also(b'"x": ' + b"[" * 500 + b"]" * 500),
    "too deep in objects": also(b'"x": ' + b'{"x": ' * 500 + b"1" + b"}" * 500),
    "deep and never closed": also(b'"x": ' + b"[" * 15_000),
}

JSON = {
    "blanks around it": b" \r\n\t" + BODY + b"\n ",
    "unknown members": also(b'"__proto__": {"seed": 1}, "constructor": 1, "": 0, "a.b": [], "$ref": "#"'),
    "escapes in names": BODY.replace(b'"prompt"', rb'"pr\u006fmpt"'),
    "a pair of surrogates": also(rb'"x": "\ud83d\ude00"'),
    "deep enough": also(b'"x": ' + b"[" * 100 + b"]" * 100),
    "a number beyond any float": also(b'"x": [1e400, -1e400, 1e-400]'),
    "a number of four thousand digits": also(b'"x": ' + b"9" * 4000),
    "a fraction of a million digits": also(b'"x": 0.' + b"9" * 1_000_000),
    "minus zero": also(b'"seed": -0'),
    "a name of a million characters": also(b'"' + b"x" * 1_000_000 + b'": 1'),
    "null for what is not given": also(b'"seed": null, "ref_images": null, "sync": null, "fast": null'),
}

WRONG_NUMBERS = [
    *(("seed", str(number)) for number in (LARGEST + 1, 2**64, 2**128, -(2**63), -1)),
    *(("seed", text) for text in ("9" * 4000, "1e3", "1.0", "1e400", "true")),
    *(("padding", text) for text in ("1e400", "-1e400", "0.5", "1", "9" * 400, "-0.1", '"0.1"')),
]


@pytest.fixture(scope="module")
def client(service: ServiceProcess) -> Iterator[httpx.Client]:
    """A client with the token that says it sends JSON."""
    headers = {"api_token": service.token, "content-type": "application/json"}
    with httpx.Client(base_url=service.url, headers=headers, timeout=60) as opened:
        yield opened


@pytest.mark.parametrize("kind", NO_JSON)
def test_what_is_no_json_is_400(client: httpx.Client, kind: str) -> None:
    """In the one error body, and without a word of what was sent."""
    assert refusal(client.post(SUBMIT, content=NO_JSON[kind]), 400) == "The body is not valid JSON."


@pytest.mark.parametrize("kind", JSON)
def test_what_is_json_is_taken(client: httpx.Client, service: ServiceProcess, kind: str) -> None:
    """However odd it is: what is not known is not looked at."""
    accepted(client.post(SUBMIT, content=JSON[kind]), service.url)


@pytest.mark.parametrize(("field", "number"), WRONG_NUMBERS)
def test_a_number_out_of_range_is_400_and_named(client: httpx.Client, field: str, number: str) -> None:
    """Beyond 63 bits, beyond any float, a fraction, an exponent: never cut or rounded to fit."""
    more = f'"{field}": {number}, "placement": "center"'.encode()
    refusal(client.post(SUBMIT, content=also(more)), 400, field)


def test_the_largest_seed_comes_back_whole(client: httpx.Client) -> None:
    """All 63 bits, not rounded to a float's 53."""
    answer = client.post(SUBMIT, content=also(f'"seed": {LARGEST}, "sync": true'.encode()))
    assert f'"seed":{LARGEST}' in answer.text.replace(" ", "")


def test_of_a_name_given_twice_the_last_counts(client: httpx.Client, service: ServiceProcess) -> None:
    """Also where one is written with escapes, and where the last one is null."""
    accepted(client.post(SUBMIT, content=also(b'"seed": "x", "seed": 5')), service.url)
    refusal(client.post(SUBMIT, content=also(b'"seed": 5, "seed": "x"')), 400, "seed")
    refusal(client.post(SUBMIT, content=also(rb'"seed": 5, "s\u0065ed": "x"')), 400, "seed")
    refusal(client.post(SUBMIT, content=also(b'"prompt": null')), 400, "prompt")


@pytest.mark.parametrize("unit", [b'"%x": 1', b'"%x": {}', b'"%x": [[]]'])
def test_a_million_values_are_refused_unread(client: httpx.Client, unit: bytes) -> None:
    """They would cost seconds in which nobody else is answered; the sentence says what is wrong."""
    many = also(b", ".join(unit % number for number in range(500_000)))
    refusal(client.post(SUBMIT, content=many), 400, "too many values")


@pytest.mark.parametrize("marks", [",", "[", "{", "[{,"])
def test_a_prompt_may_hold_any_marks(client: httpx.Client, marks: str) -> None:
    """The two longest prompts together stay below the limit: the answer is about the picture."""
    text = (marks * 4000)[:4000]
    body: dict[str, Any] = {"image": "?", "prompt": text, "negative_prompt": text}
    refusal(client.post(SUBMIT, content=json.dumps(body).encode()), 400, "image")
