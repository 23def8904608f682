"""The repairs of MiniStack: each test shows the fault in MiniStack itself, then that it is gone. No process is started, nothing is deployed.

A test that fails before its repair is good news: MiniStack has mended that, and the repair can go.
"""
