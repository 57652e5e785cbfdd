import { pathToFileURL } from 'node:url';
import {
  Adam,
  Bidirectional,
  batches,
  cpu,
  crossEntropy,
  Embedding,
  flights,
  init,
  Linear,
  LSTM,
  Module,
  padBatch,
  seed,
  type Tensor,
  tensor,
  Vocabulary,
} from 'ostinato';

class Tagger extends Module {
  readonly embed: Embedding;
  readonly rnn = new Bidirectional(new LSTM(32, 32), new LSTM(32, 32));
  readonly head: Linear;

  constructor(words: number, tags: number) {
    super();
    this.embed = new Embedding(words, 32);
    this.head = new Linear(64, tags);
  }

  /** @param words [batch, time] i32 */
  forward(words: Tensor, lengths: Tensor): Tensor {
    return this.head.forward(this.rnn.forward(this.embed.forward(words), { lengths }).output);
  }
}

/** A training loop without `fit`. Returns the mean loss of each epoch. */
export async function main(epochs = 2): Promise<number[]> {
  await init(cpu());
  seed(1);
  const { train } = flights({ train: 600 });
  const words = Vocabulary.build(train.map((sentence) => sentence.words));
  const tags = Vocabulary.build(
    train.map((sentence) => sentence.tags),
    { padding: false, other: false },
  );
  const model = new Tagger(words.size, tags.size);
  const optimizer = new Adam(model, { rate: 1e-2, clipNorm: 5 });
  const means: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const losses: number[] = [];
    for (const batch of batches(train, { size: 32, bucketBy: 'length', seed: 1, epoch })) {
      const x = padBatch(batch.map((sentence) => words.encode(sentence.words)));
      const y = padBatch(batch.map((sentence) => tags.encode(sentence.tags)));
      const loss = optimizer.step(() => {
        const lengths = tensor(x.lengths);
        const scores = model.forward(tensor(x.data, x.shape), lengths);
        return crossEntropy(scores, tensor(y.data, y.shape), { lengths });
      });
      losses.push(await loss.item());
    }
    means.push(losses.reduce((total, loss) => total + loss, 0) / losses.length);
  }
  return means;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [epoch, loss] of (await main(5)).entries())
    console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}`);
}
