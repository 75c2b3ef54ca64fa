"""How the package says things: one rule for the digits of a number, one way to write each kind of text.

Plain numbers and texts in, text out, so that every surface says the same number the same way.
"""
