import type { HeaderPair, HttpRequest, Transport } from '../../src/index.ts';

/** What a canned answer says; status 200, no headers and no body when left out. */
export interface CannedAnswer {
  readonly statusCode?: number;
  readonly headers?: readonly HeaderPair[];
  readonly body?: string;
}

export interface CannedTransport {
  readonly transport: Transport;
  /** Every request, in order, as it would have gone to the wire. */
  readonly sent: readonly HttpRequest[];
}

/** Keeps what is sent and answers from a function, for tests of a request's text: where it goes, nobody listens. */
export function createCannedTransport(answer: (request: HttpRequest) => CannedAnswer): CannedTransport {
  const sent: HttpRequest[] = [];
  const transport: Transport = {
    async send(request) {
      sent.push(request);
      const { statusCode = 200, headers = [], body = '' } = answer(request);
      const bytes = Buffer.from(body);
      return {
        statusCode,
        headers,
        url: request.url,
        redirects: [],
        firstByteMs: 0,
        body: {
          bytes: async () => bytes,
          cancel: () => undefined,
          async *[Symbol.asyncIterator]() {
            yield bytes;
          },
        },
      };
    },
    probe: async () => ({ host: '' }),
    release: async () => undefined,
    close: async () => undefined,
  };
  return { sent, transport };
}
