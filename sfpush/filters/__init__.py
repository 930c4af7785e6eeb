"""The filter language (B6): `country = 'Germany' and employees >= 50`, the same in settings and for `--where`.

    expression  what a filter says, as frozen values; and back as text
    parse       text → expression, or the place and the reason why it is none

It stands below the settings, which check every filter when they load. `store.filters` asks it of records.

    condition   name (= | != | <> | < | <= | > | >=) value
                name [not] in (value, …)      name [not] like 'text%'      name is [not] null
    filter      condition, not, and, or, parentheses; `not` binds closest, then `and`
    name        an Apollo field in snake case, `*` at its end for a changing suffix; "In quotes" as a header has it
    value       'text' or "text" (a quote inside is written twice), a number, true, false

Every condition is true or false, never unknown: a blank is not equal to, like or less than anything, so `!=`,
`not in` and `not like` hold for it, as they do in SOQL.
"""
