import { joinPointer } from '../base/json-pointer.ts';
import { noEntries } from '../base/nothing.ts';
import { defaults } from '../definition/defaults.ts';
import type {
  HeadersDefinition,
  HttpMethod,
  HttpOperationConfig,
  ParamsDefinition,
} from '../definition/definition.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CredentialPlaces } from '../transport/transport.ts';
import { type BodyPlan, compileBody } from './body-plan.ts';
import { ParameterValues } from './parameter-values.ts';
import type { Placed } from './placed.ts';
import type { RenderScope } from './render-scope.ts';
import type { TemplateCompiler } from './template-compiler.ts';
import type { FieldPlan, HeaderPlan, UrlPlan } from './text-plan.ts';

/** Everything of a request that is known before its values are. */
export interface RequestPlan {
  readonly method: HttpMethod;
  readonly url: UrlPlan;
  /** Names percent-encoded, as they are sent. */
  readonly params: readonly FieldPlan[];
  readonly includeEmptyParams: boolean;
  readonly headers: readonly HeaderPlan[];
  readonly body: BodyPlan;
  readonly credentials: CredentialPlaces;
}

export interface RequestParts {
  readonly baseUrl: Placed<string>;
  readonly path: Placed<string>;
  readonly operation: Placed<HttpOperationConfig>;
  /** Sent with every operation of the connection; the operation's own entry of the same name wins. */
  readonly shared: Placed<{ readonly headers: HeadersDefinition; readonly params: ParamsDefinition }>;
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Headers that HTTP itself sets; a definition that sets them would break the framing of the request. */
const FRAMING_HEADERS = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'expect',
]);

const noValues: RenderScope = { parameters: new ParameterValues([]), secrets: noEntries };
const noCredentials: CredentialPlaces = { headers: [], query: [], body: false };

export function compileRequest(parts: RequestParts, whole: TemplateCompiler): RequestPlan {
  const compiler = whole.apart();
  const { operation, shared } = parts;
  const { definition, pointer } = operation;
  const url = compiler.url(parts.baseUrl, parts.path);
  const params = mergeFields(
    compileFields(shared.definition.params, `${shared.pointer}/params`, 'query', compiler),
    compileFields(definition.params, `${pointer}/params`, 'query', compiler),
    name => name,
  );
  const headers = [
    compileFields(defaultHeaders(definition), `${pointer}/headers`, 'header', compiler),
    compileHeaders(shared.definition.headers, `${shared.pointer}/headers`, compiler),
    compileHeaders(definition.headers, `${pointer}/headers`, compiler),
  ].reduce((earlier, later) => mergeFields(earlier, later, name => name.toLowerCase()));
  const contentType = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.text.source;
  const body = compileBody(
    { definition: definition.body, pointer: `${pointer}/body` },
    contentType,
    compiler,
  );
  const usesSecret =
    [...params, ...headers].some(({ text }) => text.usesSecret) || body.usesSecret || url.usesSecret;
  return {
    method: definition.method,
    url,
    params: compiler.shared.params(params.map(({ name, text }) => ({ name: encodeQueryName(name), text }))),
    includeEmptyParams: definition.includeEmptyParams,
    headers: compiler.shared.headers(headers.map(toHeaderPlan)),
    body,
    credentials:
      compiler.secretsUsed.length === 0 && !usesSecret
        ? noCredentials
        : {
            headers: secretNames(headers).map(name => name.toLowerCase()),
            query: [...secretNames(params), ...url.secretQueryNames],
            body: body.usesSecret || url.usesSecret,
            ...(compiler.secretsUsed.length === 0 ? {} : { secrets: compiler.secretsUsed }),
          },
  };
}

/** One field per value, in the author's order. */
function compileFields(
  fields: Readonly<Record<string, string | readonly string[]>>,
  pointer: string,
  place: 'query' | 'header',
  compiler: TemplateCompiler,
): readonly FieldPlan[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const fieldPointer = joinPointer(pointer, name);
    if (place === 'query') compiler.noteName(name, fieldPointer);
    if (typeof value === 'string') return [{ name, text: compiler.text(value, place, fieldPointer) }];
    return value.map((text, index) => ({
      name,
      text: compiler.text(text, place, joinPointer(fieldPointer, index)),
    }));
  });
}

function defaultHeaders({ streamResponse }: HttpOperationConfig): HeadersDefinition {
  const { requestHeaders, streamAccept } = defaults;
  return streamResponse ? { ...requestHeaders, accept: streamAccept } : requestHeaders;
}

function compileHeaders(
  headers: HeadersDefinition,
  pointer: string,
  compiler: TemplateCompiler,
): readonly FieldPlan[] {
  const own = Object.entries(headers).filter(([name]) => !isFramingHeader(name));
  for (const name of Object.keys(headers).filter(isFramingHeader)) {
    compiler.warn({
      code: 'HEADER_INVALID',
      pointer: joinPointer(pointer, name),
      message: `The header ${name} is left out: it is computed from the body and the connection`,
    });
  }
  for (const [name, value] of own) {
    compiler.issues.attempt(joinPointer(pointer, name), () => {
      assertHeaderName(name);
      if (isHostHeader(name) && typeof value !== 'string' && value.length > 1) {
        throw new FerruleError('HEADER_INVALID', 'A request has one Host header', { expected: 'one host' });
      }
    });
  }
  return compileFields(Object.fromEntries(own), pointer, 'header', compiler);
}

/** Definitions pasted from the log of another client have them; they are no reason to refuse the whole. */
function isFramingHeader(name: string): boolean {
  return FRAMING_HEADERS.has(name.toLowerCase());
}

/** A server must refuse a request with two of it, or with one that is no host (RFC 9112 section 3.2). */
export function isHostHeader(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host';
}

/** Throws HEADER_INVALID unless the name can stand in a request. */
export function assertHeaderName(name: string): void {
  if (!TOKEN.test(name)) {
    throw new FerruleError(
      'HEADER_INVALID',
      'A header name contains characters that no header name may have',
      {
        expected: "letters, digits and any of !#$%&'*+-.^_`|~",
      },
    );
  }
  if (isFramingHeader(name)) {
    throw new FerruleError('HEADER_INVALID', `The header ${name} is set by the transport`, {
      hint: 'Remove the header; it is computed from the body and the connection.',
    });
  }
}

/** What Host holds is judged with each request. */
function toHeaderPlan({ name, text }: FieldPlan): HeaderPlan {
  const isConstant = text.pointer === undefined && !isHostHeader(name);
  return isConstant ? { name, text, constant: [name, text.render(noValues)] } : { name, text };
}

function mergeFields(
  shared: readonly FieldPlan[],
  own: readonly FieldPlan[],
  toKey: (name: string) => string,
): readonly FieldPlan[] {
  const overridden = new Set(own.map(({ name }) => toKey(name)));
  return [...shared.filter(({ name }) => !overridden.has(toKey(name))), ...own];
}

/** Brackets and `$` stand unencoded in the names of many APIs (`filter[id]`, `$top`) and mean nothing in a query. */
function encodeQueryName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(/%(5B|5D|24|3A|2C)/g, decodeURIComponent);
}

function secretNames(fields: readonly FieldPlan[]): readonly string[] {
  return [...new Set(fields.filter(({ text }) => text.usesSecret).map(({ name }) => name))];
}
