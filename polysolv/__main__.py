"""``python -m polysolv`` is the ``polysolv`` command."""

from polysolv.cli import main

if __name__ == "__main__":
    main()
