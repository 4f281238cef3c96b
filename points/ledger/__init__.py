"""The ledger of points: one row per transfer, signed, never changed.

`postings` writes (constant SQL, no unit of work), `queries` reads, `reconciliation` rebuilds balances from
transfers, `verification` checks signatures, numbers and postings, `leaves` gives transfers their place in
the tree that the seals are made of. `form` is the canonical form under signatures and leaves; it has a
version, and an old version is never changed.
"""
