"""What adjustments tell whoever keeps something by the points of a source.

``adjusted``: awards have other points now. Sent with the session as sender, ``source_kind`` and ``points`` (honour
centipoints that each source now has, by its key); receivers run in the same transaction.
"""

from blinker import Namespace

adjusted = Namespace().signal("awards-adjusted")
