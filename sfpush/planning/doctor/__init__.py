"""Whether everything that a push rests on is as it should be, and what to do where it is not (B7).

facts        what is known when the doctor looks: of this machine, the connection, the org
checks       one line of the doctor's, and its four states
setup_paths  where in Salesforce's Setup a thing is changed
diagnose     from the facts to all the lines, over:
             machine (settings, home, store, lock), access (connection, clock, API, gates),
             sobjects (access, fields, required fields, values), organisation (external ids and what the org has on)
"""
