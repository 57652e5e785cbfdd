import type { Command } from 'commander';
import { backendOption, startBackend, threadsOption } from '../backend.js';
import { addDecodingOptions, type DecodingOptions, decodingOf } from '../decoding-options.js';
import { recognizers } from '../model-kind.js';
import { openModel } from '../open-model.js';
import { embeddedTones, readRecordings, tellResampling, tellUnknown } from '../recordings.js';
import { renderRecognition, type TimedReport } from '../speech-report.js';
import { colorsFor } from '../terminal.js';

interface EvalOptions extends DecodingOptions {
  readonly backend: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `ostinato speech eval MODEL [MANIFEST]`: how well a model writes what is said in recordings. */
export function addSpeechEval(parent: Command): void {
  const command = parent
    .command('eval')
    .description('measure a model on recordings whose transcripts are known')
    .argument('<model>', 'file that "speech train" wrote')
    .argument(
      '[manifest]',
      'file with the path of a WAV file, a tab and its transcript on each line; the test part of the embedded tones by default',
    );
  addDecodingOptions(command)
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON object; its rates are fractions, not percent')
    .action(evaluate);
}

async function evaluate(model: string, manifest: string | undefined, options: EvalOptions): Promise<void> {
  await startBackend(options.backend, options.threads);
  const recognizer = await openModel(recognizers, model);
  const decoding = await decodingOf(options);
  const utterances = manifest === undefined ? embeddedTones().test : await readRecordings(manifest);
  tellResampling(utterances, recognizer.sampleRate);
  tellUnknown(utterances, recognizer);
  const begin = performance.now();
  const found = await recognizer.evaluate(utterances, decoding);
  const seconds = (performance.now() - begin) / 1000;
  const report: TimedReport = { ...found, realTimeFactor: found.seconds === 0 ? 0 : seconds / found.seconds };
  const text = options.json ? JSON.stringify(report) : renderRecognition(report, colorsFor(process.stdout));
  process.stdout.write(`${text}\n`);
}
