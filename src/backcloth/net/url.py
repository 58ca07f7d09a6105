"""URLs that callers gave, judged by their text; where they lead is seen when they are dialled."""

from __future__ import annotations

import re

from yarl import URL

from backcloth.errors import InvalidRequest

URL_MAX = 2048
"""Characters of a URL that a caller may give. A redirect may lead to a longer one, as signed links are."""

_NAME = r"[^][/?#@\\\s:%]*[^][/?#@\\\s:%.]\.?"
_PLAIN = re.compile(rf"https?://(\[[^][/?#@\\\s]+\]|{_NAME})(:[0-9]*)?([/?#]|$)", re.IGNORECASE)
"""How a URL has to begin: what other parsers read otherwise, or not at all, is not taken here either. Escapes
in a host, digits of other scripts in a port, `@` without a name before it, blanks and backslashes."""


def parse_url(url: str) -> URL:
    """Reads an absolute http or https URL.

    Raises:
        ValueError: it is no such URL; the message is a phrase fit for the caller.
    """
    if any(character < " " or character == "\x7f" for character in url):
        raise ValueError("the URL holds a control character")
    try:
        parsed = URL(url)
        host, port = parsed.raw_host, parsed.port
    except ValueError as error:
        raise ValueError("the URL cannot be read") from error
    if parsed.scheme not in ("http", "https"):
        raise ValueError("the URL must begin with http:// or https://")
    if not host or not port:
        raise ValueError("the URL names no host, or port 0")
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise ValueError("the URL must not hold a user name or password")
    if not _PLAIN.match(url):
        raise ValueError("the URL's host or port cannot be read")
    return parsed


def check_url(url: str, parameter: str) -> None:
    """Checks a URL by its text alone, a picture's or a webhook's; where it leads is seen when it is dialled.

    Raises:
        InvalidRequest: not an http or https URL with a host, or it is longer than 2048 characters, or
            it holds a user name, a password or control characters.
    """
    if len(url) > URL_MAX:
        raise InvalidRequest(f"{parameter}: the URL has more than {URL_MAX} characters")
    try:
        parse_url(url)
    except ValueError as error:
        raise InvalidRequest(f"{parameter}: {error}") from error


def receiver(url: str) -> str:
    """Whose server a URL names: its host and port, the same for all paths there. `-` for none."""
    try:
        target = parse_url(url)
    except ValueError:
        return "-"
    return f"{target.raw_host}:{target.port}"
