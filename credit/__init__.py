"""The credit record of those who give false information: tips, later commitments, cases, lists, recovery."""
