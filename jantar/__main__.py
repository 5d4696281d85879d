"""`python -m jantar` is the command `jantar`."""

import sys

from jantar.project.cli import main

sys.exit(main())
