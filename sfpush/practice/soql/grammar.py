"""The grammar of SOQL, for lark. Keywords are not reserved where a name can stand, as in Salesforce.

The clauses after FROM are rules that may be empty, not optional rules: the latter would multiply the parser's states.
"""

from __future__ import annotations

GRAMMAR = r"""
query: "SELECT"i selected ("," selected)* "FROM"i NAME alias where group having order limit offset

selected: NAME                                  -> field
        | NAME NAME                             -> aliased_field
        | call NAME?                            -> aggregate
        | "(" query ")"                         -> children
call: NAME "(" NAME? ")"
alias: ["AS"i? NAME]

where: ["WHERE"i condition]
group: ["GROUP"i "BY"i NAME ("," NAME)*]
having: ["HAVING"i condition]
order: ["ORDER"i "BY"i ordering ("," ordering)*]
ordering: operand direction? nulls?
direction: ASC | DESC
nulls: "NULLS"i (FIRST | LAST)
limit: ["LIMIT"i COUNT]
offset: ["OFFSET"i COUNT]

?condition: unit
          | unit ("AND"i unit)+                 -> all
          | unit ("OR"i unit)+                  -> any
?unit: "NOT"i unit                              -> negation
     | "(" condition ")"
     | operand OPERATOR value                   -> comparison
     | operand "LIKE"i value                    -> like
     | operand "IN"i "(" listed ")"             -> within
     | operand "NOT"i "IN"i "(" listed ")"      -> without
     | operand "INCLUDES"i "(" values ")"       -> includes
     | operand "EXCLUDES"i "(" values ")"       -> excludes
?operand: NAME -> name
        | call
?listed: values | query
values: value ("," value)*
value: STRING | COUNT | NUMBER | DATE | DATETIME | DATE_LITERAL | NAME

OPERATOR: "=" | "!=" | "<>" | "<=" | ">=" | "<" | ">"
ASC: "ASC"i
DESC: "DESC"i
FIRST: "FIRST"i
LAST: "LAST"i
STRING: /'(?:[^'\\]|\\.)*'/s
DATETIME.3: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/i
DATE.2: /\d{4}-\d\d-\d\d/
COUNT.1: /\d+(?![\d.])/
NUMBER: /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/
DATE_LITERAL.2: /(?:LAST|NEXT)_N_[A-Z_]+:\d+/i
NAME: /[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*/i

%ignore /\s+/
"""
