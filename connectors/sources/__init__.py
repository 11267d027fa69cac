"""One file per source system: the streams it delivers and what their fields mean."""
