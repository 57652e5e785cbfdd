import { end, share } from './sharing.fixture.js';

/** A worker as people make one to train in: it does the work, says what happened, and ends its own workers. */
share().then(
  (sharing) => {
    postMessage(sharing);
    end();
  },
  (error) => postMessage({ error: String(error) }),
);
