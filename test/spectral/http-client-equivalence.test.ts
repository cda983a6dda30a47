import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createClient,
  type HttpClient,
  inputs,
  sendRawRequest,
} from '../../src/spectral/clients/http/index.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

type SdkHttp = typeof import('@prismatic-io/spectral/dist/clients/http/index.d.ts');

const require = createRequire(import.meta.url);
const sdk = require('@prismatic-io/spectral/dist/clients/http') as SdkHttp;
const FormDataPackage = createRequire(require.resolve('@prismatic-io/spectral'))('form-data') as new () => {
  append(name: string, value: unknown, options?: object): void;
};

let server: RecordingServer;
let ours: HttpClient;
let theirs: HttpClient;

beforeAll(async () => {
  server = await startRecordingServer();
});

beforeEach(() => {
  server.reset();
  server.answerWith({ body: { ok: true } });
  const props = {
    baseUrl: `${server.origin}/v1/`,
    headers: { Authorization: 'Bearer t0ken', 'X-Extra': '1' },
    params: { fixed: 'yes' },
  };
  ours = createClient(props);
  theirs = sdk.createClient(props) as unknown as HttpClient;
});

afterAll(() => server.close());

/** What a request was on the wire, without what differs by nature. */
function wire(): object {
  const { method, url, header, body } = server.last;
  const { 'user-agent': _, 'accept-encoding': __, connection: ___, host: ____, ...headers } = header;
  const type = headers['content-type'];
  const boundary = /boundary=(.*)$/.exec(type ?? '')?.[1];
  if (boundary === undefined) return { method, url, headers, body: body.toString('latin1') };
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  return {
    method,
    url,
    headers: { ...headers, 'content-type': 'multipart', 'content-length': '' },
    body: parts.map(part =>
      part.replace(/^content-type: (?:application\/octet-stream|text\/plain[^\r]*)\r\n/gim, '').toLowerCase(),
    ),
  };
}

type Use = (client: HttpClient) => Promise<{ data: unknown; status: number; statusText: string }>;

async function compare(use: Use): Promise<void> {
  const outcome = async (client: HttpClient) => {
    try {
      const { data, status, statusText } = await use(client);
      return { request: server.requests.length === 0 ? {} : wire(), data, status, statusText };
    } catch (error) {
      const { response } = error as { response?: { status: number; data: unknown } };
      return { request: wire(), failed: true, status: response?.status, data: response?.data };
    }
  };
  const wanted = await outcome(theirs);
  const found = await outcome(ours);
  expect(found).toEqual(wanted);
}

const uses: Readonly<Record<string, Use>> = {
  'a path': client => client.get('customers'),
  'a path with slashes': client => client.get('//customers'.slice(1)),
  'no path': client => client.get(''),
  'a whole URL of the origin': client => client.get(`${server.origin}/v2/x`),
  'a query in the path': client => client.get('x?a=1#part', { params: { b: 2 } }),
  'parameters of all kinds': client =>
    client.get('x', {
      params: {
        list: [1, 'b'],
        nested: { a: { b: 1 } },
        nothing: null,
        missing: undefined,
        at: new Date(0),
        text: 'a b+c:$,[]&=ü/?',
        yes: true,
        empty: '',
        objects: [{ a: 1 }, { a: 2 }],
      },
    }),
  'parameters as URLSearchParams': client => client.get('x', { params: new URLSearchParams('a=1&a=b c') }),
  'a serializer of its own': client =>
    client.get('x', { params: { a: 1 }, paramsSerializer: { serialize: () => 'own=1' } }),
  'a header that replaces one': client =>
    client.get('x', { headers: { authorization: 'other', 'x-extra': 2, 'X-New': 'n' } }),
  'a header that takes one away': client =>
    client.get('x', { headers: { Authorization: null, 'X-Extra': undefined } }),
  'a user and a password': client => client.get('x', { auth: { username: 'ü', password: 'p:q' } }),
  'an object': client => client.post('x', { a: 1, gone: undefined, at: new Date(0), deep: [{ b: null }] }),
  'a list': client => client.put('x', [1, 2]),
  'a text': client => client.post('x', 'plain'),
  'an empty text': client => client.post('x', ''),
  'a text that is JSON, as JSON': client =>
    client.post('x', '{"a":1}', { headers: { 'Content-Type': 'application/json' } }),
  'a text that is no JSON, as JSON': client =>
    client.post('x', 'plain', { headers: { 'content-type': 'application/json' } }),
  'a text as XML': client => client.post('x', '<a/>', { headers: { 'Content-Type': 'application/xml' } }),
  bytes: client => client.post('x', Buffer.from([1, 2, 255])),
  'bytes of a kind': client =>
    client.put('x', new Uint8Array([3, 4]), { headers: { 'Content-Type': 'image/png' } }),
  'no body where one is usual': client => client.post('x'),
  null: client => client.patch('x', null),
  'a number as JSON': client => client.post('x', 5, { headers: { 'Content-Type': 'application/json' } }),
  'a form by its class': client => client.post('x', new URLSearchParams({ a: '1 2', b: 'ü' })),
  'a form by its content type': client =>
    client.post(
      'x',
      { a: 'x y', b: [1, 2], c: { d: 1 }, e: ':$,' },
      { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ),
  'a multipart form by its content type': client =>
    client.post('x', { a: 'x y', b: [1, 2] }, { headers: { 'Content-Type': 'multipart/form-data' } }),
  'a multipart form by its method': client => client.postForm('x', { a: 1 }),
  'a multipart form of the package form-data': client => {
    const form = new FormDataPackage();
    form.append('field', 'value');
    form.append('file', Buffer.from('content'), { filename: 'a.csv', contentType: 'text/csv' });
    return client.post('x', form);
  },
  'a body with DELETE': client => client.delete('x', { data: { a: 1 } }),
  'a request as one object': client => client.request({ method: 'patch', url: 'x', data: { a: 1 } }),
  'the client as a function': client => client('x', { method: 'post', data: { a: 1 } }),
  'the client as a function of one object': client => client({ url: 'x' }),
  'a changed default': client => {
    client.defaults.headers.common['X-Later'] = 'l';
    client.defaults.headers['X-Extra'] = 'changed';
    return client.options('x');
  },
  'a request interceptor': client => {
    client.interceptors.request.use(config => ({
      ...config,
      url: `${config.url}/more`,
      params: { seen: 1 },
    }));
    return client.get('x');
  },
  'request interceptors that change headers, the last one first': client => {
    client.interceptors.request.use(config => {
      config.headers['Authorization'] = `${config.headers['Authorization']} changed`;
      return config;
    });
    client.interceptors.request.use(config => {
      config.headers['X-Api-Key'] = 'k';
      delete config.headers['X-Extra'];
      return config;
    });
    return client.post('x', { a: 1 });
  },
  'a request interceptor that fails, and a response interceptor that answers': client => {
    client.interceptors.request.use(() => {
      throw new TypeError('not now');
    });
    client.interceptors.response.use(null, error => ({ data: error.message, status: 0, statusText: '' }));
    return client.get('x');
  },
  'response interceptors, in their order': client => {
    client.interceptors.response.use(response => ({ ...response, data: [response.data] }));
    client.interceptors.response.use(response => ({ ...response, data: [response.data] }));
    return client.get('x');
  },
};

describe('a client sends and gives what that of the SDK sends and gives:', () => {
  it.each(Object.keys(uses))('%s', async name => {
    await compare(uses[name] as Use);
  });

  it.each([200, 201, 202, 206, 300, 304, 400, 401, 404, 422, 429, 500, 503])(
    'an answer of status %i',
    async status => {
      server.answerWith({ status, body: status === 304 ? '' : { error: { message: 'no' } } });
      await compare(client => client.get('x'));
      await compare(client => client.get('x', { validateStatus: () => true }));
      await compare(client => client.get('x', { validateStatus: null }));
    },
  );

  it.each(['{"a":1}', '[1]', '5', '"x"', 'null', '{bad', '', ' {"a":1} ', '\uFEFF{"a":1}', 'text'])(
    'the body %s',
    async body => {
      server.answerWith({ headers: { 'content-type': 'application/json' }, body });
      for (const responseType of [undefined, 'json', 'text', 'arraybuffer', 'document'] as const) {
        await compare(client => client.get('x', { responseType }));
      }
    },
  );

  it('headers of answers', async () => {
    server.answerWith({
      headers: { 'Set-Cookie': ['a=1', 'b=2'], 'X-One': 'v', 'X-Two': ['1', '2'] },
      body: {},
    });
    const named = ['set-cookie', 'x-one', 'x-two', 'content-type'];
    const headersOf = async (client: HttpClient) => {
      const { headers } = await client.get('x');
      return named.map(name => headers[name]);
    };
    expect(await headersOf(ours)).toEqual(await headersOf(theirs));
  });

  it('any parameters', () => {
    const value = fc.object({
      key: fc
        .string({ unit: 'grapheme-ascii', minLength: 1 })
        .filter(key => !/[[\]]|[{}]|^\s|\s$|^(__proto__|constructor|prototype|toJSON)$/.test(key)),
      values: [fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined)],
      maxDepth: 2,
      maxKeys: 4,
    });
    const uriOf = (client: HttpClient, params: object) =>
      new URL(client.getUri({ url: 'x', params: params as Record<string, unknown> })).href;
    fc.assert(
      fc.property(value, params => uriOf(ours, params) === uriOf(theirs, params)),
      { numRuns: 300 },
    );
  });
});

describe('a raw request', () => {
  const values = { url: '/raw', method: 'POST', responseType: 'json' as const, timeout: 5000 };
  const raw: Readonly<Record<string, object>> = {
    'with a text': { data: '{"a":1}' },
    'with nothing': { method: 'GET' },
    'with query and headers': {
      method: 'GET',
      queryParams: [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
      headers: [
        { key: 'X-B', value: 'b' },
        { key: 'Authorization', value: 'lost' },
      ],
    },
    'with a form': {
      formData: [
        { key: 'f', value: 'g' },
        { key: 'f', value: 'h' },
      ],
    },
    'with files': {
      fileData: [
        { key: 'file', value: 'content' },
        { key: 'csv', value: { data: Buffer.from('a,b'), contentType: 'text/csv' } },
      ],
      fileDataFileNames: { csv: 'x.csv' },
      formData: [{ key: 'n', value: '1' }],
    },
    'with two bodies': { data: 'x', formData: [{ key: 'f', value: 'g' }] },
  };

  it.each(Object.keys(raw))('%s is that of the SDK', async name => {
    const send = async (way: typeof sendRawRequest) => {
      try {
        const { data } = await way(
          `${server.origin}/v1`,
          { ...values, ...raw[name] },
          { Authorization: 'T' },
        );
        return { data, request: wire() };
      } catch {
        return 'refused';
      }
    };
    const wanted = await send(sdk.sendRawRequest as unknown as typeof sendRawRequest);
    expect(await send(sendRawRequest)).toEqual(wanted);
  });

  it('has the inputs of the SDK: names, types, choices and defaults', () => {
    const shape = (all: object) =>
      Object.fromEntries(
        Object.entries(all).map(([name, { label, comments, placeholder, example, clean, ...rest }]) => [
          name,
          {
            ...rest,
            cleans: clean !== undefined,
            told: [label, comments].every(text => typeof text === 'string'),
          },
        ]),
      );
    expect(shape(inputs)).toEqual(shape(sdk.inputs));
  });

  it('cleans its values as the SDK does', () => {
    const cleaned = (all: object, name: string, value: unknown) => {
      try {
        return Reflect.get(all, name).clean?.(value);
      } catch {
        return 'threw';
      }
    };
    const anything = fc.oneof(
      fc.string(),
      fc.constantFrom(undefined, null, '', '5', 'abc', true, 'no'),
      fc.array(
        fc.record({
          key: fc.string({ unit: 'grapheme-ascii' }).filter(key => key !== '__proto__'),
          value: fc.string(),
        }),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(sdk.inputs)), anything, (name, value) => {
        expect(cleaned(inputs, name, value)).toEqual(cleaned(sdk.inputs, name, value));
      }),
      { numRuns: 300 },
    );
  });

  it('gathers a stream, which the SDK sends in chunks', async () => {
    await ours.post('x', Readable.from(['one ', 'two']), { headers: { 'Content-Type': 'text/plain' } });
    expect(wire()).toMatchObject({ body: 'one two', headers: { 'content-length': '7' } });
  });
});
