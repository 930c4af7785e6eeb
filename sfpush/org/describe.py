"""What the org says of itself: its API versions, its sObjects, each sObject."""

from __future__ import annotations

from sfpush.describe import Describe, parse_describe
from sfpush.errors import NotReady, RequestRefused
from sfpush.org.transport import Transport


def fetch_describe(transport: Transport, sobject: str) -> Describe:
    """The describe of `sobject` for the connected user. Raises RequestRefused if the user sees no such sObject."""
    try:
        return parse_describe(transport.read(f"sobjects/{sobject}/describe"))
    except RequestRefused as refused:
        if refused.salesforce_code != "NOT_FOUND":
            raise
        raise RequestRefused(
            f"The org has no sObject {sobject}, or the connected user may not see it.",
            hint="Give the user access to it by profile or permission set.",
            salesforce_code=refused.salesforce_code,
        ) from None
    except (KeyError, TypeError, AttributeError):
        raise NotReady(f"The org's describe of {sobject} is not as Salesforce documents it.") from None


def fetch_sobject_names(transport: Transport) -> tuple[str, ...]:
    """The API names of all sObjects the connected user sees, in the org's order."""
    answer = transport.read("sobjects")
    try:
        return tuple(described["name"] for described in answer["sobjects"])
    except (KeyError, TypeError):
        raise NotReady("The org's list of sObjects is not as Salesforce documents it.") from None


def fetch_api_versions(transport: Transport) -> tuple[str, ...]:
    """The versions of the REST API that the org answers to, in its own order: the oldest first."""
    answer = transport.read("/services/data")
    try:
        return tuple(str(listed["version"]) for listed in answer)
    except (KeyError, TypeError):
        raise NotReady("The org's list of API versions is not as Salesforce documents it.") from None
