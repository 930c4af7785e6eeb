"""Salesforce: the only room that imports simple_salesforce and requests.

address      where an org lives, and which addresses may be spoken to
connection   which org this home is connected to: facts without secrets
secrets      the secrets of that connection: keyring, else a file for the owner alone
login        from both to an access token, and whose it is
http         the one session: timeouts, TLS, no redirects, http only to this machine
transport    requests over it: retries, re-login, limits, and what a failure means for a write
faults       what Salesforce says when it says no
soql         writing queries
describe     what the org says of its sObjects
read         rows, page after page
collections  writing up to 200 rows in one call
connected    `Org`, which ties it together, and `open_org`; light to import
"""
