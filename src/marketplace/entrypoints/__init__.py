"""What starts the program: the command line, the server, the worker."""
