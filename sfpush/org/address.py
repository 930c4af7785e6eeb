"""Where an org lives: one spelling for instance addresses, and which of them may be spoken to at all."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from sfpush.errors import UsageError

DEFAULT_LOGIN_URL = "https://login.salesforce.com"
_EXAMPLE = "Give the org's My Domain address, such as https://acme.my.salesforce.com."
_LIGHTNING = ".lightning.force.com"


def instance_address(text: str) -> str:
    """`scheme://host[:port]` in lower case, https unless another scheme is written; paths fall away.

    Raises UsageError for what is no web address, for http to anything but this machine (the token would travel
    in the clear), and for addresses that carry a user or password.
    """
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("The instance URL is not a web address.", hint=_EXAMPLE) from None
    if parts.username is not None or parts.password is not None:
        raise UsageError("The instance URL holds a user name or password.", hint=_EXAMPLE)
    if parts.scheme not in ("http", "https") or not _is_host(host):
        # not repeated: a token that was put in the address's place must not show
        raise UsageError("The instance URL is not the web address of an org.", hint=_EXAMPLE)
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"http:// is refused for {host}: what is sent could be read on the way.",
            hint="Use https://; http:// is only for a practice org on this machine.",
        )
    if host.endswith(_LIGHTNING):
        raise UsageError(
            f"{host} is the address of Salesforce's pages, not of its API.",
            hint=f"Use https://{host.removesuffix(_LIGHTNING)}.my.salesforce.com.",
        )
    shown = f"[{host}]" if ":" in host else host
    default_port = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default_port) else "")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, by name or number, without asking a name server."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    if ":" in host:  # urlsplit has found it in brackets, and checked it
        return True
    return bool(re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host))
