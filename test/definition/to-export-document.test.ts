import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { toExportDocument } from '../../src/definition/to-export-document.ts';
import { connectionDocuments } from './documents.ts';

const config = { configType: 'http', baseUrl: 'https://api.ferrule.test' };

describe('an export document', () => {
  it("has Integrator's fields in full and no additions that nobody asked for", () => {
    const operations = [{ name: 'Get', config: { method: 'GET', path: '/x' } }];
    expect(toExportDocument(parseConnection({ name: 'Acme', config, operations }).definition)).toEqual({
      name: 'Acme',
      type: 'http',
      description: '',
      documentationLink: '',
      config: { ...config, testPath: null, caCert: null, auth: null },
      secrets: {},
      operations: [
        {
          name: 'Get',
          config: {
            configType: 'http',
            method: 'GET',
            path: '/x',
            params: {},
            headers: {},
            body: { bodyType: 'raw', raw: '' },
            includeEmptyParams: false,
            followRedirect: false,
            streamResponse: false,
          },
          outputs: {},
          notes: null,
          documentationLink: '',
        },
      ],
    });
  });

  it('keeps the names of secrets and not their values', () => {
    const auth = { authType: 'basic', username: 'u', password: '<<Password>>' };
    const document = exported({ secrets: { Password: 'hunter2', 'API Key': null }, auth });
    expect(document.secrets).toEqual({ Password: null, 'API Key': null });
    expect(document.config.auth).toEqual(auth);
  });

  it.each([
    [{ authType: 'basic', username: 'u', password: 'hunter2' }, { password: null }],
    [{ authType: 'raw_bearer_token', token: 'hunter2' }, { token: null }],
    [{ authType: 'raw_bearer_token', token: 'hunter2<<Suffix>>' }, { token: null }],
    [{ authType: 'raw_bearer_token', token: '{{Token}}' }, { token: '{{Token}}' }],
    [
      { authType: 'client_credentials', tokenUrl: 't', clientId: 'c', clientSecret: 'hunter2' },
      { clientSecret: null },
    ],
  ])('drops a credential that is written out: %j', (auth, expected) => {
    const document = exported({ auth });
    expect(document.config.auth).toMatchObject(expected);
    expect(JSON.stringify(document)).not.toContain('hunter2');
  });

  it('drops a client certificate whose key is written out, and keeps one that names its key', () => {
    const clientCertificate = { cert: 'pem', key: '<<Key>>' };
    expect(exported({ tls: { clientCertificate } }).config.tls).toMatchObject({ clientCertificate });
    const written = exported({ tls: { clientCertificate: { cert: 'pem', key: 'hunter2' } } });
    expect(written.config.tls).toBeUndefined();
    const file = exported({ tls: { clientCertificate: { pkcs12: 'MIIhunter2' } } });
    expect(file.config.tls).toBeUndefined();
    const named = { pkcs12: '<<File>>', passphrase: '<<Word>>' };
    expect(exported({ tls: { clientCertificate: named } }).config.tls).toMatchObject({
      clientCertificate: named,
    });
  });

  it('parses to the same definition, credentials aside, and exports to itself', () => {
    fc.assert(
      fc.property(connectionDocuments(), input => {
        const { definition } = parseConnection(input);
        const document = toExportDocument(definition);
        const again = parseConnection(JSON.stringify(document)).definition;
        expect(toExportDocument(again)).toEqual(document);
        expect(again.operations).toEqual(definition.operations);
        const withoutCredentials = { auth: null, tls: null, proxy: null };
        expect({ ...again.config, ...withoutCredentials }).toEqual({
          ...definition.config,
          ...withoutCredentials,
        });
        expect(again.config.proxy?.noProxy).toEqual(definition.config.proxy?.noProxy);
      }),
      { numRuns: 200, seed: 21 },
    );
  });
});

function exported({
  secrets = {},
  ...settings
}: {
  readonly secrets?: object;
  readonly [name: string]: unknown;
}) {
  const document = { name: 'Acme', config: { ...config, ...settings }, secrets };
  return toExportDocument(parseConnection(document).definition);
}
