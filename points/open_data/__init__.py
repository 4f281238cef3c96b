"""Open data: the files with which anybody outside can recompute every seal, proof and frozen ranking.

A nightly job writes what does not change into a folder of the data folder, cut at one tree size; who may be named is
made anew at each request, so that a withdrawn consent acts at once. No key, name or exact day stands in the rest.
"""
