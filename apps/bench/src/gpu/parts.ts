import { type BenchCase, lstmTraining, type Sizes, squareMatmul } from '../cases/cases.js';
import { installPeers, unavailableReasons } from '../libraries/available.js';
import { BASELINE, competitorOf, competitors, forms, onCuda } from '../libraries/list.js';
import { significant } from '../report/format.js';
import { gapsOf, rowsOf } from '../report/rows.js';
import { renderRows } from '../report/table.js';
import { renderGrid } from './grid.js';
import type { Part } from './part.js';
import type { Peak } from './peak.js';

/** What the parts are made of. */
export interface Choice {
  /** Small sizes that a software driver does in a minute: shows that everything runs. */
  readonly quick: boolean;
  /** What the card can do at best, where that is known. */
  readonly peak: Peak | undefined;
}

const ours = competitorOf(BASELINE.webgpu);

/** All parts, the most important first; together they may take five minutes and a half. */
export function partsOf(choice: Choice): Part[] {
  return [formsPart(choice), matmulPart(choice), cudnnPart(choice), peersPart(choice)];
}

/** Layers of the same width in and out; H is changed slowest. */
function layers({ quick }: Choice): BenchCase[] {
  const time = quick ? 6 : 50;
  const widths = quick ? [8, 48] : [64, 128, 256, 512];
  const batches = quick ? [1, 4] : [1, 32, 128];
  return widths.flatMap((hidden) => batches.map((batch) => lstmTraining([batch, time, hidden, hidden])));
}

/** Which form of a recurrence is faster, and whether the backend chooses it. */
function formsPart(choice: Choice): Part {
  const cases = layers(choice);
  return {
    name: 'forms',
    title: 'Whole sequences and single steps (webgpu({ recurrence })), beside what the backend chooses',
    seconds: 110,
    cases,
    competitors: [ours, ...forms],
    render: (results) => renderGrid(cases, results),
  };
}

/** How near a large product comes to what the card can do. */
function matmulPart({ quick, peak }: Choice): Part {
  const cases = [squareMatmul(quick ? 192 : 4096)];
  return {
    name: 'matmul',
    title: 'A large matrix product, float32',
    seconds: 30,
    cases,
    competitors: [ours],
    render(results) {
      const lines = rowsOf(results).map(({ gflops }) => {
        const rate = `${significant(gflops!)} GFLOP/s`;
        if (!peak) return `${rate}; the peak of this card is not listed: --peak tells it`;
        const share = gflops! / (1000 * peak.teraflops);
        return `${rate}, ${significant(100 * share)} % of ${peak.teraflops} TFLOP/s (${peak.source})`;
      });
      return [renderGrid(cases, results), ...lines].join('\n');
    },
  };
}

/** Beside the best that the card has: cuDNN, through PyTorch, within the same minute for each size. */
function cudnnPart(choice: Choice): Part {
  // As it comes PyTorch rounds to ten bits; worth a look where products are large.
  const all = layers(choice);
  const cases = all.map((benchCase, index) => ({
    ...benchCase,
    libraries: [ours.id, 'pytorch-cuda', ...(index < all.length / 2 ? [] : ['pytorch-cuda-tf32'])],
  }));
  return {
    name: 'cudnn',
    title: 'LSTM training beside PyTorch with cuDNN on the same card',
    seconds: 110,
    cases,
    competitors: [ours, ...onCuda],
    async prepare() {
      return (await unavailableReasons(onCuda)).get(onCuda[0]!.id);
    },
    render: (results) => renderGrid(cases, results),
  };
}

/** Beside what else computes on WebGPU from JavaScript. */
function peersPart({ quick }: Choice): Part {
  const sizes: Sizes[] = quick
    ? [
        [2, 4, 8, 8],
        [4, 4, 8, 16],
        [1, 6, 8, 16],
      ]
    : [
        [16, 30, 100, 100],
        [32, 50, 128, 256],
        [128, 50, 512, 512],
      ];
  const cases = sizes.map(lstmTraining);
  return {
    name: 'peers',
    title: 'LSTM training beside TensorFlow.js and jax-js on WebGPU',
    seconds: 100,
    cases,
    competitors: competitors.filter(({ backend }) => backend === 'webgpu'),
    async prepare(signal) {
      try {
        await installPeers(() => {}, signal);
        return undefined;
      } catch (error) {
        const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
        return `the libraries to compare with were not installed: ${reason}`;
      }
    },
    render: (results) =>
      renderRows(
        cases.map(({ name }) => name),
        rowsOf(results),
        gapsOf(results),
      ),
  };
}
