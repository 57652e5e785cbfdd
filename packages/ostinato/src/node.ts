/** What needs Node, of all packages: reading corpora, and models and checkpoints in files. */
export * from '@ostinato/data/node';
export * from '@ostinato/tasks/node';
export * from '@ostinato/train/node';
