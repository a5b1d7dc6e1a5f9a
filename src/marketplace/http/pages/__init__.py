"""Pages whose `<head>` the server fills in: for link previews and search engines, which run no scripts."""
