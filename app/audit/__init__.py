"""The audit log: who did what to which thing, signed row by row, chained by a job, never changed.

Event rows hold ids, codes and a hash; what changed stands encrypted in a side table under a data key per
party, so that erasing a person shreds one key and leaves the chain whole.
"""
