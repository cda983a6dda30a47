import { filledText } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';

/** AWS Signature Version 4. Every field is a template. */
export interface AwsSignatureV4Definition {
  readonly authType: 'aws_signature_v4';
  readonly accessKeyId: string;
  readonly secretAccessKey: string | null;
  /** Of temporary credentials; null: the key pair is a lasting one. */
  readonly sessionToken: string | null;
  readonly region: string;
  readonly service: string;
}

export interface AwsSignatureV4Input {
  readonly accessKeyId: string;
  readonly secretAccessKey: string | null;
  readonly sessionToken?: string | null;
  readonly region: string;
  readonly service: string;
}

export function createAwsSignatureV4Fields() {
  const v = valibot();
  return {
    accessKeyId: filledText(),
    secretAccessKey: v.nullable(filledText()),
    sessionToken: v.exactOptional(v.nullable(v.string())),
    region: filledText(),
    service: filledText(),
  };
}

export function toAwsSignatureV4(input: AwsSignatureV4Input): AwsSignatureV4Definition {
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = input;
  return {
    authType: 'aws_signature_v4',
    accessKeyId,
    secretAccessKey,
    sessionToken: sessionToken ?? null,
    region,
    service,
  };
}
