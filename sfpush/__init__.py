"""sfpush pushes Apollo.io records into Salesforce by rules that can be read before anything is written.

The way through, and the rooms that it passes. Imports run the same way; the test run checks it.

    sfpush.toml ── settings ───────────────► Settings ─────────────┐
    exports ────── importer ──► store.records ─► records, streamed ┤
    org ── org.read ──► store.snapshot ───────► candidates, joined ┤
                                                                   ▼
                                  planning:  match → decide → fit fields → Change, one a record, streamed
                                                                   ▼
                                  store.plans ──► display          │
                                             └──► push: batch → journal → org.write → outcome → journal, links, errors

    errors, model, describe, apollo_fields   the words everything is said in
    filters      the language of filters, in the settings and for `--where`
    settings     what the user wants
    importer     files → records
    planning     every decision, and nothing else: no clock, network, database or console in it
    org          Salesforce; the only room that speaks to it
    store        the local SQLite file: records, links, snapshot, plans, journal, errors
    push         carrying out a plan, one batch after another
    runs         what a run is made of, one file a step; where org, store, planning and push meet
    display      the only room that draws
    commands     one file a command: parse, open, call, show, exit
    practice     a Salesforce-like server to try everything on; knows nothing of the rest
"""

__version__ = "0.1.0"
