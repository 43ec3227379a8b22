"""`python -m brygga` is the same as `brygga`."""

from brygga.cli import run

if __name__ == "__main__":
    run()
