"""What the user wants: one TOML file, checked whole, turned into frozen values.

    paths      where the settings file and the home are (light: no pydantic)
    schema     `Settings`: every table, key, type, range and default; parts in record_types, activities, values, titles
    load       file → `Loaded`, or every problem at once as `file:line: key: what is wrong. What to do.`
    edit       change one key of a file, keeping its comments
    effective  settings as dotted keys, for `settings show`; and the fingerprint of those that decide
    sample     the commented file that `sfpush init` writes, and the JSON Schema

The way of a file through them: document (text, values, lines; by keys and locate) → examine (schema, then
combinations of keys, in the words of problems) → load.
"""
