import { list } from '../grammar.js';

/** What each `{slot}` of the templates is tagged as, and which list of values fills it. */
export const slots: Readonly<Record<string, { tag: string; values: string }>> = {
  departure: { tag: 'departure', values: 'city' },
  destination: { tag: 'destination', values: 'city' },
  stopover: { tag: 'stopover', values: 'city' },
  'date:departure': { tag: 'departure_date', values: 'date' },
  'date:arrival': { tag: 'arrival_date', values: 'date' },
  'date:return': { tag: 'return_date', values: 'date' },
  'day:departure': { tag: 'departure_date', values: 'day' },
  'day:arrival': { tag: 'arrival_date', values: 'day' },
  'day:return': { tag: 'return_date', values: 'day' },
  'time:departure': { tag: 'departure_time', values: 'time' },
  'time:arrival': { tag: 'arrival_time', values: 'time' },
  'daypart:departure': { tag: 'departure_time', values: 'daypart' },
  'daypart:arrival': { tag: 'arrival_time', values: 'daypart' },
  airline: { tag: 'airline', values: 'airline' },
  class: { tag: 'class', values: 'class' },
  passengers: { tag: 'passengers', values: 'passengers' },
  bags: { tag: 'baggage', values: 'bags' },
  price: { tag: 'price', values: 'price' },
  trip: { tag: 'trip', values: 'trip' },
  stops: { tag: 'stops', values: 'stops' },
  seat: { tag: 'seat', values: 'seat' },
  'seat:vowel': { tag: 'seat', values: 'seat_with_vowel' },
  meal: { tag: 'meal', values: 'meal' },
  flight_number: { tag: 'flight_number', values: 'flight_number' },
  booking_code: { tag: 'booking_code', values: 'booking_code' },
};

/** Phrases that templates are made of. Those that hold slots say in their name which role they give. */
export const phrases: Readonly<Record<string, readonly string[]>> = {
  // Who wants what
  want: list(`
    i would like to, i would like to, i would like to, i would like to, i want to, i want to, i need to, i have to, i'd like to, i must, i plan to,
    we would like to, we want to, we have to, we'd like to, my wife and i want to, i am going to,
    our team needs to, my (son|daughter|boss|mother|friend) would like to, she wants to, he has to,
    i will, we are planning to, i hope to, i wish to, they need to, can i, could we, is it possible to
  `),
  who_want_to: list(`
    i want to, i need to, i have to, we want to, we have to, i would like to, she needs to
  `),
  please: list('please, hello, hi, good morning, excuse me, ok, yes, well'),
  book: ['book', 'reserve', 'buy', 'order', 'get', 'purchase'],
  show: list(`
    show me, list, find, find me, give me, search for, look for, i am looking for, what are, are there,
    can you show me, do you have, please list, tell me about, display
  `),
  flight: ['flight', 'ticket', 'seat', 'connection', 'plane'],
  flights: list(`
    flights, flights, connections, planes, all flights, some flights, any flights
  `),

  // The words that decide: the same city is a destination after these ...
  arrive: list(`
    arrive, arrive, arrive, arrive, arrive in, arrive in, arrive at, get to, get into, land in, land at, reach, be in,
    touch down in, make it to
  `),
  // ... and a place of departure after these.
  leave: list(`
    leave, leave, leave, leave, leave, leave from, depart, depart from, take off from, fly out of, get out of,
    start from, start in, set off from, get away from
  `),
  arriving: list(`
    arriving in, arriving at, arriving, landing in, getting into, reaching, that arrive in, that land in
  `),
  leaving: list(`
    leaving, leaving from, departing from, departing, taking off from, out of, that leave, starting in
  `),
  go: ['fly', 'fly', 'go', 'travel', 'get', 'head'],
  to: list(`
    to {destination}, to {destination}, to {destination}, into {destination}, over to {destination}
  `),
  from: list('from {departure}, from {departure}, from {departure}, out of {departure}'),
  between: list(`
    from {departure} to {destination}, from {departure} to {destination},
    to {destination} from {departure}
  `),
  via: list(`
    via {stopover}, via {stopover}, with a stop in {stopover}, with a stopover in {stopover},
    through {stopover}, changing planes in {stopover}, stopping in {stopover},
    with a layover in {stopover}, by way of {stopover}
  `),

  // When
  on_departure: list('on {date:departure}, on {date:departure}, {day:departure}'),
  on_arrival: list('on {date:arrival}, on {date:arrival}, by {date:arrival}, {day:arrival}'),
  on_return: ['on {date:return}', 'on {date:return}', '{day:return}'],
  at_departure: list(`
    at {time:departure}, at {time:departure}, after {time:departure}, before {time:departure},
    around {time:departure}, in the {daypart:departure}, not before {time:departure}
  `),
  at_arrival: list(`
    at {time:arrival}, by {time:arrival}, before {time:arrival}, around {time:arrival},
    after {time:arrival}, in the {daypart:arrival}, no later than {time:arrival}
  `),
  back: list(`
    coming back {on_return}, and come back {on_return}, returning {on_return}, and return {on_return},
    and back again {on_return}, and fly home {on_return}
  `),

  // Words that keep what belongs together apart
  aside: list(`
    with my (wife|husband|family|parents|boss|two sons|best friend),
    as (soon|early|late|cheaply) as possible,
    for (a conference|a wedding|a meeting|work|the holidays|an interview),
    if (that|it) is (possible|still possible), after (a long week at the office|the meeting|the exam),
    because (my brother is ill|i have an appointment), without (any trouble|waiting too long),
    no matter (what it costs|how long it takes), this time, again, alone
  `),

  // What else is asked for
  a_seat: ['a {seat}', 'a {seat}', 'an {seat:vowel}'],
  extra: list(`
    in {class}, for {passengers}, with {airline}, on {airline}, with {bags}, for less than {price},
    under {price}, {via}, {a_seat} please, for {price}, for at most {price}, and a {meal} meal, {trip},
    if there is a {stops} flight
  `),
};
