from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError
from pydantic import SecretStr

from sfpush.errors import NotReady
from sfpush.org.secrets import delete_secrets, load_secrets, store_secrets

SECRETS: Mapping[str, SecretStr] = {"client_secret": SecretStr("s3cret")}


class InMemory(KeyringBackend):
    """A keyring that works; the real ones need a desktop."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")


def test_secrets_go_to_the_keyring_where_one_works(tmp_path: Path) -> None:
    keyring.set_keyring(InMemory())
    assert store_secrets(tmp_path, SECRETS) == "keyring"
    assert not any(tmp_path.iterdir())
    assert load_secrets(tmp_path) == SECRETS
    with pytest.raises(NotReady):
        load_secrets(tmp_path / "other")
    delete_secrets(tmp_path)
    with pytest.raises(NotReady):
        load_secrets(tmp_path)


@pytest.mark.parametrize("backend", ["null", "fail"])
def test_secrets_go_to_a_file_where_no_keyring_keeps_them(tmp_path: Path, backend: str) -> None:
    from keyring.backends import fail, null

    keyring.set_keyring({"null": null, "fail": fail}[backend].Keyring())
    assert store_secrets(tmp_path, SECRETS) == str(tmp_path / "secrets.json")
    assert load_secrets(tmp_path) == SECRETS
    assert [each.name for each in tmp_path.iterdir()] == ["secrets.json"]


def test_storing_again_leaves_no_older_secret_anywhere(tmp_path: Path) -> None:
    store_secrets(tmp_path, SECRETS)
    working = InMemory()
    keyring.set_keyring(working)
    newer = {"access_token": SecretStr("newer")}
    store_secrets(tmp_path, newer)
    assert not any(tmp_path.iterdir())
    assert load_secrets(tmp_path) == newer


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused_with_the_way_to_mend_it(tmp_path: Path, mode: int) -> None:
    store_secrets(tmp_path, SECRETS)
    file = tmp_path / "secrets.json"
    file.chmod(mode)
    with pytest.raises(NotReady) as refused:
        load_secrets(tmp_path)
    assert refused.value.code == "secrets-exposed"
    assert f"chmod 600 {file}" in refused.value.hint
    file.chmod(0o600)
    assert load_secrets(tmp_path) == SECRETS


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b"\xff", b'"s3cret"'])
def test_a_damaged_file_is_an_error_that_does_not_quote_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secrets.json"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(NotReady) as refused:
        load_secrets(tmp_path)
    assert "s3cret" not in f"{refused.value!r}{refused.value.message}{refused.value.hint}"


def test_secrets_show_in_no_repr() -> None:
    assert "s3cret" not in f"{SECRETS}{SECRETS!r}"
