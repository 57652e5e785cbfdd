import { flights, type TaggedSentence } from '@ostinato/data';
import { readTagged } from '@ostinato/data/node';
import { UsageError } from './errors.js';

/** Which sentences a training is given. */
export interface TrainingSentences {
  readonly train?: string;
  readonly dev?: string;
}

/**
 * The sentences to learn from and to measure on: files, or the embedded requests for flights where there is no `--train`.
 * @throws UsageError for `--dev` without `--train`; DataError that names file and line
 */
export async function trainingSentences({
  train,
  dev,
}: TrainingSentences): Promise<{ train: TaggedSentence[]; dev: TaggedSentence[] | undefined }> {
  if (train === undefined) {
    if (dev !== undefined) {
      throw new UsageError(
        '--dev needs --train; without it the embedded requests for flights are learnt, and measured on their own part',
      );
    }
    return flights();
  }
  return { train: await readTagged(train), dev: dev === undefined ? undefined : await readTagged(dev) };
}
