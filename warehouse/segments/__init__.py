"""Segments: what they say, who is in them, and the files of them that leave the warehouse."""
