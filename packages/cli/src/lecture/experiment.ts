import type { Chart } from '../picture/chart.js';

/** An experiment of the lecture: what computes is apart from what prints and what draws. */
export interface ExperimentParts<Result extends object> {
  /** What people write: `ostinato lecture NAME`. */
  readonly name: string;
  /** The item of the lecture that it shows: `L4`. */
  readonly item: string;
  /** One line: what can be seen. */
  readonly title: string;
  /** Computes on the current backend; the same numbers each time. They are what `--json` prints. */
  readonly compute: () => Promise<Result>;
  /** Tells the result in a few lines of plain text, with units. */
  readonly print: (result: Result) => string;
  /** Draws the result, where a picture says more than the lines. */
  readonly draw?: (result: Result) => Chart;
}

/** What an experiment found. */
export interface Finding {
  /** The numbers: plain data. */
  readonly result: object;
  readonly text: string;
  readonly chart: Chart | undefined;
}

/** An experiment as the command sees it, whatever its result is. */
export interface Experiment extends Pick<ExperimentParts<object>, 'name' | 'item' | 'title'> {
  /** Whether there is a picture of it. */
  readonly isDrawn: boolean;
  readonly run: () => Promise<Finding>;
}

/** Puts the parts of an experiment together. */
export function defineExperiment<Result extends object>(parts: ExperimentParts<Result>): Experiment {
  const { name, item, title, compute, print, draw } = parts;
  return {
    name,
    item,
    title,
    isDrawn: draw !== undefined,
    run: async () => {
      const result = await compute();
      return { result, text: print(result), chart: draw?.(result) };
    },
  };
}
