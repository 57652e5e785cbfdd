/** [batch, time, features] as [time, batch, features]. */
export function timeMajor(x: Float32Array, batch: number, time: number, features: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let row = 0; row < batch; row++) {
    for (let step = 0; step < time; step++) {
      const from = (row * time + step) * features;
      out.set(x.subarray(from, from + features), (step * batch + row) * features);
    }
  }
  return out;
}

/** [time, directions, batch, hidden] as [batch, time, directions · hidden]. */
export function batchMajor(
  y: Float32Array,
  [time, directions, batch, hidden]: readonly [number, number, number, number],
): Float32Array {
  const out = new Float32Array(y.length);
  let from = 0;
  for (let step = 0; step < time; step++) {
    for (let direction = 0; direction < directions; direction++) {
      for (let row = 0; row < batch; row++) {
        const to = ((row * time + step) * directions + direction) * hidden;
        out.set(y.subarray(from, from + hidden), to);
        from += hidden;
      }
    }
  }
  return out;
}
