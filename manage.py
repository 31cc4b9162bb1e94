#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "g60portal.settings.dev")
    from django.core.management import execute_from_command_line

    from g60portal.common.row_walls import run_as_system

    run_as_system()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
