"""Salesforce: the only room that imports simple_salesforce and requests.

address      where an org lives, and which addresses may be spoken to
connection   which org this home is connected    `Org`, which ties it together; light to import
opening      connect, disconnect, and the org of a home
"""
