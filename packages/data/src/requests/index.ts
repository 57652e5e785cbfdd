export { type RequestOptions, type Requests, requests } from './requests.js';
