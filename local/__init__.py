"""The stack on one machine, and what builds, checks and deploys Imprint. See local/README.md."""
