"""Readers of the file formats that source systems write; each yields chunks of text rows with their line numbers."""
