from __future__ import annotations

from pathlib import Path

import pytest

from sfpush.errors import NotReady, UsageError
from sfpush.org.connection import (
    Identity,
    Login,
    StoredConnection,
    delete_connection,
    environment_access,
    load_connection,
    save_connection,
)

STORED = StoredConnection(
    Login("client-credentials", "https://acme.my.salesforce.com", client_id="3MVG9"),
    Identity("00D000000000001EAA", "https://acme.my.salesforce.com", "ann@acme.example", "005000000000001AAA"),
    "2026-11-24T08:00:00Z",
)


def test_a_connection_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    assert load_connection(home) is None
    save_connection(home, STORED)
    assert load_connection(home) == STORED
    assert [each.name for each in home.iterdir()] == ["connection.json"]
    assert delete_connection(home)
    assert not delete_connection(home)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"login": {"way": "magic"}}', b"\xff"])
def test_a_damaged_file_is_an_error_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "connection.json").write_bytes(content)
    with pytest.raises(NotReady) as stopped:
        load_connection(tmp_path)
    assert "connect" in stopped.value.hint


def test_a_home_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(NotReady):
        save_connection(tmp_path / "home", STORED)


def test_the_environment_needs_both_variables() -> None:
    url, token = {"SFPUSH_INSTANCE_URL": "https://acme.my.salesforce.com"}, {"SFPUSH_ACCESS_TOKEN": "00D!x"}
    assert environment_access({}) is None
    assert environment_access(url) is None
    assert environment_access(token) is None
    access = environment_access(url | token)
    assert access is not None
    assert access.token.get_secret_value() == "00D!x"
    assert "00D!x" not in repr(access)
    with pytest.raises(UsageError):
        environment_access({"SFPUSH_INSTANCE_URL": "http://acme.example", **token})
