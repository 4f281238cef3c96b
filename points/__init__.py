"""Points: what a verified contribution is worth, the ledger that keeps it, and the rankings over it.

Arrows within, a folder may import any folder to its right, never to its left (held by import-linter):

    open_data/ statements/  →  closing  →  adjustments/  →  simulation/  →  rankings/  →  covenants/
      →  reversals.py  →  awards.py  →  verification/  →  seals/  →  ledger/  →  rulesets/

`rulesets` scores a contribution, `ledger` keeps transfers, `seals` puts them into the tree, `verification` checks all
of it, `awards` and `reversals` are the doors through which contributions become points and lose them, `covenants` are
the villages' own programmes, `rankings` adds up, `closing` ends a month, `statements` shows a party what it has and
`open_data` lets anybody recompute it.
What lies above is never imported: how a source is explained is asked through `sources.SourceTeller`, which
`wsgi.py` fills.
"""
