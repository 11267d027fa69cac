"""The programs that benchmarks run in processes of their own: ours, and each peer in its environment."""
