import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signAwsRequest } from '../../src/auth/aws-signature-v4.ts';
import type { HttpRequest } from '../../src/transport/transport.ts';

/** Credentials, scope and time of the test suite that AWS publishes for Signature Version 4. */
const suite = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
  region: 'us-east-1',
  service: 'service',
};
const suiteTimeMs = Date.UTC(2015, 7, 30, 12, 36, 0);
const suiteScope = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';

/** The token of the suite's requests with temporary credentials. */
const suiteToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

function toRequest(method: string, target: string, parts: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method,
    url: `https://example.amazonaws.com${target}`,
    headers: [],
    credentials: { headers: [], query: [], body: false },
    ...parts,
  };
}

function authorizationOf({ headers }: HttpRequest): string | undefined {
  return headers.find(([name]) => name === 'Authorization')?.[1];
}

describe("the requests of AWS's published test suite", () => {
  const form: HttpRequest['headers'] = [['Content-Type', 'application/x-www-form-urlencoded']];
  it.each<[name: string, request: HttpRequest, signedHeaders: string, signature: string]>([
    [
      'get-vanilla',
      toRequest('GET', '/'),
      'host;x-amz-date',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-unreserved',
      toRequest('GET', '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'),
      'host;x-amz-date',
      '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    ],
    [
      'get-utf8',
      toRequest('GET', '/ሴ'),
      'host;x-amz-date',
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    [
      'get-space',
      toRequest('GET', '/example space/'),
      'host;x-amz-date',
      '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    ],
    [
      'get-vanilla-empty-query-key',
      toRequest('GET', '/?Param1=value1'),
      'host;x-amz-date',
      'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    ],
    [
      'get-vanilla-query-order-key-case',
      toRequest('GET', '/?Param2=value2&Param1=value1'),
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-query-unreserved',
      toRequest(
        'GET',
        '/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      ),
      'host;x-amz-date',
      '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    ],
    [
      'get-vanilla-utf8-query',
      toRequest('GET', '/?%E1%88%B4=bar'),
      'host;x-amz-date',
      '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    ],
    [
      'get-header-key-duplicate',
      toRequest('GET', '/', {
        headers: [
          ['My-Header1', 'value2'],
          ['My-Header1', 'value2'],
          ['My-Header1', 'value1'],
        ],
      }),
      'host;my-header1;x-amz-date',
      'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    ],
    [
      'get-header-value-order',
      toRequest('GET', '/', {
        headers: ['value4', 'value1', 'value3', 'value2'].map(value => ['My-Header1', value] as const),
      }),
      'host;my-header1;x-amz-date',
      '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
    ],
    [
      'get-header-value-trim',
      toRequest('GET', '/', {
        headers: [
          ['My-Header1', ' value1'],
          ['My-Header2', ' "a   b   c"'],
        ],
      }),
      'host;my-header1;my-header2;x-amz-date',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'post-vanilla',
      toRequest('POST', '/'),
      'host;x-amz-date',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-header-key-sort',
      toRequest('POST', '/', { headers: [['My-Header1', 'value1']] }),
      'host;my-header1;x-amz-date',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      toRequest('POST', '/', { headers: [['My-Header1', 'VALUE1']] }),
      'host;my-header1;x-amz-date',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-vanilla-query',
      toRequest('POST', '/?Param1=value1'),
      'host;x-amz-date',
      '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
    ],
    [
      'post-x-www-form-urlencoded',
      toRequest('POST', '/', { headers: form, body: 'Param1=value1' }),
      'content-type;host;x-amz-date',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('get the signature of the suite: %s', (_, request, signedHeaders, signature) => {
    const { signed } = signAwsRequest(request, suite, suiteTimeMs);
    expect(authorizationOf(signed)).toBe(
      `AWS4-HMAC-SHA256 Credential=${suiteScope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    );
    expect(signed.headers).toContainEqual(['X-Amz-Date', '20150830T123600Z']);
  });

  it.each([
    ['get-slash', '//'],
    ['get-slash-dot-slash', '/./'],
    ['get-relative', '/example/..'],
    ['get-relative-relative', '/example1/example2/../..'],
  ])('have their path normalised: %s', (_, target) => {
    const { signature } = signAwsRequest(toRequest('GET', target), suite, suiteTimeMs);
    expect(signature).toBe('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31');
  });

  it('sign the token of temporary credentials: post-sts-header-before', () => {
    const { signed, signature } = signAwsRequest(
      toRequest('POST', '/'),
      { ...suite, sessionToken: suiteToken },
      suiteTimeMs,
    );
    expect(signature).toBe('85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead');
    expect(signed.headers).toContainEqual(['X-Amz-Security-Token', suiteToken]);
  });
});

describe('the published examples of Amazon S3', () => {
  const s3 = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: undefined,
    region: 'us-east-1',
    service: 's3',
  };
  const timeMs = Date.UTC(2013, 4, 24);
  const url = 'https://examplebucket.s3.amazonaws.com';

  it.each([
    [
      'GET object',
      {
        ...toRequest('GET', ''),
        url: `${url}/test.txt`,
        headers: [['Range', 'bytes=0-9']] as const,
      },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT object',
      {
        ...toRequest('PUT', ''),
        url: `${url}/test$file.text`,
        headers: [
          ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
          ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
        ] as const,
        body: 'Welcome to Amazon S3.',
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'GET bucket lifecycle',
      { ...toRequest('GET', ''), url: `${url}/?lifecycle` },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'list objects',
      { ...toRequest('GET', ''), url: `${url}/?max-keys=2&prefix=J` },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('get the published signature: %s', (_, request, signature) => {
    const result = signAwsRequest(request, s3, timeMs);
    expect(result.signature).toBe(signature);
    const hash = createHash('sha256')
      .update(request.body ?? '')
      .digest('hex');
    expect(result.signed.headers).toContainEqual(['X-Amz-Content-Sha256', hash]);
  });

  it('leaves a declared payload hash as it is', () => {
    const request = toRequest('PUT', '/a', {
      headers: [['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']],
      body: 'anything',
    });
    const other = { ...request, body: 'something else' };
    expect(signAwsRequest(request, s3, timeMs).signature).toBe(signAwsRequest(other, s3, timeMs).signature);
  });
});
