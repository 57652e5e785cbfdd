import { flights, lectureSentences, padBatch, type TaggedSentence, Vocabulary } from '@ostinato/data';
import { Elman, Embedding, Linear, Module } from '@ostinato/layers';
import { crossEntropy } from '@ostinato/losses';
import { noGrad, seed, softmax, type Tensor, tanh, tensor, tidy } from '@ostinato/tensor';
import { Adam } from '@ostinato/train';

/** What a network says about "taipei" in one sentence. */
export interface TaipeiAnswer {
  readonly sentence: string;
  /** The slot that it should have. */
  readonly slot: string;
  /** The slot that the network gives. */
  readonly answer: string;
  /** Probabilities of both slots in question, from 0 to 1. */
  readonly destination: number;
  readonly departure: number;
}

/** The answers of both networks, for each of the lecture's sentences. */
export interface TaipeiResult {
  readonly trainingSentences: number;
  readonly epochs: number;
  readonly feedForward: readonly TaipeiAnswer[];
  readonly recurrent: readonly TaipeiAnswer[];
}

/** How much is learnt. */
export interface TaipeiOptions {
  readonly sentences?: number;
  readonly epochs?: number;
}

/** Length of a word's vector, and units of the hidden layer. */
const [EMBED, HIDDEN] = [32, 64];
const BATCH = 25;

/** L3: a network without and one with memory learn slots from the same sentences, and tag "taipei" in those of the lecture. */
export async function computeTaipei({
  sentences = 1500,
  epochs = 3,
}: TaipeiOptions = {}): Promise<TaipeiResult> {
  const { train } = flights({ train: sentences, dev: 0, test: 0 });
  const learn = (body: () => Body) => answersOf(body, train, epochs);
  return {
    trainingSentences: sentences,
    epochs,
    feedForward: await learn(() => new FeedForward(EMBED, HIDDEN)),
    recurrent: await learn(() => new WithMemory(EMBED, HIDDEN)),
  };
}

interface Body extends Module {
  forward(x: Tensor): Tensor;
}

/** A hidden layer that sees one word at a time. */
class FeedForward extends Module implements Body {
  readonly hidden: Linear;
  constructor(inputSize: number, hiddenSize: number) {
    super();
    this.hidden = new Linear(inputSize, hiddenSize);
  }
  forward(x: Tensor): Tensor {
    return tanh(this.hidden.forward(x));
  }
}

/** The same, with its own values of the word before fed back. */
class WithMemory extends Module implements Body {
  readonly hidden: Elman;
  constructor(inputSize: number, hiddenSize: number) {
    super();
    this.hidden = new Elman(inputSize, hiddenSize);
  }
  forward(x: Tensor): Tensor {
    return this.hidden.forward(x).output;
  }
}

class Tagger extends Module {
  readonly embed: Embedding;
  readonly head: Linear;
  constructor(
    readonly body: Body,
    words: number,
    tags: number,
  ) {
    super();
    this.embed = new Embedding(words, EMBED);
    this.head = new Linear(HIDDEN, tags);
  }
  /** @param words i32 [batch, time]; gives scores [batch, time, tags] */
  forward(words: Tensor): Tensor {
    return this.head.forward(this.body.forward(this.embed.forward(words)));
  }
}

async function answersOf(
  body: () => Body,
  train: readonly TaggedSentence[],
  epochs: number,
): Promise<TaipeiAnswer[]> {
  const words = Vocabulary.build(train.map((sentence) => sentence.words));
  const tags = Vocabulary.build(
    train.map((sentence) => sentence.tags),
    { padding: false, other: false },
  );
  seed(1);
  const model = new Tagger(body(), words.size, tags.size);
  const optimizer = new Adam(model, { rate: 5e-3, clipNorm: 5 });
  for (let at = 0; at < epochs * train.length; at += BATCH) {
    const start = at % train.length;
    const batch = train.slice(start, start + BATCH);
    const x = padBatch(batch.map((sentence) => words.encode(sentence.words)));
    const y = padBatch(batch.map((sentence) => tags.encode(sentence.tags)));
    optimizer.step(() => {
      const scores = model.forward(tensor(x.data, x.shape));
      return crossEntropy(scores, tensor(y.data, y.shape), { lengths: x.lengths });
    });
  }
  const answers = [];
  for (const sentence of lectureSentences) answers.push(await answerOf(model, sentence, words, tags));
  optimizer.dispose();
  return answers;
}

async function answerOf(
  model: Tagger,
  sentence: TaggedSentence,
  words: Vocabulary,
  tags: Vocabulary,
): Promise<TaipeiAnswer> {
  const { length } = sentence.words;
  const probabilities = tidy(() =>
    noGrad(() => softmax(model.forward(tensor(words.encode(sentence.words), [1, length])))),
  );
  const place = sentence.words.indexOf('taipei');
  const values = [...(await probabilities.data())].slice(place * tags.size, (place + 1) * tags.size);
  probabilities.dispose();
  return {
    sentence: sentence.words.join(' '),
    slot: slotOf(sentence.tags[place]!),
    answer: slotOf(tags.tokenOf(values.indexOf(Math.max(...values)))),
    destination: values[tags.indexOf('B-destination')]!,
    departure: values[tags.indexOf('B-departure')]!,
  };
}

/** `B-destination` begins a `destination`. */
function slotOf(tag: string): string {
  return tag.replace(/^[BI]-/, '');
}
