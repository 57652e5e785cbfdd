import type { Group } from '../check.js';

/** Elementwise operations with their gradients. */
export const gradients: Group = { name: 'gradients', drafts: () => [] };
