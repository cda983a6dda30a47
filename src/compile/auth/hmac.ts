import type { HmacDefinition } from '../../definition/auth/hmac.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Placed } from '../placed.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';
import { compilePlacement, type PlacementPlan } from './placement.ts';
import { compileSigningValues, type SigningValuesPlan } from './signing-values.ts';

export interface HmacPlan
  extends Pick<
    HmacDefinition,
    'algorithm' | 'keyEncoding' | 'messageEncoding' | 'encoding' | 'timestampFormat' | 'nonceFormat'
  > {
  readonly authType: 'hmac';
  readonly pointer: string;
  readonly key: TextPlan;
  readonly message: TextPlan;
  readonly values: SigningValuesPlan;
  /** Placed before the message is composed, which can therefore draw on them. */
  readonly before: readonly PlacementPlan[];
  /** Those that hold the signature. */
  readonly after: readonly PlacementPlan[];
}

/** The request parts that message and placements know by name; `header:NAME` besides. */
const SIGNED_PARTS = [
  'method',
  'scheme',
  'host',
  'url',
  'path',
  'query',
  'sortedQuery',
  'pathAndQuery',
  'body',
  'bodyLength',
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
  const { algorithm, keyEncoding, messageEncoding, encoding, timestampFormat, nonceFormat } = definition;
  const isTaken = (name: string) => isPart(name) || name === 'signature';
  const values = compileSigningValues(definition.values, `${pointer}/values`, isTaken, compiler);
  const signing = compiler.withLocals(name => isTaken(name) || values.has(name));
  const message = signing.text(definition.message, 'text', `${pointer}/message`);
  const placements = definition.placements.map((placement, index) =>
    compilePlacement(placement, `${pointer}/placements/${index}`, signing),
  );
  const holdsSignature = (text: TextPlan) =>
    signing.tagNamesIn(text).some(name => name === 'signature' || values.get(name)?.readsSignature === true);
  const isAfter = ({ value }: PlacementPlan) => holdsSignature(value);
  compiler.issues.attempt(pointer, () => {
    if (holdsSignature(message)) throw signatureInMessage(pointer);
    if (!placements.some(isAfter)) throw signatureNowhere(pointer);
  });
  return {
    authType: 'hmac',
    pointer,
    algorithm,
    keyEncoding,
    messageEncoding,
    encoding,
    timestampFormat,
    nonceFormat,
    key: compiler.text(definition.key ?? '', 'text', `${pointer}/key`),
    message,
    values,
    before: placements.filter(placement => !isAfter(placement)),
    after: placements.filter(isAfter),
  };
}

function isPart(name: string): boolean {
  return SIGNED_PARTS.some(part => part === name) || name.startsWith('header:');
}

function signatureInMessage(pointer: string): FerruleError {
  return new FerruleError('TEMPLATE_PLACE', 'The message cannot contain the signature made of it', {
    pointer: `${pointer}/message`,
    expected: '<<signature>> in the placements only',
  });
}

function signatureNowhere(pointer: string): FerruleError {
  return new FerruleError('TEMPLATE_PLACE', 'The signature is placed nowhere', {
    pointer: `${pointer}/placements`,
    expected: 'a placement whose value holds <<signature>>, or a value made of it',
  });
}
