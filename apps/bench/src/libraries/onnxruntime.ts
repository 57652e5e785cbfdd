import { type Session, Unsupported } from './library.js';
export async function openOnnxRuntime(): Promise<Session> {
  throw new Unsupported('todo');
}
