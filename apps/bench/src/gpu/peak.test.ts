import { expect, test } from 'vitest';
import { peakOf } from './peak.js';

test.each([
  ['nvidia hopper NVIDIA H100 80GB HBM3 NVIDIA: 580.159.04', 67],
  ['NVIDIA H100 PCIe', 51],
  ['NVIDIA H100 NVL', 60],
  ['NVIDIA H200', 67],
  ['NVIDIA H200 NVL', 60],
  ['NVIDIA A100-SXM4-80GB', 19.5],
  ['Tesla T4', 8.1],
])('the peak of %s', (card, teraflops) => {
  expect(peakOf(card)?.teraflops).toBe(teraflops);
});

test('a card that is not listed has none', () => {
  expect(peakOf('mesa llvmpipe: Mesa 25.0.7')).toBeUndefined();
});
