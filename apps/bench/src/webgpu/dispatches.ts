/**
 * How many compute shaders a library starts while `step` runs, counted where all libraries pass by: in the calls of compute passes. Time is
 * not to be taken meanwhile.
 */
export async function dispatchesOf(step: () => Promise<unknown>): Promise<number> {
  const { prototype } = GPUComputePassEncoder;
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = prototype;
  let count = 0;
  prototype.dispatchWorkgroups = function (...groups) {
    count++;
    return dispatchWorkgroups.apply(this, groups);
  };
  prototype.dispatchWorkgroupsIndirect = function (...where) {
    count++;
    return dispatchWorkgroupsIndirect.apply(this, where);
  };
  try {
    await step();
  } finally {
    Object.assign(prototype, { dispatchWorkgroups, dispatchWorkgroupsIndirect });
  }
  return count;
}
