"""Referrals (转介) to organisations and handing over (转办) to departments: who holds the baton, until when."""
