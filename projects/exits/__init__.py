"""Leaving aid: of one's own will with a time to think it over, or step by step; and the quick way back.

Nothing here is counted for anybody's merit: no target, ranking or export counts exits.
"""
