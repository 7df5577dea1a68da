"""Trains a model: `shirokuro train` as a script."""

import sys

from shirokuro.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
