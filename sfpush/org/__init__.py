"""Salesforce: the only room that imports simple_salesforce and requests.

address      where an org lives, and which addresses may be spoken to
connection   which org this home is connected to: facts without secrets
secrets      the secrets of that connection: keyring, else a file for the owner alone
login        from both to an access token, and whose it is
http         the one session: timeouts, TLS, no redirects, http only to this machine
transport    requests over it: tries, logging in again, counting calls
failures     a request that failed: again or not, carried out or not, which error
faults       what Salesforce says when it says no
soql         writing queries
describe     what the org says of its sObjects
read         rows, page after page
collections  writing up to 200 rows in one call
bulk         writing many rows: Bulk API 2.0 jobs, in steps that leave no doubt
bulk_csv     rows as Bulk carries them, and whose row a result is
bulk_read    reading many rows
connected    `Org`, which ties it together; light to import
opening      connect, disconnect, and the org of a home
"""
