"""Answers → `schema.register`, as pure functions: one file per part of the register.

reading       members of an answer, read once each, and what nobody read
xml           an XML answer as the JSON one would be
searching     which search hit is the property asked for
ownership     owners, acquisitions and entries (Inskrivning)
land          the property itself (Fastighet och samfällighet) and its addresses
buildings     buildings
taxes         tax units
rights        rights, easements and joint facilities
"""
