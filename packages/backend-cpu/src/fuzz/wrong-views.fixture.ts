import { type Storage, sizeOf, type View } from '@ostinato/kernel';
import fc from 'fast-check';
import type { Call } from './calls.fixture.js';

/** What makes a view of `elements` elements' storage wrong at an axis, or `undefined` where it would not. */
type Spoil = (view: View, axis: number, amount: number, elements: number) => View | undefined;

const hasElements = ({ shape }: View): boolean => sizeOf(shape) > 0;

/** Ways in which the place of a view in its storage can be wrong. */
const places: Record<string, Spoil> = {
  'offset behind the storage': (view, _, amount, elements) =>
    hasElements(view) ? { ...view, offset: elements + amount } : undefined,
  'offset before the storage': (view, _, amount) =>
    hasElements(view) ? { ...view, offset: -1 - amount } : undefined,
  'stride that leaves the storage': (view, axis, amount, elements) =>
    hasElements(view) && view.shape[axis]! > 1
      ? { ...view, strides: view.strides.with(axis, elements + amount) }
      : undefined,
  'stride back before the storage': (view, axis, amount, elements) =>
    hasElements(view) && view.shape[axis]! > 1
      ? { ...view, strides: view.strides.with(axis, -elements - amount) }
      : undefined,
  'offset that is no number': (view) => ({ ...view, offset: Number.NaN }),
  'offset between elements': (view, _, amount) => ({ ...view, offset: view.offset + 1 / (2 + amount) }),
  'stride between elements': (view, axis) =>
    axis < view.shape.length
      ? { ...view, strides: view.strides.with(axis, view.strides[axis]! + 0.5) }
      : undefined,
  'stride missing': (view) =>
    view.shape.length > 0 ? { ...view, strides: view.strides.slice(0, -1) } : undefined,
  'stride too many': (view, _, amount) => ({ ...view, strides: [...view.strides, amount] }),
};

/** Ways in which the shape of a view can be wrong, on axes on which something else depends. */
const shapes: Record<string, Spoil> = {
  'axis longer': (view, axis, amount) => resized(view, axis, 1 + amount),
  'axis shorter': (view, axis) => (view.shape[axis]! > 0 ? resized(view, axis, -1) : undefined),
  'length below 0': (view, axis) => resized(view, axis, -view.shape[axis]! - 1),
  'length between whole numbers': (view, axis) => resized(view, axis, 0.5),
  'axis missing': (view) =>
    view.shape.length > 0
      ? { ...view, shape: view.shape.slice(0, -1), strides: view.strides.slice(0, -1) }
      : undefined,
  'axis too many': (view) => ({ ...view, shape: [1, ...view.shape], strides: [0, ...view.strides] }),
};

const resized = (view: View, axis: number, by: number): View | undefined =>
  axis < view.shape.length ? { ...view, shape: view.shape.with(axis, view.shape[axis]! + by) } : undefined;

/** Storages that a backend must not work on. */
export interface DeadStorages {
  readonly freed: Storage;
  readonly foreign: Storage;
}

/** A view of a call, and what makes it wrong. */
export interface Wrong {
  readonly call: Call;
  readonly name: string;
  readonly how: string;
  spoil(view: View, dead: DeadStorages): View;
}

/** Calls with one wrong view. */
export const wrongly = (calls: fc.Arbitrary<Call>): fc.Arbitrary<Wrong> =>
  calls
    .filter((call) => !call.fails)
    .chain((call) =>
      fc.record({
        call: fc.constant(call),
        name: fc.constantFrom(...Object.keys(call.views)),
        how: fc.constantFrom('freed', 'foreign', ...Object.keys(places), ...Object.keys(shapes)),
        axis: fc.nat(3),
        amount: fc.oneof(fc.nat(3), fc.constantFrom(2 ** 20, 2 ** 29, 2 ** 30, 2 ** 31, 2 ** 40)),
      }),
    )
    .map(({ call, name, how, axis, amount }) => {
      const { shape, data } = call.views[name]!;
      const isLoose = call.loose?.includes(name) ?? false;
      const own = axis % Math.max(1, shape.length);
      const spoil = (view: View): View | undefined =>
        (places[how] ?? (isLoose ? undefined : shapes[how]))?.(view, own, amount, data.length);
      return {
        call,
        name,
        how,
        spoil: (view, { freed, foreign }) =>
          spoil(view) ?? { ...view, storage: how === 'foreign' ? foreign : freed },
      };
    });
