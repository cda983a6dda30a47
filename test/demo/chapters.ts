import { basicChapter, bearerChapter, clientCredentialsChapter, tokenChapter } from './chapters-of-auth.ts';
import { redirectChapter, streamChapter, testChapter, trustChapter } from './chapters-of-the-wire.ts';
import { lookingChapter, refusalChapter } from './chapters-without-network.ts';
import type { DemoServers } from './demo-servers.ts';
import type { DemoStep } from './step.ts';

/** A subject of the demo. */
export interface Chapter {
  readonly title: string;
  /** What the reader is about to see, in a sentence. */
  readonly text: string;
  readonly steps: readonly DemoStep[];
}

export function createChapters(servers: DemoServers): readonly Chapter[] {
  return [
    lookingChapter(),
    basicChapter(),
    bearerChapter(),
    tokenChapter(servers),
    clientCredentialsChapter(),
    trustChapter(),
    redirectChapter(servers),
    streamChapter(),
    refusalChapter(),
    testChapter(),
  ];
}
