"""What somebody meets who runs Imprint for the first time, on a machine where something is missing: one line that says what to change, an exit code
that is not 0, and no traceback. `make first-run`.

Each case is a checkout of its own, with what `make up` reads of it, and the real programs. Nothing is built: what cargo would be asked for is a stand-in
that says what a wrong one says. What a machine cannot do (mount, be another user) is skipped, and reported.
"""
