import { type Session, Unsupported } from './library.js';
export async function openJax(): Promise<Session> {
  throw new Unsupported('todo');
}
