from __future__ import annotations

from dataclasses import replace

from sfpush.practice.fields import (
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
        picklist("TimeZoneSidKey", "UTC", "Europe/Berlin", "America/Los_Angeles", default="UTC", required=True,
                 restricted=True, length=40, label="Time Zone"),
        picklist("LocaleSidKey", "en_US", "en_GB", "de_DE", default="en_US", required=True, restricted=True, length=40, label="Locale"),
        picklist("EmailEncodingKey", "UTF-8", default="UTF-8", required=True, restricted=True, length=40, label="Email Encoding"),
        picklist("LanguageLocaleKey", "en_US", "de", default="en_US", required=True, restricted=True, length=40, label="Language"),
        lookup("ProfileId", "Profile", required=True),
        read_only(picklist("UserType", "Standard", "PowerPartner", "CsnOnly", default="Standard", restricted=True, length=40), nillable=False),
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
