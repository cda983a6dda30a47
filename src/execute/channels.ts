import type { AuthServices } from '../auth/auth-strategy.ts';
import type { Clock } from '../base/clock.ts';
import { fingerprint } from '../base/fingerprint.ts';
import { LruMap } from '../base/lru-map.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { ClientCertificatePlan } from '../compile/client-certificate.ts';
import type { ConnectionPlan } from '../compile/connection-plan.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { createChannel } from '../transport/create-channel.ts';
import type { EgressPolicy } from '../transport/egress-policy.ts';
import type { Channel } from '../transport/transport.ts';
import type { ClientCertificate, TrustPlan } from '../transport/trust.ts';

/** Certificates of one connection that are kept ready: one, and the one before while it is being replaced. */
const MAX_CERTIFICATES = 4;

type CertificateTarget = Parameters<AuthServices['certificateKey']>[0];

/** The channels of one connection: that of its operations, and those of its token endpoints. */
export class Channels {
  readonly #plan: ConnectionPlan;
  readonly #egress: EgressPolicy;
  readonly #connectionsPerOrigin: number;
  readonly #clock: Clock;
  readonly #byTrust = new Map<string, Channel>();
  readonly #withCertificate = new LruMap<string, Channel>(MAX_CERTIFICATES);

  constructor(plan: ConnectionPlan, egress: EgressPolicy, connectionsPerOrigin: number, clock: Clock) {
    this.#plan = plan;
    this.#egress = egress;
    this.#connectionsPerOrigin = connectionsPerOrigin;
    this.#clock = clock;
  }

  /** The keys of the channels that were used so far. */
  get keys(): readonly string[] {
    return [...this.#byTrust.values(), ...this.#withCertificate.values()].map(({ key }) => key);
  }

  forOperation(scope: RenderScope): Channel {
    const { clientCertificate, trust } = this.#plan;
    return clientCertificate === null
      ? this.#forTrust(trust)
      : this.#forCertificate(clientCertificate, scope);
  }

  /**
   * A token endpoint is shown the certificate the definition names for it; one that is trusted like the connection
   * itself is shown the connection's.
   */
  forTokens(trust: TrustPlan, certificate: ClientCertificatePlan | null, scope: RenderScope): Channel {
    if (certificate !== null) return this.#forCertificate(certificate, scope);
    return trust === this.#plan.trust ? this.forOperation(scope) : this.#forTrust(trust);
  }

  /** Names the certificate that a token endpoint is shown; empty when it is shown none. */
  certificateKey({ trust, clientCertificate, scope }: CertificateTarget): string {
    const shared = trust === this.#plan.trust ? this.#plan.clientCertificate : null;
    const shown = clientCertificate ?? shared;
    return shown === null ? '' : nameOf(renderParts(shown, scope));
  }

  #forTrust(trust: TrustPlan): Channel {
    const known = this.#byTrust.get(trust.key);
    if (known !== undefined) return known;
    const channel = this.#create(trust);
    this.#byTrust.set(trust.key, channel);
    return channel;
  }

  #forCertificate(plan: ClientCertificatePlan, scope: RenderScope): Channel {
    const parts = renderParts(plan, scope);
    const name = fingerprint(plan.pointer, nameOf(parts));
    const known = this.#withCertificate.get(name);
    if (known !== undefined) return known;
    const client: ClientCertificate = Object.fromEntries(
      parts.map(([name, text]) => [name, new SecretValue(text)]),
    );
    const trust = plan.createTrust(client, this.#clock.now());
    const channel = { ...this.#create(trust), abroad: this.#forTrust(this.#plan.trust) };
    this.#withCertificate.set(name, channel);
    return channel;
  }

  #create(trust: TrustPlan): Channel {
    const { http2, limits, timeouts } = this.#plan;
    return createChannel({
      trust,
      egress: this.#egress,
      http2,
      connectionsPerOrigin: this.#connectionsPerOrigin,
      connectTimeoutMs: timeouts.connectMs,
      maxHeaderBytes: limits.maxHeaderBytes,
    });
  }
}

type RenderedPart = readonly [name: string, text: string];

function renderParts({ parts }: ClientCertificatePlan, scope: RenderScope): readonly RenderedPart[] {
  return parts.map(([name, text]) => [name, text.render(scope)] as const);
}

function nameOf(parts: readonly RenderedPart[]): string {
  return fingerprint(...parts.flat());
}
