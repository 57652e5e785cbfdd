import { OstinatoError } from '@ostinato/kernel';

/**
 * exp(mean negative log-likelihood): between how many equally likely words a model is undecided on average.
 * @param totalNegativeLogLikelihood the sum over all tokens, in nats (what `crossEntropy` with `reduction: 'sum'` gives)
 * @param count how many tokens that were, without padding
 * @throws OstinatoError for a count that is not above 0
 * @example perplexity(100 * Math.log(50), 100)   // 50
 */
export function perplexity(totalNegativeLogLikelihood: number, count: number): number {
  if (!(count > 0)) throw new OstinatoError(`perplexity: needs at least one token, got a count of ${count}`);
  return Math.exp(totalNegativeLogLikelihood / count);
}
