import type { KernelContext } from '../context.js';
import type { FormChoice, RecurrenceForm } from './form.js';

/**
 * The rival has to be so many times faster, and by more milliseconds than clocks are rounded to; else what looks better by its sizes stays, so
 * that the choice is the same in each run.
 */
const clearly = 1.25;
const rounding = 0.15;

/**
 * Chooses between the two forms of a recurrence where sizes do not settle it: the first call of its kind runs both, and measures them on the
 * device. From the next read on the faster one runs. Without a clock it is the one that looks better by its sizes.
 */
export class Rivals {
  readonly #context: KernelContext;
  /** Forms by kind of call; undefined as long as they are being measured. */
  readonly #measured = new Map<string, RecurrenceForm | undefined>();

  constructor(context: KernelContext) {
    this.#context = context;
  }

  /**
   * Runs a call in one of its forms, or in both, one over the results of the other.
   * @param kind equal for calls for which the same form is the faster one
   * @param run writes all outputs, and reads none
   */
  run(kind: string, { form, rival }: FormChoice, run: (form: RecurrenceForm) => void): void {
    const clock = rival && this.#context.recorder.clock;
    if (!clock || this.#measured.has(kind)) {
      run((clock && this.#measured.get(kind)) ?? form);
      return;
    }
    this.#measured.set(kind, undefined);
    // The first run of a shader compiles it on some devices.
    for (const each of [rival, form]) run(each);
    const times = [rival, form].map((each) => clock.time(() => run(each)));
    this.#context.recorder.awaitBeforeReads(
      Promise.all(times).then(
        ([rivalTime, time]) => {
          const isClear = time! > Math.max(clearly * rivalTime!, rivalTime! + rounding);
          this.#measured.set(kind, isClear ? rival : form);
        },
        // What could not be recorded; the next call tells it.
        () => {
          this.#measured.delete(kind);
        },
      ),
    );
  }
}
