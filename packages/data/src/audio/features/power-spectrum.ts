// @ts-expect-error The package has no types.
import { fft } from 'fourier-transform';

/** The transform of real numbers, as many as a power of 2, in float64: the real and the imaginary parts of the bins 0 to N / 2. */
const transform: (input: Float64Array) => readonly [Float64Array, Float64Array] = fft;

/**
 * The power of the bins of a spectrum, |Σ x_n e^(-2πikn/N)|², not divided by anything.
 *
 * @param input [N], N a power of 2
 * @param into [N / 2 + 1]
 */
export function powerSpectrum(input: Float64Array, into: Float64Array): void {
  const [real, imaginary] = transform(input);
  for (let bin = 0; bin < into.length; bin++) {
    into[bin] = (real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2;
  }
}
