"""The parts of the command `mask`: its options checked, its numbers set, its words.

Everything that is printed comes from `mechanism`.
"""
