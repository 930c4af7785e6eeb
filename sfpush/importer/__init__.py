"""Exports to records: CSV and JSON files, streamed, every row loaded or listed with its reason (I5).

kinds        what an export can hold, and how that is seen from its field names
parsed       what comes out: records, entries of Apollo's own lists, rejects
source       a file as lines of text: its encoding, and the files that are not what they seem
columns      a CSV header as a plan for its rows
csv_file     the rows of a CSV
documents    JSON text, in one document or many, as its records; how reading goes on where it is broken
assembly     a JSON parser's events as whole records
json_file    those records, each with its kind
flatten      the API's nested records as flat fields
normalise    flat fields as a `ParsedRecord` or list entry
identity     a record's key: its Apollo id, else one made from what it says
export       `open_export`: a file, whatever it is, as a stream
"""
