import { joinPointer } from '../base/json-pointer.ts';
import type { BodyDefinition, BodyPartDefinition } from '../definition/definition.ts';
import { looksLikeJson, looksLikeXml } from '../template/text-kind.ts';
import type { Placed } from './placed.ts';
import type { RenderScope } from './render-scope.ts';
import type { TemplateCompiler } from './template-compiler.ts';
import type { FieldPlan, TextPlan } from './text-plan.ts';

/** A request body, compiled. `contentType` is what is sent unless the author's headers name another. */
export type BodyPlan = { readonly usesSecret: boolean } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: TextPlan; readonly contentType: string }
  | { readonly kind: 'form'; readonly fields: readonly FieldPlan[]; readonly contentType: string }
  | { readonly kind: 'multipart'; readonly parts: readonly PartPlan[] }
  | {
      readonly kind: 'binary';
      readonly read: (scope: RenderScope) => unknown;
      readonly pointer: string;
      readonly contentType: string;
    }
);

export interface PartPlan {
  readonly name: TextPlan;
  readonly content: TextPlan;
  readonly contentType: TextPlan | undefined;
  readonly fileName: TextPlan | undefined;
}

const NO_BODY: BodyPlan = { kind: 'none', usesSecret: false };
const JSON_TYPE = 'application/json';

/** An empty form and a raw `""` mean: no body, no content type. */
export function compileBody(
  { definition, pointer }: Placed<BodyDefinition>,
  contentType: string | undefined,
  compiler: TemplateCompiler,
): BodyPlan {
  switch (definition.bodyType) {
    case 'raw':
      if (typeof definition.raw !== 'string') return compileJson(definition.raw, `${pointer}/raw`, compiler);
      return compileRawText(definition.raw, `${pointer}/raw`, contentType, compiler);
    case 'json':
      return compileJson(definition.json, `${pointer}/json`, compiler);
    case 'www_form_urlencoded':
      return compileForm(definition.form, `${pointer}/form`, compiler);
    case 'multipart_form':
      return compileMultipart(definition.parts, `${pointer}/parts`, compiler);
    case 'binary': {
      const binaryPointer = `${pointer}/binary`;
      const { read, usesSecret } = compiler.value(definition.binary, binaryPointer);
      return {
        kind: 'binary',
        read,
        pointer: binaryPointer,
        contentType: definition.contentType ?? 'application/octet-stream',
        usesSecret,
      };
    }
  }
}

function compileJson(json: unknown, pointer: string, compiler: TemplateCompiler): BodyPlan {
  if (json === null || json === undefined) return NO_BODY;
  const text = compiler.jsonTree(json, pointer);
  return { kind: 'text', text, contentType: JSON_TYPE, usesSecret: text.usesSecret };
}

function compileRawText(
  raw: string,
  pointer: string,
  declaredType: string | undefined,
  compiler: TemplateCompiler,
): BodyPlan {
  if (raw.trim() === '') return NO_BODY;
  const kind = rawKind(raw, declaredType);
  const text = kind === 'json' ? compiler.jsonText(raw, pointer) : compiler.text(raw, kind, pointer);
  return { kind: 'text', text, contentType: contentTypes[kind], usesSecret: text.usesSecret };
}

const contentTypes = {
  json: JSON_TYPE,
  xml: 'application/xml',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain;charset=UTF-8',
} as const;

/** What the author says the body is; where the author is silent, what it looks like. */
function rawKind(raw: string, declaredType: string | undefined): keyof typeof contentTypes {
  const mediaType = declaredType?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== undefined && mediaType !== '') {
    if (/^(application|text)\/(json|([\w.-]+\+json))$/.test(mediaType)) return 'json';
    if (/[/+]xml$/.test(mediaType)) return 'xml';
    return mediaType === contentTypes.form ? 'form' : 'text';
  }
  if (looksLikeJson(raw)) return 'json';
  return looksLikeXml(raw) ? 'xml' : 'text';
}

function compileForm(
  form: Readonly<Record<string, string>>,
  pointer: string,
  compiler: TemplateCompiler,
): BodyPlan {
  for (const name of Object.keys(form)) compiler.noteName(name, joinPointer(pointer, name));
  const fields = Object.entries(form).map(([name, value]) => ({
    name,
    text: compiler.text(value, 'form', joinPointer(pointer, name)),
  }));
  if (fields.length === 0) return NO_BODY;
  return {
    kind: 'form',
    fields,
    contentType: contentTypes.form,
    usesSecret: fields.some(({ text }) => text.usesSecret),
  };
}

function compileMultipart(
  definitions: readonly BodyPartDefinition[],
  pointer: string,
  compiler: TemplateCompiler,
): BodyPlan {
  if (definitions.length === 0) return NO_BODY;
  const parts = definitions.map((definition, index) =>
    compilePart(definition, joinPointer(pointer, index), compiler),
  );
  const texts = parts.flatMap(({ name, content, contentType, fileName }) => [
    name,
    content,
    contentType,
    fileName,
  ]);
  return { kind: 'multipart', parts, usesSecret: texts.some(text => text?.usesSecret) };
}

function compilePart(definition: BodyPartDefinition, pointer: string, compiler: TemplateCompiler): PartPlan {
  const { name, content, contentType, fileName } = definition;
  return {
    name: compiler.text(name, 'multipart', `${pointer}/name`),
    content: compiler.text(content, 'text', `${pointer}/content`),
    contentType:
      contentType === undefined ? undefined : compiler.text(contentType, 'header', `${pointer}/contentType`),
    fileName:
      fileName === undefined ? undefined : compiler.text(fileName, 'multipart', `${pointer}/fileName`),
  };
}
