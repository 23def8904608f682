"""Whether the service does what openapi.yaml says."""
