"""Fastighetsbyrån: search answers of its public site, imported; a live client only under agreement."""
