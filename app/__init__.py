"""The floor that every feature stands on.

Rungs, lower ones never import higher ones (held by import-linter, see pyproject.toml):

    values          config errors clock ids labels states masking figures identity keys roles permissions
    database        db types
    shared rows     regions audit calendar parameters counters files outbox messages
    clocks          deadlines
    tools, web      tables pdf jobs forms access security paging problems look feature
    imports, which knows no feature: each says what its register is
    the two features all others need: parties, then users; above them papers
"""
