from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests
from pydantic import SecretStr

from sfpush.errors import AnswerLost, DailyLimitReached, NotReady, RequestRefused
from sfpush.org.connection import Access
from sfpush.org.http import WRITE_SECONDS, OrgSession
from sfpush.org.transport import MOST_WAITING, TRIES, ApiBudget, Transport
from tests.org.scripted import EXPIRED, Answer, refusal, scripted

OK = Answer(200, {"done": True})
BUSY = refusal(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")
DAILY = refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
HTML_503 = Answer(503, b"<html>Down</html>", {"Content-Type": "text/html"})
DOWN = refusal(503, "SERVER_UNAVAILABLE", "Server Unavailable")
CLOSED = Answer(closed=True)
CUT = Answer(200, {"done": True}, cut=True)
BROKEN = Answer(200, b'{"done": tr')
PAGE = Answer(200, b"<html>Please log in to the Wi-Fi</html>", {"Content-Type": "text/html"})

Make = Callable[..., Transport]


def create(transport: Transport) -> object:
    return transport.write("POST", "composite/sobjects", {"records": []})


def update(transport: Transport) -> object:
    return transport.write("PATCH", "composite/sobjects", {"records": []}, harmless=True)


def test_a_read_asks_the_right_url_with_the_token_and_our_name(transport: Make) -> None:
    with scripted(OK) as org:
        assert transport(org.url).read("query", {"q": "SELECT Id FROM Contact"}) == {"done": True}
    [asked] = org.asked
    assert asked.path == "/services/data/v62.0/query?q=SELECT+Id+FROM+Contact"
    assert asked.headers["Authorization"] == "Bearer 00D000000000001!token"
    assert asked.headers["User-Agent"].startswith("sfpush/")
    assert "gzip" in asked.headers["Accept-Encoding"]


def test_the_next_page_is_asked_on_our_host_whatever_its_url_says(transport: Make) -> None:
    with scripted(OK) as org:
        transport(org.url).read("/services/data/v62.0/query/01g-2000")
    assert org.asked[0].path == "/services/data/v62.0/query/01g-2000"


def test_what_lies_outside_our_api_version_is_asked_where_it_is(transport: Make) -> None:
    with scripted(Answer(200, [{"version": "62.0"}])) as org:
        assert transport(org.url).read("/services/data") == [{"version": "62.0"}]
    assert org.asked[0].path == "/services/data"
    assert org.asked[0].headers["Authorization"] == "Bearer 00D000000000001!token"


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Tue, 24 Nov 2026 10:00:00 GMT", datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
        ("yesterday", None),
    ],
)
def test_the_orgs_time_is_that_of_its_last_answer(transport: Make, date: str, told: datetime | None) -> None:
    with scripted(Answer(200, {"done": True}, headers={"Date": date})) as org:
        made = transport(org.url)
        assert made.answered_at is None
        made.read("limits")
        assert made.answered_at == told


@pytest.mark.parametrize(
    "trouble", [HTML_503, DOWN, BUSY, CLOSED, CUT, BROKEN, PAGE, refusal(500, "UNKNOWN_EXCEPTION")]
)
def test_a_read_is_repeated_until_the_org_answers(transport: Make, trouble: Answer) -> None:
    sleeps: list[float] = []
    with scripted(trouble, trouble, OK) as org:
        assert transport(org.url, sleeps=sleeps).read("limits") == {"done": True}
    assert len(org.asked) == 3
    assert len(sleeps) == 2
    assert all(0 < sleep <= 31 for sleep in sleeps)


@pytest.mark.parametrize("trouble", [HTML_503, CLOSED, CUT, BROKEN])
def test_a_read_is_given_up_after_five_tries(transport: Make, trouble: Answer) -> None:
    with scripted(trouble) as org, pytest.raises(NotReady) as stopped:
        transport(org.url).read("limits")
    assert len(org.asked) == TRIES
    assert stopped.value.exit_code == 5
    assert not isinstance(stopped.value, AnswerLost)


@pytest.mark.parametrize(
    "trouble", [HTML_503, CLOSED, CUT, BROKEN, PAGE, refusal(500, "UNKNOWN_EXCEPTION"), Answer(504, b"")]
)
def test_B3_a_create_without_an_answer_is_never_sent_again(transport: Make, trouble: Answer) -> None:
    with scripted(trouble, OK) as org, pytest.raises(AnswerLost):
        create(transport(org.url))
    assert len(org.asked) == 1


@pytest.mark.parametrize("trouble", [DOWN, BUSY, refusal(429, "TOO_MANY"), Answer(503, b"", {"Retry-After": "3"})])
def test_B3_a_create_that_was_certainly_not_carried_out_is_sent_again(transport: Make, trouble: Answer) -> None:
    with scripted(trouble, OK) as org:
        assert create(transport(org.url)) == {"done": True}
    assert len(org.asked) == 2


def test_B3_an_update_is_repeated_and_its_end_is_unknown_if_no_try_is_answered(transport: Make) -> None:
    with scripted(CLOSED, CUT, OK) as org:
        assert update(transport(org.url)) == {"done": True}
    with scripted(CLOSED) as org, pytest.raises(AnswerLost):
        update(transport(org.url))
    assert len(org.asked) == TRIES


@pytest.mark.parametrize("end", [DAILY, EXPIRED, refusal(400, "INVALID_FIELD"), BUSY])
def test_B3_an_update_whose_first_try_was_lost_stays_unknown_however_the_next_ends(
    transport: Make, end: Answer
) -> None:
    with scripted(CLOSED, end) as org, pytest.raises(AnswerLost):
        update(transport(org.url))


def test_B3_an_update_that_was_lost_stays_unknown_if_no_login_follows(transport: Make) -> None:
    def refused() -> Access:
        raise NotReady("no", code="login-refused")

    with scripted(CLOSED, EXPIRED) as org, pytest.raises(AnswerLost):
        update(transport(org.url, log_in_again=refused))
    with scripted(EXPIRED) as org, pytest.raises(NotReady) as stopped:
        update(transport(org.url, log_in_again=refused))
    assert stopped.value.code == "login-refused"


def test_B3_an_answer_that_never_comes_is_a_lost_answer(transport: Make) -> None:
    never = threading.Event()
    with scripted(Answer(200, {}, waits_for=never)) as org:
        with pytest.raises(AnswerLost) as lost:
            create(transport(org.url, read_seconds=0.1))
        never.set()
    assert "in time" in lost.value.message


def test_B3_a_write_is_waited_for_as_long_as_the_org_may_work_on_it(transport: Make) -> None:
    late = threading.Event()
    with scripted(Answer(200, {"done": True}, waits_for=late)) as org:
        patient = transport(org.url, read_seconds=0.1, write_seconds=30.0)
        with pytest.raises(NotReady, match="in time"):
            patient.read("limits")
        waker = threading.Timer(0.5, late.set)
        waker.start()
        assert create(patient) == {"done": True}
        waker.join()
    assert WRITE_SECONDS > 600, "Salesforce ends a request after ten minutes"


def test_B3_a_create_that_never_left_is_no_lost_answer(transport: Make) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        sleeps: list[float] = []
        with pytest.raises(NotReady) as stopped:
            create(transport(url, sleeps=sleeps))
    assert stopped.value.code == "unreachable"
    assert not isinstance(stopped.value, AnswerLost)
    assert len(sleeps) == TRIES - 1
    assert "refused" in stopped.value.message


def test_retry_after_is_obeyed(transport: Make) -> None:
    sleeps: list[float] = []
    with scripted(Answer(503, b"", {"Retry-After": "7"}), refusal(429, "TOO_MANY", Retry_After="11"), OK) as org:
        transport(org.url, sleeps=sleeps).read("limits")
    assert sleeps == [7.0, 11.0]


def test_a_wait_beyond_all_patience_is_not_begun(transport: Make) -> None:
    sleeps: list[float] = []
    with scripted(Answer(503, b"", {"Retry-After": "3600"})) as org, pytest.raises(NotReady) as stopped:
        transport(org.url, sleeps=sleeps).read("limits")
    assert sleeps == []
    assert "3600 seconds" in stopped.value.message
    with scripted(Answer(503, b"", {"Retry-After": "100"})) as org, pytest.raises(NotReady):
        transport(org.url, sleeps=sleeps).read("limits")
    assert sum(sleeps) <= MOST_WAITING


def test_a_retry_after_that_says_nothing_is_not_obeyed(transport: Make) -> None:
    sleeps: list[float] = []
    with scripted(Answer(429, b"", {"Retry-After": "soon"}), OK) as org:
        transport(org.url, sleeps=sleeps).read("limits")
    assert 0 < sleeps[0] <= 2


def test_G5_the_daily_limit_stops_at_once(transport: Make) -> None:
    for call in (create, update, lambda transport: transport.read("limits")):
        with scripted(DAILY) as org, pytest.raises(DailyLimitReached) as stopped:
            call(transport(org.url))
        assert len(org.asked) == 1
        assert stopped.value.exit_code == 5


def test_a_refusal_is_not_repeated_and_keeps_salesforces_code(transport: Make) -> None:
    with (
        scripted(refusal(400, "MALFORMED_QUERY", "unexpected token: 'x'")) as org,
        pytest.raises(RequestRefused) as said,
    ):
        transport(org.url).read("query", {"q": "x"})
    assert len(org.asked) == 1
    assert said.value.salesforce_code == "MALFORMED_QUERY"
    assert "unexpected token" in said.value.message


def test_an_expired_session_is_renewed_once_even_for_a_create(transport: Make) -> None:
    logins = []
    with scripted(EXPIRED, OK) as org:

        def log_in_again() -> Access:
            logins.append(1)
            return Access(org.url, SecretStr("00D000000000001!fresh"))

        opened = transport(org.url, log_in_again=log_in_again)
        assert create(opened) == {"done": True}
        assert create(opened) == {"done": True}
    assert len(logins) == 1
    assert [asked.headers["Authorization"][-5:] for asked in org.asked] == ["token", "fresh", "fresh"]


def test_a_session_that_is_refused_for_ever_stops_after_one_login(transport: Make) -> None:
    with scripted(EXPIRED) as org, pytest.raises(NotReady) as stopped:
        transport(org.url, log_in_again=lambda: Access(org.url, SecretStr("00D000000000001!fresh"))).read("limits")
    assert len(org.asked) == 2
    assert stopped.value.code == "session-expired"


def test_a_session_that_only_a_person_can_renew_stops_at_once(transport: Make) -> None:
    with scripted(EXPIRED) as org, pytest.raises(NotReady) as stopped:
        transport(org.url).read("limits")
    assert len(org.asked) == 1
    assert stopped.value.code == "session-expired"
    assert "sfpush connect" in stopped.value.hint


def test_threads_whose_session_expires_together_log_in_once(transport: Make) -> None:
    logins: list[int] = []
    with scripted(lambda asked: OK if asked.headers["Authorization"].endswith("fresh") else EXPIRED) as org:
        both = threading.Barrier(2)

        def log_in_again() -> Access:
            logins.append(1)
            return Access(org.url, SecretStr("00D000000000001!fresh"))

        opened = transport(org.url, log_in_again=log_in_again)
        answers: list[object] = []

        def ask() -> None:
            both.wait(5)
            answers.append(opened.read("limits"))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert answers == [{"done": True}] * 2
    assert len(logins) == 1


def test_a_redirect_is_not_followed_and_the_token_stays_here(transport: Make) -> None:
    with scripted(OK) as elsewhere:
        moved = Answer(302, b"", {"Location": elsewhere.url.replace("127.0.0.1", "localhost") + "/services"})
        with scripted(moved) as org, pytest.raises(NotReady) as refused:
            transport(org.url).read("limits")
        assert elsewhere.asked == []
    assert refused.value.code == "moved"
    assert "localhost" in refused.value.message


def test_a_user_without_api_access_stops_everything_not_only_a_batch(transport: Make) -> None:
    with scripted(refusal(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")) as org:
        for call in (create, update):
            with pytest.raises(NotReady) as stopped:
                call(transport(org.url))
            assert stopped.value.code == "no-access"


def test_api_calls_are_counted_with_their_tries_and_the_budget_is_read_from_any_answer(transport: Make) -> None:
    usage = {"Sforce-Limit-Info": "api-usage=18/5000; per-app-api-usage=17/250(appName=x)"}
    with scripted(DOWN, Answer(200, {"done": True}, usage)) as org:
        opened = transport(org.url)
        assert opened.budget is None
        opened.read("limits")
        assert opened.api_calls == 2
        assert opened.budget == ApiBudget(5000, 4982)


def test_the_environment_changes_nothing(transport: Make, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    netrc = tmp_path / "netrc"
    netrc.write_text("default login eve password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(OK) as org:
        transport(org.url).read("limits")
    assert org.asked[0].headers["Authorization"] == "Bearer 00D000000000001!token"


def test_http_leaves_only_for_this_machine_and_tls_is_always_verified() -> None:
    with OrgSession("https://acme.my.salesforce.com") as session, pytest.raises(requests.exceptions.InvalidURL):
        session.get("http://192.0.2.1/")
    with scripted(OK) as org, OrgSession("https://acme.my.salesforce.com") as session:
        session.verify = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(org.url.replace("http://", "https://"))
        assert org.asked == []


def test_cookies_are_not_kept(transport: Make) -> None:
    with scripted(Answer(200, {"done": True}, {"Set-Cookie": "BrowserId=1; Path=/"})) as org:
        opened = transport(org.url)
        opened.read("limits")
        opened.read("limits")
    assert "Cookie" not in org.asked[1].headers


def test_no_log_holds_a_token_a_query_or_a_message_that_echoes_values(
    transport: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echoing = refusal(400, "INVALID_FIELD", "No such column for ann@acme.example")
    with scripted(DOWN, OK, echoing) as org:
        opened = transport(org.url)
        opened.read("query", {"q": "SELECT Id FROM Contact WHERE Email = 'ann@acme.example'"})
        with pytest.raises(RequestRefused):
            opened.read("query", {"q": "SELECT Id FROM Contact WHERE Email = 'ann@acme.example'"})
    assert "/services/data/v62.0/query: 200" in caplog.text
    assert "ann@" not in caplog.text
    assert "ann%40" not in caplog.text
    assert "token" not in caplog.text
