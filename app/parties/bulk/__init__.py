"""Verbs that take many parties at once: set-wise checks, plain inserts, one audit event per batch."""
