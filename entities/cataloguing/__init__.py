"""Keeping the catalogue in the browser: entries and their versions as plain content, read, compared and written.

The content of an entry is a dictionary of plain values (codes of other entries, days as 2026-05-06), so that
a proposal can be kept as it was written, compared field by field and shown by the same code as what is in force.
"""
