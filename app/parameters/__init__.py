"""Every number that a law, a practice or the bureau sets: its value on a day, its force, and where it stands.

The numbers of the house stand in data/parameters.csv; approved rows of `parameter_value` go before them from a day
on, for the city or a division.
"""
