"""The steps that make and change the tables, oldest first; run by `brygga.store.migrate`."""
