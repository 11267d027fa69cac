"""`make bench`: run every part, or the ones named."""

import argparse
import sys

from benchmarks.identity import measure_identity

PARTS = {"identity": measure_identity}


def main() -> int:
    """Parse the parts and run them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default all)")
    parser.add_argument("--customers", type=int, default=20_000, help="persons of the demo (default 20000)")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for name in options.parts or PARTS:
        PARTS[name](options.customers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
