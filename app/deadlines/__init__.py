"""Clocks on steps: when something has to be done, who holds it, and the supervision of what is late.

A feature registers its kinds of deadlines and tells what their subjects are called; its verbs start, meet, pause and
cancel them. Days are counted by the working-day calendar and counted again when a notice comes in.
"""
