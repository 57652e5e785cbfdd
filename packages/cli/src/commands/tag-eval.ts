import { flights } from '@ostinato/data';
import { readTagged } from '@ostinato/data/node';
import type { Command } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { taggers } from '../model-kind.js';
import { openModel } from '../open-model.js';
import { renderReport } from '../report.js';
import { colorsFor } from '../terminal.js';

interface EvalOptions {
  readonly backend: string;
  readonly json?: boolean;
}

/** `ostinato tag eval MODEL [PATH]`: how well a model tags sentences whose slots are known. */
export function addTagEval(parent: Command): void {
  parent
    .command('eval')
    .description('measure a model on sentences whose slots are known')
    .argument('<model>', 'file that "tag train" wrote')
    .argument(
      '[path]',
      'folder with seq.in, seq.out and perhaps label, or a CoNLL file; the test part of the embedded requests by default',
    )
    .addOption(backendOption())
    .option('--json', 'print one JSON object; its numbers are fractions, not percent')
    .action(evaluate);
}

async function evaluate(model: string, path: string | undefined, options: EvalOptions): Promise<void> {
  const sentences = path === undefined ? flights().test : await readTagged(path);
  await startBackend(options.backend);
  const tagger = await openModel(taggers, model);
  const report = await tagger.evaluate(sentences);
  const text = options.json ? JSON.stringify(report) : renderReport(report, colorsFor(process.stdout));
  process.stdout.write(`${text}\n`);
}
