import type { LanguageModel } from '@ostinato/tasks';
import { loadLanguageModel } from '@ostinato/tasks/node';

/** Loads a language model to be used; where its training has been stopped, that is said on standard error. */
export async function openLanguageModel(path: string): Promise<LanguageModel> {
  const model = await loadLanguageModel(path);
  if (!model.finished) {
    const { epochs } = model.settings;
    process.stderr.write(`${path} is not trained to its end: ${model.epoch} of ${epochs} epochs are done.\n`);
  }
  return model;
}
