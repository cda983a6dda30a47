import type { Clock } from '../base/clock.ts';
import { fingerprint } from '../base/fingerprint.ts';
import { LruMap } from '../base/lru-map.ts';
import type { Redactor } from '../base/redactor.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { ProxyPlan } from '../compile/proxy-plan.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { ProxyChoice } from '../transport/proxies/proxy-choice.ts';

/** Credentials of one proxy that are kept ready: those in use, and those before while they are being replaced. */
const MAX_CREDENTIALS = 4;

/** The proxies of one connection: those of its definition, or those of the engine where it names none. */
export class Proxies {
  readonly #plan: ProxyPlan | null;
  readonly #shared: ProxyChoice | undefined;
  readonly #clock: Clock;
  readonly #redactor: Redactor;
  #byCredentials: LruMap<string, ProxyChoice> | undefined;

  constructor(plan: ProxyPlan | null, shared: ProxyChoice | undefined, clock: Clock, redactor: Redactor) {
    this.#plan = plan;
    this.#shared = shared;
    this.#clock = clock;
    this.#redactor = redactor;
    for (const { password } of shared?.credentials ?? []) redactor.keep(password);
  }

  forScope(scope: RenderScope): ProxyChoice | undefined {
    if (this.#plan === null) return this.#shared;
    const { username, password, createChoice } = this.#plan;
    const name = username?.render(scope) ?? null;
    const word = password?.render(scope) ?? null;
    const key = fingerprint(JSON.stringify([name, word]));
    this.#byCredentials ??= new LruMap(MAX_CREDENTIALS);
    const known = this.#byCredentials.get(key);
    if (known !== undefined) return known;
    if (word !== null) this.#redactor.addText(word);
    const choice = createChoice(toSecret(name), toSecret(word), this.#clock.now());
    this.#byCredentials.set(key, choice);
    return choice;
  }
}

function toSecret(text: string | null): SecretValue | null {
  return text === null ? null : new SecretValue(text);
}
