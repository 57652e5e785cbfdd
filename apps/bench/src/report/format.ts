/** Milliseconds with three significant digits and a unit: `0.123 ms`, `45.6 ms`, `1.23 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${significant(milliseconds)} ms` : `${significant(milliseconds / 1000)} s`;
}

/** Three significant digits, never with an exponent: `0.0123`, `45.6`, `1234`. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 20));
}

/** `12.3 MB`, with decimal units. */
export function megabytes(bytes: number): string {
  return `${significant(bytes / 1e6)} MB`;
}

/** Seconds as a clock: `0:07`, `12:34`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
