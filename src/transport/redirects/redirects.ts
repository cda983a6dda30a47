import { FerruleError } from '../../errors/ferrule-error.ts';
import { discardBody } from '../bodies/discard-body.ts';
import { type Depth, depthOf } from '../egress/redirected-egress.ts';
import { sumOfTimings } from '../phases.ts';
import type {
  Channel,
  HttpRequest,
  HttpResponse,
  RedirectHop,
  SendContext,
  Transport,
} from '../transport.ts';
import { CookieJar } from './cookie-jar.ts';
import { nextRequest } from './redirect-rules.ts';

/** RFC 9110 section 15.4; 300 and 304 carry no address to go to, 305 is deprecated. */
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

const COOKIES_HINT =
  'The server sets cookies on the way; if it waits for them to come back, set redirect.cookies to true.';

/**
 * Follows up to `context.maxRedirects` redirects. One total deadline holds for all hops; every hop passes the
 * channel's egress policy like a request of its own, and one to another origin may not lead further in than it came from.
 *
 * @throws FerruleError REDIRECT_LIMIT, REDIRECT_REFUSED, and what the inner transport throws
 */
export function withRedirects(transport: Transport): Transport {
  return {
    send: (request, context) => {
      if (context.maxRedirects === 0) return transport.send(request, context);
      const startedAtMs = context.clock.monotonicNow();
      // Nearly always the first answer is the last one, and nothing is made for a chain.
      return transport
        .send(request, context)
        .then(response =>
          REDIRECT_STATUSES.has(response.statusCode) || context.keepsCookies === true
            ? follow(transport, { request, response, startedAtMs }, context)
            : response,
        );
    },
    probe: (url, context) => transport.probe(url, context),
    release: async channelKey => {
      const keys = [channelKey, ...limited.map(depth => keyFor(channelKey, depth))];
      await Promise.all(keys.map(key => transport.release(key)));
    },
    close: () => transport.close(),
  };
}

/** The request that a chain begins with, and what it was answered. */
interface Beginning {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly startedAtMs: number;
}

async function follow(
  transport: Transport,
  { request: first, response: answered, startedAtMs }: Beginning,
  context: SendContext,
): Promise<HttpResponse> {
  // Several requests, one deadline. Credentials are renewed for the first of them only.
  const deadlineAtMs = context.deadlineAtMs ?? startedAtMs + context.timeouts.totalMs;
  let later: SendContext = { ...context, deadlineAtMs, renewRequest: undefined };
  const redirects: RedirectHop[] = [];
  const jar = context.keepsCookies === true ? new CookieJar(context.clock) : undefined;
  let setsCookies = false;
  let depth: Depth = 2;
  let { channel } = context;
  let request = first;
  let response = answered;
  let { timings } = response;
  for (;;) {
    // Those of the last answer too: they go nowhere, and are credentials all the same.
    for (const value of jar?.keep(request.url, response.headers) ?? []) context.onCookie?.(value);
    const location = redirectLocation(response);
    if (location === undefined) break;
    discardBody(response, context);
    setsCookies ||= response.headers.some(([name]) => name.toLowerCase() === 'set-cookie');
    if (redirects.length >= context.maxRedirects) {
      throw new FerruleError(
        'REDIRECT_LIMIT',
        `more than ${context.maxRedirects} redirects, beginning at ${placeOf(first)}`,
        {
          // A server that waits for its cookie sends a client without it around for ever.
          ...(setsCookies && jar === undefined ? { hint: COOKIES_HINT } : {}),
          details: { limit: 'maxRedirects', value: context.maxRedirects, redirects },
        },
      );
    }
    const next = nextRequest(request, response.statusCode, location, context.isSecretText);
    const isElsewhere = !isSameOrigin(request, next.request);
    const hidesCertificate = isElsewhere && channel.abroad !== undefined;
    if (isElsewhere) {
      const reached = reachedDepth(request, response, channel);
      if (reached < depth) depth = reached;
      // A way back does not restore it.
      channel = channel.abroad ?? channel;
      later = { ...later, channel: toLimited(channel, depth) };
    }
    redirects.push({
      statusCode: response.statusCode,
      from: placeOf(request),
      to: placeOf(next.request),
      credentialsDropped: next.credentialsDropped || hidesCertificate,
    });
    request = next.request;
    // What is added for this hop is no part of the request that later hops are made of.
    response = await transport.send(jar?.addTo(request) ?? request, later);
    timings = sumOfTimings(timings, response.timings);
  }
  if (redirects.length === 0) return response;
  const firstByteMs = context.clock.monotonicNow() - startedAtMs;
  const whole = { ...response, url: request.url, redirects, firstByteMs };
  return timings === undefined ? whole : { ...whole, timings };
}

/**
 * Where a response points, or undefined when it is an answer: not a redirect, or one without a Location.
 * @throws FerruleError REDIRECT_REFUSED when it names two places
 */
function redirectLocation(response: HttpResponse): string | undefined {
  if (!REDIRECT_STATUSES.has(response.statusCode)) return undefined;
  const locations = response.headers
    .filter(([name]) => name.toLowerCase() === 'location')
    .map(([, value]) => value);
  if (new Set(locations).size > 1) {
    response.body.cancel();
    throw new FerruleError('REDIRECT_REFUSED', 'the redirect names several places', {
      expected: 'one Location header',
      found: `${locations.length} different ones`,
    });
  }
  return locations[0];
}

/** How far inside the server is that sent a redirect. */
function reachedDepth(request: HttpRequest, response: HttpResponse, { socketPath }: Channel): Depth {
  const { origin, hostname } = new URL(request.url);
  return origin === socketPath?.origin ? 2 : depthOf(response.remoteAddress, hostname);
}

/** Those from which something is further in. */
const limited = [0, 1] as const;

function toLimited(channel: Channel, depth: Depth): Channel {
  const egress = channel.egress.forRedirects?.(depth) ?? channel.egress;
  return egress === channel.egress ? channel : { ...channel, key: keyFor(channel.key, depth), egress };
}

function keyFor(channelKey: string, depth: Depth): string {
  return `${channelKey}|redirected ${depth}`;
}

function isSameOrigin(one: HttpRequest, other: HttpRequest): boolean {
  return new URL(one.url).origin === new URL(other.url).origin;
}

/** Origin and path: a query may hold anything. */
function placeOf(request: HttpRequest): string {
  const url = new URL(request.url);
  return url.origin + url.pathname;
}
