// Made by threefry.py; do not edit.

/** Keys, and the first word that Threefry-2x32-13 gives for counter (0, 0). */
export const threefryVectors: readonly { key: readonly [number, number]; first: number }[] = [
  { key: [0, 0], first: 0x9d1c5ec6 },
  { key: [1, 0], first: 0x61ec2d44 },
  { key: [0, 1], first: 0x7a3f4f18 },
  { key: [7, 12345], first: 0x6d89c3a1 },
  { key: [16777215, 16777215], first: 0xfaa18d14 },
];
