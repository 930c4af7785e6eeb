"""The practice org: a Salesforce-like HTTP server whose rows live in one SQLite file. It imports nothing of sfpush.

    org         one org: its file, schema, user, locks            serve    answering over HTTP, embedded or standing
    rules       what a TOML file changes about it                 people   what people do in it: convert, merge, edit, seed
    faults      failures on request                               web/     the API families over HTTP

    save        create, update, upsert of many rows   = incoming (read and check a record) + integrity (lookups, uniqueness)
                + places + duplicates (rules) + derived (what the org fills in) + validation (rules), then rows (SQL)
    remove      delete, with what belongs to a row
    query       SOQL's pages, over soql/ (text → tree → SQL)      bulk/    Bulk API 2.0 jobs
    catalogue   the sObjects this user sees, from schema/         describe what the API says about them

It refuses what Salesforce refuses, in Salesforce's codes and words, and no more: a client that works here should work there.
"""
