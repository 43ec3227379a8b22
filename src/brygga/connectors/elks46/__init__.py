"""46elks, text messages: `api` calls it, `schema` has the shapes, `mapping` translates (pure)."""
