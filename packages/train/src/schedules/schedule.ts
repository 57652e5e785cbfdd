/**
 * A learning rate that changes while training goes on: the rate of an update, given how many updates (or epochs) came before.
 * Schedules are pure functions, so nothing of them has to be saved.
 */
export type Schedule = (step: number) => number;
