import { requests } from '@ostinato/data';
import { readLabelled, type TextEncoding } from '@ostinato/data/node';
import type { Command } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { renderClassification } from '../classification-report.js';
import { encodingOption } from '../labelled-data.js';
import { classifiers } from '../model-kind.js';
import { openModel } from '../open-model.js';
import { colorsFor } from '../terminal.js';

interface EvalOptions {
  readonly encoding: TextEncoding;
  readonly backend: string;
  readonly json?: boolean;
}

/** `ostinato classify eval MODEL [PATH]`: how well a model labels texts whose labels are known. */
export function addClassifyEval(parent: Command): void {
  parent
    .command('eval')
    .description('measure a model on texts whose labels are known')
    .argument('<model>', 'file that "classify train" wrote')
    .argument(
      '[path]',
      'file with a label, a tab (or a blank) and a text on each line; the test part of the embedded requests by default',
    )
    .addOption(encodingOption())
    .addOption(backendOption())
    .option('--json', 'print one JSON object; its numbers are fractions, not percent')
    .action(evaluate);
}

async function evaluate(model: string, path: string | undefined, options: EvalOptions): Promise<void> {
  const texts = path === undefined ? requests().test : await readLabelled(path, options);
  await startBackend(options.backend);
  const classifier = await openModel(classifiers, model);
  const report = await classifier.evaluate(texts);
  const text = options.json
    ? JSON.stringify(report)
    : renderClassification(report, colorsFor(process.stdout));
  process.stdout.write(`${text}\n`);
}
