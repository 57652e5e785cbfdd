import { LifetimeError } from '@ostinato/kernel';

/** What scopes look after. */
export interface Disposable {
  dispose(): void;
}

class Scope {
  readonly members = new Set<Disposable>();
}

const scopes: Scope[] = [];

/** Puts something into the innermost scope, if there is one. */
export function register(member: Disposable): void {
  scopes.at(-1)?.members.add(member);
}

/** Takes something out of whatever scope it is in: it lives until it is disposed. Returns it. */
export function keep<T extends Disposable>(member: T): T {
  for (const scope of scopes) scope.members.delete(member);
  return member;
}

/** Whether a `tidy` is running. */
export function insideTidy(): boolean {
  return scopes.length > 0;
}

/** All disposable members of a value: itself, or inside arrays, plain objects and maps. */
function* membersOf(value: unknown): Generator<Disposable> {
  if (value === null || typeof value !== 'object') return;
  if (typeof (value as Partial<Disposable>).dispose === 'function') yield value as Disposable;
  else if (Array.isArray(value)) for (const item of value) yield* membersOf(item);
  else if (value instanceof Map) for (const item of value.values()) yield* membersOf(item);
  else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
    for (const item of Object.values(value)) yield* membersOf(item);
  }
}

/**
 * Runs `fn` and disposes every tensor made inside, except those in its result (a tensor, or arrays, plain objects and
 * maps of tensors), which pass to the surrounding scope. Parameters and kept tensors are never disposed.
 * @throws LifetimeError when `fn` returns a promise: what it still computes would lose its tensors
 */
export function tidy<T>(fn: () => T): T {
  const scope = new Scope();
  scopes.push(scope);
  let result: T | undefined;
  try {
    result = fn();
    if (result instanceof Promise) {
      result.catch(() => {});
      throw new LifetimeError(
        'tidy: the function returned a promise; await outside of tidy, and compute inside',
      );
    }
    for (const member of membersOf(result))
      scope.members.delete(member) && scopes.at(-2)?.members.add(member);
    return result;
  } finally {
    scopes.pop();
    for (const member of scope.members) member.dispose();
  }
}

/** Disposes every tensor inside a value (arrays, plain objects and maps are walked). */
export function dispose(value: unknown): void {
  for (const member of membersOf(value)) member.dispose();
}
