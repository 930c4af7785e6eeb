from __future__ import annotations

from dataclasses import replace

from sfpush.practice.fields import (
    Field,
    SObject,
    address,
    audit,
    checkbox,
    email,
    identity,
    lookup,
    moment,
    own_name,
    person_name,
    phone,
    picklist,
    read_only,
    text,
)


def _setting(name: str, label: str, *values: str) -> Field:
    """A required picklist whose first value is the default."""
    return picklist(name, *values, default=values[0], required=True, restricted=True, length=40, label=label)


USER = SObject(
    "User", "User", "Users", "005", deletable=False,
    fields=(
        identity()[0],
        replace(text("Username", 80, required=True), unique=True, id_lookup=True),
        *(part for part in person_name() if part.name != "Salutation"),
        text("CompanyName", 80),
        text("Division", 80),
        text("Department", 80),
        text("Title", 80),
        *address(""),
        replace(email("Email", 128), nillable=False),
        phone("Phone"),
        phone("Fax"),
        phone("MobilePhone", label="Mobile"),
        text("Alias", 8, required=True),
        text("CommunityNickname", 40),
        checkbox("IsActive", label="Active", default=True),
        _setting("TimeZoneSidKey", "Time Zone", "UTC", "Europe/Berlin", "America/Los_Angeles"),
        _setting("LocaleSidKey", "Locale", "en_US", "en_GB", "de_DE"),
        _setting("EmailEncodingKey", "Email Encoding", "UTF-8"),
        _setting("LanguageLocaleKey", "Language", "en_US", "de"),
        lookup("ProfileId", "Profile", required=True),
        read_only(_setting("UserType", "User Type", "Standard", "PowerPartner", "CsnOnly"), nillable=False),
        text("EmployeeNumber", 20),
        lookup("ManagerId", "User"),
        read_only(moment("LastLoginDate", label="Last Login")),
        text("FederationIdentifier", 512, label="SAML Federation ID"),
        *audit(),
    ),
)  # fmt: skip

PROFILE = SObject(
    "Profile", "Profile", "Profiles", "00e", createable=False, updateable=False, deletable=False,
    fields=(identity()[0], own_name(255, "Name"), text("Description", 255), picklist("UserType", "Standard"), *audit()),
    rows=({"Name": "System Administrator", "UserType": "Standard"}, {"Name": "Standard User", "UserType": "Standard"}),
)  # fmt: skip
