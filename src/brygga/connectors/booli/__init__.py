"""Booli: homes for sale and sold on the market, read only."""
