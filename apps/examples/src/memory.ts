import { pathToFileURL } from 'node:url';
import {
  Adam,
  argmax,
  cpu,
  crossEntropy,
  Elman,
  Embedding,
  flights,
  init,
  Linear,
  lectureSentences,
  Module,
  noGrad,
  padBatch,
  seed,
  type Tensor,
  tanh,
  tensor,
  tidy,
  Vocabulary,
} from 'ostinato';

/** A network without memory: each word by itself. */
class FeedForward extends Module {
  hidden = new Linear(32, 64);
  forward(x: Tensor): Tensor {
    return tanh(this.hidden.forward(x));
  }
}

/** A network with memory (Elman 1990). */
class WithMemory extends Module {
  rnn = new Elman(32, 64);
  forward(x: Tensor): Tensor {
    return this.rnn.forward(x).output;
  }
}

class Tagger extends Module {
  readonly embed: Embedding;
  readonly head: Linear;
  constructor(
    readonly body: FeedForward | WithMemory,
    words: number,
    tags: number,
  ) {
    super();
    this.embed = new Embedding(words, 32);
    this.head = new Linear(64, tags);
  }
  forward(words: Tensor): Tensor {
    return this.head.forward(this.body.forward(this.embed.forward(words)));
  }
}

/** L3: the tag of "taipei" in the lecture's two sentences, from a network without and one with memory. */
export async function main(): Promise<{ withoutMemory: string[]; withMemory: string[] }> {
  await init(cpu());
  const { train } = flights({ train: 1500 });
  const words = Vocabulary.build(train.map((sentence) => sentence.words));
  const tags = Vocabulary.build(
    train.map((sentence) => sentence.tags),
    { padding: false, other: false },
  );
  const slotOfTaipei = async (body: () => FeedForward | WithMemory): Promise<string[]> => {
    seed(1);
    const model = new Tagger(body(), words.size, tags.size);
    const optimizer = new Adam(model, { rate: 5e-3, clipNorm: 5 });
    for (let epoch = 0; epoch < 3; epoch++) {
      for (let start = 0; start < train.length; start += 25) {
        const batch = train.slice(start, start + 25);
        const x = padBatch(batch.map((sentence) => words.encode(sentence.words)));
        const y = padBatch(batch.map((sentence) => tags.encode(sentence.tags)));
        optimizer.step(() =>
          crossEntropy(model.forward(tensor(x.data, x.shape)), tensor(y.data, y.shape), {
            lengths: x.lengths,
          }),
        );
      }
    }
    const answers: string[] = [];
    for (const sentence of lectureSentences) {
      const x = tensor(words.encode(sentence.words), [1, sentence.words.length]);
      const best = await tidy(() => noGrad(() => argmax(model.forward(x)))).data();
      answers.push(tags.tokenOf(best[sentence.words.indexOf('taipei')]!));
    }
    return answers;
  };
  return {
    withoutMemory: await slotOfTaipei(() => new FeedForward()),
    withMemory: await slotOfTaipei(() => new WithMemory()),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { withoutMemory, withMemory } = await main();
  for (const [index, sentence] of lectureSentences.entries()) {
    console.log(`\n${sentence.words.join(' ')}`);
    console.log(`  without memory, taipei is ${withoutMemory[index]}`);
    console.log(`  with memory, taipei is    ${withMemory[index]}`);
  }
}
