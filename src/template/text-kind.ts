import type { TemplateTag } from '../definition/definition.ts';
import { scanTags } from './scan-tags.ts';

const BOTH_SPELLINGS: readonly TemplateTag[] = ['<<>>', '{{}}'];
/** Stands for a tag; not a character, so no text contains it. */
const TAG = '\uffff';

/** True when a template can only be meant as a JSON object or list. A template that is one tag can be anything. */
export function looksLikeJson(text: string, tags: readonly TemplateTag[] = BOTH_SPELLINGS): boolean {
  const outline = toOutline(text, tags);
  return (
    (/^\{\s*["}\uffff,]/.test(outline) && /[}\uffff]$/.test(outline)) ||
    (/^\[\s*(?:[[\]{"\d\uffff,-]|true|false|null)/.test(outline) && outline.endsWith(']'))
  );
}

/** True when a template begins like an XML document and ends like one. */
export function looksLikeXml(text: string, tags: readonly TemplateTag[] = BOTH_SPELLINGS): boolean {
  const outline = toOutline(text, tags);
  return /^<(?:\?xml\s|!--|!DOCTYPE\s|[\p{L}_\uffff])/u.test(outline) && outline.endsWith('>');
}

/** The static text, with a mark for each value; sections and comments leave none. */
function toOutline(text: string, tags: readonly TemplateTag[]): string {
  return scanTags(text, tags)
    .pieces.map(piece => {
      if (piece.kind === 'text') return piece.text;
      return piece.kind === 'value' || piece.kind === 'raw' ? TAG : '';
    })
    .join('')
    .trim();
}
