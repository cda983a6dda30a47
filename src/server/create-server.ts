import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Clock, createEngine, FerruleError, Redactor, systemClock } from '../index.ts';
import type { RotationReport, Store } from '../store.ts';
import { createApp } from './app.ts';
import { createApiKeyAuthenticator } from './authentication/api-keys.ts';
import { createConnectionPool } from './connections/connection-pool.ts';
import { createStatusWriter } from './connections/status-writer.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { Log } from './log.ts';
import { noteTokenEvent } from './note-token-event.ts';
import { createWorker } from './queue/worker.ts';
import { createTokenRenewal } from './renewal/token-renewal.ts';
import { createRoutes } from './routes/routes.ts';
import type { Services } from './services.ts';
import { queueDefaults, type ServerSettings } from './settings.ts';

export interface ServerParts {
  readonly settings: Pick<
    ServerSettings,
    'host' | 'port' | 'allowedHosts' | 'egress' | 'trustDefinitions' | 'limits' | 'stopTimeoutMs' | 'jwt'
  > &
    Partial<Pick<ServerSettings, 'publicUrl' | 'returnOrigins' | 'renewTokens' | 'queue'>>;
  /** Everything the server keeps. Whoever opened it closes it, after the server. */
  readonly store: Store;
  readonly log: Log;
  /** The one that the log masks by, so that secrets of connections cannot get into it. */
  readonly redactor?: Redactor;
  /** Makes a new encryption key, where the server is to make its own when keys are rotated. */
  readonly addEncryptionKey?: () => Promise<unknown>;
  readonly clock?: Clock;
  /**
   * True when nothing else in the process uses the global `Request` and `Response`: they are then replaced by lighter
   * ones, which saves a sixth of the processor time of a request. Default false.
   */
  readonly ownsProcess?: boolean;
}

export interface Server {
  /** `http://127.0.0.1:8420` */
  readonly origin: string;
  readonly port: number;
  /**
   * Accepts nothing more, lets what runs finish for as long as the settings say, ends the rest, and returns when
   * nothing is left. Safe to call twice; `hurry` gives what runs no more time, also when it was told to stop before.
   */
  stop(options?: { readonly hurry?: boolean }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server on the store. @throws FerruleError PORT_UNAVAILABLE */
export async function createServer(parts: ServerParts): Promise<Server> {
  const { settings, store, log, redactor = new Redactor(), clock = systemClock } = parts;
  const engine = createEngine({
    egress: settings.egress,
    trustDefinitions: settings.trustDefinitions,
    // What one server begins, another may complete.
    authorizationKey: store.deriveKey('authorization'),
    clock,
  });
  const events = createEventRecorder(store.events, clock, log);
  const statuses = createStatusWriter(store.connections, clock, log);
  const connections = createConnectionPool({
    store,
    engine,
    redactor,
    onTokenEvent: (connectionId, event) => noteTokenEvent(connectionId, event, { events, statuses }),
  });
  const rotateKey = async (signal: AbortSignal): Promise<RotationReport> => {
    await parts.addEncryptionKey?.();
    return store.rotateEncryptionKey({ signal });
  };
  const { trustDefinitions } = settings;
  let origin = '';
  const services: Services = {
    store,
    engine,
    connections,
    events,
    statuses,
    log,
    clock,
    redactor,
    trustDefinitions,
    queue: settings.queue ?? queueDefaults,
    returnOrigins: settings.returnOrigins ?? [],
    publicUrl: () => settings.publicUrl ?? origin,
    rotateKey,
  };
  const renewal = createTokenRenewal({ store, connections, statuses, clock, log, random: Math.random });
  const apiKeys = createApiKeyAuthenticator({ apiKeys: store.apiKeys, changes: store.changes, clock });
  const tokens =
    settings.jwt === undefined
      ? []
      : [(await import('./authentication/json-web-tokens.ts')).createJwtAuthenticator(settings.jwt, clock)];
  const stopping = new AbortController();
  const app = createApp({
    routes: createRoutes(),
    services,
    authenticators: [apiKeys, ...tokens],
    limits: settings.limits,
    allowedHosts: settings.allowedHosts,
    stopping: stopping.signal,
  });
  let ending = false;
  const http = createAdaptorServer({
    fetch: async request => {
      const response = await app.fetch(request);
      // A client that keeps its connection for a next request would be waited for.
      if (ending) response.headers.set('connection', 'close');
      return response;
    },
    overrideGlobalObjects: parts.ownsProcess ?? false,
    createServer: createHttpServer,
    serverOptions: {
      requestTimeout: settings.limits.requestTimeoutMs,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, settings.limits.requestTimeoutMs),
    },
  }) as HttpServer;
  const free = async () => {
    apiKeys.close();
    connections.close();
    await engine.close();
    await renewal.stop();
    await Promise.all([events.flush(), statuses.flush()]);
  };
  try {
    await listen(http, settings.host, settings.port);
  } catch (error) {
    await free();
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  const shownHost = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  origin = `http://${shownHost}:${port}`;
  if (settings.renewTokens ?? true) renewal.start();
  const worker = createWorker(services);

  const { promise: late, resolve: giveUp } = Promise.withResolvers<void>();
  const end = async () => {
    ending = true;
    worker.retire();
    log.info('stopping', {});
    const closed = new Promise<void>(resolve => http.close(() => resolve()));
    http.closeIdleConnections();
    const timer = clock.after(settings.stopTimeoutMs, giveUp, true);
    const whenIdle = () => Promise.all([app.whenIdle(), worker.whenIdle()]);
    await Promise.race([Promise.all([whenIdle(), renewal.stop()]), late]);
    timer.cancel();
    const reason = new FerruleError('SERVER_STOPPING', 'The server is stopping');
    stopping.abort(reason);
    worker.abort(reason);
    await whenIdle();
    http.closeIdleConnections();
    const rest = clock.after(LAST_WORDS_MS, () => http.closeAllConnections(), true);
    await closed;
    rest.cancel();
    await free();
    log.info('stopped', {});
  };
  let stopped: Promise<void> | undefined;
  const stop = ({ hurry = false } = {}) => {
    if (hurry) giveUp();
    stopped ??= end();
    return stopped;
  };
  return { origin, port, stop, [Symbol.asyncDispose]: () => stop() };
}

/** A client that takes longer to say what it wants is not one of ours. */
const HEADERS_TIMEOUT_MS = 15_000;
/** How long an answer that is ready may take to be taken, on a stop. */
const LAST_WORDS_MS = 1_000;

async function listen(http: HttpServer, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once('error', cause => {
    reject(
      new FerruleError('PORT_UNAVAILABLE', `The server cannot listen on ${host}:${port}`, {
        cause,
        details: { host, port },
      }),
    );
  });
  http.listen(port, host, resolve);
  await promise;
}
