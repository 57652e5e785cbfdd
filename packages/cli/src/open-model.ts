import type { Model, ModelKind } from './model-kind.js';

/** Loads a model to be used; where its training has been stopped, that is said on standard error. */
export async function openModel<Trained extends Model<never, unknown>>(
  kind: ModelKind<Trained>,
  path: string,
): Promise<Trained> {
  const model = await kind.load(path);
  if (!model.finished) {
    const { epochs } = model.settings;
    process.stderr.write(`${path} is not trained to its end: ${model.epoch} of ${epochs} epochs are done.\n`);
  }
  return model;
}
