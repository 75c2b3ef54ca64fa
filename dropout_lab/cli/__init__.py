"""The command line, the one place that prints.

Owns arguments, streams and exit codes; everything it shows comes from the floors below. A module for each
group of commands: running (run, sweep), summarising, publishing (report), plotting, inspecting (status, check, schema),
shipped (configs).
"""

from dropout_lab.cli.app import app, main

__all__ = ["app", "main"]
