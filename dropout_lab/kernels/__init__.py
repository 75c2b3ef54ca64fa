"""Compiled kernels: the element-wise work of a training step in one pass over memory, and the words of many seeds.

Floor 0. Owns loops, nothing else: arrays come in, and the same numbers come out as from a chain of torch operations,
which stays the definition wherever a kernel does not apply. `philox`, `elementwise` and `cross_entropy` run on a CPU
and take NumPy arrays, for float32 and float64; the folder `gpu` holds the same for CUDA.
"""
