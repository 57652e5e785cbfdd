import type { BenchCase } from '../cases/cases.js';
import type { RecurrentTask } from '../cases/task.js';
import { exponentOf, type Point } from '../measure/exponent.js';
import type { Row } from './rows.js';

/** How something grows with a size: value = c · size^exponent. */
export interface Growth {
  readonly library: string;
  readonly threads: number;
  readonly backend: string;
  readonly along: 'T' | 'B' | 'H';
  readonly of: 'time' | 'rss' | 'live';
  readonly exponent: number;
  /** The sizes, and milliseconds or bytes there. */
  readonly points: readonly Point[];
}

const sizeAlong = { T: 'time', B: 'batch', H: 'hidden' } as const;

const quantities = {
  time: (row: Row) => row.ms,
  rss: (row: Row) => row.rssBytes,
  live: (row: Row) => row.liveBytes ?? 0,
};

/** The curves of the scaling cases: time along T, B and H, memory along T. */
export function growthsOf(cases: readonly BenchCase[], rows: readonly Row[]): Growth[] {
  return (['T', 'B', 'H'] as const).flatMap((along) => {
    const sizes = new Map(
      cases
        .filter((benchCase) => benchCase.along === along)
        .map(({ name, task }) => [name, (task as RecurrentTask)[sizeAlong[along]]]),
    );
    const measured = rows.filter((row) => sizes.has(row.case));
    const libraries = new Map(measured.map((row) => [`${row.library} ${row.backend} ${row.threads}`, row]));
    const kinds = along === 'T' ? (['time', 'rss', 'live'] as const) : (['time'] as const);
    return [...libraries.values()].flatMap(({ library, backend, threads }) =>
      kinds.flatMap((of) => {
        const points = measured
          .filter((row) => row.library === library && row.backend === backend && row.threads === threads)
          .map((row): Point => [sizes.get(row.case)!, quantities[of](row)])
          .filter(([, value]) => value > 0);
        const exponent = exponentOf(points);
        return exponent === undefined ? [] : [{ library, backend, threads, along, of, exponent, points }];
      }),
    );
  });
}
