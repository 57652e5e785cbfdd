import { toneSequences, type Utterance } from '@ostinato/data';
import { readUtterances } from '@ostinato/data/node';
import { UsageError } from './errors.js';
import { counted } from './numbers.js';

/**
 * The recordings of a manifest with their transcripts. Their names in messages are file and line of the manifest.
 * @throws DataError that names the manifest's lines whose recordings are missing, or a recording that cannot be read
 */
export async function readRecordings(manifest: string): Promise<Utterance[]> {
  const { utterances } = await readUtterances(manifest);
  return utterances.map(({ clip, transcript, file, line, path }) => ({
    clip,
    transcript,
    name: `${file}:${line}: ${path}`,
  }));
}

/**
 * The recordings to learn from and to measure on: manifests, or embedded sequences of tones where there is no `--train`.
 * @throws UsageError for `--dev` without `--train`; DataError that names file and line
 */
export async function trainingRecordings({
  train,
  dev,
}: {
  readonly train?: string;
  readonly dev?: string;
}): Promise<{ train: readonly Utterance[]; dev: readonly Utterance[] | undefined }> {
  if (train === undefined) {
    if (dev !== undefined) {
      throw new UsageError('--dev needs --train; without it the embedded sequences of tones are learnt');
    }
    return embeddedTones();
  }
  return {
    train: await readRecordings(train),
    dev: dev === undefined ? undefined : await readRecordings(dev),
  };
}

/** Sequences of tones, each symbol a word of its own. */
export function embeddedTones(): Record<'train' | 'dev' | 'test', readonly Utterance[]> {
  const spaced = (utterances: readonly Utterance[]): Utterance[] =>
    utterances.map(({ clip, transcript }) => ({ clip, transcript: [...transcript].join(' ') }));
  const { train, dev, test } = toneSequences();
  return { train: spaced(train), dev: spaced(dev), test: spaced(test) };
}

/** Says on standard error how many recordings have another rate than the model hears. */
export function tellResampling(
  recordings: readonly { readonly clip: { readonly sampleRate: number } }[],
  sampleRate: number,
): void {
  const counts = new Map<number, number>();
  for (const { clip } of recordings) {
    if (clip.sampleRate !== sampleRate) counts.set(clip.sampleRate, (counts.get(clip.sampleRate) ?? 0) + 1);
  }
  for (const [rate, count] of counts) {
    process.stderr.write(
      `${counted(count, 'recording')} of ${rate} Hz ${count === 1 ? 'is' : 'are'} resampled to the ${sampleRate} Hz that the model hears.\n`,
    );
  }
}

/** Says on standard error how many transcripts have symbols that the model never writes, and shows the first. */
export function tellUnknown(
  utterances: readonly Utterance[],
  recognizer: { unknownIn(text: string): readonly string[] },
): void {
  const strange = utterances.filter(({ transcript }) => recognizer.unknownIn(transcript).length > 0);
  const [first] = strange;
  if (!first) return;
  const symbols = recognizer.unknownIn(first.transcript).map((symbol) => `'${symbol}'`);
  process.stderr.write(
    `${counted(strange.length, 'transcript')} of ${utterances.length} cannot be recognised without errors, because the model never writes ` +
      `what ${strange.length === 1 ? 'it has' : 'they have'}; the first is ${first.name ?? `'${first.transcript}'`}: ${symbols.join(' ')}\n`,
  );
}
