"""Offers: what a party could give, where and when."""
