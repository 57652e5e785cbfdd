import { alwaysShared } from './always-shared.fixture.js';

/**
 * Threads have worked and have nothing to do any more. Prints how much processor time the whole process takes in a
 * while, in milliseconds; the least of some whiles, since compilers and collectors run on for a moment. Then it is at
 * its end, disposes nothing, and should be gone.
 */
const milliseconds = Number(process.argv[2]);
await alwaysShared(3);
let least = Infinity;
for (let round = 0; round < 4; round++) {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const { user, system } = process.cpuUsage(before);
  least = Math.min(least, (user + system) / 1000);
}
console.log(least);
