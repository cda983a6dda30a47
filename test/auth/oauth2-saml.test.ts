import { createHash, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { definitionOf, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function send(change: object = {}, parameters: Record<string, unknown> = {}) {
  const scene = await startScene(open, undefined, { clock: createFakeClock(Date.UTC(2030, 0, 1)) });
  const assertion = { key: '<<Key>>', issuer: 'https://me.example/', subject: 'jo', ...change };
  const auth = { authType: 'oauth2', grant: 'saml2_bearer', clientId: 'c', assertion };
  await scene.engine
    .connection(definitionOf(scene.server.origin, auth, { Key: pem }))
    .execute('Read', parameters);
  const sent = new URLSearchParams(scene.tokenRequests[0]?.body).get('assertion') ?? '';
  return { xml: Buffer.from(sent, 'base64url').toString(), tokenUrl: `${scene.server.origin}/token` };
}

const between = (xml: string, tag: string) =>
  new RegExp(`<${tag}[^>]*>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '';

describe('a SAML assertion that we sign', () => {
  it('says what RFC 7522 section 3 wants', async () => {
    const { xml, tokenUrl } = await send();
    const id = /ID="([^"]+)"/.exec(xml)?.[1] ?? '';
    expect(id).toMatch(/^_[\w-]{22}$/);
    expect(xml.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, '…')).toBe(
      `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="2030-01-01T00:00:00Z" Version="2.0">` +
        '<Issuer>https://me.example/</Issuer>…' +
        '<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">jo</NameID>' +
        '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">' +
        `<SubjectConfirmationData NotOnOrAfter="2030-01-01T00:02:00Z" Recipient="${tokenUrl}"></SubjectConfirmationData>` +
        '</SubjectConfirmation></Subject>' +
        '<Conditions NotBefore="2030-01-01T00:00:00Z" NotOnOrAfter="2030-01-01T00:02:00Z">' +
        `<AudienceRestriction><Audience>${tokenUrl}</Audience></AudienceRestriction></Conditions>` +
        '<AuthnStatement AuthnInstant="2030-01-01T00:00:00Z"><AuthnContext>' +
        '<AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</AuthnContextClassRef></AuthnContext></AuthnStatement>' +
        '</Assertion>',
    );
  });

  it('has a signature over its canonical form, however hard its texts are', async () => {
    const hard = `<a>&"'ü\r\n\t]]>`;
    const { xml } = await send(
      { subject: '<<User>>', audience: hard, attributes: { 'a"<b': '<<User>>', none: '<<None>>' } },
      { User: hard },
    );
    const [signature = ''] = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml) ?? [];
    const digest = createHash('sha256').update(xml.replace(signature, '')).digest('base64');
    expect(between(signature, 'ds:DigestValue')).toBe(digest);
    const [info = ''] = /<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/.exec(signature) ?? [];
    const canonical = info.replace(
      '<ds:SignedInfo>',
      '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
    );
    const value = Buffer.from(between(signature, 'ds:SignatureValue'), 'base64');
    expect(verify('sha256', Buffer.from(canonical), rsa.publicKey, value)).toBe(true);
    expect(xml).toContain(`<Audience>&lt;a&gt;&amp;"'ü&#xD;\n\t]]&gt;</Audience>`);
    expect(xml).toContain('<Attribute Name="a&quot;&lt;b">');
    expect(xml).not.toContain('none');
  });

  it('carries its certificate when there is one', async () => {
    const { cert, key } = createTestAuthority().issue();
    const { xml } = await send({ key, certificate: cert });
    expect(between(xml, 'ds:X509Certificate')).toBe(new X509Certificate(cert).raw.toString('base64'));
  });

  it('is refused for a key that is no RSA key, which is not shown', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const wrong of [key, 'hello']) {
      const error = await failureOf(send({ key: wrong }));
      expect(error).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer: '/config/auth/assertion/key' });
      expect(JSON.stringify(error)).not.toContain('hello');
    }
  });
});
