import { shareInWorker } from './in-worker.fixture.js';
import { end, share } from './sharing.fixture.js';

/** A page that Vite builds; tests call what it offers from outside. */
const offers = { share, shareInWorker, end };
Object.assign(globalThis, offers);

/** What the page offers. */
export type Offers = typeof offers;
