"""SOAP `login()` and `logout()`, all of SOAP there is here: what username and password clients before API 65 call."""

from __future__ import annotations

import secrets
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from sfpush.practice import sessions
from sfpush.practice.refusals import Refused
from sfpush.practice.web.desk import Desk
from sfpush.practice.web.routes import OLDEST_VERSION, Answer, Call, Routes

routes = Routes()
FIRST_WITHOUT_LOGIN = 65
_XML = "text/xml;charset=UTF-8"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:{kind}.soap.sforce.com"'
    ' xmlns:sf="urn:fault.{kind}.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)
_KINDS = {"u": "partner", "c": "enterprise"}


class _Fault(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@routes.add("POST", "//services/Soap/{kind}/{number}")
def call_version(desk: Desk, call: Call) -> Answer:
    return _answer(desk, call)


@routes.add("POST", "//services/Soap/{kind}/{number}/{org_id}")
def call_org(desk: Desk, call: Call) -> Answer:
    return _answer(desk, call)


def _answer(desk: Desk, call: Call) -> Answer:
    kind = _KINDS.get(call.parts["kind"])
    if kind is None:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    try:
        status, body = 200, _run(desk, call)
    except _Fault as fault:
        status, body = 500, _fault(fault)
    return Answer(status, _ENVELOPE.format(kind=kind, body=body).encode(), content_type=_XML)


def _run(desk: Desk, call: Call) -> str:
    operation = _operation(call.body)
    name = operation.tag.rpartition("}")[2]
    if name == "login":
        return _login(desk, call, operation)
    if name == "logout":
        return "<logoutResponse/>"
    raise _Fault("UNSUPPORTED_OPERATION", f"{name} is not part of this practice org")


def _operation(body: bytes) -> ET.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise _Fault("XML_PARSER_ERROR", "a document type is not allowed here")
    try:
        envelope = ET.fromstring(body)  # noqa: S314 - documents that could declare entities are refused above
    except ET.ParseError as error:
        raise _Fault("XML_PARSER_ERROR", str(error)) from None
    found = envelope.find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    if found is None or not len(found):
        raise _Fault("XML_PARSER_ERROR", "no operation in the body")
    return found[0]


def _login(desk: Desk, call: Call, operation: ET.Element) -> str:
    number = call.parts["number"].partition(".")[0]
    if not number.isdigit() or int(number) < OLDEST_VERSION:
        raise _Fault("UNSUPPORTED_API_VERSION", f"Invalid Api version specified on URL: {call.parts['number']}")
    if int(number) >= FIRST_WITHOUT_LOGIN:
        raise _Fault("INVALID_OPERATION", f"login() is not available in API version {call.parts['number']}")
    if not desk.org.rules.org.soap_login:
        raise _Fault("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
    given = {part.tag.rpartition("}")[2]: part.text or "" for part in operation}
    identity = desk.org.identity
    right = (identity.username + "\n" + identity.password + identity.security_token).encode()
    if not secrets.compare_digest(f"{given.get('username')}\n{given.get('password')}".encode(), right):
        raise _Fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
    server = f"{call.base_url}/services/Soap/{call.parts['kind']}/{call.parts['number']}/{identity.org_id[:15]}"
    return (
        "<loginResponse><result>"
        f"<metadataServerUrl>{escape(server)}</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
        f"<serverUrl>{escape(server)}</serverUrl><sessionId>{escape(sessions.open_session(desk.org))}</sessionId>"
        f"<userId>{identity.user_id}</userId><userInfo><organizationId>{identity.org_id}</organizationId>"
        f"<organizationName>Practice</organizationName><userEmail>{escape(identity.username)}</userEmail>"
        f"<userFullName>Integration User</userFullName><userId>{identity.user_id}</userId>"
        f"<userName>{escape(identity.username)}</userName><sessionSecondsValid>7200</sessionSecondsValid></userInfo>"
        "</result></loginResponse>"
    )


def _fault(fault: _Fault) -> str:
    message = escape(f"{fault.code}: {fault.message}")
    return (
        f"<soapenv:Fault><faultcode>sf:{fault.code}</faultcode><faultstring>{message}</faultstring><detail>"
        f'<sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{fault.code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{escape(fault.message)}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>"
    )
