import type { TemplateTag } from '../../src/definition/definition.ts';
import {
  type CompiledTemplate,
  compileTemplate,
  type TagResolver,
  type TemplatePlace,
} from '../../src/template/compile-template.ts';
import { compileJsonText, compileJsonTree } from '../../src/template/json-template.ts';
import { type CompiledUrl, compileUrlTemplate } from '../../src/template/url-template.ts';

/** The values of one rendering, by name as written or by base name. */
export type Values = Readonly<Record<string, unknown>>;

export const pointer = '/operations/0/config';

/** Reads from a plain object, own properties only. */
export function createResolver(
  tags: readonly TemplateTag[] = ['<<>>', '{{}}'],
  fixed: readonly string[] = [],
): TagResolver<Values> {
  return {
    tags,
    resolve:
      ({ name, base }) =>
      values =>
        Object.hasOwn(values, name) ? values[name] : Object.hasOwn(values, base) ? values[base] : undefined,
    isFixed: ({ base }) => fixed.includes(base),
  };
}

export function compileText(
  text: string,
  place: TemplatePlace = 'text',
  resolver = createResolver(),
): CompiledTemplate<Values> {
  return compileTemplate(text, { ...resolver, place, pointer });
}

export function renderText(text: string, values: Values = {}, place: TemplatePlace = 'text'): string {
  return compileText(text, place).render(values);
}

export function renderJson(text: string, values: Values = {}): string {
  return compileJsonText(text, { ...createResolver(), pointer }).render(values);
}

export function compileTree(json: unknown): CompiledTemplate<Values> {
  return compileJsonTree(json, { ...createResolver(), pointer });
}

export function compileUrl(baseUrl: string, path = ''): CompiledUrl<Values> {
  return compileUrlTemplate({
    ...createResolver(),
    baseUrl: { text: baseUrl, pointer: '/config/baseUrl' },
    path: { text: path, pointer: `${pointer}/path` },
  });
}

export function renderUrl(baseUrl: string, path = '', values: Values = {}): string {
  return compileUrl(baseUrl, path).render(values);
}
