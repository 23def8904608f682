"""The blocks of code of the pages in Markdown."""
