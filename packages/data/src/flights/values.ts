import { list } from '../grammar.js';
import { Random } from '../random.js';

/** What a slot can be filled with: alternatives in the notation of `grammar.ts`, by the name of the list. */
export type ValueLists = Readonly<Record<string, readonly string[]>>;

const clockTimes = range(1, 12).flatMap((hour) =>
  ['05', '15', '20', '30', '45', '50'].map((minute) => `${hour}:${minute}`),
);
const numberWords = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Values that occur in all parts. Cities take every role, so a city's name says nothing about its slot. */
export const values: ValueLists = {
  city: list(`
    taipei, new york, san francisco, los angeles, hong kong, tokyo, osaka, kyoto, seoul, busan, london,
    paris, berlin, munich, frankfurt, vienna, zurich, geneva, rome, milan, madrid, barcelona, lisbon,
    dublin, edinburgh, amsterdam, brussels, oslo, stockholm, prague, athens, istanbul, cairo, cape town,
    dubai, delhi, mumbai, singapore, bangkok, hanoi, manila, kuala lumpur, kaohsiung, shanghai, beijing,
    sydney, melbourne, boston, chicago, denver, seattle, miami, dallas, atlanta, las vegas,
    salt lake city, philadelphia, toronto, montreal, vancouver, mexico city, buenos aires, rio de janeiro,
    lima, bogota, st. petersburg, honolulu
  `),

  // Dates that go with "on".
  date: list(`
    {month} {ordinal}, {month} {ordinal}, {month} {ordinal}, the {ordinal} of {month}, {month} {number},
    {month} the {ordinal}, {ordinal} {month}, {weekday}, {weekday}, {weekday} {month} {ordinal},
    {weekday} the {ordinal}, the {ordinal}, {month} {ordinal_word}, {weekday} morning, christmas eve
  `),
  // Days that go without a preposition.
  day: list(`
    tomorrow, today, tonight, next {weekday}, this {weekday}, next week, next month, this weekend,
    the day after tomorrow, tomorrow morning, early next week
  `),
  month: list('january, march, april, may, june, july, august, october, november, december'),
  ordinal: ordinals([
    1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 28, 29, 31,
  ]),
  ordinal_word: list('first, second, third, fourth, fifth, tenth, twelfth, twentieth, twenty first'),
  number: range(1, 28).map(String),
  weekday: list('monday, tuesday, wednesday, thursday, friday, saturday, sunday'),

  // Times of day that go with "at", "before", "after".
  time: list(`
    {clock}, {clock} am, {clock} pm, {hour} am, {hour} pm, {hour} in the morning, {hour} in the evening,
    {hour_word} o'clock, half past {hour_word}, noon, midnight
  `),
  daypart: list('morning, afternoon, evening, early morning, late afternoon, late evening'),
  clock: clockTimes,
  hour: range(1, 12).map(String),
  hour_word: [...numberWords, 'ten', 'eleven'],

  airline: list(`
    eva air, china airlines, united, united airlines, delta, american airlines, lufthansa, air france,
    klm, british airways, japan airlines, singapore airlines, cathay pacific, emirates, air canada,
    qantas, korean air, turkish airlines, swiss, starlux
  `),
  class: list(`
    economy, economy class, business, business class, first class, premium economy, coach
  `),
  passengers: list(`
    one adult, {count} adults, {count} people, {count} passengers, {count} persons, one person,
    {count} adults and one child, {count} adults and {count} children, a family of {count},
    a group of {count}
  `),
  count: numberWords,
  bags: list(`
    one bag, one suitcase, {count} bags, {count} suitcases, hand luggage only, a pair of skis, a bicycle
  `),
  amount: list('200, 300, 400, 500, 600, 700, 800, 900, 1000, 1200, 150, 250, 350, 450, 999, two hundred'),
  price: list('{amount} dollars, {amount} euros, {amount} us dollars, a thousand dollars'),
  trip: ['round trip', 'one way', 'return'],
  stops: ['nonstop', 'direct', 'one stop', 'two stop'],
  seat: list('window seat, middle seat, front row seat, seat by the window, seat near the door'),
  seat_with_vowel: ['aisle seat', 'exit row seat'],
  meal: list('vegetarian, vegan, kosher, halal, gluten free, low salt'),
  flight_number: ['br', 'ci', 'ua', 'dl', 'aa', 'lh', 'af', 'ba', 'jl', 'sq'].flatMap((code, index) =>
    [7, 12, 26, 101, 415, 878, 1055].flatMap((number) => [
      `${code} ${number + index}`,
      `${code}${number + 3 * index}`,
    ]),
  ),
  booking_code: bookingCodes(150),
};

/** Values that occur in the test part only: they replace the list of the same name. */
export const heldOutValues: ValueLists = {
  city: list(`
    houston, new orleans, san diego, tainan, helsinki, warsaw, copenhagen, nairobi, auckland, jakarta,
    santiago, tel aviv, porto, cape canaveral, new haven, nagoya
  `),
  date: list(`
    {held_month} {ordinal}, the {ordinal} of {held_month}, {weekday} {held_month} {ordinal},
    {month} {held_ordinal}, the {held_ordinal} of {month}, {held_month} {number}, christmas day
  `),
  held_month: ['february', 'september'],
  held_ordinal: ordinals([9, 13, 24, 27, 30]),
};

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function ordinals(days: readonly number[]): string[] {
  return days.map((day) => {
    const suffix = day > 10 && day < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
    return `${day}${suffix}`;
  });
}

/** Six letters and digits, as airlines write them; both kinds in each. */
function bookingCodes(count: number): string[] {
  const random = new Random(6);
  const letters = [...'abcdefghjkmnpqrstuvwxyz'];
  const digits = [...'23456789'];
  return Array.from({ length: count }, () =>
    random
      .shuffle([letters, letters, letters, letters, digits, digits])
      .map((characters) => random.choice(characters))
      .join(''),
  );
}
