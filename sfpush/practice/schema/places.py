"""State and country picklists, as an org has them that turned them on: codes beside the names, only known places.

A sample of Salesforce's list: countries are ISO 3166's, states are there for the United States, Canada and Australia.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import replace

from sfpush.practice.fields import Choice, Field, SObject, picklist

_COUNTRIES = """
AE United Arab Emirates|AR Argentina|AT Austria|AU Australia|BE Belgium|BG Bulgaria|BR Brazil|CA Canada
CH Switzerland|CL Chile|CN China|CO Colombia|CR Costa Rica|CY Cyprus|CZ Czechia|DE Germany|DK Denmark|EE Estonia
EG Egypt|ES Spain|FI Finland|FR France|GB United Kingdom|GR Greece|HK Hong Kong|HR Croatia|HU Hungary|ID Indonesia
IE Ireland|IL Israel|IN India|IS Iceland|IT Italy|JP Japan|KE Kenya|KR Korea, Republic of|LI Liechtenstein
LT Lithuania|LU Luxembourg|LV Latvia|MA Morocco|MT Malta|MX Mexico|MY Malaysia|NG Nigeria|NL Netherlands|NO Norway
NZ New Zealand|PE Peru|PH Philippines|PK Pakistan|PL Poland|PT Portugal|RO Romania|RS Serbia|SA Saudi Arabia
SE Sweden|SG Singapore|SI Slovenia|SK Slovakia|TH Thailand|TR Türkiye|TW Taiwan|UA Ukraine|US United States
UY Uruguay|VN Vietnam|ZA South Africa
"""
_STATES = {
    "US": """
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia
FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine
MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada
NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon
PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia
WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
""",
    "CA": """
AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NT Northwest Territories
NS Nova Scotia|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon Territories
""",
    "AU": """
ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia
TAS Tasmania|VIC Victoria|WA Western Australia
""",
}


def _table(text: str) -> dict[str, str]:
    pairs = (entry.partition(" ") for line in text.strip().splitlines() for entry in line.split("|"))
    return {code: name for code, _, name in pairs}


COUNTRIES = _table(_COUNTRIES)
STATES = {country: _table(text) for country, text in _STATES.items()}


def with_codes(sobject: SObject) -> SObject:
    """The sObject with StateCode and CountryCode beside each State and Country."""
    fields: list[Field] = []
    for field in sobject.fields:
        fields.append(field)
        if field.compound and field.name.endswith(("State", "Country")):
            codes: Mapping[str, str] = COUNTRIES if field.name.endswith("Country") else ChainMap(*STATES.values())
            made = picklist(field.name + "Code", restricted=True, length=10, label=field.label + " Code")
            choices = tuple(Choice(code, label=name) for code, name in codes.items())
            fields.append(replace(made, compound=field.compound, choices=choices))
    return replace(sobject, fields=tuple(fields))
