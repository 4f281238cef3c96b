"""The seals: one Merkle tree (RFC 6962) over all transfers and papers, so that nothing can be changed unseen.

Arrows inside: views → `queries`, `proofs` → `papers` → `sealing` → `days`, `pouring`, `waiting` → `flows`, `salts` →
`leaves` → `models`, `tree`.
`tree` is pure. A leaf shows a public line and hides the rest behind a commitment; `salts` keeps, and erases on
request, what ties a party to its leaves.
"""
