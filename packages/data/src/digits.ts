/** Images of handwritten digits. */
export interface DigitImages {
  /** `[N, 28, 28]`: the brightness of each pixel row by row, 0 to 255. */
  readonly pixels: Uint8Array;
  /** `[N]`: 0 to 9. */
  readonly labels: Uint8Array;
}

/** MNIST in two parts. */
export interface Digits {
  readonly train: DigitImages;
  readonly test: DigitImages;
}
