// Sends requests in a process of its own, so that their CPU time is not counted with the server's. It is given a
// request, answers that it has it, and sends it at the next message.
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';

type Prepared = { url: string; token: string; body: string | undefined };

const agent = new Agent({ keepAlive: true });
let prepared: { url: string; token: string; bytes: Buffer | undefined } | undefined;

process.on('message', (message: Prepared | 'send') => {
  if (message !== 'send') {
    const { url, token, body } = message;
    prepared = { url, token, bytes: body === undefined ? undefined : Buffer.from(body) };
    process.send?.('prepared');
  } else if (prepared) {
    send(prepared)
      .then((status) => process.send?.(status))
      .catch(() => process.exit(1));
  }
});

async function send({ url, token, bytes }: NonNullable<typeof prepared>): Promise<number | undefined> {
  const sent = request(url, {
    agent,
    method: bytes ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': bytes?.length ?? 0,
    },
  });
  sent.end(bytes);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}
