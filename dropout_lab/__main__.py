"""`python -m dropout_lab`, and the entry point of `dropout-lab`."""

import sys

from dropout_lab.cli import main

if __name__ == "__main__":
    sys.exit(main())
