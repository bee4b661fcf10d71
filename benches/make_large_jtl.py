#!/usr/bin/env python3
"""Makes a large JTL out of a small real one: its rows again and again, each time later, until the file is large enough.

    benches/make_large_jtl.py RESULTS.jtl OUT.jtl [--bytes 1000000000] [--pause 1000]

RESULTS.jtl is a CSV with a header and unix milliseconds in its first column, such as samples/jmeter/csv-header/results.jtl.
Between two repetitions lie --pause milliseconds. A row may stand in several lines; only those that begin one are shifted.
"""

import argparse
import re

ROW = re.compile(rb"^(\d{13}),", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--bytes", type=int, default=1_000_000_000)
    parser.add_argument("--pause", type=int, default=1000)
    options = parser.parse_args()

    with open(options.source, "rb") as source:
        header, rows = source.read().split(b"\n", 1)
    starts = [int(found) for found in ROW.findall(rows)]
    if not header.startswith(b"timeStamp,") or not starts:
        parser.error("the source has no header with timeStamp first, or no row with unix milliseconds")
    length = max(starts) - min(starts) + options.pause

    written, shift = len(header) + 1, 0
    with open(options.target, "wb") as target:
        target.write(header + b"\n")
        while written < options.bytes:
            later = ROW.sub(lambda found: b"%d," % (int(found[1]) + shift), rows)
            target.write(later)
            written += len(later)
            shift += length


if __name__ == "__main__":
    main()
