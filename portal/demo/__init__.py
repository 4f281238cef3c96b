"""A city to look at: 宝鸡市 with a year of life, made through the verbs of the features.

Arrows inside: `cli` → `load` → `opening`, `living` (the acts) → `stage`, and all of them → `plan`, which is pure:
`shown`, `services`, `gifts` → `seasons`, `plans`, `cast` → `volunteers`, `bodies` → `people`, `places`. The plan is
made from a seed and the instant at which the year ends; each act of it is one verb or a few, carried out with the
clock stopped at its moment by the demo user who would have done it. Everybody in it is invented: identity numbers of
area 610399, phones of prefix 142 and credit codes of body YYY were never issued.
"""
