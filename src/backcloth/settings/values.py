"""What the values of settings have in common."""

from __future__ import annotations

import ipaddress
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, HttpUrl, SecretStr
from pydantic_settings import NoDecode

MIB = 1024 * 1024

T = TypeVar("T")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def bare_place(value: HttpUrl | None) -> HttpUrl | None:
    """A URL that a path can be added to.

    Raises:
        ValueError: it has a user, a query or a fragment.
    """
    if value and (value.username or value.password or value.query or value.fragment):
        raise ValueError("must be an origin, perhaps with a path: no user, query or fragment")
    return value


def _parts(listed: str) -> list[str]:
    """What commas separate; nothing for `none`, as an empty variable counts as not set."""
    return [] if listed.strip() == "none" else [part for part in map(str.strip, listed.split(",")) if part]


def _listed(value: object) -> object:
    return tuple(_parts(value)) if isinstance(value, str) else value


def pairs(listed: str) -> dict[str, str]:
    """`name=value,…`; names may hold anything but a comma and an equals sign.

    Raises:
        ValueError: it is no such list.
    """
    found = [part.partition("=") for part in _parts(listed)]
    if not all(name.strip() and value.strip() for name, _, value in found):
        raise ValueError("must be pairs such as name=value, with commas between them")
    return {name.strip(): value.strip() for name, _, value in found}


def _fit_for_a_header(value: SecretStr | None) -> SecretStr | None:
    """The secret; None where it is empty, as compose files write what is not set.

    Raises:
        ValueError: it holds what a header cannot.
    """
    secret = value.get_secret_value() if value else ""
    if not secret:
        return None
    if not (secret.isascii() and secret.isprintable() and " " not in secret):
        raise ValueError("must be visible ASCII characters without blanks")
    return value


Place = Annotated[HttpUrl | None, AfterValidator(bare_place)]
"""A URL that a path can be added to."""

HeaderSecret = Annotated[SecretStr | None, AfterValidator(_fit_for_a_header)]
"""What a header can carry; an empty one counts as none."""

Listed = Annotated[tuple[T, ...], NoDecode, BeforeValidator(_listed)]
"""Values with commas between them, or `none`."""


class Group(BaseModel):
    """Settings of one area: frozen, and nothing unknown in them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
