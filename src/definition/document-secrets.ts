import { Redactor } from '../base/redactor.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import type { JsonValue } from './read-document.ts';
import { isObject } from './schema-kit.ts';

/** Where a credential may be written out: its value, copied to a wrong place, must not come back in a message. */
const CREDENTIAL_FIELDS = ['password', 'token', 'clientSecret'] as const;

/** Hides in issues what the document itself calls a secret, also when nothing else about the document is right. */
export function maskIssues(issues: readonly Issue[], document: JsonValue): readonly Issue[] {
  if (issues.length === 0) return issues;
  const redactor = new Redactor();
  for (const text of secretTexts(document)) redactor.keep(new SecretValue(text));
  return issues.map(issue => maskIssue(issue, redactor));
}

/** The words of the author in an issue, masked. Its place stays: a pointer names fields, which are no secrets. */
export function maskIssue(issue: Issue, redactor: Redactor): Issue {
  const { message, found } = issue;
  return {
    ...issue,
    message: redactor.redact(message),
    ...(found === undefined ? {} : { found: redactor.redact(found) }),
  };
}

function secretTexts(document: JsonValue): readonly string[] {
  const { secrets, config } = toFields(document);
  const { auth, proxy } = toFields(config);
  const credentials = toFields(auth);
  const { password } = toFields(proxy);
  const written = [...CREDENTIAL_FIELDS.map(name => credentials[name]), password];
  return [...Object.values(toFields(secrets)), ...written].filter(value => typeof value === 'string');
}

function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
