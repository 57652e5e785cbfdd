import {
  drivers,
  environmentOf,
  howToGetDrivers,
  isHere,
  type Driver as SoftwareDriver,
  selecting,
} from '@ostinato-tooling/gpu';
import { findAdapter } from '@ostinato-tooling/gpu/find-adapter';
import { adapterName } from './devices.js';

/** What WebGPU computes on. */
export interface Driver {
  /** `gpu` for what the machine has, or the name of a software driver. */
  readonly name: string;
  /** What processes have in their environment from the start, so that they use this one and no other. */
  readonly environment: Readonly<Record<string, string>>;
  /** How its adapter describes itself. */
  readonly adapter: string;
}

/** Names for `driverNamed`: the GPU of the machine, and the software drivers. */
export const driverNames: readonly string[] = ['gpu', ...drivers.map(({ name }) => name)];

/**
 * The driver of that name; without one the GPU of the machine where there is one, else the first software driver that is here.
 * @param quick sets software drivers as for tests: to compile fast rather than to compute fast
 * @throws RangeError where there is none
 */
export function driverNamed(name: string | undefined, quick = false): Driver {
  const asked = name === undefined ? ['gpu', ...drivers.filter(isHere).map((driver) => driver.name)] : [name];
  const reasons: string[] = [];
  for (const each of asked) {
    const found = each === 'gpu' ? gpu() : software(drivers.find((driver) => driver.name === each)!, quick);
    if (typeof found !== 'string') return found;
    reasons.push(`${each}: ${found}`);
  }
  throw new RangeError(
    `WebGPU cannot be measured here (${reasons.join('; ')}); software drivers: ${howToGetDrivers}`,
  );
}

/** The GPU of the machine, or why there is none. */
function gpu(): Driver | string {
  const found = findAdapter();
  if ('unavailable' in found) return found.unavailable;
  const adapter = adapterName(found);
  const isSoftware = drivers.some(({ word }) => adapter.toLowerCase().includes(word));
  return isSoftware ? `there is only ${adapter}` : { name: 'gpu', environment: {}, adapter };
}

function software(driver: SoftwareDriver, quick: boolean): Driver | string {
  if (!isHere(driver)) return 'it is not in .gpu/';
  const environment = (quick ? environmentOf : selecting)(driver);
  const found = findAdapter(environment);
  if ('unavailable' in found) return found.unavailable;
  return { name: driver.name, environment, adapter: adapterName(found) };
}
