"""Deals and Opportunities, both ways (D1–D6).

stages     what a deal's stage is in the org
memory     what a link remembers of a deal's fields: where Salesforce's value stands, both sides'
three_way  field by field: what only one side changed goes to the other; where both did, Salesforce's stands
decide     the decision on one deal
pulled     the decision on an Opportunity that Apollo has no deal of
roles      the contacts of a deal
"""
