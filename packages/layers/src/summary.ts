import { noGrad, Tensor, tidy } from '@ostinato/tensor';
import type { Module } from './module.js';

/** One line of a summary. */
export interface SummaryRow {
  /** Field path; '' is the model itself. */
  readonly name: string;
  /** Class of the layer. */
  readonly layer: string;
  /** Shape of what it gives (of the `output` where it gives several things); undefined where it was not run. */
  readonly outputShape: readonly number[] | undefined;
  /** How many numbers it learns, all inside counted. */
  readonly parameters: number;
}

/**
 * What a model consists of. With `run`, a call of the model on example data, output shapes are found by watching it.
 * @example summary(model, () => model.forward(batch))
 */
export function summaryRows(model: Module, run?: () => unknown): SummaryRow[] {
  const modules = [...model.namedModules()];
  const shapes = run
    ? watch(
        modules.map(([, module]) => module),
        run,
      )
    : new Map();
  return modules
    .filter(([name, module]) => name === '' || module.parameterCount > 0 || shapes.has(module))
    .map(([name, module]) => ({
      name,
      layer: module.constructor.name,
      outputShape: shapes.get(module),
      parameters: module.parameterCount,
    }));
}

/** The same as a text table: layer, output shape, parameters. */
export function summary(model: Module, run?: () => unknown): string {
  const rows = summaryRows(model, run).map(({ name, layer, outputShape, parameters }) => {
    const depth = name === '' ? 0 : name.split('.').length;
    const label = name === '' ? layer : `${'  '.repeat(depth)}${name.split('.').at(-1)} (${layer})`;
    return [
      label,
      outputShape ? `[${outputShape.join(', ')}]` : '',
      parameters.toLocaleString('en-US'),
    ] as const;
  });
  const table = [['layer', 'output shape', 'parameters'] as const, ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map(([label, shape, count]) =>
    [label.padEnd(widths[0]!), shape.padEnd(widths[1]!), count.padStart(widths[2]!)].join('  ').trimEnd(),
  );
  return [lines[0], '-'.repeat(widths[0]! + widths[1]! + widths[2]! + 4), ...lines.slice(1)].join('\n');
}

/** Runs `run` and notes the shape of what each module's `forward` gives. */
function watch(modules: readonly Module[], run: () => unknown): Map<Module, readonly number[]> {
  const shapes = new Map<Module, readonly number[]>();
  const watched = modules.filter(
    (module): module is Module & Watched => typeof (module as Partial<Watched>).forward === 'function',
  );
  for (const module of watched) {
    const original = module.forward;
    // An own property hides the class's method until it is deleted again.
    module.forward = (...inputs) => {
      const result = original.apply(module, inputs);
      const output = result instanceof Tensor ? result : (result as { output?: unknown } | null)?.output;
      if (output instanceof Tensor) shapes.set(module, output.shape);
      return result;
    };
  }
  try {
    tidy(() => void noGrad(run));
  } finally {
    for (const module of watched) delete (module as Partial<Watched>).forward;
  }
  return shapes;
}

interface Watched {
  forward(...inputs: unknown[]): unknown;
}
