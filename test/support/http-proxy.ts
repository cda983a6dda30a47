import { Server as ProxyChain } from 'proxy-chain';

/** A real HTTP proxy on 127.0.0.1: forwards plain http, lends tunnels for the rest. */
export interface HttpProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What it was asked for: `CONNECT host:port`, or `GET http://…`. */
  readonly asked: readonly string[];
  /** The `Proxy-Authorization` of each request; empty for none. */
  readonly authorizations: readonly string[];
}

export async function startHttpProxy(account?: {
  readonly username: string;
  readonly password: string;
}): Promise<HttpProxy> {
  const asked: string[] = [];
  const authorizations: string[] = [];
  const server = new ProxyChain({
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction: ({ request, username, password, hostname, port, isHttp }) => {
      asked.push(isHttp ? `${request.method} ${request.url}` : `CONNECT ${hostname}:${port}`);
      authorizations.push(request.headers['proxy-authorization'] ?? '');
      const isRight = username === account?.username && password === account?.password;
      return { requestAuthentication: account !== undefined && !isRight };
    },
  });
  await server.listen();
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    asked,
    authorizations,
    async [Symbol.asyncDispose]() {
      await server.close(true);
    },
  };
}
