"""The identity engine beside Splink on the same cleaned records.

1. Data sets (datasets.py): cuts of one demo population by size and by culture (population.py, cuts.py), and public
   tables (public_sets.py). Each is a folder with records.parquet, identifiers.parquet and, apart, truth.parquet.
2. Every engine (engines.py) resolves the folder in a process of its own: reading, learning, clusters written.
3. One evaluator judges all (judging.py). Splink is given its best of several thresholds, chosen by looking at the
   truth; ours runs at its own threshold. Time spent on further thresholds is not counted.
4. Two of our own figures on the demo: whether probabilities mean what they say (reliability.py), and what an increment
   costs beside a full run (increment.py). A classifier with labels (ceiling.py) is judged beside the engines.
5. Tables (table.py), the exponent of time against records (growth.py), plots (plots.py), figures (report.py).
"""
