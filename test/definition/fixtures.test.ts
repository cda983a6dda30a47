import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { ConnectionDefinition } from '../../src/definition/definition.ts';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { toExportDocument } from '../../src/definition/to-export-document.ts';
import { generateSchema } from '../tools/generate-schema.ts';

const folder = new URL('../../fixtures/', import.meta.url);
const files = readdirSync(folder).filter(file => file.endsWith('.json'));
const accepts = new Ajv().compile(generateSchema());

describe('the fixtures', () => {
  it.each(files)('%s parses, is accepted by the JSON Schema and survives an export', file => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const { definition } = parseConnection(text);
    expect(accepts(JSON.parse(text)), JSON.stringify(accepts.errors)).toBe(true);
    expect(parseConnection(toExportDocument(definition)).definition).toEqual(definition);
  });

  it('reach loopback addresses only', () => {
    for (const file of files) {
      const urls = readFileSync(new URL(file, folder), 'utf8').match(/https?:\/\/[^/"\s]+/g) ?? [];
      expect(urls.filter(url => !/^https:\/\/127\.0\.0\.1:844[34]$/.test(url))).toEqual([]);
    }
  });

  it('are all listed in their README', () => {
    const readme = readFileSync(new URL('README.md', folder), 'utf8');
    const listed = [...readme.matchAll(/^\| `([^`]+\.json)` \|/gm)].map(match => match[1]);
    expect(listed.toSorted()).toEqual(files.toSorted());
  });

  it('show every authentication and every kind of body', () => {
    const definitions = files.map(
      file => parseConnection(readFileSync(new URL(file, folder), 'utf8')).definition,
    );
    expect(new Set(definitions.map(describeAuth))).toEqual(
      new Set([
        'none',
        'basic',
        'raw_bearer_token',
        'http_bearer_token',
        'client_credentials basic_auth',
        'client_credentials www_form_urlencoded',
        'api_key',
        'aws_signature_v4',
        'digest',
        'hmac',
        'oauth1',
      ]),
    );
    const bodies = definitions.flatMap(({ operations }) =>
      operations.map(({ config }) => config.body.bodyType),
    );
    expect(new Set(bodies)).toEqual(
      new Set(['raw', 'www_form_urlencoded', 'multipart_form', 'json', 'binary']),
    );
  });
});

function describeAuth({ config: { auth } }: ConnectionDefinition): string {
  if (auth === null) return 'none';
  return auth.authType === 'client_credentials' ? `${auth.authType} ${auth.clientAuth}` : auth.authType;
}
