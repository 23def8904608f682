"""Imprint under SAM's own commands: docs/sam-local.md."""
