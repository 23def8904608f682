"""What survives of the local stack when its processes are killed."""
