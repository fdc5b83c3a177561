"""The site: MyST pages and docstrings, built without a network (formulas become MathML here, not in the browser)."""

from __future__ import annotations

import sys
from pathlib import Path

from dualgap import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "dualgap"
author = "The dualgap developers"
project_copyright = "The dualgap developers, MIT licence"
release = version = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinxcontrib.bibtex",
    "mathml",
    "certificates_page",
    "claims_page",
    "executed",
    "figures_page",
    "games_page",
    "measured",
    "methods_page",
    "neural_tables",
]
#: Pages whose code is run as they are built.
executed_pages = ["index", "guide", "tutorials/*"]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "unsrt"
bibtex_reference_style = "author_year"

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstring says shape, unit and range, which a type does not
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "dualgap"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True}
