import { joinPointer } from '../base/json-pointer.ts';
import { nearestName } from '../base/nearest-name.ts';
import { noEntries } from '../base/nothing.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import { type HostPattern, parseHostPattern } from '../transport/egress/host-pattern.ts';
import { isAllowed, type SecretBinding, toSecretHostError } from '../transport/egress/secret-hosts.ts';
import type { Placed } from './placed.ts';
import type { UrlPlan } from './text-plan.ts';

/** What the definition binds its secrets to, by name. */
export type SecretHostsPlan = ReadonlyMap<string, SecretBinding>;

export function compileSecretHosts(
  { definition, pointer }: Placed<Readonly<Record<string, readonly string[]>>>,
  secretNames: ReadonlySet<string>,
  issues: IssueCollector,
): SecretHostsPlan {
  const plan = new Map<string, SecretBinding>();
  for (const [name, hosts] of Object.entries(definition)) {
    const place = joinPointer(pointer, name);
    issues.attempt(place, () => assertSecretName(name, secretNames));
    const patterns = hosts.map((host, index) => {
      const hostPlace = joinPointer(place, index);
      return issues.attempt(hostPlace, () => toHostPattern(host));
    });
    plan.set(name, { hosts: patterns.filter(pattern => pattern !== undefined), pointer: place });
  }
  return plan.size === 0 ? noEntries : plan;
}

/** @throws FerruleError DEFINITION_WRONG_VALUE */
export function toHostPattern(text: string): HostPattern {
  const pattern = parseHostPattern(text);
  if (pattern !== undefined) return pattern;
  throw new FerruleError('DEFINITION_WRONG_VALUE', 'A secret is bound to a host that cannot be read', {
    expected: 'a host name, *.name or an address, with or without :port',
  });
}

/**
 * Where a URL names its host in plain text, a secret that may not go there is a mistake that need not wait for a call.
 * `source` is what the URL begins with: a base URL, or the whole of it.
 */
export function judgeLiteralHost(
  url: UrlPlan,
  source: string,
  secrets: readonly string[],
  { bindings, issues }: { readonly bindings: SecretHostsPlan; readonly issues: IssueCollector },
): void {
  if (bindings.size === 0 || url.hasHostTags) return;
  const [origin = ''] = /^https?:\/\/[^/?#\\]+/i.exec(source) ?? [];
  // One that cannot be read has an issue of its own.
  if (!URL.canParse(origin)) return;
  for (const name of secrets) {
    const binding = bindings.get(name);
    if (binding === undefined || isAllowed(binding, new URL(origin))) continue;
    issues.attempt(binding.pointer, () => {
      throw toSecretHostError(name, binding, new URL(origin));
    });
  }
}

function assertSecretName(name: string, secretNames: ReadonlySet<string>): void {
  if (secretNames.has(name)) return;
  throw new FerruleError('DEFINITION_WRONG_VALUE', `There is no secret named "${name.slice(0, 100)}"`, {
    expected: 'a name of secrets, or the place of a credential such as config.auth.password',
    suggestion: nearestName(name, secretNames),
  });
}
