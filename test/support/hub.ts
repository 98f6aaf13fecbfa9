/** A Hugging Face hub of one endpoint, on this machine. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeHub {
  readonly endpoint: string;
  /** Path and authorization of each request. */
  readonly requests: ReadonlyArray<{ readonly path: string; readonly authorization: string | undefined }>;
  /** What it answers from now on; default: the user of a token it knows. */
  answer: (response: ServerResponse, authorization: string | undefined) => void;
  close(): Promise<void>;
}

/** A hub that knows one token. */
export async function fakeHub(token: string): Promise<FakeHub> {
  const requests: Array<{ path: string; authorization: string | undefined }> = [];
  const hub = {
    endpoint: '',
    requests,
    answer: (response: ServerResponse, authorization: string | undefined): void => {
      const known = authorization === `Bearer ${token}`;
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
      const user = { type: 'user', name: 'zq-tester', fullname: 'A Tester', orgs: [{ name: 'acme' }] };
      response.end(JSON.stringify(known ? user : { error: 'Invalid credentials in Authorization header' }));
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server: Server = createServer((request, response) => {
    const { authorization } = request.headers;
    requests.push({ path: request.url ?? '', authorization });
    hub.answer(response, authorization);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hub;
}
