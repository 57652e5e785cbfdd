/** What taggers that judge whole sequences of tags decode with, loaded by them alone. */
export { viterbi } from '@ostinato/losses';
