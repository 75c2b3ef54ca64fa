"""Tests of the engine: randomness, noise, the stacked nets, their training and their measuring."""
