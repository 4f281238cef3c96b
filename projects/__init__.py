"""Fourth floor: what social forces do, from a family's request and a need to a verified contribution.

Folders by noun, arrows in one direction (held by import-linter, see pyproject.toml):

    reviews
    exits  plans  selfcare  referrals
    visits  assistance
    care  comparisons  requests  needs
    contributions  gifts  offers
    portfolio (the projects)
    publicity
    catalogue  tiers

What is verified here is awarded below, in ``points``, in the same database transaction.
"""
