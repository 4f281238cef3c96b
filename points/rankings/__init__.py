"""Rankings: who gave most, by period, kind of contribution, kind of party and place.

`rollup` adds the ledger's leaves up into standings, once each, behind a watermark; `queries` reads them. Posting
points costs nothing for the rankings.
"""
