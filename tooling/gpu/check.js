/**
 * Tells which adapters the tests of the WebGPU backend have here. The exit status is 1 where there are none, and where a
 * driver of `.gpu/` gives none.
 */
import { drivers, environmentOf, howToGetDrivers, isHere } from './drivers.js';
import { findAdapter } from './find-adapter.js';

/** @param {string} name @param {ReturnType<typeof findAdapter>} found */
function tell(name, found) {
  const isFound = !('unavailable' in found);
  console.log(
    `${name}: ${isFound ? `${found.vendor} ${found.architecture}, ${found.device} ${found.description}` : found.unavailable}`,
  );
  if (!isFound) process.exitCode = 1;
}

const here = drivers.filter(isHere);
for (const driver of here) tell(driver.name, findAdapter(environmentOf(driver)));
if (here.length === 0) tell('gpu', findAdapter());
if (process.exitCode) console.log(`software drivers: ${howToGetDrivers}`);
