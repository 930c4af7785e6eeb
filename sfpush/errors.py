"""What stops a command, grouped by what the caller does next.

    SfpushError                 exit code, code, message, hint
    ├── UsageError          2   the command line is wrong: type it again
    ├── SettingsError       3   the settings file is wrong: every problem as file:line
    ├── SourceUnreadable    4   an export is not what it seems: get another file
    ├── NotReady            5   not connected, refused, unreachable, a gate, a limit, a full disk: connect, mend or wait
    │   ├── RequestRefused      the org said no to a whole request: `salesforce_code` says what kind of no
    │   └── OrgLost         5   the org went away in mid-run: the next run goes on
    │       ├── AnswerLost          a write left and no answer came: the journal looks it up
    │       └── DailyLimitReached   no more calls today
    ├── OutOfBounds         6   the plan is stale, or a limit is exceeded; nothing was written
    ├── PartlyDone          7   done, but something was rejected
    ├── AlreadyRunning      8   another run holds the lock
    └── Interrupted       130   Ctrl-C or SIGTERM; state is safe

Bad rows and rejected records are values that are collected and counted, never exceptions.
"""

from __future__ import annotations

from typing import ClassVar


class SfpushError(Exception):
    """Something that stops the command: `message` says what and where, `hint` what to do about it.

    `code` is the stable word scripts see in the JSON envelope's `errors[].code`.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "bug"

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code


class UsageError(SfpushError):
    """The command line can't be carried out as typed; `problems` holds all that is wrong with a file that it names."""

    exit_code = 2
    default_code = "usage"

    def __init__(self, message: str, *, hint: str = "", code: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint, code=code)
        self.problems = problems


class SettingsError(SfpushError):
    """The settings are invalid; `problems` holds every one as `file:line: key: what. What to do.`"""

    exit_code = 3
    default_code = "settings-invalid"

    def __init__(self, message: str, *, hint: str = "", code: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint, code=code)
        self.problems = problems


class SourceUnreadable(SfpushError):
    """A source file can't be read as a whole."""

    exit_code = 4
    default_code = "source-unreadable"


class NotReady(SfpushError):
    """The org can't be used now: not connected, login refused, unreachable, or a gate is closed."""

    exit_code = 5
    default_code = "not-ready"


class RequestRefused(NotReady):
    """The org said no to a whole request, which it did not carry out; `salesforce_code` is its own word for why."""

    default_code = "request-refused"

    def __init__(self, message: str, *, salesforce_code: str, hint: str = "", code: str = "") -> None:
        super().__init__(message, hint=hint, code=code)
        self.salesforce_code = salesforce_code


class OrgLost(NotReady):
    """The org was lost, or its daily limit reached, in mid-run; what went is in the journal."""

    default_code = "org-lost"


class AnswerLost(OrgLost):
    """A write left and no answer came: nobody knows yet what the org did with it (B3)."""

    default_code = "answer-lost"


class DailyLimitReached(OrgLost):
    """The org's daily API calls are used up; the request was not carried out (G5)."""

    default_code = "daily-limit"


class OutOfBounds(SfpushError):
    """The plan is stale or the run exceeds a limit; nothing was written."""

    exit_code = 6
    default_code = "out-of-bounds"


class PartlyDone(SfpushError):
    """The work was done, but something was rejected."""

    exit_code = 7
    default_code = "rejected"


class AlreadyRunning(SfpushError):
    """Another run holds the home's lock."""

    exit_code = 8
    default_code = "locked"


class Interrupted(SfpushError):
    """Ctrl-C or SIGTERM; the journal is written and the next run goes on."""

    exit_code = 130
    default_code = "interrupted"
