import { randomBytes } from 'node:crypto';
import { createMemoryTokenStore } from '../auth/memory-token-store.ts';
import { toKeyBytes } from '../auth/oauth2/authorization-state.ts';
import type { TokenEventListener } from '../auth/token-events.ts';
import { TokenKeeper } from '../auth/token-keeper.ts';
import type { TokenStore } from '../auth/token-store.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { LruMap } from '../base/lru-map.ts';
import type { SecretValue } from '../base/secret-value.ts';
import { compileConnection } from '../compile/connection-plan.ts';
import { SharedParts } from '../compile/shared-parts.ts';
import type { ConnectionInput } from '../definition/definition-input.ts';
import { parseConnection } from '../definition/parse-connection.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { createEgressPolicy, type EgressOptions } from '../transport/egress/egress-policy.ts';
import { withRequestEvents } from '../transport/observation/request-events.ts';
import { type TracerLike, withTracing } from '../transport/observation/tracing.ts';
import { withWitness } from '../transport/observation/witness.ts';
import { createProxyChoice, type ProxyChoice, type ProxySetting } from '../transport/proxies/proxy-choice.ts';
import { withRedirects } from '../transport/redirects/redirects.ts';
import type { Channel, Transport } from '../transport/transport.ts';
import { createUndiciTransport } from '../transport/wire/undici-transport.ts';
import { Connection, type EngineParts } from './connection.ts';
import { DefinitionKeys } from './definition-keys.ts';
import { assertEngineOptions } from './engine-options.ts';
import { ExecutionEvents } from './execution-events.ts';
import { ExecutionLog } from './execution-log.ts';
import type { Logger } from './logger.ts';
import type { SecretProvider } from './secret-reader.ts';

export interface EngineOptions {
  /** Asked for secrets that a definition leaves null. */
  readonly secretProvider?: SecretProvider;
  /** Which addresses may be reached; link-local and metadata addresses are refused by default. */
  readonly egress?: EgressOptions;
  /**
   * The proxy of connections that name none, or one for each scheme; `proxyFromEnvironment` reads it from environment
   * variables. Its own address is not judged by `egress`: it is the host program's choice.
   */
  readonly proxy?: ProxySetting;
  /** Sockets per origin; default 128. HTTP/2 needs one. */
  readonly connectionsPerOrigin?: number;
  /**
   * Whether definitions come from people who are trusted not to write endless JSONata; default true.
   * False runs JSONata in a worker that is ended at a deadline. JavaScript expressions are bounded either way.
   */
  readonly trustDefinitions?: boolean;
  /** How requests leave; the undici adapter by default. A transport that was passed in is not closed by the engine. */
  readonly transport?: Transport;
  /**
   * Where tokens are shared with other engines, so that several processes ask for a token once, and refresh tokens
   * outlive this one. Without it every engine keeps its own tokens, in memory. The engine does not close it.
   */
  readonly tokenStore?: TokenStore;
  /**
   * Told of every decision about tokens, while it is made: return quickly. What it throws is ignored. Without a
   * listener nothing is computed for it.
   */
  readonly onEvent?: TokenEventListener;
  /**
   * Signs what travels through a browser while a person authorises a connection; 32 bytes or characters at least.
   * Every engine that may receive the callback needs the same. Random when left out: then only this engine can
   * complete what it began.
   */
  readonly authorizationKey?: string | SecretValue | Uint8Array;
  /**
   * Where executions, retries, diagnostics and tokens are written down, as pino does it. What it throws is published once
   * on the channel `ferrule:logger:error`, and breaks nothing.
   */
  readonly logger?: Logger;
  /** An OpenTelemetry tracer: each request becomes a client span and carries its `traceparent`. */
  readonly tracer?: TracerLike;
  readonly clock?: Clock;
}

/** What holds for one connection alone. */
export interface ConnectionOptions {
  /** Keeps the tokens of this connection, instead of the engine's `tokenStore`. */
  readonly tokenStore?: TokenStore;
  /** Told of every decision about them, instead of the engine's `onEvent`. */
  readonly onEvent?: TokenEventListener;
  /**
   * Stands for the name of the connection in the names and events of tokens that a person gave, such as the id of a
   * record: a connection that is renamed then keeps them.
   */
  readonly tokenOwner?: string;
}

/** Compiles connections and executes their operations. Holds sockets and tokens; close it when done. */
export interface Engine {
  /**
   * A connection from its definition: an object, or JSON text. Compiled once per content and kept; one with options
   * of its own is compiled each time, and its caller keeps it.
   * @throws FerruleError DEFINITION_INVALID with every problem at once.
   */
  connection(definition: ConnectionInput | string, options?: ConnectionOptions): Connection;
  /** Ends running requests, closes every socket, forgets every token. Safe to call twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How many compiled connections and tokens are kept. */
const MAX_CONNECTIONS = 2_000;
const MAX_TOKENS = 10_000;
/** Channels of executing connections that are found again by others; one forgotten is made anew. */
const MAX_CHANNELS = 256;
const MAX_OWN_TOKENS = 1_000;
const DEFAULT_CONNECTIONS_PER_ORIGIN = 128;

/** An engine. It does nothing until a connection executes. */
export function createEngine(options: EngineOptions = {}): Engine {
  assertEngineOptions(options);
  const clock = options.clock ?? systemClock;
  const sockets = withRequestEvents(options.transport ?? createUndiciTransport());
  // The archive shows the trace context too, so the witness stands behind it.
  const witnessed = withWitness(sockets);
  const wire = options.tracer === undefined ? witnessed : withTracing(witnessed, options.tracer);
  const transport = withRedirects(wire);
  const egress = createEgressPolicy(options.egress);
  const connectionsPerOrigin = options.connectionsPerOrigin ?? DEFAULT_CONNECTIONS_PER_ORIGIN;
  if (!Number.isInteger(connectionsPerOrigin) || connectionsPerOrigin < 1) {
    throw new FerruleError('OPTIONS_INVALID', 'The option connectionsPerOrigin cannot be used', {
      expected: 'a whole number of at least 1',
      found: String(connectionsPerOrigin),
    });
  }
  const proxies = options.proxy === undefined ? undefined : toProxies(options.proxy, clock);
  const { tokenStore: store, logger } = options;
  const log = logger === undefined ? undefined : new ExecutionLog(logger);
  const events = new ExecutionEvents(log);
  const onEvent = toTokenListener(log, options.onEvent);
  const keep = { clock, random: Math.random };
  const tokens = new TokenKeeper({ ...keep, capacity: MAX_TOKENS, store, onEvent });
  const authorizationKey = toAuthorizationKey(options.authorizationKey ?? randomBytes(32));
  const states = { key: authorizationKey, store: store ?? createMemoryTokenStore({ clock }) };
  const shared = new SharedParts(options.trustDefinitions ?? true);
  const connections = new LruMap<string, Connection>(MAX_CONNECTIONS);
  const channels = new LruMap<string, Channel>(MAX_CHANNELS);
  const closing = new AbortController();

  const keys = new DefinitionKeys();

  const compile = (
    definition: ConnectionInput | string,
    lent: Pick<EngineParts, 'tokens' | 'states' | 'tokenOwner'>,
  ) => {
    const parsed = parseConnection(definition);
    const compiled = compileConnection(parsed, { shared, nowMs: clock.now() });
    const connection = new Connection(compiled, {
      clock,
      wire,
      transport,
      ...lent,
      egress,
      connectionsPerOrigin,
      channels,
      proxies,
      secretProvider: options.secretProvider,
      log,
      events,
      random: Math.random,
      closing: closing.signal,
    });
    log?.compiled(connection.name, connection.diagnostics);
    return connection;
  };

  const open = (definition: ConnectionInput | string, own?: ConnectionOptions): Connection => {
    if (closing.signal.aborted) throw new FerruleError('ENGINE_CLOSED', 'The engine is closed');
    if (own !== undefined) {
      const { tokenStore = store, tokenOwner } = own;
      const tokens = new TokenKeeper({
        ...keep,
        capacity: MAX_OWN_TOKENS,
        store: tokenStore,
        onEvent: own.onEvent === undefined ? onEvent : toTokenListener(log, own.onEvent),
        closing: closing.signal,
      });
      const ownStates = { ...states, store: tokenStore ?? states.store };
      return compile(definition, { tokens, states: ownStates, tokenOwner });
    }
    const key = keys.keyOf(definition);
    const known = key === undefined ? undefined : connections.get(key);
    if (known !== undefined) return known;
    const connection = compile(definition, { tokens, states });
    if (key !== undefined) connections.set(key, connection);
    return connection;
  };

  const close = async () => {
    if (closing.signal.aborted) return;
    closing.abort();
    connections.clear();
    keys.clear();
    channels.clear();
    tokens.clear();
    if (options.transport === undefined) await transport.close();
  };

  return { connection: open, close, [Symbol.asyncDispose]: close };
}

function toTokenListener(
  log: ExecutionLog | undefined,
  onEvent: TokenEventListener | undefined,
): TokenEventListener | undefined {
  if (log === undefined) return onEvent;
  return event => {
    log.token(event);
    onEvent?.(event);
  };
}

function toProxies(setting: ProxySetting, clock: Clock): ProxyChoice {
  const place = { pointer: '/proxy', code: 'OPTIONS_INVALID', nowMs: clock.now(), isExempt: true } as const;
  return createProxyChoice(setting, place);
}

function toAuthorizationKey(key: string | SecretValue | Uint8Array): Uint8Array {
  const bytes = key instanceof Uint8Array ? key : toKeyBytes(key);
  if (bytes.length >= 32) return bytes;
  throw new FerruleError('OPTIONS_INVALID', 'The option authorizationKey cannot be used', {
    expected: 'at least 32 bytes that nobody can guess',
    found: `${bytes.length} bytes`,
  });
}
