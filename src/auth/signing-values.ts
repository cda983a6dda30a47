import type { Clock } from '../base/clock.ts';
import type { Redactor } from '../base/redactor.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { SigningValuePlan, SigningValuesPlan } from '../compile/auth/signing-values.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { toNamedScope } from './compute-values.ts';
import { splitUrl } from './request-url.ts';
import type { SigningMoment } from './signed-parts.ts';

/** The request as expressions see it. */
export type RequestView = Readonly<Record<string, unknown>>;

/**
 * Computes values while one request is signed: each once, when it is first needed, so that time and chance give it the
 * same value everywhere in the request.
 */
export class SigningValues {
  readonly #plans: SigningValuesPlan;
  readonly #scope: RenderScope;
  readonly #clock: Clock;
  readonly #redactor: Redactor;
  readonly #computed = new Map<string, unknown>();

  constructor(
    plans: SigningValuesPlan,
    scope: RenderScope,
    { clock, redactor }: { readonly clock: Clock; readonly redactor: Redactor },
  ) {
    this.#plans = plans;
    this.#scope = scope;
    this.#clock = clock;
    this.#redactor = redactor;
  }

  has(name: string): boolean {
    return this.#plans.has(name);
  }

  /**
   * The value of that name; undefined when there is none.
   * @throws FerruleError EXPRESSION_FAILED or EXPRESSION_BUDGET, with the pointer of the value
   */
  get(name: string, toView: () => RequestView): unknown {
    const plan = this.#plans.get(name);
    if (plan === undefined) return undefined;
    if (!this.#computed.has(name)) this.#computed.set(name, this.#compute(plan, toView));
    return this.#computed.get(name);
  }

  #compute(plan: SigningValuePlan, toView: () => RequestView): unknown {
    const named = toNamedScope(this.#scope);
    const own = Object.fromEntries(plan.uses.map(name => [name, this.get(name, toView)]));
    const value = plan.expression.evaluate(
      {
        body: undefined,
        headers: {},
        statusCode: 0,
        request: toView(),
        ...named,
        values: { ...named.values, ...own },
      },
      { clock: this.#clock },
    );
    if (typeof value === 'string' && this.#isSecret(plan)) this.#redactor.addFleeting(value);
    return value;
  }

  #isSecret({ isSecret, connectionValues, uses }: SigningValuePlan): boolean {
    if (isSecret) return true;
    if (connectionValues.some(name => this.#scope.values?.get(name) instanceof SecretValue)) return true;
    return uses.some(name => {
      const used = this.#plans.get(name);
      return used !== undefined && this.#isSecret(used);
    });
  }
}

/** Texts as they are sent; a body of bytes as `{ base64 }`, which the function library takes for its bytes. */
export function toRequestView(request: HttpRequest, moment: SigningMoment, signature: string): RequestView {
  const { scheme, host, path, query } = splitUrl(request.url);
  const { method, url, body = '' } = request;
  return {
    method,
    scheme,
    host,
    url,
    path,
    query,
    headers: toHeaderTexts(request),
    body: typeof body === 'string' ? body : { base64: Buffer.from(body).toString('base64') },
    ...moment,
    ...(signature === '' ? {} : { signature }),
  };
}

/** By lower-case name; repeated headers joined by commas (RFC 9110 section 5.3). */
function toHeaderTexts({ headers }: HttpRequest): RequestView {
  const texts: Record<string, string> = Object.create(null);
  for (const [name, value] of headers) {
    const text = Buffer.from(value, 'latin1').toString('utf8');
    const lowerName = name.toLowerCase();
    texts[lowerName] = texts[lowerName] === undefined ? text : `${texts[lowerName]}, ${text}`;
  }
  return texts;
}
