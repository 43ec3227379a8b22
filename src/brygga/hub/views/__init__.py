"""What the page and the commands show: plain reading functions over the store, in two languages.

Each gives plain dictionaries and lists. Nothing here changes anything, asks a provider or knows
of pages; sentences stand in `words.toml`, ways of writing numbers and times in `tongue.py`.
"""
