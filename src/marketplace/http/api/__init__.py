"""Controllers, one file per noun, with their wire structs."""
