"""Deciding on activities (E1–E8): e-mails, tasks, calls, meetings, notes, conversation summaries.

reading          an activity's fields, whether JSON or CSV gave them
participants     who wrote, received, took part
email_classes    which of the five classes an e-mail is of (E1)
threads          what ties a reply to the e-mail that it answers
email_exclusion  which e-mails the exclusion rules keep back (E3)
titles           title templates (E4)
contents         what an activity says, in the words of the field map (E5)
lines            the default field map of Task, Event and Note
standings        whether a person, account or deal is in the org, comes with this plan, or is missing
matching         which org row an activity is (M6)
relations        what it is tied to in Salesforce
drafts           what the settings say of an activity, and whom it is about
strangers        the people that are made because an activity needs them (E2, E6)
decide           the decision
"""
