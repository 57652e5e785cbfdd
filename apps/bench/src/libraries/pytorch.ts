import { type Session, Unsupported } from './library.js';
export async function openPyTorch(): Promise<Session> {
  throw new Unsupported('todo');
}
