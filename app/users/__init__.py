"""Who signs in: users, their dated grants, their sessions.

A user is linked to a person of the party register; the register itself knows no users.
"""
