import { quoteWord, type WordPart } from '../base/shell-words.ts';
import type { ConnectSettings } from '../compile/connect-settings.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CredentialPlaces } from '../transport/transport.ts';
import { toConnectOptions } from './curl-connect.ts';
import { CurlVariables } from './curl-variables.ts';

/**
 * A request to be written as a curl command: a dry run, the request of an entry of an HTTP Archive, or a request as a
 * transport gets it.
 */
export interface CurlSource {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (CurlHeader | readonly [name: string, value: string])[];
  /** Text, bytes, or `[n bytes]` in place of bytes. */
  readonly body?: string | Uint8Array | undefined;
  /** The body, in an archive. */
  readonly postData?: { readonly text: string };
  /** Says where secrets stand, in a request that is not masked yet. */
  readonly credentials?: CredentialPlaces;
  /** How to reach the server, in a dry run. */
  readonly connect?: ConnectSettings;
}

interface CurlHeader {
  readonly name: string;
  readonly value: string;
}

export interface CurlOptions {
  /** False writes secrets out where the request holds them; what is masked already stays masked. Default true. */
  readonly mask?: boolean;
}

export interface CurlCommand {
  /** One line, unless a value has line breaks. */
  readonly command: string;
  /** What to know before running it: the variables and files it needs, and what it cannot express. */
  readonly notes: readonly string[];
}

type Word = readonly WordPart[];

/** A whole report is easily given in place of a request, and it has no headers. @throws FerruleError OPTIONS_INVALID */
function assertSource(source: unknown): void {
  const { method, url, headers } = Object(source);
  if (typeof method === 'string' && typeof url === 'string' && Array.isArray(headers)) return;
  throw new FerruleError('OPTIONS_INVALID', 'There is no request to be written as a command', {
    expected: 'a dry run, or the request of an entry of report.har',
    found: describeValue(source),
  });
}

/** The request as a curl command for a POSIX shell. Secrets stand as variables, which a note names each. */
export function toCurl(source: CurlSource, { mask = true }: CurlOptions = {}): CurlCommand {
  assertSource(source);
  const notes: string[] = [];
  const variables = new CurlVariables(notes, source.credentials, mask);
  const { method, headers: given, connect = {} } = source;
  const body = source.body ?? source.postData?.text;
  const pairs = given.map(header => ('name' in header ? ([header.name, header.value] as const) : header));
  const { url, headers, words: options } = toConnectOptions(source.url, pairs, connect, notes);
  const words: Word[] = [['curl'], ...toMethod(method, body !== undefined)];
  // Brackets and braces are patterns to curl, unless it is told otherwise.
  if (/[[\]{}]/.test(variables.withoutMasks(url))) words.push(['--globoff']);
  words.push(variables.url(url), ...options);
  for (const [name, value] of headers) words.push(['--header'], toHeader(name, value, variables));
  if (body !== undefined) words.push(...toBody(body, headers, variables, notes));
  return { command: words.map(quoteWord).join(' '), notes };
}

/** With a body curl would choose POST, without one GET; waiting for the body of a HEAD answer needs its own option. */
function toMethod(method: string, hasBody: boolean): readonly Word[] {
  if (method === 'HEAD') return [['--head']];
  return method === (hasBody ? 'POST' : 'GET') ? [] : [['--request'], [method]];
}

/** A header without a value needs a semicolon, because curl takes a colon with nothing behind it as "leave it out". */
function toHeader(name: string, value: string, variables: CurlVariables): Word {
  return value === '' ? [`${name};`] : [`${name}: `, ...variables.header(name, asText(value))];
}

/** Header values hold bytes as characters; where they are UTF-8, the shell has to hold the characters they stand for. */
function asText(value: string): string {
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return Buffer.from(text).equals(Buffer.from(value, 'latin1')) ? text : value;
}

function toBody(
  body: string | Uint8Array,
  headers: readonly (readonly [name: string, value: string])[],
  variables: CurlVariables,
  notes: string[],
): readonly Word[] {
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  // Otherwise curl would call the body a form.
  const type: readonly Word[] = hasType ? [] : [['--header'], ['Content-Type:']];
  // No word of a shell holds a NUL.
  if (typeof body !== 'string' || /^\[\d+ bytes\]$/.test(body) || body.includes('\0')) {
    notes.push('The body is binary: put it into the file body.bin');
    return [...type, ['--data-binary'], ['@body.bin']];
  }
  return [...type, ['--data-raw'], variables.body(body)];
}
