/** What a kind of model is called. */
export interface TaskKind {
  /** In messages: `tagger`. */
  readonly name: string;
  /** In files. */
  readonly task: string;
  /** Its command: `ostinato COMMAND train`. */
  readonly command: string;
}
