"""Village covenants (村规民约积分制): what a village's own assembly rewards, kept apart from the city's programme.

A covenant is a programme of scope village with rules, accounts and rankings of its own. Nothing of it is read by
the city's programme, by assistance or by credit, and it never touches what the law grants (docs/covenants.md).
"""
