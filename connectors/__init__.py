"""Where records come from and which field means what: file formats, one file per source system, config-only sources."""
