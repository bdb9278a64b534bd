"""Starts the command line."""

import os
import sys

from responder.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
