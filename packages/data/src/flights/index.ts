export { type FlightOptions, type Flights, flights } from './flights.js';
export { lectureSentences } from './lecture-sentences.js';
