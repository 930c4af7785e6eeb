from __future__ import annotations

import pytest

from sfpush.practice import people
from sfpush.practice.people import OrgRefusal
from tests.practice.conftest import Wire, error_of


def test_a_converted_lead_points_at_what_it_became_and_is_locked(wire: Wire) -> None:
    lead = wire.create("Lead", FirstName="Ann", LastName="Lee", Company="Acme", Email="ann@acme.example", City="Rome")
    made = people.convert_lead(wire.server.org, lead, opportunity=True)
    row = wire.get(f"/sobjects/Lead/{lead}").json()
    assert row["IsConverted"] is True
    assert row["Status"] == "Closed - Converted"
    assert (row["ConvertedAccountId"], row["ConvertedContactId"]) == (made.account_id, made.contact_id)
    assert row["ConvertedOpportunityId"] == made.opportunity_id
    contact = wire.get(f"/sobjects/Contact/{made.contact_id}").json()
    assert (contact["Name"], contact["MailingCity"], contact["AccountId"]) == ("Ann Lee", "Rome", made.account_id)
    refused = error_of(wire.patch(f"/sobjects/Lead/{lead}", {"Title": "x"}))
    assert refused == (400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    assert wire.query("SELECT COUNT() FROM Lead WHERE IsConverted = true")["totalSize"] == 1
    with pytest.raises(OrgRefusal, match="already converted"):
        people.convert_lead(wire.server.org, lead)


def test_a_lead_can_be_converted_into_rows_that_are_there(wire: Wire) -> None:
    account = wire.create("Account", Name="Acme")
    contact = wire.create("Contact", LastName="Lee", AccountId=account)
    lead = wire.create("Lead", LastName="Li", Company="X")
    made = people.convert_lead(wire.server.org, lead, contact_id=contact)
    assert (made.account_id, made.contact_id, made.opportunity_id) == (account, contact, None)


def test_a_merge_deletes_losers_and_hands_over_their_children(wire: Wire) -> None:
    winner, loser = wire.create("Account", Name="Acme"), wire.create("Account", Name="Acme 2")
    contact = wire.create("Contact", LastName="Lee", AccountId=loser)
    people.merge(wire.server.org, winner, [loser])
    assert wire.get(f"/sobjects/Contact/{contact}").json()["AccountId"] == winner
    assert wire.get(f"/sobjects/Account/{loser}").status_code == 404
    gone = wire.query(f"SELECT MasterRecordId, IsDeleted FROM Account WHERE Id = '{loser}'", "/queryAll")["records"][0]
    assert (gone["MasterRecordId"], gone["IsDeleted"]) == (winner, True)


def test_what_can_not_be_merged(wire: Wire) -> None:
    account, contact = wire.create("Account", Name="A"), wire.create("Contact", LastName="B")
    org = wire.server.org
    for winner, losers in ((account, [contact]), (account, [account]), (account, []), ("x", [account])):
        with pytest.raises(OrgRefusal):
            people.merge(org, winner, losers)


def test_an_edit_is_somebody_elses_change(wire: Wire) -> None:
    people.seed_sample(wire.server.org)
    contact = wire.create("Contact", FirstName="Ann", LastName="Lee")
    people.edit(wire.server.org, contact, {"LastName": "Li", "Title": " CEO "})
    row = wire.get(f"/sobjects/Contact/{contact}").json()
    assert (row["Name"], row["Title"]) == ("Ann Li", "CEO")
    assert row["LastModifiedById"] != row["CreatedById"]
    for changes in ({"Foo": "x"}, {"Email": "not one"}):
        with pytest.raises(OrgRefusal):
            people.edit(wire.server.org, contact, changes)


def test_delete_says_why_it_can_not(wire: Wire) -> None:
    contact = wire.create("Contact", LastName="Lee")
    people.delete(wire.server.org, contact)
    with pytest.raises(OrgRefusal, match="entity is deleted"):
        people.delete(wire.server.org, contact)


def test_a_sample_org_passes_its_own_rules(wire: Wire) -> None:
    people.seed_sample(wire.server.org)
    counts = {
        name: wire.query(f"SELECT COUNT() FROM {name}")["totalSize"] for name in ("Account", "Contact", "Lead", "User")
    }
    assert counts == {"Account": 8, "Contact": 12, "Lead": 6, "User": 4}
    assert wire.query("SELECT COUNT() FROM Contact WHERE Account.Name = null")["totalSize"] == 0
    people.seed(wire.server.org, accounts=3, contacts=50, leads=5)
    assert wire.query("SELECT COUNT() FROM Contact")["totalSize"] == 62
    assert len({row["Email"] for row in wire.rows("SELECT Email FROM Contact")}) == 62
