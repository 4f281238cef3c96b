"""What leaves the house: put in the same transaction as its cause, delivered by a job, never lost silently.

A topic ("mail", later "webhook" …) has one channel. Delivery is at least once: a channel passes the message's
id on, so that the other side can know a twin. What cannot be delivered in eight tries waits on a staff page.
"""
