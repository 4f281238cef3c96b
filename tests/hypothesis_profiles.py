"""How many random cases Hypothesis tries; conftest.py loads this.

HYPOTHESIS_PROFILE chooses: "usual" (default), or "deep" as bin/test-deep does. There is no deadline for one case:
a busy machine is not a fault of the code.
"""

import os

from hypothesis import settings

settings.register_profile("usual", deadline=None, max_examples=50)
settings.register_profile("deep", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
