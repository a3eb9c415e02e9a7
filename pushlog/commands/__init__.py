"""One module per command of the command line: options in, exit status out."""
