"""The one register of who takes part: organisations, persons, households, and how they are admitted.

Nouns, one file each: organisations, persons, households, registrations (the states), consents, duplicates,
interest (conflicts of interest). Nothing here knows a signed-in user: verbs get an `Actor`.
"""
