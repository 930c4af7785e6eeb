"""Who may read and write what sfpush leaves behind: its owner alone, whatever the umask and whatever was there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sfpush.practice.serve import Serving
from sfpush.runs.lock import only_run
from sfpush.store.times import from_text
from tests.commands.conftest import Sfpush

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
EXPORT = "First Name,Last Name,Email,Company\nAnn,Lee,ann@acme.example,Acme\n"


@pytest.fixture
def careless() -> Iterator[None]:
    """A umask under which everything that is made is everybody's."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): f"{path.stat().st_mode & 0o777:o}"
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o077
    }


def test_a_home_and_all_that_is_in_it_are_its_owner_s_under_any_umask(
    sfpush: Sfpush, practice_org: Serving, own_place: Path, monkeypatch: pytest.MonkeyPatch, careless: None
) -> None:
    home = own_place / "above" / "it" / "home"
    monkeypatch.setenv("SFPUSH_HOME", str(home))
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", practice_org.client_secret)
    assert sfpush("connect", "--instance-url", practice_org.url, "--client-id", practice_org.client_id).code == 0
    (own_place / "contacts.csv").write_text(EXPORT)
    (own_place / "refused.csv").write_text("First Name,Last Name,Email,Company\n" + "x" * 90 + ",Lee,x@y.example,\n")
    seen: dict[str, str] = {}
    for command in (
        ("import", "contacts.csv", "refused.csv"), ("enable",), ("plan",), ("sync",), ("records",), ("errors",),
    ):  # fmt: skip
        assert sfpush(*command).code == 0, command
        seen |= open_to_others(home)
    with only_run(home, "test", now=from_text("2026-11-24T08:00:00Z")):
        seen |= open_to_others(home)
    assert seen == {}
    assert {"store.sqlite", "connection.json", "secrets.json"} <= {path.name for path in home.iterdir()}
    assert open_to_others(own_place / "above") == {}, "the folders above it that were missing, too"


def test_the_log_of_a_bug_is_its_owner_s_under_any_umask(
    sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch, careless: None
) -> None:
    from sfpush.commands.session import Session

    monkeypatch.setattr(Session, "settings", property(lambda session: 1 / 0))
    assert sfpush("settings", "show").code == 1
    assert open_to_others(own_place / "home") == {}


def test_the_embedded_practice_org_is_its_owner_s_under_any_umask(
    sfpush: Sfpush, own_place: Path, careless: None
) -> None:
    assert sfpush("practice", "reset").code == 0
    assert sfpush("connect", "--practice").code == 0
    assert open_to_others(own_place / "home") == {}


def test_tables_and_plans_of_people_s_data_are_their_owner_s_unless_there_was_a_file(
    sfpush: Sfpush, own_place: Path, careless: None
) -> None:
    (own_place / "contacts.csv").write_text(EXPORT)
    sfpush("connect", "--practice")
    sfpush("import", "contacts.csv")
    shared = own_place / "shared.csv"
    shared.touch(mode=0o664)
    assert sfpush("plan", "--out", "plan.json", "--csv", "plan.csv").code == 0
    assert sfpush("records", "--csv", "records.csv").code == 0
    assert sfpush("records", "--csv", "shared.csv").code == 0
    modes = {name: (own_place / name).stat().st_mode & 0o777 for name in ("plan.json", "plan.csv", "records.csv")}
    assert set(modes.values()) == {0o600}, modes
    assert shared.stat().st_mode & 0o777 == 0o664
    assert "Ann Lee" in shared.read_text("utf-8-sig")


def test_what_others_could_read_is_closed_at_the_start(sfpush: Sfpush, own_place: Path) -> None:
    home = own_place / "home"
    sfpush("connect", "--practice")
    sfpush("records")
    for name in ("store.sqlite-wal", "sync.log", "run.lock.json"):
        (home / name).touch()
    (home / "notes.txt").touch(mode=0o644)
    for path in home.iterdir():
        path.chmod(0o666)
    home.chmod(0o755)  # others may look which files there are
    assert sfpush("status").code == 0
    assert open_to_others(home) == {".": "755", "notes.txt": "666"}, "and nothing that is not ours"


def test_a_secret_that_others_could_read_is_refused_not_hidden(
    sfpush: Sfpush, practice_org: Serving, own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFPUSH_CLIENT_SECRET", practice_org.client_secret)
    sfpush("connect", "--instance-url", practice_org.url, "--client-id", practice_org.client_id)
    secrets = own_place / "home" / "secrets.json"
    secrets.chmod(0o644)
    ran = sfpush("--json", "plan")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "secrets-exposed")
    assert secrets.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("command", [("status",), ("plan",), ("connect", "--practice"), ("disconnect", "--yes")])
def test_a_home_that_everybody_can_write_to_is_refused(
    sfpush: Sfpush, own_place: Path, command: tuple[str, ...]
) -> None:
    home = own_place / "home"
    home.mkdir()
    home.chmod(0o1777)
    ran = sfpush("--json", *command)
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "home-exposed")
    assert not any(home.iterdir())


def test_a_home_of_another_user_is_refused(sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_place / "home").mkdir()
    if os.geteuid() == 0:
        os.chown(own_place / "home", 12345, 12345)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    ran = sfpush("--json", "status")
    assert (ran.code, ran.envelope["errors"][0]["code"]) == (5, "home-exposed")


def test_a_link_in_the_home_is_not_followed_to_a_file_of_another_mode(sfpush: Sfpush, own_place: Path) -> None:
    elsewhere = own_place / "elsewhere"
    elsewhere.write_text("not ours")
    elsewhere.chmod(0o644)
    (own_place / "home").mkdir(mode=0o700)
    (own_place / "home" / "sync.log").symlink_to(elsewhere)
    assert sfpush("status").code == 0
    assert elsewhere.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("command", [("records",), ("status",), ("plan",), ("connect", "--practice")])
def test_a_home_that_can_not_be_is_told_without_a_traceback(
    sfpush: Sfpush, own_place: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    (own_place / "a-file").touch()
    for home in ("a-file", "a-file/home"):
        monkeypatch.setenv("SFPUSH_HOME", str(own_place / home))
        assert sfpush(*command).code == 5, home
