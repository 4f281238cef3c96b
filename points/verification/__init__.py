"""Checking the whole ledger: what was changed, removed or put in by somebody who has the database but not the key."""
