"""Writes threefry.ts: known answers of Threefry-2x32 with 13 rounds for counter (0, 0).

Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
The first vector is the one of Random123's kat_vectors; the other keys are ours.

    python3 threefry.py > threefry.ts
"""

MASK = 0xFFFFFFFF
ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24]


def threefry_2x32(key, counter, rounds=13):
    """The two words for a key and a counter, written down from the paper's figure 3 and table 2."""
    schedule = [key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1]]
    x0 = (counter[0] + schedule[0]) & MASK
    x1 = (counter[1] + schedule[1]) & MASK
    for round_number in range(rounds):
        bits = ROTATIONS[round_number % 8]
        x0 = (x0 + x1) & MASK
        x1 = ((x1 << bits) | (x1 >> (32 - bits))) & MASK
        x1 ^= x0
        if round_number % 4 == 3:
            injection = round_number // 4 + 1
            x0 = (x0 + schedule[injection % 3]) & MASK
            x1 = (x1 + schedule[(injection + 1) % 3] + injection) & MASK
    return x0, x1


# Random123 kat_vectors: "threefry2x32 13 00000000 00000000 00000000 00000000 9d1c5ec6 8bd50731"
# and "threefry2x32 13 ffffffff ffffffff ffffffff ffffffff fd36d048 2d17272c".
assert threefry_2x32((0, 0), (0, 0)) == (0x9D1C5EC6, 0x8BD50731)
assert threefry_2x32((MASK, MASK), (MASK, MASK)) == (0xFD36D048, 0x2D17272C)

print("// Made by threefry.py; do not edit.")
print()
print("/** Keys, and the first word that Threefry-2x32-13 gives for counter (0, 0). */")
print("export const threefryVectors: readonly { key: readonly [number, number]; first: number }[] = [")
for key in [(0, 0), (1, 0), (0, 1), (7, 12345), (16777215, 16777215)]:
    print("  { key: [%d, %d], first: 0x%08x }," % (*key, threefry_2x32(key, (0, 0))[0]))
print("];")
