import type { AuthServices } from '../auth/auth-strategy.ts';
import type { Clock } from '../base/clock.ts';
import { fingerprint } from '../base/fingerprint.ts';
import { LruMap } from '../base/lru-map.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { ClientCertificatePlan } from '../compile/client-certificate.ts';
import type { ConnectionPlan } from '../compile/connection-plan.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import { createChannel } from '../transport/create-channel.ts';
import type { EgressPolicy } from '../transport/egress/egress-policy.ts';
import type { ProxyChoice } from '../transport/proxies/proxy-choice.ts';
import type { Channel } from '../transport/transport.ts';
import type { ClientCertificate, TrustPlan } from '../transport/trust/trust.ts';
import type { Proxies } from './proxies.ts';

/** Certificates of one connection that are kept ready: one, and the one before while it is being replaced. */
const MAX_CERTIFICATES = 4;

/** Channels through proxies: as many as there are trusts, for a few credentials. */
const MAX_PROXIED = 32;

export interface ChannelParts {
  readonly plan: ConnectionPlan;
  readonly egress: EgressPolicy;
  readonly connectionsPerOrigin: number;
  readonly clock: Clock;
  readonly proxies: Proxies;
  /** The engine's, by key: those without credentials, which connections that trust alike have in common. */
  readonly known: LruMap<string, Channel>;
}

interface NamedChannel {
  readonly name: string;
  readonly channel: Channel;
}

type CertificateTarget = Parameters<AuthServices['certificateKey']>[0];

/** The channels of one connection: that of its operations, and those of its token endpoints. */
export class Channels {
  readonly #plan: ConnectionPlan;
  readonly #egress: EgressPolicy;
  readonly #connectionsPerOrigin: number;
  readonly #clock: Clock;
  readonly #proxies: Proxies;
  readonly #known: LruMap<string, Channel>;
  /** One, or two when tokens come from elsewhere: fewer than a map is worth. */
  #byTrust: readonly NamedChannel[] = [];
  /** Made when they are needed: most connections have neither. */
  #byTrustAndProxy: LruMap<string, Channel> | undefined;
  #withCertificate: LruMap<string, Channel> | undefined;

  constructor({ plan, egress, connectionsPerOrigin, clock, proxies, known }: ChannelParts) {
    this.#known = known;
    this.#plan = plan;
    this.#proxies = proxies;
    this.#egress = egress;
    this.#connectionsPerOrigin = connectionsPerOrigin;
    this.#clock = clock;
  }

  /** The keys of the channels that were used so far. */
  get keys(): readonly string[] {
    const shared = this.#byTrust.map(({ channel }) => channel);
    return [...shared, ...(this.#withCertificate?.values() ?? [])].map(({ key }) => key);
  }

  forOperation(scope: RenderScope): Channel {
    const { clientCertificate, trust } = this.#plan;
    return clientCertificate === null
      ? this.#forTrust(trust, scope)
      : this.#forCertificate(clientCertificate, scope);
  }

  /**
   * A token endpoint is shown the certificate the definition names for it; one that is trusted like the connection
   * itself is shown the connection's.
   */
  forTokens(trust: TrustPlan, certificate: ClientCertificatePlan | null, scope: RenderScope): Channel {
    if (certificate !== null) return this.#forCertificate(certificate, scope);
    return trust === this.#plan.trust ? this.forOperation(scope) : this.#forTrust(trust, scope);
  }

  /** Names the certificate that a token endpoint is shown; empty when it is shown none. */
  certificateKey({ trust, clientCertificate, scope }: CertificateTarget): string {
    const shown = this.#shownTo(trust, clientCertificate ?? null);
    return shown === null ? '' : nameOf(renderParts(shown, scope));
  }

  /** The names of the secrets in the certificate that a token endpoint is shown. */
  certificateSecrets(trust: TrustPlan, certificate: ClientCertificatePlan | null): readonly string[] {
    return this.#shownTo(trust, certificate)?.secretNames ?? [];
  }

  #shownTo(trust: TrustPlan, certificate: ClientCertificatePlan | null): ClientCertificatePlan | null {
    return certificate ?? (trust === this.#plan.trust ? this.#plan.clientCertificate : null);
  }

  #forTrust(trust: TrustPlan, scope: RenderScope): Channel {
    const proxies = this.#proxies.forScope(scope);
    // The engine's proxies are always the same, and those of the definition change with their credentials only.
    const isShared = this.#plan.proxy === null;
    const name = proxies === undefined ? trust.key : `${trust.key} ${proxies.key}`;
    if (isShared) {
      for (const each of this.#byTrust) if (each.name === name) return each.channel;
      const channel = this.#share(this.#create(trust, proxies));
      this.#byTrust = [...this.#byTrust, { name, channel }];
      return channel;
    }
    this.#byTrustAndProxy ??= new LruMap(MAX_PROXIED);
    const known = this.#byTrustAndProxy.get(name);
    if (known !== undefined) return known;
    const channel = this.#create(trust, proxies);
    this.#byTrustAndProxy.set(name, channel);
    return channel;
  }

  #forCertificate(plan: ClientCertificatePlan, scope: RenderScope): Channel {
    const parts = renderParts(plan, scope);
    const proxies = this.#proxies.forScope(scope);
    const name = fingerprint(plan.pointer, nameOf(parts), proxies?.key ?? '');
    this.#withCertificate ??= new LruMap(MAX_CERTIFICATES);
    const known = this.#withCertificate.get(name);
    if (known !== undefined) return known;
    const client: ClientCertificate = Object.fromEntries(
      parts.map(([name, text]) => [name, new SecretValue(text)]),
    );
    const trust = plan.createTrust(client, this.#clock.now());
    const channel = { ...this.#create(trust, proxies), abroad: this.#forTrust(this.#plan.trust, scope) };
    this.#withCertificate.set(name, channel);
    return channel;
  }

  #create(trust: TrustPlan, proxies: ProxyChoice | undefined): Channel {
    const { http2, limits, timeouts, socketPath } = this.#plan;
    return createChannel({
      trust,
      egress: this.#egress,
      http2,
      connectionsPerOrigin: this.#connectionsPerOrigin,
      connectTimeoutMs: timeouts.connectMs,
      maxHeaderBytes: limits.maxHeaderBytes,
      ...(proxies === undefined ? {} : { proxies }),
      ...(socketPath === null ? {} : { socketPath }),
    });
  }

  #share(channel: Channel): Channel {
    const known = this.#known.get(channel.key);
    if (known !== undefined) return known;
    this.#known.set(channel.key, channel);
    return channel;
  }
}

type RenderedPart = readonly [name: string, text: string];

function renderParts({ parts }: ClientCertificatePlan, scope: RenderScope): readonly RenderedPart[] {
  return parts.map(([name, text]) => [name, text.render(scope)] as const);
}

function nameOf(parts: readonly RenderedPart[]): string {
  return fingerprint(...parts.flat());
}
