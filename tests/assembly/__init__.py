"""Whether the assembler reads the folders of functions rightly, and refuses what it cannot assemble."""
