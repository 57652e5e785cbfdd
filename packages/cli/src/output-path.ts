import { access, constants, open, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError } from './errors.js';

/** A kind of model as far as it matters whether a file with one may be replaced. */
export interface ReplaceableKind {
  /** `tagger` */
  readonly name: string;
  load(path: string): Promise<{
    readonly finished: boolean;
    readonly epoch: number;
    readonly settings: { readonly epochs: number };
    dispose(): void;
  }>;
}

/**
 * Makes sure that a model can be written to a path, before hours of work: the folder is there and can be written to, and
 * what the path already holds, if anything, is an empty file or a model of this kind whose training is over (or shall go on).
 *
 * @param resumes whether a training that was stopped goes on
 * @throws CommandError that names the path, what is wrong and what to do
 */
export async function checkOutputPath(kind: ReplaceableKind, path: string, resumes = false): Promise<void> {
  await checkReplaceable(kind, path, resumes);
  const folder = dirname(path);
  const probe = join(folder, `.${basename(path)}.${process.pid}.probe`);
  try {
    await (await open(probe, 'wx')).close();
    await unlink(probe);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? `there is no folder ${folder}; make it first`
        : `nothing can be written in the folder ${folder} (${code}); change its permissions or give another path`;
    throw new CommandError(`--out ${path}: ${reason}`, { cause });
  }
}

async function checkReplaceable(kind: ReplaceableKind, path: string, resumes: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return;
  if (found.isDirectory()) {
    const example = join(path, `${kind.name}.ostinato`);
    throw new CommandError(`--out ${path}: this is a folder; give the name of a file, such as ${example}`);
  }
  if (!found.isFile()) throw new CommandError(`--out ${path}: this is no ordinary file; give another path`);
  try {
    await access(path, constants.W_OK);
  } catch (cause) {
    throw new CommandError(`--out ${path}: the file must not be written to; give another path`, { cause });
  }
  if (found.size === 0) return;
  const model = await kind.load(path).catch((cause) => {
    throw new CommandError(
      `--out ${path}: the file exists and is no model that could be replaced; give another path or remove it ` +
        `(${(cause as Error).message})`,
      { cause },
    );
  });
  model.dispose();
  if (model.finished || resumes) return;
  const { epochs } = model.settings;
  throw new CommandError(
    `--out ${path}: this model's training was stopped after ${model.epoch} of ${epochs} epochs; ` +
      'go on with --resume, give another path, or remove the file to begin anew',
  );
}
