import { list } from '../grammar.js';

/** What can be asked for: by intent, as an order and as an activity (`calling anna`), in the notation of `grammar.ts`. */
export const intents: Readonly<Record<string, { order: readonly string[]; activity: readonly string[] }>> = {
  call: {
    order: list('call {person}, (phone | ring) {person}, call {person} at {place}'),
    activity: list('calling {person}, phoning {person}, calling {person} at {place}'),
  },
  message: {
    order: list('text {person} that i am {state}, write to {person}, send {person} a message'),
    activity: list('texting {person}, writing to {person}, sending {person} a message'),
  },
  music: {
    order: list('play [some] {music}, put on [some] {music}, play {music} in the {room}'),
    activity: list('playing {music}, putting on {music}, playing {music} in the {room}'),
  },
  alarm: {
    order: list('wake me [up] at {time}, set an alarm for {time}, get me up at {time}'),
    activity: list('waking me [up] at {time}, setting an alarm for {time}'),
  },
  light: {
    order: list('turn on the light in the {room}, light the {room}, make it bright in the {room}'),
    activity: list('turning on the light in the {room}, lighting the {room}'),
  },
  heating: {
    order: list('heat the {room}, make it warm in the {room}, turn on the heating [in the {room}]'),
    activity: list('heating the {room}, turning on the heating [in the {room}]'),
  },
  weather: {
    order: list(
      'tell me the weather in {city}, show me the forecast for {city}, look up the weather in {city}',
    ),
    activity: list('telling me the weather in {city}, showing me the forecast for {city}'),
  },
  shopping: {
    order: list('buy {goods}, put {goods} on the list, order {goods}'),
    activity: list('buying {goods}, putting {goods} on the list, ordering {goods}'),
  },
};

/** What names in braces may be in every part. */
export const phrases: Readonly<Record<string, readonly string[]>> = {
  person: list(
    'anna, my mother, my father, the doctor, peter, my sister, lena, mister brown, the office, omar',
  ),
  place: list('home, work, the hotel'),
  state: list('late, on my way, at home, ill'),
  music: list('jazz, mozart, the radio, a waltz, folk songs, the news, something slow, piano music'),
  room: list('kitchen, bedroom, bathroom, hall, living room, office, garage'),
  time: list('six, seven, half past six, eight in the morning, noon, a quarter to five, nine'),
  city: list('taipei, rome, new york, oslo, vienna, cairo, lima'),
  goods: list('milk, two lemons, bread, coffee, apples, batteries, a new lamp'),
  politely: list(
    'please, kindly, could you, can you, would you [please], i want you to, i would like you to',
  ),
  no: list('do not, never, please do not'),
  today: list('today, tonight, this time, right now'),
};

/** What only the test part has. */
export const heldOutPhrases: Readonly<Record<string, readonly string[]>> = {
  person: list('maria, my brother, the plumber, uncle john'),
  music: list('a tango, blues, the opera'),
  room: list('cellar, nursery, dining room'),
  city: list('madrid, san francisco, seoul'),
  goods: list('butter, three onions, soap'),
};
