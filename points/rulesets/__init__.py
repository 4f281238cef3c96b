"""Rulesets: versions of the rules by which a programme turns contributions into points.

`rules` is pure arithmetic, `publication` the verbs, `queries` what is in force on a day. A published version
never changes; the next one takes over from its first day on.
"""
