"""Shapes: the products and their settings (`products`), and what a look-up gives (`register`)."""
