"""What `template.yaml`, `openapi.yaml`, `binaries/` and the table of routes are written from, besides the folders of `functions/`, and the program that writes them."""
