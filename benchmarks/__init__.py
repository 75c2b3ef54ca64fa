"""Programs that measure the lab. None is part of what is installed.

They run from the root of the repository, as `python -m benchmarks.compare`: so nothing here can take the place of a
library of the same name.
"""
