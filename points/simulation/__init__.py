"""Simulation: a ruleset replayed over what was really awarded, before anybody decides about it.

`history` reads the ledger's own awards, `replay` is pure, `results` tells what changes for whom. Nothing is posted.
"""
