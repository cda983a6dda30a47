import { FerruleError } from '../errors/ferrule-error.ts';
import { isAuthority } from '../template/url-rules.ts';
import type { HeaderPair, HttpRequest } from '../transport/transport.ts';
import { renderBody } from './render-body.ts';
import type { RenderScope } from './render-scope.ts';
import { isHostHeader, type RequestPlan } from './request-plan.ts';
import type { HeaderPlan } from './text-plan.ts';

/**
 * The request of a plan with this call's values: a pure function, no I/O.
 * Throws the render codes (`VALUE_REFUSED`, `PARAMETER_INVALID`, `SECRET_MISSING`, `BODY_NOT_JSON`, `URL_INVALID`).
 */
export function renderRequest(plan: RequestPlan, scope: RenderScope): HttpRequest {
  const body = renderBody(plan.body, scope);
  const headers = renderHeaders(plan.headers, scope);
  if (body.contentType !== undefined) {
    if (!hasContentType(headers)) headers.push(['content-type', body.contentType]);
    else if (body.contentTypeIsBinding) replaceHeader(headers, 'content-type', body.contentType);
  }
  return {
    method: plan.method,
    url: appendQuery(plan.url.render(scope), renderQuery(plan, scope)),
    headers,
    body: body.content,
    credentials: plan.credentials,
  };
}

function renderHeaders(fields: readonly HeaderPlan[], scope: RenderScope): HeaderPair[] {
  const headers: HeaderPair[] = [];
  for (const { name, text, constant } of fields) {
    if (constant !== undefined) {
      headers.push(constant);
      continue;
    }
    if (text.isAbsent(scope)) continue;
    const value = text.render(scope);
    if (isHostHeader(name) && !isAuthority(value)) {
      throw new FerruleError('VALUE_REFUSED', 'The header Host would not hold one valid host', {
        pointer: text.pointer,
        expected: 'a host name or address, with or without a port',
      });
    }
    headers.push([name, value]);
  }
  return headers;
}

/**
 * `name=value` pairs. A value that renders empty is dropped unless the plan includes empty parameters;
 * then also one whose only tag has no value is sent, as an empty one.
 */
function renderQuery({ params, includeEmptyParams }: RequestPlan, scope: RenderScope): string {
  let query = '';
  for (const { name, text } of params) {
    const value = text.render(scope);
    if (value === '' && !includeEmptyParams) continue;
    query += `${query === '' ? '' : '&'}${name}=${value}`;
  }
  return query;
}

function appendQuery(url: string, query: string): string {
  if (query === '') return url;
  if (!url.includes('?')) return `${url}?${query}`;
  return url.endsWith('?') || url.endsWith('&') ? url + query : `${url}&${query}`;
}

function hasContentType(headers: readonly HeaderPair[]): boolean {
  return headers.some(([name]) => name.toLowerCase() === 'content-type');
}

function replaceHeader(headers: HeaderPair[], lowerName: string, value: string): void {
  const index = headers.findIndex(([name]) => name.toLowerCase() === lowerName);
  const known = headers[index];
  if (known !== undefined) headers[index] = [known[0], value];
}
