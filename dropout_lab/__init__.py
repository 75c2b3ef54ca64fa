"""dropout-lab: does my network overfit, does dropout help, at which rate, and how sure can I be?"""

__version__ = "0.1.0"
