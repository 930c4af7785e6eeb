"""The practice org: a Salesforce-like HTTP server whose rows live in one SQLite file. It imports nothing of sfpush.

    org        one org: its file, schema, user, locks
    rules      what a TOML file changes about it
    serve      answering over HTTP, embedded or standing; web/ has the API families
    people     what people do in it: convert, merge, delete, edit, seed
    faults     failures on request

    save       create, update, upsert of many rows: incoming (read and check a record), integrity (lookups, unique
               values), places, duplicates, derived (what the org fills in), validation, then rows (SQL)
    remove     delete, with what belongs to a row
    query      SOQL's pages, over soql/ (text → tree → SQL)
    bulk/      Bulk API 2.0 jobs
    catalogue  the sObjects its user sees, from schema/; describe shows them

It refuses what Salesforce refuses, in Salesforce's codes and words: a client that works here should work there.
"""
