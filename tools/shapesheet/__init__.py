"""Check neural-network snippets against the shapes they state and write what was measured."""
