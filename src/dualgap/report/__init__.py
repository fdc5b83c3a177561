"""The verification as a page that stands alone, and as JSON."""

from __future__ import annotations

from dualgap.report.data import as_data
from dualgap.report.junit import as_junit
from dualgap.report.page import as_page, write_page
from dualgap.writing import write_text

__all__ = ["as_data", "as_junit", "as_page", "write_page", "write_text"]
