import { Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import { FerruleError } from '../index.ts';
import { type Authenticator, authenticateRequest } from './authentication/bearer.ts';
import { anonymous, assertScope, type Principal } from './authentication/principal.ts';
import { toErrorReply, toFerruleError } from './error-reply.ts';
import { whileAllowed } from './execution/while-allowed.ts';
import { ExecutionSlots } from './execution-slots.ts';
import { assertHost } from './host-check.ts';
import { noteFailure } from './note-failure.ts';
import { readJsonBody } from './read-body.ts';
import { RequestSignals } from './request-signals.ts';
import type { Method, Route } from './route.ts';
import type { Services } from './services.ts';
import type { ServerLimits } from './settings.ts';
import { toResponse } from './to-response.ts';
import { TrialSlots } from './trial-slots.ts';

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  readonly authenticators: readonly Authenticator[];
  readonly limits: ServerLimits;
  /** Host names requests may come under; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Aborted when what still runs has to end. */
  readonly stopping: AbortSignal;
}

export interface App {
  /** Answers one request; never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Resolves when no execution runs. */
  whenIdle(): Promise<void>;
}

/** A request on its way: what is known of it so far, for the log. */
interface Passage {
  readonly request: Request;
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
  principal: Principal;
}

/** The one way of every request: host, caller, scope, slot, route. Whatever is thrown on it becomes an answer. */
export function createApp(options: AppOptions): App {
  const { routes, services, authenticators, limits } = options;
  const { clock, log } = services;
  const slots = new ExecutionSlots({
    limit: limits.maxConcurrent,
    sharePercent: limits.callerSharePercent,
  });
  const trials = new TrialSlots();

  const takeSlot = ({ isExecution, isTrial }: Route, { id }: Principal) => {
    if (isTrial) return trials.take(id);
    return isExecution ? slots.take(id) : undefined;
  };

  const note = (error: FerruleError, { request, route, principal }: Passage) => {
    const path = route?.path ?? 'unknown';
    noteFailure(error, { method: request.method, path, principal: principal.id }, services);
  };

  const pass = async (passage: Passage, allow: readonly Method[]): Promise<Response> => {
    const { request, route, params } = passage;
    assertHost(request.headers.get('host'), options.allowedHosts);
    if (route?.scope !== 'open') {
      passage.principal = await authenticateRequest(request.headers, authenticators);
    }
    // Whoever is nobody does not even learn what exists.
    if (route === undefined) throw toUnknown(request.method, allow);
    // HEAD does the work of GET, and a page does its work once: whoever only looks at a link does not open it.
    if (route.description.page && request.method === 'HEAD') throw toUnknown('HEAD', [route.method]);
    const { principal } = passage;
    assertMay(principal, route);
    const giveBack = takeSlot(route, principal);
    const signals = new RequestSignals({
      clock,
      timeoutMs: limits.requestTimeoutMs,
      caller: () => request.signal,
      stopping: options.stopping,
    });
    const end = () => {
      signals.end();
      giveBack?.();
    };
    try {
      const answer = await route.answer(
        {
          principal,
          endpoint: `${route.method} ${route.path}`,
          params,
          query: new URL(request.url).searchParams,
          headers: request.headers,
          signal: except => signals.signal(except),
          json: (maxBytes = limits.maxBodyBytes) =>
            readJsonBody(request, Math.min(maxBytes, limits.maxBodyBytes), signals.signal()),
          demand: (scope, why) => assertScope(principal, scope, why),
        },
        services,
      );
      if (!('events' in answer)) return toResponse(answer, end);
      const check = async () => {
        assertMay(await authenticateRequest(request.headers, authenticators), route);
      };
      const noted = () =>
        check().catch(error => {
          note(toFerruleError(error), passage);
          throw error;
        });
      return toResponse({ events: whileAllowed(answer.events, noted, clock) }, end);
    } catch (error) {
      end();
      throw error;
    }
  };

  const respond = async (passage: Passage, allow: readonly Method[] = []): Promise<Response> => {
    const { request, route } = passage;
    const startedAtMs = clock.monotonicNow();
    const path = route?.path ?? 'unknown';
    let response: Response;
    try {
      response = await pass(passage, allow);
    } catch (thrown) {
      const error = toFerruleError(thrown);
      note(error, passage);
      response = toResponse(toErrorReply(error, request.headers.get('accept')), () => undefined);
    }
    const ms = Math.round(clock.monotonicNow() - startedAtMs);
    log.info('request', {
      method: request.method,
      path,
      status: response.status,
      principal: passage.principal.id,
      ms,
    });
    return response;
  };

  const hono = new Hono({ getPath: request => getPath(request).replace(INTEGRATOR_BASE, '') });
  for (const route of routes) {
    hono.on(route.method, route.path, context =>
      respond({ request: context.req.raw, route, params: context.req.param(), principal: anonymous }),
    );
  }
  for (const path of new Set(routes.map(route => route.path))) {
    const allow = routes.filter(route => route.path === path).map(({ method }) => method);
    hono.all(path, context =>
      respond({ request: context.req.raw, route: undefined, params: {}, principal: anonymous }, allow),
    );
  }
  hono.notFound(context =>
    respond({ request: context.req.raw, route: undefined, params: {}, principal: anonymous }),
  );
  return { fetch: async request => hono.fetch(request), whenIdle: () => slots.whenIdle() };
}

/** @throws FerruleError FORBIDDEN */
function assertMay(principal: Principal, { method, path, scope }: Route): void {
  if (scope !== 'open') assertScope(principal, scope, `${method} ${path} may not be called`);
}

/** Where Integrator's API is in the platform it comes with, for clients that cannot be told another address. */
const INTEGRATOR_BASE = /^\/app\/integrator(?=\/api\/)/;

function toUnknown(method: string, allow: readonly Method[]): FerruleError {
  if (allow.length === 0) return new FerruleError('NOT_FOUND', 'There is no such endpoint');
  return new FerruleError('METHOD_REFUSED', 'The resource does not have this method', {
    expected: allow.join(', '),
    found: method,
    details: { allow: allow.join(', ') },
  });
}
