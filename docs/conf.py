"""Sphinx: `sphinx-build -W --keep-going docs site`. No network is asked, by the build or by a page."""

import sys
from pathlib import Path

import polysolv

sys.path.insert(0, str(Path(__file__).parent / "programs"))

project = "polysolv"
author = "The polysolv developers"
project_copyright = author
release = version = polysolv.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "site_docstrings",
    "site_formulas",
    "site_pages",
]
exclude_patterns = ["programs"]
# Two hyphens begin an option.
smartquotes = False

# Markdown: what GitHub shows as well.
myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_digits = False
myst_dmath_allow_space = False
myst_heading_anchors = 4
# The outputs that the notebooks hold; tests/test_notebooks.py executes them and compares.
nb_execution_mode = "off"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_type_aliases = {"ArrayLike": "ArrayLike"}
maximum_signature_line_length = 60
napoleon_use_ivar = True
napoleon_attr_annotations = False
napoleon_use_rtype = False
add_module_names = False

html_theme = "furo"
html_title = "polysolv"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_logo = "images/logo.svg"
html_favicon = "images/logo.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_math_renderer = "mathml"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#3949ab", "color-brand-content": "#3949ab"},
    "dark_css_variables": {"color-brand-primary": "#9fa8da", "color-brand-content": "#9fa8da"},
}
