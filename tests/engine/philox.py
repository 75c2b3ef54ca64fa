"""Philox 4x64-10 written out in plain integers, to hold NumPy's words and the lab's layout against.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
KEY_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
ROUNDS = 10
LOW = 2**64 - 1


def philox_block(counter: tuple[int, ...], key: tuple[int, int]) -> tuple[int, ...]:
    """Return the four words of one counter under one key."""
    a, b, c, d = counter
    for i in range(ROUNDS):
        key_0, key_1 = ((k + i * step) & LOW for k, step in zip(key, KEY_STEPS, strict=True))
        left, right = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
        a, b, c, d = (right >> 64) ^ b ^ key_0, right & LOW, (left >> 64) ^ d ^ key_1, left & LOW
    return a, b, c, d
