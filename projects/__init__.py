"""Fourth floor: what social forces do, from a need to a verified contribution.

Folders by noun, arrows in one direction: needs → contributions → portfolio (the projects) → publicity → tiers,
needs → catalogue, offers → catalogue. What is verified here is awarded below,
in ``points``, in the same database transaction.
"""
