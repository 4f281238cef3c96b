"""What runs by itself: each job at its time, once, in however many places the program runs.

A job's run is a row with a key (its minute or its day); whoever inserts the row, runs it. A run that stops
giving signs of life is taken over, a daily one that failed is tried again, days that were missed are made up.
APScheduler only beats the time; what is due is asked of ``app.clock``, so a demo city's clock drives its jobs.
"""
