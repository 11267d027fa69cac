"""One suite per table worth guarding."""
