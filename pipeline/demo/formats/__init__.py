"""One module per source system: from the demo's tables to the bytes that system would export."""
