import { createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { createTestAuthority, type TestAuthority } from '../support/test-authority.ts';

/** Two HTTPS servers under one private authority, and an engine. */
export interface World {
  readonly authority: TestAuthority;
  readonly caCert: string;
  readonly api: RecordingServer;
  readonly login: RecordingServer;
  readonly engine: Engine;
  /** Back to the beginning: nothing has arrived, and every answer is an empty object. */
  reset(): void;
  close(): Promise<void>;
}

export async function openWorld(options: EngineOptions = {}): Promise<World> {
  const authority = createTestAuthority();
  const { key, chain } = authority.issue();
  const [api, login] = await Promise.all([
    startRecordingServer({ key, cert: chain }),
    startRecordingServer({ key, cert: chain }),
  ]);
  const engine = createEngine(options);
  return {
    authority,
    caCert: authority.cert,
    api,
    login,
    engine,
    reset() {
      api.reset();
      login.reset();
    },
    async close() {
      await engine.close();
      await Promise.all([api.close(), login.close()]);
    },
  };
}

/** What every request carries whatever the definition says, by lower-case name. */
export const COMMON_HEADERS = ['host', 'connection', 'accept', 'accept-encoding', 'user-agent'] as const;

/** The header names of a request that are the definition's doing, lower case, in order. */
export function ownHeaders(headers: readonly (readonly [string, string])[]): readonly string[] {
  return headers
    .map(([name]) => name.toLowerCase())
    .filter(name => !COMMON_HEADERS.some(common => common === name));
}
