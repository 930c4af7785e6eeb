"""Where requests go: TLS always verified, http on this machine alone, the token nowhere else."""

from __future__ import annotations

import logging
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from sfpush.errors import NotReady, UsageError
from sfpush.org.address import instance_address
from sfpush.org.connection import Access
from sfpush.org.http import OrgSession, why_unanswered
from sfpush.org.login import identify
from sfpush.org.transport import Transport
from tests.certificates import self_signed
from tests.org.scripted import WHO, Answer, refusal, scripted

TOKEN = "00D000000000001!AQ.t0ken"
OK = Answer(200, {"records": [], "done": True})
QUERY = {"q": "SELECT Id FROM Contact WHERE Email IN ('ann@acme.example')"}


def opened(url: str) -> Transport:
    access = Access(url, SecretStr(TOKEN))
    return Transport(access, OrgSession(url, timeouts=(2.0, 5.0)), api_version="62.0", sleep=lambda _: None)


@contextmanager
def speaking_tls(certificate: tuple[Path, Path]) -> Iterator[tuple[str, list[bytes]]]:
    """A server with a certificate that nobody vouches for, and what was said to it once a client trusted it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    said: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    said.append(secured.recv(65536))
                    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            except OSError:
                continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", said
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize("variable", ["", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_certificate_that_nobody_vouches_for_gets_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    certificate = self_signed(tmp_path)
    if variable:
        monkeypatch.setenv(variable, str(certificate[0]))
    with speaking_tls(certificate) as (url, said):
        trusting = requests.get(url, verify=str(certificate[0]), timeout=5)
        assert trusting.status_code == 200, "the server itself is sound"
        said.clear()
        with pytest.raises(NotReady, match="certificate is not valid"):
            opened(url).read("limits")
        with pytest.raises(NotReady, match="certificate is not valid"):
            identify(Access(url, SecretStr(TOKEN)))
        with OrgSession(url) as session:
            session.verify = False
            for careless in ({"verify": False}, {"verify": str(certificate[0])}):
                with pytest.raises(requests.exceptions.SSLError):
                    session.get(url, **careless)
    assert said == []


@pytest.mark.parametrize(
    "address",
    [
        "http://acme.my.salesforce.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://evil-localhost",
        "http://2130706433",
        "http://0x7f000001",
        "http://0x7f.1",
        "http://127.1",
        "http://0",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::ffff:10.0.0.1]",
        "http://10.0.0.1",
        "http://127.0.0.1@evil.example",
        "http://evil.example@127.0.0.1",
        "http://127.0.0.1\\@evil.example",
        "http://127.0.0.1%2eevil.example",
        "http://localhost%00.evil.example",
        "http://ⓛocalhost",
        "http://localhost。evil.example",
        "//evil.example",
        "HTTP://evil.example",
        "ws://127.0.0.1",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_http_is_for_this_machine_alone_however_the_address_is_written(address: str) -> None:
    with pytest.raises(UsageError):
        instance_address(address)
    with OrgSession("https://acme.example") as session, pytest.raises(requests.RequestException) as refused:
        session.get(address, timeout=0.001)
    if address.lower().startswith("http:"):
        assert not isinstance(refused.value, requests.Timeout)


def test_localhost_is_this_machine_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def elsewhere(host: Any, *rest: Any, **options: Any) -> Any:
        return real("203.0.113.5" if host == "localhost" else host, *rest, **options)

    with scripted(OK) as org:
        url = org.url.replace("127.0.0.1", "localhost")
        opened(url).read("query")
        assert len(org.asked) == 1
        monkeypatch.setattr(socket, "getaddrinfo", elsewhere)
        with OrgSession(url) as session, pytest.raises(requests.exceptions.InvalidURL):
            session.get(url)
        with pytest.raises(NotReady):
            opened(url).read("query")
        assert len(org.asked) == 1


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "http://evil.example",
        "//evil.example",
        "//[",
        "http://a:b@evil.example",
        "\x1b[31m",
    ],
)
def test_no_redirect_is_followed_whatever_it_says(status: int, location: str) -> None:
    with scripted(Answer(status, b"", {"Location": location})) as org:
        for ask in (
            lambda: opened(org.url).read("limits"),
            lambda: opened(org.url).read("/services/data"),
            lambda: identify(Access(org.url, SecretStr(TOKEN))),
        ):
            with pytest.raises(NotReady) as refused:
                ask()
            assert "a:b" not in refused.value.message + refused.value.hint
        assert len(org.asked) == 3


@pytest.mark.parametrize(
    "following",
    ["https://evil.example/services/data/v62.0/query/01g-2", "//evil.example/x", "@evil.example/x", "/x/../../y", "?x"],
)
def test_the_next_page_is_asked_of_the_org_whatever_its_address_says(following: str) -> None:
    with scripted(OK) as org:
        opened(org.url).read(following)
        (asked,) = org.asked
    assert asked.headers["Host"] == org.url.removeprefix("http://")


@pytest.mark.parametrize("answered", ["http://evil.example", "http://127.0.0.1.evil.example", "file:///x", "", None, 7])
def test_an_instance_url_that_a_login_answers_is_checked_as_one_that_is_typed(answered: Any) -> None:
    from sfpush.org.connection import Login
    from sfpush.org.login import log_in

    with scripted(Answer(200, {"access_token": TOKEN, "instance_url": answered})) as org, pytest.raises(NotReady):
        login = Login("client-credentials", org.url, client_id="x")
        log_in(login, {"client_secret": SecretStr("s3cret")}, api_version="62.0")


def test_no_url_is_in_any_log_even_where_headers_are_odd(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """urllib3 warns of such headers with the whole URL, and Python shows warnings that nobody asked for."""
    with caplog.at_level(logging.DEBUG), odd_headers() as url, pytest.raises(NotReady):
        opened(url).read("query", QUERY)
    assert "ann" not in caplog.text
    code = (
        "import sys; from sfpush.org.http import OrgSession\n"
        "with OrgSession(sys.argv[1]) as session: print(session.get(sys.argv[1] + '/x?q=ann').status_code)"
    )
    with odd_headers() as url:
        done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("200\n", "")


@contextmanager
def odd_headers() -> Iterator[str]:
    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                head = b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
                connection.sendall(head + b"null")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_an_answer_nested_a_thousand_deep_is_no_answer_and_no_traceback() -> None:
    from sfpush.errors import AnswerLost

    deep = Answer(200, b"[" * 200_000 + b"]" * 200_000)
    with scripted(deep) as org:
        for path in ("query", "/services/data"):
            with pytest.raises(NotReady):
                opened(org.url).read(path)
        with pytest.raises(AnswerLost):
            opened(org.url).write("POST", "composite/sobjects", {})
        with pytest.raises(NotReady):
            identify(Access(org.url, SecretStr(TOKEN)))


def test_the_token_goes_in_a_header_alone() -> None:
    with scripted(OK) as org:
        transport = opened(org.url)
        transport.read("query", QUERY)
        transport.write("POST", "composite/sobjects", {"records": []}, harmless=True)
    for asked in org.asked:
        assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
        others = {name: value for name, value in asked.headers.items() if name != "Authorization"}
        assert TOKEN not in f"{asked.path}{others}{asked.body!r}"


def test_no_password_in_an_address_is_repeated_where_the_org_is_not_reached() -> None:
    with OrgSession("https://acme.example") as session, pytest.raises(requests.RequestException) as failed:
        session.get("http://127.0.0.1:9/secret?x=s3cret")
    assert "s3cret" not in why_unanswered(failed.value)


def test_a_refusal_that_echoes_values_is_no_part_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(WHO, refusal(400, "DUPLICATE_VALUE", "duplicate value found: ann@acme.example")) as org:
        identify(Access(org.url, SecretStr(TOKEN)))
        with pytest.raises(NotReady):
            opened(org.url).read("limits")
    assert "ann@" not in caplog.text
    assert TOKEN not in caplog.text
