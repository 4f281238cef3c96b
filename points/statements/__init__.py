"""Statements: a party's purses, every line with its arithmetic in words, and where the party stands.

For the party itself (`/my/points`) and for staff of its region (`/staff/points/…`).
"""
