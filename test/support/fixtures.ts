import { readFileSync } from 'node:fs';
import type { ConnectionInput } from '../../src/definition/definition-input.ts';

/** What takes the place of the addresses and the certificate that every fixture names. */
export interface FixtureServers {
  /** Instead of `https://127.0.0.1:8443`. */
  readonly api: string;
  /** Instead of `https://127.0.0.1:8444`. */
  readonly login?: string;
  /** PEM; also where the fixture has no `caCert`, unless that is null. */
  readonly caCert: string | null;
  readonly secrets?: Readonly<Record<string, string>>;
}

export type Fixture = ConnectionInput & { readonly config: Record<string, unknown> };

/** A copy of a fixture that reaches the given servers. Secrets that are not given stay null. */
export function loadFixture(name: string, { api, login, caCert, secrets }: FixtureServers): Fixture {
  const text = readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), 'utf8')
    .replaceAll('https://127.0.0.1:8443', api)
    .replaceAll('https://127.0.0.1:8444', login ?? api);
  const document = replaceCertificates(JSON.parse(text), caCert) as Fixture;
  return {
    ...document,
    config: { ...document.config, caCert },
    secrets: { ...document.secrets, ...secrets },
  };
}

function replaceCertificates(value: unknown, caCert: string | null): unknown {
  if (typeof value === 'string') return value.startsWith('-----BEGIN CERTIFICATE-----') ? caCert : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => replaceCertificates(item, caCert));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaceCertificates(item, caCert)]),
  );
}
