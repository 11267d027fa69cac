"""People's rights in the warehouse: what is kept of an erased person, what goes from which table, and the file."""
