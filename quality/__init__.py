"""Great Expectations suites, one per table worth guarding, and the gate that fails, warns or sets rows aside."""
