"""One file a command: parse, open, call, show, exit. No rule is decided here.

`register` puts them on the command line; heavy rooms are imported inside the command that needs them.
"""

from __future__ import annotations

import typer

from sfpush.commands import (
    campaigns,
    connect,
    demo,
    doctor,
    error_export,
    errors,
    fields,
    history,
    import_files,
    init,
    link,
    plan,
    practice,
    practice_faults,
    practice_people,
    pull,
    push,
    record_removal,
    records,
    report,
    schedule,
    settings,
    status,
    sync,
    undo,
    watch,
    why,
)
from sfpush.commands.grouping import DAILY, LOOK, PRACTICE, START, add


def register(app: typer.Typer) -> None:
    """Every command, in the order and panels of `sfpush --help`."""
    add(app, demo.demo, "demo", panel=START)
    add(app, init.init, "init", panel=START)
    add(app, connect.connect, "connect", panel=START)
    app.add_typer(settings.app, name="settings", rich_help_panel=START)
    add(app, import_files.import_files, "import", panel=DAILY)
    add(app, pull.pull, "pull", panel=DAILY)
    app.add_typer(plan.app, name="plan", rich_help_panel=DAILY)
    add(app, push.push, "push", panel=DAILY)
    add(app, sync.sync, "sync", panel=DAILY)
    add(app, watch.watch, "watch", panel=DAILY)
    add(app, schedule.schedule, "schedule", panel=DAILY)
    add(app, status.status, "status", panel=LOOK)
    add(app, doctor.doctor, "doctor", panel=LOOK)
    add(records.app, record_removal.delete, "delete")
    add(records.app, record_removal.restore, "restore")
    app.add_typer(records.app, name="records", rich_help_panel=LOOK)
    add(app, why.why, "why", panel=LOOK)
    add(errors.app, error_export.export, "export")
    app.add_typer(errors.app, name="errors", rich_help_panel=LOOK)
    app.add_typer(history.app, name="history", rich_help_panel=LOOK)
    add(app, undo.undo, "undo", panel=LOOK)
    add(app, report.report, "report", panel=LOOK)
    add(app, campaigns.campaigns, "campaigns", panel=LOOK)
    add(app, link.link, "link", panel=LOOK)
    add(app, link.unlink, "unlink", panel=LOOK)
    add(app, fields.fields, "fields", panel=LOOK)
    add(app, connect.enable, "enable", panel=LOOK)
    add(app, connect.disconnect, "disconnect", panel=LOOK)
    for command in (practice_people.convert, practice_people.merge, practice_people.delete, practice_people.edit):
        add(practice.app, command, command.__name__)
    add(practice.app, practice_faults.fault, "fault")
    app.add_typer(practice.app, name="practice", rich_help_panel=PRACTICE)
