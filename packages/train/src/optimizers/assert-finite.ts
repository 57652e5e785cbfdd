import { NonFiniteError } from '../errors.js';

/** Numbers of one step, to be looked over. */
interface StepNumbers {
  readonly step: number;
  readonly loss: number | undefined;
  /** Names of the parameters, and the squared norms of their gradients, in the same order. */
  readonly names: readonly string[];
  readonly squaredNorms: Float32Array;
  /** Whether the norm of gradients is limited already. */
  readonly clips: boolean;
}

/** Throws NonFiniteError, naming step and parameter, where the loss or a gradient is NaN or infinite. */
export function assertFinite({ step, loss, names, squaredNorms, clips }: StepNumbers): void {
  const problems: string[] = [];
  if (loss !== undefined && !Number.isFinite(loss)) problems.push(`the loss is ${loss}`);
  const index = squaredNorms.findIndex((square) => !Number.isFinite(square));
  const kind = Number.isNaN(squaredNorms[index]) ? 'NaN' : 'infinite';
  if (index >= 0) problems.push(`the gradient of ${names[index]} is ${kind}`);
  if (problems.length === 0) return;
  const remedy = clips ? 'lower the rate or clipNorm' : 'lower the rate or clip gradients (clipNorm)';
  const kept = index >= 0 ? '; the parameters are as they were before this step' : '';
  throw new NonFiniteError(
    `step ${step}: ${problems.join(' and ')}; ${remedy}, and look for NaN in the batch${kept}`,
    step,
    names[index],
  );
}
