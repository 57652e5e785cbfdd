/** A fraction as percent, without the sign: 0.9561 is `95.61`. */
export function percent(fraction: number): string {
  return (100 * fraction).toFixed(2);
}

/** A count as people read it: `12,345`. */
export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** `1 sentence`, `2 sentences`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Seconds as a clock: `0:07`, `12:34`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (number: number) => String(number).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `812 bytes`, `1.4 MB`: with decimal units, as file managers show. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte');
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A measure as people read it, with three digits that count: `0.00367`, `1`. */
export function measured(value: number): string {
  return String(Number(value.toPrecision(3)));
}
