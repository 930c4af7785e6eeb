"""Ready entries for the schedulers of the three kinds of machine; each quotes what it runs in its own way."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

NAME = "sfpush-sync"
_LABEL = "sfpush.sync"


def cron_entry(command: Sequence[str], minutes: int, log: Path) -> str:
    """A line for `crontab -e`. Raises ValueError for an interval that does not divide the hour or the day."""
    if minutes < 60 and 60 % minutes == 0:
        when = f"{'*' if minutes == 1 else f'*/{minutes}'} * * * *"
    elif minutes % 60 == 0 and 24 % (minutes // 60) == 0:
        hours = minutes // 60
        when = f"0 {'0' if hours == 24 else '*' if hours == 1 else f'*/{hours}'} * * *"
    else:
        raise ValueError("cron counts in parts of an hour or a day: 5m, 15m, 30m, 1h, 6h, 1d and so on")
    line = f"{shlex.join(command)} >> {shlex.quote(str(log))} 2>&1"
    return f"{when}  {line.replace('%', chr(92) + '%')}\n"


def systemd_entry(command: Sequence[str], minutes: int) -> str:
    """A service and its timer, to be saved below ~/.config/systemd/user."""
    run = " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in command)
    run = run.replace("%", "%%").replace("$", "$$")
    return f"""\
# ~/.config/systemd/user/{NAME}.service
[Unit]
Description=Push Apollo records into Salesforce

[Service]
Type=oneshot
ExecStart={run}
# done, but Salesforce rejected something; another run was at work
SuccessExitStatus=7 8

# ~/.config/systemd/user/{NAME}.timer
[Unit]
Description=Push Apollo records into Salesforce, every {minutes} minutes

[Timer]
OnBootSec=2min
OnUnitActiveSec={minutes}min

[Install]
WantedBy=timers.target
"""


def launchd_entry(command: Sequence[str], minutes: int, log: Path) -> str:
    """A property list for ~/Library/LaunchAgents."""
    arguments = "\n".join(f"    <string>{escape(part)}</string>" for part in command)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
{arguments}
  </array>
  <key>StartInterval</key>
  <integer>{minutes * 60}</integer>
  <key>StandardOutPath</key>
  <string>{escape(str(log))}</string>
  <key>StandardErrorPath</key>
  <string>{escape(str(log))}</string>
</dict>
</plist>
"""


def windows_entry(command: Sequence[str], minutes: int) -> str:
    """A command for the command prompt. Raises ValueError for an interval over a day."""
    if minutes > 1439:
        raise ValueError("schtasks counts minutes up to 1439: 23h is the most")
    run = subprocess.list2cmdline(command).replace('"', '\\"')
    return f'schtasks /Create /TN {NAME} /SC MINUTE /MO {minutes} /TR "{run}"\n'
