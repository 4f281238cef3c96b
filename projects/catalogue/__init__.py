"""The catalogue of what can be given: items with kind, unit and the factors of other units."""
