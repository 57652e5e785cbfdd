/**
 * A language model of words, as beam search asks it. `NgramModel` of `@ostinato/data` is one; so is any object with these three.
 * @typeParam State what the model remembers of the words before; never changed, since many hypotheses go on from one
 */
export interface WordLanguageModel<State = unknown> {
  /** Before the first word. */
  readonly start: State;
  /** The natural logarithm of a word's probability after a state, at most 0, and the state after it. */
  score(state: State, word: string): { readonly logProbability: number; readonly state: State };
  /** The natural logarithm of the probability that nothing comes after a state, at most 0. */
  end(state: State): number;
}
