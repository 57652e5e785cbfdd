/** What `gpu.sh` runs. */
import { program } from './program.js';

await program().parseAsync();
