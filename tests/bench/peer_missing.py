"""A peer whose library nobody has."""

NAME, IMPORTS, PACKAGES, INSTALL = "missing", ("no_such_library",), (), "pip install missing"
