"""Fuzzes a reader with atheris, coverage-guided: `python scripts/fuzz.py TARGET --seconds 600`.

Needs `pip install atheris` in an environment that has the package. Inputs that reach new code are added to the target's
corpus, `tests/corpus/TARGET`, which the tests replay. The fuzzer stops at the first input that breaks what must hold
(`tests/support/fuzz_targets.py`), and writes it to the current directory.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Fuzzes until the time is over, or an input breaks what must hold."""
    sys.path.insert(0, str(ROOT))
    atheris = importlib.import_module("atheris")
    for name in [name for name in sys.modules if name.startswith("shirokuro.game")]:
        del sys.modules[name]  # imported above, without the fuzzer's view of what runs
    with atheris.instrument_imports(include=["shirokuro.game"]):
        targets = importlib.import_module("tests.support.fuzz_targets").TARGETS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=targets)
    parser.add_argument("--seconds", type=int, default=600, metavar="N", help="how long (default: %(default)s)")
    options = parser.parse_args()
    corpus = ROOT / "tests" / "corpus" / options.target
    corpus.mkdir(parents=True, exist_ok=True)
    arguments = [sys.argv[0], str(corpus), f"-max_total_time={options.seconds}", "-max_len=2000", "-verbosity=1"]
    atheris.Setup(arguments, targets[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(startup.run(main))
