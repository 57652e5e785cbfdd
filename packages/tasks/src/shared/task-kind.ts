/** What a kind of model is called. */
export interface TaskKind {
  /** In messages and in files: `tagger`. */
  readonly name: string;
  /** Its command: `ostinato COMMAND train`. */
  readonly command: string;
}
