"""Trains a model: `shirokuro train` as a script."""

import sys

__ends_on_interrupt__ = True  # before the import, which takes a moment
from shirokuro.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
