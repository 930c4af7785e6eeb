"""`python -m sfpush`: the command line, where the script is not on the PATH."""

from __future__ import annotations

from sfpush.cli import main

main()
