/** Checkpoints in files; needs Node. */
export { loadCheckpoint, saveCheckpoint } from './checkpoint/file.js';
export { writeFileAtomic } from './checkpoint/write-file-atomic.js';
