import type { SequenceTagger } from '@ostinato/tasks';
import { loadTagger } from '@ostinato/tasks/node';

/** Loads a tagger to be used; where its training has been stopped, that is said on standard error. */
export async function openTagger(path: string): Promise<SequenceTagger> {
  const tagger = await loadTagger(path);
  if (!tagger.finished) {
    const { epochs } = tagger.settings;
    process.stderr.write(
      `${path} is not trained to its end: ${tagger.epoch} of ${epochs} epochs are done.\n`,
    );
  }
  return tagger;
}
