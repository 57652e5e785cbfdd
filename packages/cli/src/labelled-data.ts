import { holdOut, type LabelledText, requests } from '@ostinato/data';
import { readLabelled, type TextEncoding } from '@ostinato/data/node';
import { Option } from 'commander';
import { UsageError } from './errors.js';

/** `--encoding NAME` of files with texts. */
export function encodingOption(): Option {
  return new Option('--encoding <name>', 'how text files are encoded')
    .choices(['utf-8', 'latin1'] satisfies TextEncoding[])
    .default('utf-8');
}

/** What texts a training is given. */
export interface TrainingTexts {
  readonly train?: string;
  readonly dev?: string;
  readonly holdOut?: number;
  readonly encoding: TextEncoding;
}

/**
 * The texts to learn from and to measure on: files, or the embedded requests where there is no `--train`.
 * @throws UsageError for options that need `--train`; DataError that names file and line
 */
export async function trainingTexts({
  train,
  dev,
  holdOut: count,
  encoding,
}: TrainingTexts): Promise<{ train: LabelledText[]; dev: LabelledText[] | undefined }> {
  if (train === undefined) {
    const given = dev === undefined ? count && '--hold-out' : '--dev';
    if (given) throw new UsageError(`${given} needs --train; without it the embedded requests are learnt`);
    return requests();
  }
  const texts = await readLabelled(train, { encoding });
  if (count !== undefined) {
    const { kept, held } = holdOut(texts, count);
    return { train: kept, dev: held };
  }
  return { train: texts, dev: dev === undefined ? undefined : await readLabelled(dev, { encoding }) };
}
