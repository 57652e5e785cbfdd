import { readSentences } from '@ostinato/data/node';
import type { LanguageReport } from '@ostinato/tasks';
import type { Command } from 'commander';
import { backendOption, startBackend, threadsOption } from '../backend.js';
import { languageModels } from '../model-kind.js';
import { count, counted } from '../numbers.js';
import { openModel } from '../open-model.js';

interface EvalOptions {
  readonly backend: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `ostinato lm eval MODEL FILE`: how well a model predicts a text. */
export function addLmEval(parent: Command): void {
  parent
    .command('eval')
    .description('measure how well a model predicts a text')
    .argument('<model>', 'file that "lm train" wrote')
    .argument('<file>', 'text, one sentence per line; it may be packed (.gz)')
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON object')
    .action(evaluate);
}

async function evaluate(path: string, file: string, options: EvalOptions): Promise<void> {
  const sentences = await readSentences(file);
  await startBackend(options.backend, options.threads);
  const model = await openModel(languageModels, path);
  const report = await model.evaluate(sentences);
  process.stdout.write(`${options.json ? JSON.stringify(report) : renderLanguageReport(report)}\n`);
}

/** One line: the perplexity, and of what. */
export function renderLanguageReport({ perplexity, tokens, unknown }: LanguageReport): string {
  const strange = unknown === 0 ? '' : `, ${count(unknown)} of them unknown`;
  return `perplexity ${perplexity.toFixed(2)} (${counted(tokens, 'token')} with ends of sentences${strange})`;
}
