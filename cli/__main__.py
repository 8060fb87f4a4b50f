"""`python -m fastdense_cli`."""

from fastdense_cli.app import main

main()
