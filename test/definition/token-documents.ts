import fc from 'fast-check';
import { EXPIRY_FORMATS } from '../../src/definition/auth/token-use.ts';

const text = fc.string({ maxLength: 12 });
const filled = fc.string({ minLength: 1, maxLength: 12 });
const optional = <Fields extends Record<string, fc.Arbitrary<unknown>>>(fields: Fields) =>
  fc.record(fields, { requiredKeys: [] });

const keep = fc.oneof(
  filled,
  fc.record({ value: filled, secret: fc.boolean() }, { requiredKeys: ['value'] }),
);
const placement = fc.record({
  in: fc.constantFrom('header', 'query', 'cookie'),
  name: filled,
  value: filled,
});

type Names = (value: fc.Arbitrary<unknown>) => fc.Arbitrary<object>;

/** How a token is used, in every form a definition may take. */
function tokenUse(names: Names) {
  return optional({
    placements: fc.array(placement, { minLength: 1, maxLength: 2 }),
    expiry: optional({
      format: fc.constantFrom(...EXPIRY_FORMATS),
      value: filled,
      lifetimeSeconds: fc.integer({ min: 1 }),
    }),
    keep: names(keep),
    keepCookies: fc.boolean(),
    rejectedWhen: filled,
    replayWrites: fc.boolean(),
    refreshTokenOutput: filled,
    strict: fc.boolean(),
  });
}

/** Tokens that are fetched by requests, with steps before them and a request that renews them. */
export function tokenAuths(operation: fc.Arbitrary<unknown>, names: Names) {
  const certificate = fc.record(
    { cert: filled, key: filled, passphrase: text },
    { requiredKeys: ['cert', 'key'] },
  );
  const connection = fc.option(
    fc.record(
      { baseUrl: text, caCert: fc.option(filled), clientCertificate: certificate },
      { requiredKeys: ['baseUrl'] },
    ),
  );
  const step = fc.record(
    { name: filled, operation, connection, keep: names(keep) },
    { requiredKeys: ['operation'] },
  );
  const refresh = fc.record(
    { operation, connection, tokenOutput: filled, expirationOutput: filled },
    { requiredKeys: ['operation'] },
  );
  const token = fc.record(
    {
      operation,
      tokenOutput: filled,
      expirationOutput: filled,
      connection,
      steps: fc.array(step, { maxLength: 2 }),
      refresh,
    },
    { requiredKeys: ['operation', 'tokenOutput'] },
  );
  return fc
    .tuple(fc.constantFrom('authType', 'type'), token, tokenUse(names))
    .map(([spelling, token, use]) => ({ [spelling]: 'http_bearer_token', token, ...use }));
}
