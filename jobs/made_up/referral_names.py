"""The made-up clinic's list of referral names: the starting list, and what its office manager has added so far."""

import csv
from io import StringIO

_STARTING_LIST = """
google|Google search|online
googled us|Google search|online
googled|Google search|online
google search|Google search|online
internet|Google search|online
google maps|Google Maps|online
website|Our website|online
your website|Our website|online
yelp|Yelp|online
instagram|Instagram|online
insta|Instagram|online
facebook|Facebook|online
friend|Friend or family|patient or friend
a friend|Friend or family|patient or friend
family|Friend or family|patient or friend
word of mouth|Friend or family|patient or friend
another patient|Another patient|patient or friend
returning patient|Returning patient|returning
doctor|Doctor (not named)|physician
pcp|Doctor (not named)|physician
insurance|Insurance directory|insurer
drove by|Walked in|self
walk in|Walked in|self
self|Self-referred|self
n/a|Not recorded|unknown
unknown|Not recorded|unknown
"""
_OWN = """
Dr. Hollowbrook|Quince Hollowbrook, MD|physician
Hollowbrook|Quince Hollowbrook, MD|physician
Quince Hollowbrook|Quince Hollowbrook, MD|physician
Dr. Featherby|Marlow Featherby, MD|physician
Featherby|Marlow Featherby, MD|physician
Marlow Featherby|Marlow Featherby, MD|physician
Dr. Tarragon|Isolde Tarragon, DO|physician
Isolde Tarragon|Isolde Tarragon, DO|physician
Dr. Wickstead|Barnaby Wickstead, MD|physician
Wickstead|Barnaby Wickstead, MD|physician
Dr. Sorrel|Philippa Sorrel, MD|physician
Octavia Plumridge, NP|Octavia Plumridge, NP|physician
lakeside made-up hospital|Lakeside Made-Up Hospital|practice
lakeside hosp|Lakeside Made-Up Hospital|practice
pretend valley medical group|Pretend Valley Medical Group|practice
pvmg|Pretend Valley Medical Group|practice
lakeside run club|Lakeside Run Club|event
run club|Lakeside Run Club|event
"""
"""Some typed texts stand in neither list: the weekly workbook has to show how it asks for them."""


def referral_names_csv() -> bytes:
    """config/referral_names.csv of the made-up clinic."""
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("as_typed", "name", "channel", "added_on", "added_by"))
    for block, added_on, added_by in ((_STARTING_LIST, "2026-01-05", "starting list"), (_OWN, "2026-02-02", "Fern")):
        for line in block.strip().splitlines():
            writer.writerow((*line.split("|"), added_on, added_by))
    return file.getvalue().encode()
