import { type Dispatcher, Pool } from 'undici';
import { type CallTask, type Client, checkAnswer, toHandRequest } from './by-hand.ts';
import { undiciOptions } from './undici-request.ts';

/** A handler of one's own on undici's pool: no body stream, the JSON parsed from the received buffers. */
export async function createUndiciDispatchClient({ kind, origin, ca }: CallTask): Promise<Client> {
  const pool = new Pool(origin, undiciOptions(kind === 'http2', ca));
  return {
    call: nth =>
      new Promise((resolve, reject) => {
        const { method, path, headers, body } = toHandRequest(kind, nth);
        pool.dispatch(
          { origin, method, path, headers, body: body ?? null },
          toHandler(kind, resolve, reject),
        );
      }),
    close: () => pool.close(),
  };
}

function toHandler(
  kind: CallTask['kind'],
  resolve: () => void,
  reject: (error: unknown) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let status = 0;
  return {
    onRequestStart() {},
    onResponseStart(_controller, statusCode) {
      status = statusCode;
    },
    onResponseData(_controller, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      const [first] = chunks;
      const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      try {
        checkAnswer(kind, status, JSON.parse(whole.toString('utf8')));
        resolve();
      } catch (error) {
        reject(error);
      }
    },
    onResponseError(_controller, error) {
      reject(error);
    },
  };
}
