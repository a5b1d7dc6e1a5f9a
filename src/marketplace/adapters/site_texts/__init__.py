"""Texts of the operator as Markdown files."""
