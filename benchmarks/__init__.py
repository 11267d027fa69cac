"""What the README's numbers come from: each part runs beside a peer in one process tree and prints ratios."""
