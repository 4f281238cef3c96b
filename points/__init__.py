"""Points: what a verified contribution is worth, the ledger that keeps it, and the rankings over it.

Arrows within, a folder may import any folder to its right, never to its left (held by import-linter):

    statements/  →  awards.py  →  rankings/  →  ledger/  →  rulesets/

`rulesets` scores a contribution, `ledger` keeps transfers, `rankings` adds them up, `awards` is the one door
through which the floor above turns a contribution into points, and `statements` shows a party what it has.
What lies above is never imported: how a source is explained is asked through `sources.SourceTeller`, which
`wsgi.py` fills.
"""
