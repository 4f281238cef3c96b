"""Spreadsheets that come in: registers and ledgers of other offices become clean records.

Nouns, one file each, lower ones never import higher ones:

kinds (decisions, notes, reasons) · faults (what is wrong with a row) · cells (a table as it was read) →
reading (file → tables) · vocabulary (headings and words, editable rows) · values (a cell → a value) →
places (counties, towns) → world (what is known while rows are judged) → registers (what a register is) →
recognition (which register, which column) → judging (the one validator) →
uploads (the wizard's verbs), admission (its batches), undoing, workbooks (what goes back), and the doors.

A feature says what its register is in its own ``register.py``; ``wsgi.py`` names them all. The same code judges in
the dry run, in the real run, and in ``flask import judge``, which touches no database.
"""
