"""What people and scripts see: the only room that draws.

    result        what commands hand back
    json_output   the envelope of `--json`, streamed
    console       consoles, and `safe` for every text that comes from a file or an org
    table         the one look of all tables
    help_view     `--help`
    failure_view  an error with its hint
    progress      bars on standard error
    …_view        a view a result: plan, run, errors, records, import, settings, status
    csv_output    tables for spreadsheets, guarded against formulas
    html_report   a plan or a run as one HTML file
    metrics       figures as OpenMetrics text

Rich is imported only by what draws; `--json` and `--help` do without it.
"""
