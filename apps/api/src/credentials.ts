/** A token, or a function that returns one. It gets the token that the API has just refused. */
type Token = string | ((refused?: string) => string | undefined | Promise<string | undefined>) | undefined;

/** An object that all attempts of one operation share. */
type Operation = object;

/** The token of a client's requests, and which operations are sent once more with a renewed one. */
export class Credentials {
  readonly #token: Token;
  /** The token with which a response was requested. Requests run at the same time, with different tokens. */
  readonly #sent = new WeakMap<object, string>();
  /** The operations that are sent once more, with the token that was refused. */
  readonly #renewed = new WeakMap<Operation, string | undefined>();
  /** The last renewal: operations whose one token was refused share it. */
  #renewal: { refused: string; token: Promise<string | undefined> } | undefined;
  readonly fetch: typeof fetch;

  constructor(token: Token, send: typeof fetch = (input, init) => fetch(input, init)) {
    this.#token = token;
    // Called as a function, not as a method: a browser's own `fetch` refuses to be one.
    this.fetch = async (input, init) => {
      const response = await send(input, init);
      const sent = /^Bearer (.+)$/.exec(new Headers(init?.headers).get('authorization') ?? '')?.[1];
      if (sent !== undefined) this.#sent.set(response, sent);
      return response;
    };
  }

  /** The header of a request for these operations. */
  async headers(operations: readonly Operation[]): Promise<Record<string, string>> {
    const refused = operations.map((operation) => this.#renewed.get(operation)).find((one) => one !== undefined);
    const token = typeof this.#token === 'function' ? await this.#ask(this.#token, refused) : this.#token;
    return token ? { authorization: `Bearer ${token}` } : {};
  }

  async #ask(ask: Exclude<Token, string | undefined>, refused: string | undefined): Promise<string | undefined> {
    if (refused === undefined) return ask();
    if (this.#renewal?.refused !== refused) this.#renewal = { refused, token: Promise.resolve(ask(refused)) };
    return this.#renewal.token;
  }

  /**
   * Whether an operation whose token was refused is sent again: once, when the token comes from a function.
   * @param response the refusal
   */
  mayRenew(operation: Operation, response: unknown): boolean {
    if (typeof this.#token !== 'function' || this.#renewed.has(operation)) return false;
    const isObject = typeof response === 'object' && response !== null;
    this.#renewed.set(operation, isObject ? this.#sent.get(response) : undefined);
    return true;
  }

  /** Notes that a stream has begun: its token is valid, and may be renewed again when it expires. */
  accept(operation: Operation): void {
    this.#renewed.delete(operation);
  }
}
