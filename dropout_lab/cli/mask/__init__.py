"""The parts of the command `mask`: its options checked, its numbers set, its words.

Floor 5, cli. Everything that is printed comes from `mechanism`.
"""
