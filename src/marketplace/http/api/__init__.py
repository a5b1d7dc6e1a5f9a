"""Controllers and their request and response structs, one file per noun."""
