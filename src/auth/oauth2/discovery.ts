import { LruMap } from '../../base/lru-map.ts';
import { SingleFlight } from '../../base/single-flight.ts';
import type { Oauth2Plan } from '../../compile/auth/oauth2.ts';
import type { UrlPlan } from '../../compile/text-plan.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { AuthCall, AuthServices } from '../auth-strategy.ts';
import { isElsewhere, readServerMetadata, type ServerMetadata, toMetadataUrls } from './server-metadata.ts';
import { toMetadataRequest } from './token-request.ts';

/** Endpoints move rarely; an hour is what servers commonly allow their metadata to be kept. */
const LIFETIME_MS = 60 * 60 * 1000;

/** Issuers of one connection: more than one only when parameters go into the URL. */
const MAX_ISSUERS = 16;

type DiscoveryServices = Pick<AuthServices, 'clock' | 'exchange'>;

/** The metadata of the plan's issuer, asked for once an hour. Undefined when the plan names no issuer. */
export type Discovery = (call: AuthCall) => Promise<ServerMetadata | undefined>;

export function createDiscovery(plan: Oauth2Plan, services: DiscoveryServices): Discovery {
  return plan.issuer === null ? async () => undefined : createMetadataReader(plan, plan.issuer, services);
}

function createMetadataReader(
  plan: Oauth2Plan,
  issuerUrl: UrlPlan,
  { clock, exchange }: DiscoveryServices,
): Discovery {
  const known = new LruMap<string, { readonly metadata: ServerMetadata; readonly untilMs: number }>(
    MAX_ISSUERS,
  );
  const flights = new SingleFlight<string, ServerMetadata>();
  const pointer = `${plan.pointer}/issuer`;
  const preferMtls = plan.client.authentication === 'tls_client_auth';

  const ask = async (issuer: string, { scope, witness }: AuthCall): Promise<ServerMetadata> => {
    const [first = issuer, second = issuer] = toMetadataUrls(issuer);
    const target = {
      scope,
      witness,
      trust: plan.trust,
      clientCertificate: plan.clientCertificate,
      maxRedirects: 0,
      pointer,
    };
    const answer = await exchange(toMetadataRequest(first), target);
    const found = isElsewhere(answer) ? await exchange(toMetadataRequest(second), target) : answer;
    return readServerMetadata(found, issuer, pointer, preferMtls);
  };

  return async call => {
    const issuer = toIssuer(issuerUrl.render(call.scope), pointer);
    const kept = known.get(issuer);
    if (kept !== undefined && clock.now() < kept.untilMs) return kept.metadata;
    return flights.run(issuer, async () => {
      const metadata = await ask(issuer, call);
      known.set(issuer, { metadata, untilMs: clock.now() + LIFETIME_MS });
      return metadata;
    });
  };
}

/** RFC 8414 section 2: an issuer has no query; a template that adds one is a mistake. */
function toIssuer(url: string, pointer: string): string {
  if (!url.includes('?')) return url;
  throw new FerruleError('URL_INVALID', 'An issuer has no query', {
    pointer,
    expected: 'a URL without query and fragment (RFC 8414 section 2)',
  });
}
