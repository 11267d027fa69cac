"""Made-up tables of persons in other shapes than the demo's, to see that the engine generalises.

1. Persons (people.py, chinese.py), from word lists of their own (words.py) and, for Chinese names, the demo's.
2. Records of them, as each kind of table has them (one file per kind: many_records.py, two_files.py, census.py,
   sparse.py, very_noisy.py, chinese.py), spoilt by a noise model of their own (errors.py).
3. A CSV, a MAP.toml and, apart, the truth (scenario.py).
4. `guiyi link` and Splink on each, judged alike (run.py): `python -m benchmarks generality --seed S`.

The same seed gives the same files. What is learned from the tables of one seed is to be checked on those of another.
"""
