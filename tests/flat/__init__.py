"""What functions do with memory."""
