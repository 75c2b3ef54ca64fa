"""Compiled kernels: the training of the usual net on a CPU, the element-wise work of all others, and the random words.

Owns loops and the threads that share them. A kernel gives the numbers of a chain of torch operations, which stays the
definition wherever no kernel applies. On a CPU, for float32 and float64: `descent` makes whole updates from `trialwise`
passes (whose products `blas` finds), `updates` and `philox`, shared among a `team` of threads; `elementwise` and
`cross_entropy` serve stacks that go layer by layer. The folder `gpu` is for CUDA.
"""
