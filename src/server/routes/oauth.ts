import { readCookie, toClearCookie, toSetCookie } from '../connect/browser-session.ts';
import { completeFlow, startFlow } from '../connect/connect-flow.ts';
import { type Flow, takeFlow } from '../connect/flow-entries.ts';
import { noteConnect, noteConnectFailure } from '../connect/note-connect.ts';
import { toPage } from '../connect/pages.ts';
import { toReturnUrl } from '../connect/return-url.ts';
import { statusOf, toFerruleError } from '../error-reply.ts';
import type { Route, RouteCall } from '../route.ts';
import type { Services } from '../services.ts';

const START = '/oauth/start/:token';
const CALLBACK = '/oauth/callback';

/** Where browsers come by. Nobody can show a key there: the links are unguessable, good once, and for minutes. */
export const oauthRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: START,
    scope: 'open',
    isExecution: true,
    description: {
      summary: 'For browsers: the link to authorise a connection. Leads to the authorization server.',
      page: true,
      responses: { 303: '', 400: '' },
    },
    answer: start,
  },
  {
    method: 'GET',
    path: CALLBACK,
    scope: 'open',
    isExecution: true,
    description: {
      summary: 'For browsers: where the authorization server leads back to.',
      page: true,
      responses: { 200: '', 303: '', 400: '' },
    },
    answer: callback,
  },
];

async function start(call: RouteCall, services: Services): Promise<Response> {
  try {
    const begun = await startFlow(call.params['token'] ?? '', services, call.signal());
    const cookie = { state: begun.state, secure: isSecure(services) };
    const maxAgeMs = begun.expiresAtMs - services.clock.now();
    return redirect(begun.url, toSetCookie(cookie, begun.session, maxAgeMs));
  } catch (thrown) {
    return fail(thrown, { path: START }, services);
  }
}

async function callback(call: RouteCall, services: Services): Promise<Response> {
  const state = call.query.get('state') ?? '';
  const cookie = { state, secure: isSecure(services) };
  const session = readCookie(call.headers.get('cookie'), cookie);
  let flow: Flow | undefined;
  try {
    flow = await takeFlow(services.store, 'callback', state);
    // A code is good once: what was begun is finished, also when the person has closed the window.
    const signal = call.signal({ caller: true });
    const answer = { ...flow, query: `?${call.query}`, session };
    const { renewable, scope } = await completeFlow(answer, services, signal);
    noteConnect(flow.connectionId, { event: 'connected', renewable, scope }, services);
    services.statuses.write({ id: flow.connectionId }, 'active');
    return withCookie(succeed(flow), toClearCookie(cookie));
  } catch (thrown) {
    return withCookie(fail(thrown, { path: CALLBACK, flow }, services), toClearCookie(cookie));
  }
}

/** Leads back where the flow says so; else a page says that it is done. */
function succeed({ connectionId, request }: Flow): Response {
  if (request.returnUrl !== undefined) {
    return redirect(toReturnUrl(request.returnUrl, { connectionId, status: 'connected' }));
  }
  return toPage({ status: 200, title: 'Connected', sentences: ['You can close this window.'] });
}

/** Where connecting failed, and what is known of it there. */
interface FailedStep {
  readonly path: string;
  readonly flow?: Flow | undefined;
}

/** The same for a failure. */
function fail(thrown: unknown, { path, flow }: FailedStep, services: Services): Response {
  const error = toFerruleError(thrown);
  noteConnectFailure(flow?.connectionId, error, path, services);
  const returnUrl = flow?.request.returnUrl;
  // Whoever did not begin it, or comes from another browser, is led nowhere.
  if (flow !== undefined && returnUrl !== undefined && error.code !== 'AUTHORIZATION_STATE_INVALID') {
    const { connectionId } = flow;
    return redirect(toReturnUrl(returnUrl, { connectionId, status: 'failed', error: error.code }));
  }
  const isOurs = statusOf(error) >= 500;
  return toPage({
    status: statusOf(error),
    title: 'Not connected',
    sentences: [
      isOurs ? 'The server could not do it. Try again later.' : `${error.summary}.`,
      `Go back to where you came from and begin again. (${error.code})`,
    ],
  });
}

/** 303: whatever led here, the next request is a GET (RFC 9700 section 4.12). */
function redirect(location: string, cookie?: string): Response {
  const response = new Response(null, { status: 303, headers: { location } });
  return cookie === undefined ? response : withCookie(response, cookie);
}

function withCookie(response: Response, cookie: string): Response {
  response.headers.append('set-cookie', cookie);
  return response;
}

function isSecure({ publicUrl }: Services): boolean {
  return publicUrl().startsWith('https:');
}
