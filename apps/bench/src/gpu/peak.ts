/** What a card can do at best. */
export interface Peak {
  /** 10^12 float32 operations per second, without tensor cores, as a float32 product on WebGPU has to do. */
  readonly teraflops: number;
  /** Who says so. */
  readonly source: string;
}

/** Cards by what their names contain; the first that fits counts. */
const peaks: readonly (readonly [name: RegExp, peak: Peak])[] = [
  [/H200 NVL/, { teraflops: 60, source: 'NVIDIA H200 datasheet, FP32, NVL' }],
  [/H200/, { teraflops: 67, source: 'NVIDIA H200 datasheet, FP32, SXM' }],
  [/H100 NVL/, { teraflops: 60, source: 'NVIDIA H100 datasheet, FP32, NVL' }],
  [/H100 PCIe/, { teraflops: 51, source: 'NVIDIA H100 datasheet of 2022, FP32, PCIe' }],
  [/H100/, { teraflops: 67, source: 'NVIDIA H100 datasheet, FP32, SXM' }],
  [/A100/, { teraflops: 19.5, source: 'NVIDIA A100 datasheet, FP32' }],
  [/L40S/, { teraflops: 91.6, source: 'NVIDIA L40S datasheet, FP32' }],
  [/\bL4\b/, { teraflops: 30.3, source: 'NVIDIA L4 datasheet, FP32' }],
  [/\bT4\b/, { teraflops: 8.1, source: 'NVIDIA T4 datasheet, FP32' }],
];

/**
 * The peak of a card.
 * @param card its name: `NVIDIA H100 80GB HBM3`
 * @returns undefined for a card that is not listed
 */
export function peakOf(card: string): Peak | undefined {
  return peaks.find(([name]) => name.test(card))?.[1];
}
