import { library } from '@ostinato-tooling/tsup';

export default library('src/index.ts', 'src/longlag.ts', 'src/node.ts');
