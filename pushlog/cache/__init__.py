"""What is made of the program's own files and kept on disk, in `__pycache__` beside the package."""
