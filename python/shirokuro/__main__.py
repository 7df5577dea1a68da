"""`python -m shirokuro`: the same as the program `shirokuro`."""

from __future__ import annotations

import sys

from shirokuro.cli import main

if __name__ == "__main__":
    sys.exit(main())
