/**
 * The 24 random bits of `uniform` in the kernel package (Threefry-2x32 with 13 rounds, Salmon et al. 2011). The rounds
 * are written out, and small whole numbers go in and out, which JavaScript engines pass without allocating.
 * @returns a whole number in [0, 2^24)
 */
export function randomBits(seed0: number, seed1: number, position: number, lane: number): number {
  const key2 = 0x1bd11bda ^ seed0 ^ seed1;
  let a = (position + seed0) | 0;
  let b = (lane + seed1) | 0;
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + seed1) | 0;
  b = (b + key2 + 1) | 0;
  a = (a + b) | 0;
  b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0;
  b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0;
  b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0;
  b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + key2) | 0;
  b = (b + seed0 + 2) | 0;
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + seed0) | 0;
  b = (b + seed1 + 3) | 0;
  a = (a + b) | 0;
  return a >>> 8;
}
