"""Which rows of the org are creates whose answer never came: the pure part."""

from __future__ import annotations

from sfpush.describe import Describe, FieldDescribe
from sfpush.model import SalesforceId
from sfpush.push.recovery import Found, Missing, Partly, SeenRow, telling_field, verdicts

CONTACT = Describe(
    "Contact",
    {
        name: FieldDescribe(name, name, kind)
        for name, kind in {
            "LastName": "string",
            "FirstName": "string",
            "Email": "email",
            "Title": "string",
            "Score__c": "double",
        }.items()
    },
)


def row(number: int, **fields: object) -> SeenRow:
    return SeenRow(SalesforceId(f"003{number:012}"), fields)


def test_B3_a_row_that_holds_all_that_was_sent_is_the_one() -> None:
    seen = [row(1, LastName="Lee", Email="ann@a.example", Title="CFO"), row(2, LastName="Lee", Email="bob@a.example")]
    assert verdicts([{"LastName": "Lee", "Email": "bob@a.example"}], seen, CONTACT) == (Found(seen[1].id),)


def test_B3_values_are_compared_as_salesforce_keeps_them() -> None:
    seen = [row(1, LastName="Lee", Email="ann@a.example", Title="a\nb", Score__c=7.0)]
    sent = {"LastName": " Lee ", "Email": "Ann@A.example", "Title": "a\r\nb", "Score__c": 7, "FirstName": None}
    assert verdicts([sent], seen, CONTACT) == (Found(seen[0].id),)


def test_B3_two_equal_creates_get_two_rows() -> None:
    seen = [row(1, LastName="Lee"), row(2, LastName="Lee")]
    sent = {"LastName": "Lee"}
    assert verdicts([sent, sent, sent], seen, CONTACT) == (Found(seen[0].id), Found(seen[1].id), Missing())


def test_B3_a_row_that_agrees_only_in_part_is_a_candidate() -> None:
    seen = [row(1, LastName="Lee", Email="ann@a.example", Title="changed by a flow")]
    sent = {"LastName": "Lee", "Email": "ann@a.example", "Title": "CFO"}
    assert verdicts([sent], seen, CONTACT) == (Partly((seen[0].id,)),)


def test_B3_another_first_name_is_another_person() -> None:
    seen = [row(1, LastName="Lee", FirstName="Bob", Title="CFO")]
    assert verdicts([{"LastName": "Lee", "FirstName": "Ann", "Title": "CFO"}], seen, CONTACT) == (Missing(),)


def test_B3_a_partial_match_never_takes_a_row_that_is_wholly_anothers() -> None:
    seen = [row(1, LastName="Lee", Title="CFO")]
    sent = [{"LastName": "Lee", "Title": "CEO"}, {"LastName": "Lee", "Title": "CFO"}]
    assert verdicts(sent, seen, CONTACT) == (Missing(), Found(seen[0].id))


def test_the_most_telling_field_is_the_email() -> None:
    assert telling_field("Contact", {"LastName": "Lee", "Email": "ann@a.example"}) == "Email"
    assert telling_field("Contact", {"LastName": "Lee", "Email": None}) == "LastName"
    assert telling_field("Task", {"Subject": "", "WhoId": "003"}) == "WhoId"
