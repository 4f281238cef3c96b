"""The working-day calendar: official holidays and make-up working days, and the terms counted by them.

Known are the years whose notice of the State Council is entered (seeded from chinesecalendar, later ones on the
calendar page). A term that runs past them is counted with weekends and the holidays of fixed date, marked
provisional, and counted again when the notice comes (signal `calendar_changed`).
"""
