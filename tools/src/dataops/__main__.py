"""`python -m dataops` is the command `dataops`."""

from dataops.command_line import main

main()
