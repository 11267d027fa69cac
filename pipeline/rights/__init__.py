"""People's rights carried out by the pipeline: erasure, a person's own data, suppression, retention, the register."""
