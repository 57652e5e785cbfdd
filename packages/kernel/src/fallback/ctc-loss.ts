import type { Backend, CtcLossArgs } from '../backend.js';
import { fill, identity } from '../program.js';
import { broadcastView, expandView, permuteView, selectView, sliceView, type View } from '../view.js';
import {
  backward,
  border,
  emissions,
  finalLoss,
  finalTerm,
  finalWhole,
  firstStates,
  floor,
  forward,
  knownSymbols,
  lastStates,
  logarithm,
  probabilities,
  shares,
  shiftedExp,
  skips,
} from './ctc-programs.js';
import { withScratch } from './scratch.js';

/** Views of both numbers of logarithms [2, ...]. */
const pairOf = (views: View): [whole: View, rest: View] => [selectView(views, 0, 0), selectView(views, 0, 1)];

/** CTC step by step, one map each way, from the five required kernels. */
export function ctcLoss(backend: Backend, args: CtcLossArgs): void {
  const { logits, targets, inputLengths, targetLengths, loss, gradient } = args;
  const [T, B] = logits.shape as [number, number, number];
  if (B === 0) return;
  const L = 2 * targets.shape[1]! + 1;
  const column = (view: View): View => expandView(view, 1);
  const slots = gradient ? T + 1 : 2;
  const shapes = [
    [B, L],
    [B, L + border],
    [T, B, 1],
    [T, B, 1],
    [2, T, B, L],
    [2, slots, B, border + L],
    [2, B, 1],
  ];
  withScratch(backend, shapes, (bits, skip, largest, logSum, emission, alphas, final) => {
    const classes: View = { ...bits!, dtype: 'i32' };
    extend(backend, args, classes, skip!);
    normalize(backend, logits, largest!, logSum!);
    emit(backend, logits, classes, largest!, logSum!, emission!);

    const states = (step: number, shift: number): View[] =>
      pairOf(sliceView(selectView(alphas!, 1, step % slots), 2, border - shift, border - shift + L));
    const wide = (view: View): View => broadcastView(column(view), [B, L]);
    for (const [index, value] of [floor, 0].entries())
      backend.map(fill, [], [value], [sliceView(selectView(alphas!, 0, index), 2, 0, border)]);
    backend.map(firstStates, [], [], pairOf(selectView(alphas!, 1, 0)));
    const ends = wide(inputLengths);
    for (let step = 0; step < T; step++) {
      const inputs = [0, 1, 2].flatMap((shift) => states(step, shift));
      const skipped = sliceView(skip!, 1, 0, L);
      const own = pairOf(selectView(emission!, 1, step));
      backend.map(forward, [...inputs, skipped, ...own, ends], [step], states(step + 1, 0));
    }
    const [whole, total] = pairOf(final!);
    const last = states(T, 0);
    const symbols = wide(targetLengths);
    backend.reduce('max', finalWhole, [last[0]!, symbols], [], [1], whole);
    const shift = broadcastView(whole, [B, L]);
    backend.reduce('sum', finalTerm, [...last, shift, symbols], [], [1], total);
    backend.map(finalLoss, [whole, total], [], [column(loss)]);
    if (gradient && T > 0) {
      const parts = {
        classes,
        skip: skip!,
        largest: largest!,
        logSum: logSum!,
        emission: emission!,
        states,
        shift,
      };
      sendBack(backend, args, gradient, parts);
    }
  });
}

/** Classes of the states, and where a state can be entered from two before; 0 in the border behind the last. */
function extend(backend: Backend, args: CtcLossArgs, classes: View, skip: View): void {
  const { targets, targetLengths, blank } = args;
  const L = classes.shape[1]!;
  backend.map(fill, [], [blank], [sliceView(classes, 1, 0, L, 2)]);
  backend.map(fill, [], [0], [skip]);
  if (L === 1) return;
  const lengths = broadcastView(expandView(targetLengths, 1), targets.shape);
  backend.map(knownSymbols, [targets, lengths], [blank], [sliceView(classes, 1, 1, L, 2)]);
  const [own, before] = [sliceView(classes, 1, 2, L), sliceView(classes, 1, 0, L - 2)];
  backend.map(skips, [own, before], [blank], [sliceView(skip, 1, 2, L)]);
}

/** The largest logit of each step, and the logarithm of the sum of exp(logit - largest). */
function normalize(backend: Backend, logits: View, largest: View, logSum: View): void {
  if (logits.shape[0] === 0) return;
  backend.reduce('max', identity, [logits], [], [2], largest);
  backend.reduce('sum', shiftedExp, [logits, broadcastView(largest, logits.shape)], [], [2], logSum);
  backend.map(logarithm, [logSum], [], [logSum]);
}

/** Row b of sequences [T, B, size] as a table [size, T]. */
const tableOf = (sequences: View, row: number): View => permuteView(selectView(sequences, 1, row), [1, 0]);

/** The log probabilities of the states' classes at each step, [2, T, B, L]. */
function emit(
  backend: Backend,
  logits: View,
  classes: View,
  largest: View,
  logSum: View,
  emission: View,
): void {
  const [T, B] = logits.shape as [number, number];
  if (T === 0) return;
  const [whole, rest] = pairOf(emission);
  for (let row = 0; row < B; row++)
    backend.gather(tableOf(logits, row), selectView(classes, 0, row), tableOf(whole, row));
  const norms = [largest, logSum].map((view) => broadcastView(view, whole.shape));
  backend.map(emissions, [whole, ...norms], [], [whole, rest]);
}

/** What the sweep back takes from the sweep forward. */
interface Swept {
  readonly classes: View;
  readonly skip: View;
  readonly largest: View;
  readonly logSum: View;
  readonly emission: View;
  /** α before a step, the whole and the rest [B, L]. */
  readonly states: (step: number, shift: number) => View[];
  /** The whole part of the log probability, [B, L]. */
  readonly shift: View;
}

/** The gradient: probabilities less the share that each class has in the alignments of its step. */
function sendBack(backend: Backend, args: CtcLossArgs, gradient: View, swept: Swept): void {
  const { logits, inputLengths, targetLengths, loss } = args;
  const { classes, skip, largest, logSum, emission, states, shift } = swept;
  const [T, B] = logits.shape as [number, number, number];
  const L = classes.shape[1]!;
  withScratch(
    backend,
    [
      [2, 2, B, L + border],
      [T, B, L],
      [T, B, 1],
    ],
    (betas, share, total) => {
      const ahead = (step: number, by: number): View[] =>
        pairOf(sliceView(selectView(betas!, 1, step % 2), 2, by, by + L));
      for (const slot of [0, 1]) {
        const all = pairOf(selectView(betas!, 1, slot));
        backend.map(lastStates, [broadcastView(expandView(targetLengths, 1), all[0].shape)], [], all);
      }
      const ends = broadcastView(expandView(inputLengths, 1), [B, L]);
      for (let step = T - 1; step >= 0; step--) {
        const inputs = [0, 1, 2].flatMap((by) => ahead(step + 1, by));
        const own = pairOf(selectView(emission, 1, step));
        const rest = [sliceView(skip, 1, 2, L + 2), ...own, ends, ...states(step + 1, 0), shift];
        backend.map(backward, [...inputs, ...rest], [step], [...ahead(step, 0), selectView(share!, 0, step)]);
      }
      // The shares of a step add up to 1: dividing by their sum takes out what rounding has done to all of them.
      backend.reduce('sum', identity, [share!], [], [2], total!);
      const perRow = (shape: readonly number[]): View[] =>
        [loss, inputLengths].map((view) => broadcastView(expandView(view, 1), shape));
      const sums = broadcastView(total!, share!.shape);
      backend.map(shares, [share!, sums, ...perRow(share!.shape)], [], [share!]);
      const norms = [largest, logSum].map((view) => broadcastView(view, logits.shape));
      backend.map(probabilities, [logits, ...norms, ...perRow(logits.shape)], [], [gradient]);
      for (let row = 0; row < B; row++)
        backend.scatterAdd(tableOf(share!, row), selectView(classes, 0, row), tableOf(gradient, row));
    },
  );
}
