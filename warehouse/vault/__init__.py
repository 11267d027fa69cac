"""Data at rest: the configured key, what is encrypted with it, and how that is opened again."""
