"""The subcommands of `jantar`: each module here is one, with `HELP`, `add_arguments` and `run`.

A module named like a Python keyword or builtin carries an underscore at its end (import_).
"""
