import { filledText } from '../schema-kit.ts';
import { valibot } from '../valibot.ts';

/** HTTP Digest (RFC 7616). Everything else comes from the server's challenge. */
export interface DigestDefinition {
  readonly authType: 'digest';
  readonly username: string;
  readonly password: string | null;
}

export interface DigestInput {
  readonly username: string;
  readonly password: string | null;
}

export function createDigestFields() {
  const v = valibot();
  return { username: filledText(), password: v.nullable(v.string()) };
}

export function toDigest({ username, password }: DigestInput): DigestDefinition {
  return { authType: 'digest', username, password };
}
