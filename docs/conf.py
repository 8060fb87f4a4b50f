"""The site of the documentation: `python -m sphinx -W -b html docs OUT`.

What is written by hand lies in this folder as Markdown that reads well as a plain file, too. What
follows from the code (the catalogue, the scenarios, pages outside this folder) is made while it is
built, by `extensions/`, in `generated/`, and is not committed.
"""

import sys
from pathlib import Path

import fastdense

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "fastdense"
author = "The fastdense authors"
copyright = "The fastdense authors. License: MIT"
version = release = fastdense.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
    "repository_pages",
    "entry_pages",
    "keras_pages",
    "docstrings",
]
exclude_patterns = ["extensions"]

myst_heading_anchors = 4
myst_links_external_new_tab = False
# A name between backticks in a docstring is a link where it is one of ours.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the sections of the docstrings say more
autodoc_preserve_defaults = True
autodoc_mock_imports = ["torch", "onnx"]  # which need not be installed to read about them
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_preprocess_types = True

smartquotes = False  # "--json" is no dash

html_theme = "furo"
html_title = f"fastdense {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
html_theme_options = {"navigation_with_keys": True}
