"""The warehouse benchmark: the profile stage and typical queries at a million customers."""
