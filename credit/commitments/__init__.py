"""Commitments (告知承诺): what somebody who asks for aid promises to be true, having been told what follows if not."""
