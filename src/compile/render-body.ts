import { fingerprint } from '../base/fingerprint.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { BodyPlan, PartPlan } from './body-plan.ts';
import type { RenderScope } from './render-scope.ts';
import type { FieldPlan } from './text-plan.ts';

export interface RenderedBody {
  readonly content: string | Uint8Array | undefined;
  readonly contentType: string | undefined;
  /** True when the content can be read only with this content type: the author's header cannot know the boundary. */
  readonly contentTypeIsBinding: boolean;
}

const NOTHING: RenderedBody = { content: undefined, contentType: undefined, contentTypeIsBinding: false };

export function renderBody(plan: BodyPlan, scope: RenderScope): RenderedBody {
  switch (plan.kind) {
    case 'none':
      return NOTHING;
    case 'text':
      return toBody(plan.text.render(scope), plan.contentType);
    case 'form':
      return toBody(renderForm(plan.fields, scope), plan.contentType);
    case 'multipart':
      return renderMultipart(plan.parts, scope);
    case 'binary':
      return toBody(toBytes(plan.read(scope), plan.pointer), plan.contentType);
  }
}

function toBody(content: string | Uint8Array | undefined, contentType: string): RenderedBody {
  return content === undefined ? NOTHING : { content, contentType, contentTypeIsBinding: false };
}

function renderForm(fields: readonly FieldPlan[], scope: RenderScope): string {
  return fields
    .filter(({ text }) => !text.isAbsent(scope))
    .map(({ name, text }) => `${new URLSearchParams([[name, '']]).toString()}${text.render(scope)}`)
    .join('&');
}

/** multipart/form-data (RFC 7578). The boundary is made of the content, so it is stable and occurs nowhere in it. */
function renderMultipart(parts: readonly PartPlan[], scope: RenderScope): RenderedBody {
  const blocks = parts.map(part => renderPart(part, scope));
  let boundary = `ferrule-${fingerprint(...blocks)}`;
  while (blocks.some(block => block.includes(boundary))) boundary += '-';
  const content = `${blocks.map(block => `--${boundary}\r\n${block}\r\n`).join('')}--${boundary}--\r\n`;
  return { content, contentType: `multipart/form-data; boundary=${boundary}`, contentTypeIsBinding: true };
}

function renderPart({ name, content, contentType, fileName }: PartPlan, scope: RenderScope): string {
  const file = fileName?.render(scope) ?? '';
  const disposition = `form-data; name="${name.render(scope)}"${file === '' ? '' : `; filename="${file}"`}`;
  const type = contentType?.render(scope) ?? '';
  const typeLine = type === '' ? '' : `Content-Type: ${type}\r\n`;
  return `Content-Disposition: ${disposition}\r\n${typeLine}\r\n${content.render(scope)}`;
}

function toBytes(value: unknown, pointer: string): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof value === 'string' && isBase64(value)) return Buffer.from(value, 'base64');
  throw new FerruleError('PARAMETER_INVALID', 'A binary body needs bytes', {
    pointer,
    expected: 'a Uint8Array or base64 text',
    found: describeValue(value),
  });
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
