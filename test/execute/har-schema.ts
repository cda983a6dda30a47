/**
 * HTTP Archive 1.2, read from the text of its specification: required and optional fields, what may be -1, and nothing
 * else but `comment` and fields whose name begins with an underscore.
 */
const text = { type: 'string' };
const size = { type: 'integer', minimum: -1 };
const phase = { anyOf: [{ const: -1 }, { type: 'number', minimum: 0 }] };
const elapsed = { type: 'number', minimum: 0 };
// ISO 8601 with a time zone, as the specification writes it: YYYY-MM-DDThh:mm:ss.sTZD.
const dateTime = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
};

function object(required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) {
  return {
    type: 'object',
    properties: { ...required, ...optional, comment: text },
    required: Object.keys(required),
    patternProperties: { '^_': {} },
    additionalProperties: false,
  };
}

const list = (items: object) => ({ type: 'array', items });
const pair = object({ name: text, value: text });

const cookie = object(
  { name: text, value: text },
  {
    path: text,
    domain: text,
    expires: dateTime,
    httpOnly: { type: 'boolean' },
    secure: { type: 'boolean' },
  },
);

const postData = {
  ...object(
    { mimeType: text },
    {
      params: list(object({ name: text }, { value: text, fileName: text, contentType: text })),
      text,
    },
  ),
  // "Note that text and params fields are mutually exclusive."
  oneOf: [{ required: ['params'] }, { required: ['text'] }],
};

const request = object(
  {
    method: text,
    url: { type: 'string', pattern: '^https?://[^#]*$' },
    httpVersion: text,
    cookies: list(cookie),
    headers: list(pair),
    queryString: list(pair),
    headersSize: size,
    bodySize: size,
  },
  { postData },
);

const response = object({
  status: { type: 'integer' },
  statusText: text,
  httpVersion: text,
  cookies: list(cookie),
  headers: list(pair),
  content: object(
    { size: { type: 'integer', minimum: 0 }, mimeType: text },
    { compression: { type: 'integer' }, text, encoding: text },
  ),
  redirectURL: text,
  headersSize: size,
  bodySize: size,
});

const entry = object(
  {
    startedDateTime: dateTime,
    time: elapsed,
    request,
    response,
    cache: object({}, { beforeRequest: { type: 'object' }, afterRequest: { type: 'object' } }),
    timings: object(
      // "The send, wait and receive timings are required and must have non-negative values."
      { send: elapsed, wait: elapsed, receive: elapsed },
      { blocked: phase, dns: phase, connect: phase, ssl: phase },
    ),
  },
  { pageref: text, serverIPAddress: text, connection: text },
);

const named = object({ name: text, version: text });

export const harSchema = object({
  log: object({ version: text, creator: named, entries: list(entry) }, { browser: named, pages: list({}) }),
});
