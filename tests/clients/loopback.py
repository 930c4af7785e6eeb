"""The way of a client that knows only `https://….salesforce.com` to a practice org on this machine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter


class Loopback(HTTPAdapter):
    """Sends every request to one http address, whatever host it names. The client stays as it was shipped."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        asked = urlsplit(request.url or "")
        request.url = urlunsplit((self._address.scheme, self._address.netloc, asked.path, asked.query, ""))
        return super().send(request, *args, **options)


def session_to(url: str) -> requests.Session:
    """A session all of whose https requests go to `url`; nothing of this machine's proxies or netrc gets in."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Loopback(url))
    return session
