import { OstinatoError } from '@ostinato/kernel';
import { describe } from './checks.js';
import { Elman } from './elman.js';
import { identity, normal, scaled } from './init.js';
import type { RecurrentOptions } from './recurrent-layer.js';

/** Settings of an IRNN. */
export interface IRNNOptions extends Omit<RecurrentOptions, 'mixing' | 'recurrentInit'> {
  /** The recurrent weights start as this times the identity matrix; 1 by default, less to forget sooner (0.01 for speech in the paper). */
  readonly scale?: number;
}

/**
 * A simple recurrent network of rectified linear units that begins as a memory (Le, Jaitly & Hinton 2015, "A simple way to initialize
 * recurrent networks of rectified linear units"): recurrent weights start as the identity, input weights as normal with deviation
 * 0.001, biases as 0. Its gradients can explode: clip them, and train with a small rate. State: h.
 */
export class IRNN extends Elman {
  /** @throws OstinatoError for a scale that is not a positive number */
  constructor(inputSize: number, hiddenSize: number, { scale = 1, ...options }: IRNNOptions = {}) {
    if (!(typeof scale === 'number' && scale > 0 && scale < Number.POSITIVE_INFINITY)) {
      throw new OstinatoError(`IRNN: scale must be a number above 0, got ${describe(scale)}`);
    }
    super(inputSize, hiddenSize, {
      weightInit: normal(0.001),
      ...options,
      activation: 'relu',
      recurrentInit: scaled(scale, identity),
    });
  }
}
