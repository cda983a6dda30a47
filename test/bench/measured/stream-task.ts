import { readBytes, readEvents, type StreamReader } from '../clients/streams.ts';

/** Which client reads which kind of long answer. */
export interface StreamTask {
  readonly label: string;
  readonly client: 'ferrule' | 'undici.stream' | 'eventsource-parser' | 'eventsource-parser and JSON';
  readonly kind: 'bytes' | 'events';
  readonly origin: string;
  readonly entry: string;
  readonly mib: number;
  /** As fast as it comes when left out. */
  readonly mibPerSecond?: number;
}

export function openReader(task: StreamTask): Promise<StreamReader> {
  return task.kind === 'bytes' ? readBytes(task) : readEvents(task);
}
