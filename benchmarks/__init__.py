"""What the program costs, each figure against the raw limit measured beside it in the same run.

``python -m benchmarks`` runs all, ``python -m benchmarks.NAME [--quick]`` one. Each prints rows
`measure | ours | limit | ratio | target` and exits 1 when a ratio falls short of its target.
"""
