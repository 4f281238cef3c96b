"""Closing months: seal, add up and sign, freeze the rankings; the page on which staff do and read it.

What a closed month is, and how it is added up, stands in `ledger.closing`; `closing` here does it from end to end.
"""
