"""What the register tells whoever keeps something by it.

``naming_changed``: who may be named publicly, or where somebody belongs, may have changed. Sent with the session as
sender and ``party_ids``, after the change is in the session; receivers run in the same transaction.
"""

import uuid
from collections.abc import Sequence

from blinker import Namespace
from sqlalchemy.orm import Session

naming_changed = Namespace().signal("naming-changed")


def tell_naming(session: Session, party_ids: Sequence[uuid.UUID]) -> None:
    """Say that for these parties the name, the place, the size or the right to be named may have changed."""
    if party_ids:
        naming_changed.send(session, party_ids=party_ids)
