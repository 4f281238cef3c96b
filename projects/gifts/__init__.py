"""Lists of gifts as charities publish them: money and goods received, goods handed out.

Such a list names its givers as it pleases, often masked, and has no numbers that tell them apart: its lines are
kept as they stand and are no contributions, which have a giver, evidence and a verification.
"""
