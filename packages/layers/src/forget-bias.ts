import { OstinatoError } from '@ostinato/kernel';
import { type Initializer, zero } from './init.js';

/** How the bias of an LSTM starts. */
export interface ForgetBiasOptions {
  /**
   * Added to the start of the forget gate's bias; 1 by default, so that memory lasts from the beginning
   * (Jozefowicz et al. 2015).
   */
  readonly forgetBias?: number;
  readonly bias?: boolean;
  readonly biasInit?: Initializer;
  readonly coupled?: boolean;
}

/**
 * The start of the bias of gates i, f, g, o (coupled: i, g, o).
 * @throws OstinatoError for a `forgetBias` where there is no bias
 */
export function withForgetBias(
  where: string,
  hiddenSize: number,
  { forgetBias, bias, biasInit = zero, coupled }: ForgetBiasOptions,
): Initializer {
  if (forgetBias !== undefined && bias === false) {
    throw new OstinatoError(
      `${where}: forgetBias ${forgetBias} has no bias to go into; leave out forgetBias or bias: false`,
    );
  }
  return (shape, random) => {
    const values = Float32Array.from(biasInit(shape, random));
    // With coupled gates f = 1 - i: a low input gate is what lets memory last.
    const [first, sign] = coupled ? [0, -1] : [hiddenSize, 1];
    for (let unit = 0; unit < hiddenSize; unit++) values[first + unit]! += sign * (forgetBias ?? 1);
    return values;
  };
}
