import { toJsonPointer } from '../base/json-pointer.ts';
import type { Redactor } from '../base/redactor.ts';
import { SecretValue, toSecretValue } from '../base/secret-value.ts';
import type { SecretHostsPlan } from '../compile/secret-hosts.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { parseHostPattern } from '../transport/egress/host-pattern.ts';
import type { SecretBinding, SecretHosts } from '../transport/egress/secret-hosts.ts';

/**
 * Supplies secrets that a definition leaves null. Asked by connection and secret name at each execution that needs
 * it, so that a rotated secret is used at once; a provider caches as it sees fit.
 */
export interface SecretProvider {
  getSecret(
    request: { readonly connection: string; readonly name: string },
    signal?: AbortSignal,
  ): SecretAnswer | Promise<SecretAnswer>;
}

export type SecretAnswer = string | SecretValue | BoundSecret | undefined | null;

/** A secret that may be sent to some hosts only, whatever the definition says. */
export interface BoundSecret {
  readonly value: string | SecretValue;
  /** As in the field `secretHosts` of a definition. */
  readonly hosts: readonly string[];
}

export type SecretValues = ReadonlyMap<string, SecretValue>;

/** Reads the secrets of one connection: from its definition, or from the provider where that says null. */
export class SecretReader {
  readonly #connection: string;
  readonly #defined: ReadonlyMap<string, SecretValue | null>;
  readonly #provider: SecretProvider | undefined;
  readonly #redactor: Redactor;
  /** One map for all calls as long as nothing has to be asked: its identity tells that secrets are unchanged. */
  readonly #known: SecretValues;
  readonly #bindings: SecretHostsPlan;
  /** By value: while a secret is rotated, calls with the old and the new one are under way together. */
  #provided: WeakMap<SecretValue, SecretBinding> | undefined;
  #mayBeBound: boolean;

  constructor(
    connection: string,
    defined: ReadonlyMap<string, SecretValue | null>,
    provider: SecretProvider | undefined,
    redactor: Redactor,
    bindings: SecretHostsPlan,
  ) {
    this.#bindings = bindings;
    this.#mayBeBound = bindings.size > 0;
    this.#connection = connection;
    this.#defined = defined;
    this.#provider = provider;
    this.#redactor = redactor;
    this.#known = isComplete(defined) ? defined : new Map(defined.entries().filter(isGiven));
    for (const value of this.#known.values()) redactor.keep(value);
  }

  /** The values of at least the named secrets. Throws SECRET_MISSING for one that nobody supplies. */
  read(names: readonly string[], signal?: AbortSignal): SecretValues | Promise<SecretValues> {
    for (const name of names) if (!this.#known.has(name)) return this.#ask(names, signal);
    return this.#known;
  }

  /** What the secrets of a call are bound to, by the definition and by the provider; undefined when none is. */
  hostsOf(secrets: SecretValues): SecretHosts | undefined {
    if (!this.#mayBeBound) return undefined;
    return {
      bindingsOf: name => {
        const value = secrets.get(name);
        const provided = value === undefined ? undefined : this.#provided?.get(value);
        return [this.#bindings.get(name), provided].filter(binding => binding !== undefined);
      },
    };
  }

  async #ask(names: readonly string[], signal: AbortSignal | undefined): Promise<SecretValues> {
    const values = new Map(this.#known);
    const missing = names.filter(name => this.#defined.get(name) === null);
    await Promise.all(
      missing.map(async name => {
        const answer = await this.#askFor(name, signal);
        if (answer === undefined || answer === null) throw this.#missing(name);
        const value = isBound(answer) ? answer.value : answer;
        if (typeof value !== 'string' && !(value instanceof SecretValue)) throw this.#noText(name, value);
        const secret = toSecretValue(value);
        this.#redactor.add(secret);
        if (isBound(answer)) this.#bind(name, secret, answer.hosts);
        values.set(name, secret);
      }),
    );
    return values;
  }

  #bind(name: string, secret: SecretValue, hosts: readonly string[]): void {
    const patterns = Array.isArray(hosts) ? hosts.map(host => parseHostPattern(String(host))) : [undefined];
    if (patterns.includes(undefined)) {
      throw new FerruleError(
        'SECRET_HOST_REFUSED',
        `The secret provider bound the secret "${name}" to hosts that cannot be read`,
        {
          pointer: toJsonPointer(['secrets', name]),
          expected: 'a list of host names, *.name or addresses, each with or without :port',
        },
      );
    }
    this.#mayBeBound = true;
    this.#provided ??= new WeakMap();
    this.#provided.set(secret, {
      hosts: patterns.filter(pattern => pattern !== undefined),
      pointer: toJsonPointer(['secrets', name]),
    });
  }

  async #askFor(name: string, signal: AbortSignal | undefined) {
    try {
      return await this.#provider?.getSecret({ connection: this.#connection, name }, signal);
    } catch (cause) {
      throw this.#missing(name, cause);
    }
  }

  /** A provider of a host program without types: a number of a JSON vault, the bytes of a file. */
  #noText(name: string, value: never): FerruleError {
    return new FerruleError('SECRET_MISSING', `The secret provider gave no text for the secret "${name}"`, {
      pointer: toJsonPointer(['secrets', name]),
      expected: 'text or a SecretValue',
      found: typeof value === 'object' ? 'an object' : describeValue(value),
    });
  }

  #missing(name: string, cause?: unknown): FerruleError {
    const expected =
      this.#provider === undefined ? 'a value in the definition' : 'a value from the secret provider';
    return new FerruleError('SECRET_MISSING', `The secret "${name}" has no value`, {
      pointer: toJsonPointer(['secrets', name]),
      expected,
      found: cause === undefined ? 'null' : 'a failure of the provider',
      cause,
    });
  }
}

function isComplete(secrets: ReadonlyMap<string, SecretValue | null>): secrets is SecretValues {
  return secrets.values().every(value => value !== null);
}

function isGiven(entry: readonly [string, SecretValue | null]): entry is [string, SecretValue] {
  return entry[1] !== null;
}

function isBound(answer: unknown): answer is BoundSecret {
  return typeof answer === 'object' && answer !== null && 'value' in answer && 'hosts' in answer;
}
