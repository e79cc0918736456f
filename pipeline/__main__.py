"""``python -m pipeline`` is the command ``chapbook``."""

from pipeline.cli import main

if __name__ == "__main__":
    main(prog_name="chapbook")
