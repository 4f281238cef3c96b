"""Adjustments: a decision lets a published version score a past period too, by visible transfers for each award."""
