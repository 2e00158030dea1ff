import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type HttpResponse = { status: number; body: string };

/**
 * A kept-alive HTTP/1.1 connection with one request at a time. On two cores the load's CPU time is taken from the
 * server that is measured, and this class needs a fifth of the CPU time of Node's own clients. It reads the bodies that
 * our server sends: with a length, or chunked.
 */
export class Connection {
  readonly #socket: Socket;
  #received = '';
  #onResponse: ((response: HttpResponse) => void) | undefined;
  #onError: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    // latin1 has one character a byte, and HTTP counts lengths in bytes.
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Sends a whole request. Calls `onResponse` with the response, or `onError` when the connection ends before. */
  send(request: string, onResponse: (response: HttpResponse) => void, onError: (error: Error) => void): void {
    this.#onResponse = onResponse;
    this.#onError = onError;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#onError = undefined;
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received = this.#received === '' ? text : this.#received + text;
    const response = parse(this.#received);
    if (!response) return;
    this.#received = '';
    this.#onError = undefined;
    this.#onResponse?.(response);
  }

  #fail(error: Error): void {
    const onError = this.#onError;
    this.#onError = undefined;
    onError?.(error);
  }
}

const endOfHead = '\r\n\r\n';

/** Returns the response; undefined until it is complete. */
export function parse(received: string): HttpResponse | undefined {
  const head = received.indexOf(endOfHead);
  if (head < 0) return undefined;
  const status = Number(received.slice(9, 12));
  const from = head + endOfHead.length;
  const headers = received.slice(0, head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(headers)?.[1];
  if (length !== undefined) {
    const to = from + Number(length);
    return received.length < to ? undefined : { status, body: received.slice(from, to) };
  }
  return received.endsWith('0\r\n\r\n') ? { status, body: unchunk(received, from) } : undefined;
}

function unchunk(received: string, from: number): string {
  let body = '';
  for (let at = from; ;) {
    const line = received.indexOf('\r\n', at);
    const size = Number.parseInt(received.slice(at, line), 16);
    if (!(size > 0)) return body;
    body += received.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
