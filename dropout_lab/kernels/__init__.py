"""Compiled kernels: the training of the usual net on a CPU, the element-wise work of all others, and the random words.

Floor 0. Owns loops and the threads that share them: arrays and addresses come in, and the same numbers come out as
from a chain of torch operations, which stays the definition wherever a kernel does not apply. On a CPU, for float32
and float64: `descent` makes whole updates from `trialwise` passes (whose products `blas` finds), `updates` and
`philox`, shared among a `team` of threads; `elementwise` and `cross_entropy` serve stacks that go layer by layer. The
folder `gpu` is for CUDA.
"""
