#!/usr/bin/env python
"""Run a management command, against the embedded database when DATABASE_URL is unset."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digiforma.settings")
    from digiforma.sandbox.manage import main

    main(sys.argv)
