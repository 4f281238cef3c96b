"""Messy cities that nobody lives in, each with its own truth table.

Written from the rules alone (``tests/imports/sample/RULES.md``), without a look at the program that is judged by
them: nouns, one file each: dress (how clean values get messy), entries (rows with their truth), parties, records
(who takes part, what was done), files (how tables are written), city (all of it in a folder).
"""
