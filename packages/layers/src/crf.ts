import type { Parameter } from '@ostinato/tensor';
import { checkSizes, startParameter } from './checks.js';
import { type Initializer, zero } from './init.js';
import { Module } from './module.js';

/** Settings of a conditional random field. */
export interface CRFOptions {
  /** How transitions [tags, tags] start; zeros by default, with which tags do not depend on each other. */
  readonly transitionInit?: Initializer;
}

/**
 * What a linear-chain conditional random field learns beside the scores of single tags (Lafferty et al. 2001): how well tags follow
 * each other, begin and end. Its loss and its marginals are `crfLoss` and `crfMarginals` of `@ostinato/losses`, its best path `viterbi`.
 * @example
 * const crf = new CRF(tags.size);
 * crfLoss(head.forward(output), batch.tags, crf, { lengths: batch.lengths });
 */
export class CRF extends Module {
  /** [tags, tags], from the tag of the row to that of the column. */
  readonly transitions: Parameter;
  /** [tags], of the first step. */
  readonly start: Parameter;
  /** [tags], of the last step. */
  readonly end: Parameter;

  /** @throws OstinatoError where `tags` is not a whole number from 1 */
  constructor(
    readonly tags: number,
    { transitionInit = zero }: CRFOptions = {},
  ) {
    super();
    checkSizes('CRF', { tags });
    this.transitions = startParameter('CRF', 'transitionInit', transitionInit, [tags, tags]);
    this.start = startParameter('CRF', 'start', zero, [tags]);
    this.end = startParameter('CRF', 'end', zero, [tags]);
  }
}
