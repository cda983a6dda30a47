import type { ApiKeyScope } from '../store.ts';
import type { Principal } from './authentication/principal.ts';
import type { Services } from './services.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One endpoint, as data: the app, the authentication and the OpenAPI document are made of the same table. */
export interface Route {
  readonly method: Method;
  /** With `:name` for parameters. */
  readonly path: string;
  /** What the caller must be allowed; `open` asks for nobody. */
  readonly scope: ApiKeyScope | 'open';
  /** True for work that runs at other servers' pace: it counts against the limit of what runs at once. */
  readonly isExecution?: boolean;
  /** True for work that this server does itself, for as long as the caller says: nobody has much of it done at once. */
  readonly isTrial?: boolean;
  readonly description: RouteDescription;
  answer(call: RouteCall, services: Services): Promise<Answer> | Answer;
}

/** For the OpenAPI document. Schemas are named by those of its components. */
export interface RouteDescription {
  readonly summary: string;
  /** Names of query parameters, each with its meaning. */
  readonly query?: Readonly<Record<string, string>>;
  readonly request?: string;
  /** True when it answers browsers, with pages and redirects instead of JSON. */
  readonly page?: boolean;
  /** By status. An empty name stands for any JSON. */
  readonly responses: Readonly<Record<number, string>>;
}

/** One request, as far as routes look at it. */
export interface RouteCall {
  readonly principal: Principal;
  /** `POST /api/execute` */
  readonly endpoint: string;
  /** Parameters of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Fires when the caller left, the time of the request is over, or the server stops. */
  signal(except?: SignalExceptions): AbortSignal;
  /**
   * The body as JSON; undefined when there is none. `maxBytes` where less is allowed than by the settings.
   * @throws FerruleError REQUEST_INVALID, REQUEST_TOO_LARGE.
   */
  json(maxBytes?: number): Promise<unknown>;
  /** @throws FerruleError FORBIDDEN unless the caller has the scope. */
  demand(scope: ApiKeyScope, why: string): void;
}

/** What a signal does not listen to. */
export interface SignalExceptions {
  /** Work that goes on when its caller has left. */
  readonly caller?: boolean;
  /** Work that may take any time. */
  readonly deadline?: boolean;
}

/** A Response is for pages and the like, which are no JSON. */
export type Answer = Reply | StreamReply | Response;

/** Server-sent events, each as its text. Leaving the loop early ends the work behind it. */
export interface StreamReply {
  readonly events: AsyncIterable<string>;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

/** True for a query parameter that is there and does not say no: `?debug` and `?debug=true` mean the same. */
export function hasFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== 'false' && value !== '0';
}
