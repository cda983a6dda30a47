import { Redactor } from '../index.ts';
import { createServer, type Server } from './create-server.ts';
import { createLog, type Log } from './log.ts';
import { openStore } from './open-store.ts';
import { startSampleApi } from './sample/sample-api.ts';
import { placeSampleConnection } from './sample/sample-connection.ts';
import type { ServerSettings } from './settings.ts';

export interface StartOptions {
  readonly settings: ServerSettings;
  /** Takes the lines for whoever started the server: its address and, once, the key of its administrator. */
  readonly print: (line: string) => Promise<void>;
  /** Standard error when left out. */
  readonly log?: Log;
}

/** A server with everything it needs, opened by its settings, and closed with it. */
export interface StartedServer {
  readonly server: Server;
  stop(): Promise<void>;
}

const FIRST_START = 'first_start';

export async function startServer({ settings, print, log: given }: StartOptions): Promise<StartedServer> {
  const redactor = new Redactor();
  for (const secret of [settings.databaseUrl, settings.encryptionKey])
    if (secret !== undefined) redactor.keep(secret);
  const log = given ?? (await createLog({ level: settings.logLevel, redactor }));
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const { store, addEncryptionKey } = await openStore(settings);
    closing.push(() => store.close());
    const sample = settings.sample ? await startSampleApi() : undefined;
    if (sample !== undefined) closing.push(() => sample.close());
    const server = await createServer({
      settings,
      store,
      log,
      redactor,
      ownsProcess: true,
      ...(addEncryptionKey === undefined ? {} : { addEncryptionKey }),
    });
    closing.push(() => server.stop());
    // Of servers that start at once on one database, one is the first.
    const { first } = await store.settings.setOnce(FIRST_START, new Date().toISOString());
    if (sample !== undefined) await placeSampleConnection(store, sample.origin, first);
    await print(server.origin);
    if (first) {
      const { key } = await store.apiKeys.create({ name: 'admin', scopes: ['read', 'execute', 'manage'] });
      await print(`admin key: ${key.reveal()}`);
    }
    log.info('started', {
      origin: server.origin,
      database: settings.databaseUrl === undefined ? 'sqlite' : 'postgresql',
    });
    return { server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
