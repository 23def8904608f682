"""Whether functions hold what they need and nothing else."""
