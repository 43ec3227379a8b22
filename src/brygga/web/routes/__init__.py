"""The pages, one module per place in the menu; each asks one view and fills one template."""
