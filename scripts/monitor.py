#!/usr/bin/env python3
"""Watches a run: `shirokuro monitor` as a script."""

import sys

__ends_on_interrupt__ = True  # before the import, which takes a moment

try:
    from shirokuro.cli import main
except ModuleNotFoundError as error:
    import checkout

    checkout.restart(error)

if __name__ == "__main__":
    sys.exit(main(["monitor", *sys.argv[1:]]))
