import type { HmacDefinition } from '../../definition/auth/hmac.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Placed } from '../request-plan.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';
import { compilePlacement, type PlacementPlan } from './placement.ts';

export interface HmacPlan
  extends Pick<HmacDefinition, 'algorithm' | 'keyEncoding' | 'encoding' | 'timestampFormat' | 'nonceFormat'> {
  readonly authType: 'hmac';
  readonly pointer: string;
  readonly key: TextPlan;
  readonly message: TextPlan;
  /** Placed before the message is composed, which can therefore draw on them. */
  readonly before: readonly PlacementPlan[];
  /** Those that hold the signature. */
  readonly after: readonly PlacementPlan[];
}

/** The request parts that message and placements know by name; `header:NAME` besides. */
export const SIGNED_PARTS = [
  'method',
  'scheme',
  'host',
  'url',
  'path',
  'query',
  'sortedQuery',
  'pathAndQuery',
  'body',
  'bodyMd5',
  'bodySha1',
  'bodySha256',
  'bodySha512',
  'bodyMd5Base64',
  'bodySha1Base64',
  'bodySha256Base64',
  'bodySha512Base64',
  'timestamp',
  'nonce',
] as const;

export type SignedPart = (typeof SIGNED_PARTS)[number];

export function compileHmac(
  { definition, pointer }: Placed<HmacDefinition>,
  compiler: TemplateCompiler,
): HmacPlan {
  const { algorithm, keyEncoding, encoding, timestampFormat, nonceFormat } = definition;
  const signing = compiler.withLocals(name => isPart(name) || name === 'signature');
  const message = signing.text(definition.message, 'text', `${pointer}/message`);
  const placements = definition.placements.map((placement, index) =>
    compilePlacement(placement, `${pointer}/placements/${index}`, signing),
  );
  compiler.issues.attempt(pointer, () => assertSignature(message, placements, pointer));
  return {
    authType: 'hmac',
    pointer,
    algorithm,
    keyEncoding,
    encoding,
    timestampFormat,
    nonceFormat,
    key: compiler.text(definition.key ?? '', 'text', `${pointer}/key`),
    message,
    before: placements.filter(({ value }) => !holdsSignature(value)),
    after: placements.filter(({ value }) => holdsSignature(value)),
  };
}

function isPart(name: string): boolean {
  return SIGNED_PARTS.some(part => part === name) || name.startsWith('header:');
}

function holdsSignature({ references }: TextPlan): boolean {
  return references.some(({ name }) => name === 'signature');
}

function assertSignature(message: TextPlan, placements: readonly PlacementPlan[], pointer: string): void {
  if (holdsSignature(message)) {
    throw new FerruleError('TEMPLATE_PLACE', 'The message cannot contain the signature made of it', {
      pointer: `${pointer}/message`,
      expected: '<<signature>> in the placements only',
    });
  }
  if (placements.some(({ value }) => holdsSignature(value))) return;
  throw new FerruleError('TEMPLATE_PLACE', 'The signature is placed nowhere', {
    pointer: `${pointer}/placements`,
    expected: 'a placement whose value holds <<signature>>',
  });
}
