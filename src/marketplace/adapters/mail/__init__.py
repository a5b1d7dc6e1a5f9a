"""Mail: writing it (`composer`), and handing it to a server (`smtp`), to the demo's inbox, or to a test (`memory`)."""
