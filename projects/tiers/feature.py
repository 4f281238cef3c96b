"""What approval tiers bring to the house."""

from app.feature import Feature

TIERS = Feature("tiers")
